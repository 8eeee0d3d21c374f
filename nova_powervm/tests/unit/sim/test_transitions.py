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

import ddt
import testtools

from nova_powervm.sim import transitions
from nova_powervm.tests.unit.sim import fakes


def _seconds_and_values(steps):
    return [(step.seconds, step.value) for step in steps]


def _count_state_events(steps):
    return len([step for step in steps
                if step.value == 'PartitionState,Other'])


@ddt.ddt
class StepsTestCase(testtools.TestCase):

    def test_boot(self):
        self.assertEqual([
            (0, 'starting'),
            (0, 'NVRAM'),
            (0, 'PartitionState,Other'),
            (2, 'open firmware'),
            (2, 'PartitionState,Other'),
            (4, 'running'),
            (4, 'PartitionState,Other'),
            (4, 'Other'),
            (4, 'NVRAM'),
            (4, 'ReferenceCode,Other'),
        ], _seconds_and_values(transitions.boot(4, 3)))

    @ddt.data(0, 1, 2, 12)
    def test_number_of_events(self, number):
        self.assertEqual(
            [number] * 3,
            [_count_state_events(steps) for steps in (
                transitions.boot(5, number), transitions.shutdown(5, number),
                transitions.hard_power_off(number))])

    def test_single_event_comes_with_the_last_state(self):
        steps = transitions.boot(4, 1)
        self.assertIn((4, 'PartitionState,Other'), _seconds_and_values(steps))

    def test_order_of_states_at_once(self):
        states = [step.value for step in transitions.boot(0, 3)
                  if step.kind is transitions.StepKind.STATE]
        self.assertEqual(['starting', 'open firmware', 'running'], states)

    def test_shutdown(self):
        self.assertEqual([
            (0, 'shutting down'),
            (0, 'PartitionState,Other'),
            (3, 'not activated'),
            (3, 'PartitionState,Other'),
            (3, 'Other'),
            (3, 'ReferenceCode,Other'),
        ], _seconds_and_values(transitions.shutdown(3, 2)))

    def test_hard_power_off_has_no_shutdown(self):
        steps = transitions.hard_power_off(1)
        self.assertNotIn('shutting down', [step.value for step in steps])
        self.assertEqual({0}, {step.seconds for step in steps})

    def test_concatenate(self):
        steps = transitions.concatenate(transitions.shutdown(3, 1),
                                        transitions.boot(4, 1))
        self.assertEqual((3, 'starting'), _seconds_and_values(steps)[5])
        self.assertEqual((7, 'ReferenceCode,Other'),
                         _seconds_and_values(steps)[-1])


class TransitionTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.scheduler = fakes.Scheduler()
        self.performed = []

    def _start(self, *seconds):
        steps = [transitions.Step(at, transitions.StepKind.STATE, str(at))
                 for at in seconds]
        return transitions.Transition(
            self.scheduler, steps,
            lambda step: self.performed.append(
                (self.scheduler.now - 1000, step.value)))

    def test_performs_steps_at_their_times(self):
        transition = self._start(0, 0, 1, 2)
        self.assertEqual([(0, '0'), (0, '0')], self.performed)
        self.assertFalse(transition.finished)
        self.scheduler.advance(1.5)
        self.assertEqual([(1, '1')], self.performed[2:])
        self.scheduler.advance(1)
        self.assertEqual([(2, '2')], self.performed[3:])
        self.assertTrue(transition.finished)

    def test_cancel(self):
        transition = self._start(0, 1)
        transition.cancel()
        self.assertEqual(0, self.scheduler.pending)
        self.assertTrue(transition.finished)
        self.scheduler.advance(2)
        self.assertEqual([(0, '0')], self.performed)
