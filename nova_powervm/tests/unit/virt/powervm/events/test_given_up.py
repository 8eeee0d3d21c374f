#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

"""Given up is not agreed: it ends."""

import ddt
from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN, SUSPENDED = world.SHUTDOWN, world.SUSPENDED

@ddt.ddt
class TestGivenUp(world.World):
    def setUp(self):
        super().setUp()
        self.nova.faults.deaf = True
        self.lpar = self.add('not activated')
        self.look(self.lpar)
        while not self.count('given_up'):
            self.wait(1)
        self.begin()

    def test_events_change_nothing_for_a_while(self):
        for _ in range(10):
            self.look(self.lpar)
        self.assertEmitted()
        self.assertLogged(messages.GIVEN_UP, 0)

    def test_an_event_after_a_while_begins_anew(self):
        self.wait(decision.GIVEN_UP_SECONDS)
        self.nova.faults.deaf = False
        self.look(self.lpar)
        self.assertEmitted((self.lpar, SHUTDOWN))
        self.assertAgreement(self.lpar)

    def test_nova_that_listens_after_four_minutes(self):
        # With an event each minute.
        self.nova.faults.deaf = False
        for _ in range(4):
            self.look(self.lpar)
            self.wait(60 - world.DELAY)
        self.assertEmitted((self.lpar, SHUTDOWN))
        self.assertAgreement(self.lpar)

    @ddt.named_data(
        ('power_state', {'power_state': power_state.NOSTATE}),
        ('vm_state', {'vm_state': vm_states.BUILDING}))
    def test_another_record_begins_anew(self, changes):
        self.nova.update([self.lpar], **changes)
        self.look(self.lpar)
        self.assertEmitted((self.lpar, SHUTDOWN))

    def test_another_state_begins_anew(self):
        self.lpars[self.lpar] = 'suspended'
        self.look(self.lpar)
        self.assertEmitted((self.lpar, SUSPENDED))
        # And again the one before.
        self.lpars[self.lpar] = 'not activated'
        self.look(self.lpar)
        self.assertEmitted((self.lpar, SUSPENDED), (self.lpar, SHUTDOWN))

    def test_a_resync_that_was_asked_for_begins_anew(self):
        self.handler.resync()
        self.advance(world.DELAY)
        self.assertEmitted((self.lpar, SHUTDOWN))

    def test_it_is_forgotten(self):
        self.wait(decision.GIVEN_UP_SECONDS + 10)
        numbers = self.handler.statistics.as_dict()
        self.assertEqual([0, 0, 0], [numbers[name] for name in (
            'confirming', 'scheduled', 'agreed')])

    def test_an_operation_of_nova_ends_it(self):
        # Started, and off again before anybody looked.
        self.nova.faults.deaf = False
        self.handler.forget_agreement(self.lpar)
        self.nova.start(self.lpar)
        self.lpars[self.lpar] = 'not activated'
        self.look(self.lpar)
        self.assertEmitted((self.lpar, SHUTDOWN))
        self.assertAgreement(self.lpar)

    def test_a_task_ends_it(self):
        # nova acts; what it did not take before, it may take now.
        self.nova.update([self.lpar], task_state=task_states.POWERING_ON)
        self.look(self.lpar)
        self.nova.update([self.lpar], task_state=None)
        self.nova.faults.deaf = False
        self.wait(1.5 * 15)
        self.assertEmitted((self.lpar, SHUTDOWN))
