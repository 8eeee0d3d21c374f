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

"""An LPAR that nova itself moved is not what it was known to be."""

import ddt
from nova import objects

from nova_powervm.tests.unit.virt.powervm import world

RUNNING, SHUTDOWN = world.RUNNING, world.SHUTDOWN

_DELAY = 15

@ddt.ddt
class TestNovaActs(world.World):
    def off_known_off(self):
        """Return an LPAR of which it is known that it is off."""
        lpar = self.add('not activated', SHUTDOWN)
        self.look(lpar)
        self.wait(100)
        self.assertEqual(1, self.count('agreed'))
        return lpar

    def on_known_on(self):
        """Return an LPAR of which it is known that it runs."""
        lpar = self.add()
        self.look(lpar)
        self.wait(100)
        self.assertEqual(1, self.count('agreed'))
        return lpar

    # The time at which an answer is verified depends on the clock.
    @ddt.data(0, 7, 14, 15, 16, 22, 29)
    def test_off_again_before_anybody_looked(self, phase):
        lpar = self.off_known_off()
        self.wait(phase)
        self.nova.start(lpar)
        self.send(lpar)
        self.wait(5)
        self.lpars[lpar] = 'not activated'
        self.look(lpar)
        self.assertEqual(1, self.count('cached'))
        self.wait(4 * _DELAY)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertAgreement(lpar)

    @ddt.data(0, 7, 14, 15, 16, 22, 29)
    def test_on_again_before_anybody_looked(self, phase):
        lpar = self.on_known_on()
        self.wait(phase)
        self.nova.stop(lpar)
        self.send(lpar)
        self.wait(5)
        self.lpars[lpar] = 'running'
        self.look(lpar)
        self.assertEqual(1, self.count('cached'))
        self.wait(4 * _DELAY)
        self.assertEmitted((lpar, RUNNING))
        self.assertAgreement(lpar)

    @ddt.data(0, 7, 14, 15, 16, 22, 29)
    def test_events_do_not_put_off_the_verification(self, phase):
        lpar = self.off_known_off()
        self.wait(phase)
        self.look(lpar)
        self.nova.start(lpar)
        self.lpars[lpar] = 'not activated'
        for _ in range(4):
            self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_a_driver_that_says_so(self):
        lpar = self.off_known_off()
        self.handler.forget_agreement(lpar.lower())
        self.nova.start(lpar)
        self.lpars[lpar] = 'not activated'
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertEqual(0, self.count('cached'))

    def test_a_driver_that_says_so_during_a_lookup(self):
        lpar = self.off_known_off()
        self.lose_events()

        def start_and_go_off():
            self.handler.forget_agreement(lpar)
            self.nova.start(lpar)
            self.lpars[lpar] = 'not activated'

        self.meanwhile(objects.InstanceList, 'get_by_host', start_and_go_off)
        self.advance(world.DELAY)
        self.assertEqual(1, self.count('resyncs'))
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertEqual(0, self.count('cached'))

    def test_a_driver_that_speaks_of_others(self):
        lpar = self.off_known_off()
        self.handler.forget_agreement(self.add())
        self.assertEqual(1, self.count('agreed'))
        self.look(lpar)
        self.assertEqual(1, self.count('cached'))
