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

from nova_powervm.testing import records
from nova_powervm.tests import base
from nova_powervm.tests.endurance import compute
from nova_powervm.tests.endurance import plan
from nova_powervm.tests.endurance import run
from nova_powervm.tests.endurance import soak

_STEPS = plan.Plan(1, 20).round(3000)


@ddt.ddt
class TestPlan(base.TestCase):

    def test_same_seed(self):
        self.assertEqual(plan.Plan(1, 20).round(300),
                         plan.Plan(1, 20).round(300))

    def test_other_seed(self):
        self.assertNotEqual(plan.Plan(1, 20).round(300),
                            plan.Plan(2, 20).round(300))

    def test_in_order(self):
        self.assertEqual(_STEPS, sorted(_STEPS, key=lambda step: step.at))

    @ddt.data(*sorted({step.what for step in _STEPS}))
    def test_step_can_be_taken(self, what):
        self.assertTrue(callable(getattr(run.Run, what)))

    @ddt.data(*sorted({operation for step in _STEPS
                       if step.what == 'operate'
                       for operation in step.args[1:]}))
    def test_operation_of_a_user(self, operation):
        self.assertIn(operation, ('start', 'stop'))

    @ddt.data(*plan.NO_FAULTS)
    def test_fault_of_nova(self, name):
        self.assertEqual(plan.NO_FAULTS[name],
                         getattr(records.Faults(), name))

    def test_faults_of_nova_end(self):
        faults = [step.args[0] for step in _STEPS if step.what == 'nova']
        ends = [name for each in faults for name, value in each.items()
                if value == plan.NO_FAULTS[name]]
        self.assertEqual(set(plan.NO_FAULTS), set(ends))

    def test_what_is_silent_is_told_again(self):
        silent = [step for step in _STEPS if step.what == 'fault'
                  and step.args[1] in plan.SILENT]
        self.assertNotEqual([], silent)
        self.assertEqual(
            len(silent), sum(step.what == 'tell_again' for step in _STEPS))


@ddt.ddt
class TestCommands(base.TestCase):

    @ddt.data('add', 'faults', 'operate', 'remove', 'report', 'start',
              'stop', 'task')
    def test_the_process_has_it(self, name):
        self.assertTrue(callable(getattr(compute.Compute, name)))


def _sample(number, **fields):
    return soak.Sample(**{
        'seconds': number, 'rss_mib': 100.0, 'threads': 7,
        'module_threads': 5, 'agreed': 50, 'scheduled': 50, 'lpars': 50,
        'events': number, **fields})


@ddt.ddt
class TestSoak(base.TestCase):

    def judge(self, change=lambda number: {}, **last):
        samples = [_sample(number, **change(number)) for number in range(90)]
        _, wrong = soak.judge(
            samples, _sample(99, **{'agreed': 0, 'scheduled': 0, **last}), 50)
        return wrong

    def test_flat(self):
        self.assertEqual([], self.judge())

    def test_growth_before_the_warm_up_has_ended(self):
        self.assertEqual([], self.judge(
            lambda number: {'rss_mib': min(100, 70 + number)}))

    @ddt.named_data(
        ['memory', soak.MEMORY, lambda at: {'rss_mib': 100 + at / 10}],
        ['threads', soak.THREADS, lambda at: {'threads': 7 + (at > 80)}],
        ['agreed', soak.ENTRIES, lambda at: {'agreed': at}],
        ['scheduled', soak.ENTRIES, lambda at: {'scheduled': at}])
    def test_growth(self, what, change):
        self.assertEqual([what], self.judge(change))

    @ddt.data('agreed', 'scheduled')
    def test_something_is_left(self, name):
        self.assertEqual([soak.LEFTOVERS], self.judge(**{name: 1}))
