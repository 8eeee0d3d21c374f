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

import testtools

from nova_powervm.sim import transitions
from nova_powervm.tests.unit.sim import fakes


def _brief(steps):
    return [(step.seconds, step.value) for step in steps]


def _count(steps):
    return len([step for step in steps
                if step.value == 'PartitionState,Other'])


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
        ], _brief(transitions.boot(4, 3)))

    def test_number_of_events(self):
        for number in (0, 1, 2, 12):
            self.assertEqual(number, _count(transitions.boot(5, number)))
            self.assertEqual(number, _count(transitions.shutdown(5, number)))
            self.assertEqual(number, _count(transitions.power_cut(number)))

    def test_single_event_is_about_the_last_state(self):
        steps = transitions.boot(4, 1)
        self.assertIn((4, 'PartitionState,Other'), _brief(steps))

    def test_states_at_once_keep_their_order(self):
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
        ], _brief(transitions.shutdown(3, 2)))

    def test_power_cut_shuts_nothing_down(self):
        steps = transitions.power_cut(1)
        self.assertNotIn('shutting down', [step.value for step in steps])
        self.assertEqual({0}, {step.seconds for step in steps})

    def test_followed_by(self):
        steps = transitions.followed_by(transitions.shutdown(3, 1),
                                        transitions.boot(4, 1))
        self.assertEqual((3, 'starting'), _brief(steps)[5])
        self.assertEqual((7, 'ReferenceCode,Other'), _brief(steps)[-1])


class TransitionTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.scheduler = fakes.Scheduler()
        self.done = []

    def _start(self, *seconds):
        steps = [transitions.Step(at, transitions.StepKind.STATE, str(at))
                 for at in seconds]
        return transitions.Transition(
            self.scheduler, steps,
            lambda step: self.done.append(
                (self.scheduler.now - 1000, step.value)))

    def test_steps_in_time(self):
        transition = self._start(0, 0, 1, 2)
        self.assertEqual([(0, '0'), (0, '0')], self.done)
        self.assertFalse(transition.finished)
        self.scheduler.advance(1.5)
        self.assertEqual([(1, '1')], self.done[2:])
        self.scheduler.advance(1)
        self.assertEqual([(2, '2')], self.done[3:])
        self.assertTrue(transition.finished)

    def test_cancel(self):
        transition = self._start(0, 1)
        transition.cancel()
        self.assertEqual(0, self.scheduler.waiting)
        self.assertTrue(transition.finished)
        self.scheduler.advance(2)
        self.assertEqual([(0, '0')], self.done)
