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

"""nova is told again what it did not take, but not for ever."""

import itertools

import ddt
import mock
from nova.compute import task_states
from nova.compute import vm_states
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import messages

RUNNING, SHUTDOWN, SUSPENDED = (
    world.RUNNING, world.SHUTDOWN, world.SUSPENDED)

# Long enough for four events about one state and the look after the last.
_TOLD_IN_VAIN = 400


class TestConfirmation(world.World):

    def test_confirmed(self):
        lpar = self.add('not activated')
        self.look(lpar)
        self.assertEqual([0, 1], [
            self.count('agreed'), self.count('confirming')])
        self.wait(1.5 * 15)
        self.assertEqual(1, self.count('no_change'))
        self.assertEqual([1, 0, 0], [
            self.count('agreed'), self.count('confirming'),
            self.count('scheduled')])
        self.assertEmitted((lpar, SHUTDOWN))

    def test_taken_at_last(self):
        self.nova.faults.deaf = True
        lpar = self.add('not activated')
        self.look(lpar)
        self.nova.faults.deaf = False
        self.wait(1.5 * 15)
        self.assertEmitted((lpar, SHUTDOWN), (lpar, SHUTDOWN))
        self.wait(1.5 * 30)
        self.assertEqual(1, self.count('no_change'))
        self.assertLogged(messages.GIVEN_UP, 0)

    def test_busy_in_between(self):
        # nova stops the instance by its own API when it hears of the stop.
        lpar = self.add('not activated')
        self.look(lpar)
        self.nova.update([lpar], task_state=task_states.POWERING_OFF)
        self.wait(1.5 * 15)
        self.assertGreater(self.count('busy'), 0)
        self.nova.update([lpar], task_state=None)
        self.wait(1.5 * 60)
        self.assertEqual(1, self.count('no_change'))
        self.assertEmitted((lpar, SHUTDOWN))

    def test_deleted_while_nova_hears_of_it(self):
        lpar = self.add('not activated')
        self.during_emit(
            lambda: self.send(lpar, etype='DELETE_URI', detail=None))
        self.look(lpar)
        self.assertEqual([0, 0], [
            self.count('confirming'), self.count('scheduled')])
        self.wait(1000)
        self.assertEqual([lpar], self.adapter.reads)

    def test_deleted_while_it_is_confirmed(self):
        self.nova.faults.deaf = True
        lpar = self.add('not activated')
        self.look(lpar)
        self.nova.update([lpar], task_state=task_states.POWERING_OFF)
        self.during_lookup(
            lambda: self.send(lpar, etype='DELETE_URI', detail=None))
        self.wait(1.5 * 15)
        self.assertEqual(1, self.count('busy'))
        self.assertEqual([0, 0], [
            self.count('confirming'), self.count('scheduled')])

    def test_what_nobody_was_told_does_not_count(self):
        lpar = self.add('not activated')
        with mock.patch.object(self.driver, 'emit_event',
                               side_effect=ValueError):
            self.look(lpar)
            self.wait(_TOLD_IN_VAIN)
        self.assertEqual(0, self.count('confirming'))
        self.wait(1.5 * 60)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertLogged(messages.GIVEN_UP, 0)


@ddt.ddt
class TestToldInVain(world.World):
    """nova hears nothing of what it is told."""

    def setUp(self):
        super().setUp()
        self.nova.faults.deaf = True
        self.lpar = self.add('not activated')

    def test_told_again_ever_more_rarely(self):
        times = []
        self.driver.register_event_listener(
            lambda event: times.append(self.clock.now))
        self.look(self.lpar)
        self.wait(_TOLD_IN_VAIN)
        waits = [after - before for before, after in itertools.pairwise(
            times)]
        self.assertEqual([True] * 3, [
            0.5 * wait <= actual <= 1.5 * wait + 1
            for wait, actual in zip((15, 30, 60), waits, strict=True)])

    def test_given_up(self):
        self.look(self.lpar)
        self.wait(_TOLD_IN_VAIN)
        self.assertEmitted(*[(self.lpar, SHUTDOWN)] * decision.EMITS_MOST)
        self.assertEqual([1, 0, 0], [
            self.count('given_up'), self.count('scheduled'),
            self.count('confirming')])
        self.assertEqual([self.instance(self.lpar).uuid],
                         self.named(messages.GIVEN_UP))

    def test_one_warning(self):
        self.look(self.lpar)
        self.wait(5000)
        self.assertEqual(4, len(self.emitted))
        self.assertLogged(messages.GIVEN_UP)

    def test_redundant_events_do_not_count_anew(self):
        for _ in range(7):
            self.look(self.lpar)
        self.assertEqual(4, len(self.emitted))
        self.assertLogged(messages.GIVEN_UP)

    def test_a_task_does_not_count_anew(self):
        self.look(self.lpar)
        self.wait(1.5 * 15)
        self.assertEqual(2, len(self.emitted))
        self.nova.update([self.lpar], task_state=task_states.POWERING_OFF)
        self.wait(1.5 * 30)
        self.nova.update([self.lpar], task_state=None)
        self.wait(1000)
        self.assertEqual(4, len(self.emitted))
        self.assertLogged(messages.GIVEN_UP)

    def test_an_outage_does_not_count_anew(self):
        self.look(self.lpar)
        self.wait(1.5 * 15)
        self.assertEqual(2, len(self.emitted))
        self.adapter.answers['any'] = pvm_exceptions.ConnectionError('down')
        self.wait(1.5 * 30)
        self.adapter.answers.clear()
        self.wait(1000)
        self.assertEqual(4, len(self.emitted))

    def test_another_state_counts_anew(self):
        self.look(self.lpar)
        self.wait(1.5 * 15)
        self.assertEqual(2, len(self.emitted))
        self.lpars[self.lpar] = 'suspended'
        self.wait(1000)
        self.assertEmitted(*[(self.lpar, SHUTDOWN)] * 2,
                           *[(self.lpar, SUSPENDED)] * 4)
        self.assertLogged(messages.GIVEN_UP)

    def test_what_was_taken_counts_anew(self):
        self.nova.faults.deaf = False
        for _ in range(6):
            self.look(self.lpar)
            # Its user starts it, and it goes off.
            self.nova.start(self.lpar)
            self.look(self.lpar)
            self.lpars[self.lpar] = 'not activated'
        self.assertEmitted(*[(self.lpar, SHUTDOWN)] * 6)
        self.assertEqual(0, self.count('given_up'))

    def test_what_a_resync_found_taken_counts_anew(self):
        self.look(self.lpar)
        self.wait(1.5 * 15 + 1.5 * 30)
        self.assertEqual(3, len(self.emitted))
        self.nova.update([self.lpar], power_state=SHUTDOWN,
                         vm_state=vm_states.STOPPED)
        self.lose_events()
        self.advance(world.DELAY)
        self.assertEqual(1, self.count('agreed'))
        self.begin()
        self.nova.update([self.lpar], power_state=RUNNING,
                         vm_state=vm_states.ACTIVE)
        self.lose_events()
        self.advance(world.DELAY)
        self.wait(_TOLD_IN_VAIN)
        self.assertEqual(4, len(self.emitted))
