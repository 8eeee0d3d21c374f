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


from nova_powervm.tests import base
from nova_powervm.tests.endurance import chaos
from nova_powervm.tests.endurance import plan
from nova_powervm.tests.endurance import soak


class TestPlan(base.TestCase):

    def test_repeatable(self):
        steps, again, other = (
            plan.Plan(seed, 20).round(300) for seed in (1, 1, 2))
        self.assertEqual(steps, again)
        self.assertNotEqual(steps, other)
        self.assertEqual(steps, sorted(steps, key=lambda step: step.at))

    def test_every_kind_of_step_can_be_done(self):
        steps = plan.Plan(1, 20).round(3000)
        for what in {step.what for step in steps}:
            self.assertTrue(callable(getattr(chaos.Run, what)), what)

    def test_what_is_silent_is_told_again(self):
        steps = plan.Plan(1, 20).round(3000)
        silent = [step for step in steps if step.what == 'fault'
                  and step.args[1] in plan.SILENT]
        self.assertNotEqual([], silent)
        self.assertEqual(
            len(silent), sum(step.what == 'tell_again' for step in steps))


def _sample(number, **fields):
    return soak.Sample(**{
        'seconds': number, 'rss_mib': 100.0, 'threads': 7,
        'module_threads': 5, 'cached': 50, 'scheduled': 50, 'lpars': 50,
        'events': number, **fields})


class TestSoak(base.TestCase):

    def judge(self, change=lambda number: {}, **last):
        samples = [_sample(number, **change(number)) for number in range(90)]
        _, wrong = soak.judge(
            samples, _sample(99, **{'cached': 0, 'scheduled': 0, **last}), 50)
        return wrong

    def test_flat(self):
        self.assertEqual([], self.judge())
        # Before the warm-up has ended.
        self.assertEqual([], self.judge(
            lambda number: {'rss_mib': min(100, 70 + number)}))

    def test_growth(self):
        self.assertEqual(['memory grows'], self.judge(
            lambda number: {'rss_mib': 100 + number / 10}))
        self.assertEqual(['threads grow'], self.judge(
            lambda number: {'threads': 7 + (number > 80)}))
        self.assertEqual(
            ['more is kept than there are LPARs'],
            self.judge(lambda number: {'cached': number}))

    def test_something_is_left(self):
        for name in ('cached', 'scheduled'):
            self.assertEqual(['something is left of deleted LPARs'],
                             self.judge(**{name: 1}))
