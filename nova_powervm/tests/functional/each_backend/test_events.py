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

"""What nova is told because of PowerVM events, and what not."""

import threading

from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states

from nova_powervm.testing import internals
from nova_powervm.testing import novalink
from nova_powervm.tests.functional.each_backend import events_case


class TestChanges(events_case.EventsTestCase):
    """What nova is told of."""

    def test_one_lpar(self):
        lpars = self.add(1)
        self.control.set_state(lpars, 'not activated', events=12)
        self.settle()
        self.wait_for_confirmation()
        self.assertPower(power_state.SHUTDOWN, lpars)
        self.assertEqual([power_state.SHUTDOWN], self.told())
        # One of each before nova is told, and one of each to confirm.
        self.assertEqual(2, len(self.nova.lookups))
        self.assertEqual(2, self.count('rest_quick'))
        self.assertGreaterEqual(
            self.control.counters()['quick_property'], 2)

    def test_many(self):
        lpars = self.add(40)
        self.control.set_state(lpars, 'not activated', events=5)
        self.wait_until(lambda: len(self.told()) == 40, 'nova told')
        self.settle()
        self.wait_for_confirmation()
        # Two uuids for each LPAR.
        self.assertEqual(80, len(self.nova.lookups[0]))
        self.assertPower(power_state.SHUTDOWN, lpars)
        self.assertEqual([power_state.SHUTDOWN] * 40, self.told())
        # How many batches confirm depends on how fast nova was told.
        self.assertEqual(self.count('batches'), len(self.nova.lookups))
        counters = self.control.counters()
        self.assertGreaterEqual(len(self.nova.lookups),
                                counters['quick_all'])
        self.assertNotIn('lpar_feed', counters)

    def test_feed(self):
        lpars = self.add(10)
        self.control.configure(quick_all=False)
        self.control.set_state(lpars[:6], 'not activated')
        self.control.storm(lpars[6:], events=1)
        self.settle()
        self.wait_for_confirmation()
        self.assertPower(power_state.SHUTDOWN, lpars[:6])
        self.assertPower(power_state.RUNNING, lpars[6:])
        counters = self.control.counters()
        self.assertEqual(1, counters['quick_all'])
        self.assertGreaterEqual(counters['lpar_feed'], 1)

    def test_boot(self):
        # nova stops what should be off.
        lpars = self.add(3, 'not activated')
        self.control.power(lpars, 'on')
        self.wait_until(lambda: len(self.nova.stops) == 3, 'nova told')
        self.settle()
        self.wait_for_confirmation()
        self.assertEqual([power_state.RUNNING] * 3, self.told())
        self.assertPower(power_state.SHUTDOWN, lpars)

    def test_boot_while_nova_does_not_care(self):
        lpars = self.add(3, 'not activated', vm_state=vm_states.RESIZED)
        self.control.power(lpars, 'on')
        self.wait_until(lambda: len(self.told()) == 3, 'nova told')
        self.settle()
        self.wait_for_confirmation()
        self.assertEqual([power_state.RUNNING] * 3, self.told())
        self.assertPower(power_state.RUNNING, lpars)

    def test_shutdown(self):
        lpars = self.add(3)
        self.control.power(lpars, 'off')
        self.wait_until(lambda: len(self.told()) == 3, 'nova told')
        self.settle()
        self.wait_for_confirmation()
        self.assertEqual([power_state.SHUTDOWN] * 3, self.told())
        self.assertPower(power_state.SHUTDOWN, lpars)

    def test_task(self):
        lpars = self.add(2, task_state=task_states.POWERING_OFF)
        self.control.set_state(lpars, 'not activated')
        self.settle()
        self.assertEqual([], self.told())
        self.nova.update(lpars, task_state=None)
        self.wait_until(
            lambda: self.nova.power_states(lpars) == [
                power_state.SHUTDOWN] * 2,
            'told when the task ended')


class TestWhatNovaIsNotTold(events_case.EventsTestCase):
    """Events that lead to nothing."""

    def test_redundant_storms(self):
        lpars = self.add(40)
        for _ in range(3):
            self.control.storm(lpars)
            self.settle()
        self.assertEqual([], self.told())
        self.assertIn(self.control.counters()['quick_all'], range(3, 7))
        # What is known is verified once after each storm, at the most.
        self.assertGreaterEqual(3, len(self.nova.lookups))

    def test_lpars_that_are_not_ours(self):
        foreign = self.control.add_lpars(10)
        ours = self.add(1)
        self.control.storm(foreign, events=2)
        self.control.set_state(foreign, 'error')
        self.control.set_state(ours, 'error')
        self.settle()
        self.assertEqual(10, self.count('not_ours'))
        self.assertEqual(1, len(self.told()))

    def test_malformed_among_good(self):
        lpars = self.add(1)
        uri = novalink.lpar_uri(lpars[0])
        self.control.send_events([
            {'type': 'MODIFY_URI'},
            {'type': 'NEWS', 'data': uri},
            {'type': 'MODIFY_URI', 'data': novalink.lpar_uri('x'),
             'detail': 'PartitionState'},
            {'type': 'MODIFY_URI', 'data': uri, 'detail': 'x' * 100_000}])
        self.control.set_state(lpars, 'not activated')
        self.settle()
        self.assertEqual(4, self.count('events_malformed'))
        self.assertPower(power_state.SHUTDOWN, lpars)

    def test_states_that_say_nothing(self):
        lpars = self.add(2)
        self.control.set_state(lpars[:1], 'Unknown')
        self.control.set_state(lpars[1:], 'levitating')
        self.settle()
        self.assertEqual(0, self.count('no_change'))
        self.assertEqual([], self.told())
        self.control.set_state(lpars, 'running', events=0)
        self.wait_until(lambda: self.count('no_change') == 2,
                        'looked at again without an event')


class TestWithinTheDelay(events_case.EventsTestCase):
    """Two changes, of which only the second counts."""

    # So long that nothing is looked at in between.
    delay = 2.0

    def test_restart(self):
        lpars = self.add(5)
        self.control.set_state(lpars, 'not activated')
        self.control.set_state(lpars, 'running')
        self.settle()
        self.assertEqual([], self.told())

    def test_deleted(self):
        lpars = self.add(6)
        self.control.set_state(lpars, 'not activated')
        self.control.delete_lpars(lpars)
        self.settle()
        self.assertEqual([], self.told())


class TestThreads(events_case.EventsTestCase):

    def test_threads_end(self):
        lpars = self.add(20)
        self.control.set_state(lpars, 'not activated')
        self.settle()
        ours = [thread for thread in threading.enumerate()
                if thread.name.startswith(internals.THREADS)]
        self.assertGreaterEqual(5, len(ours))
        self.assertEqual(len(ours), self.gauge('threads'))
        self.handler.stop()
        self.assertEqual([], [thread for thread in ours
                              if thread.is_alive()])
