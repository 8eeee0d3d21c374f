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

from benchmarks import budgets
from benchmarks import limits
from benchmarks import report
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks import samples


def over(figures, floor=None, lpars=1000):
    """Return the checks that exceed their limit."""
    return [check for check in budgets.checks([figures], floor, lpars)
            if not check.within]


@ddt.ddt
class TestChecks(base.TestCase):

    @ddt.named_data(
        ['redundant', samples.storm()],
        ['memory', samples.memory()],
        ['next_time', samples.storm('redundant, next time')],
        ['busy', samples.storm('busy', lookups=9, reads=9)],
        ['crash', samples.storm('crash')],
        ['without_events', samples.storm(
            'busy, tasks end', poll={'events': 0, 'held_us': 99})])
    def test_at_the_limits(self, figures):
        self.assertNotEqual([], budgets.checks([figures], None, 1000))
        self.assertEqual([], over(figures, {'seconds': 10.0}))

    @ddt.named_data(
        ['lookups', samples.storm(lookups=6), 6],
        ['lookups_again', samples.storm('redundant, next time', lookups=6),
         6],
        ['reads', samples.storm('redundant, next time', reads=3), 3],
        ['threads', samples.storm('busy', threads=6), 6],
        ['budget_of_calls', samples.storm('crash', over_budget=1), 1],
        ['poll_thread', samples.storm('reboot', poll={
            'events': 1, 'held_us': 60.1}), 60.1],
        ['pending_bytes', samples.memory(pending_bytes=1025), 1025],
        ['agreed_bytes', samples.memory(agreed_bytes=1025), 1025])
    def test_over(self, figures, measured):
        check, = over(figures)
        self.assertEqual(measured, check.measured)

    def test_floor(self):
        crash = samples.storm('crash', drain=13.1)
        check, = over(crash, {'seconds': 10.0})
        self.assertEqual(1.31, check.measured)
        self.assertEqual([], over(crash, None))

    def test_more_lpars_may_take_more_lookups(self):
        self.assertEqual([], over(samples.storm(lookups=6), lpars=1001))
        self.assertEqual(1, len(over(samples.storm(lookups=2), lpars=200)))


@ddt.ddt
class TestFaults(base.TestCase):

    @ddt.named_data(['storm', samples.storm()], ['memory', samples.memory()],
                    ['floor', samples.floor()])
    def test_right_result(self, figures):
        self.assertEqual([], budgets.faults(figures))

    @ddt.named_data(
        ['needless_event', samples.storm(emits=1)],
        ['missing_events', samples.storm('crash', emits_expected=1000)],
        ['disagreement', samples.storm(disagree=1)],
        ['disagreement_of_the_floor', samples.floor(disagree=1)],
        ['not_all_pending', samples.memory(pending_lpars=999)])
    def test_wrong_result(self, figures):
        self.assertEqual(1, len(budgets.faults(figures)))


class TestReport(base.TestCase):

    def setUp(self):
        super().setUp()
        self.lines = report.storms(
            [samples.storm(), samples.memory(),
             samples.storm('crash', drain=12.0)],
            {'seconds': 10.0}).splitlines()

    def test_one_line_a_storm(self):
        # Headings and a rule, and none for the memory.
        self.assertEqual(4, len(self.lines))
        self.assertEqual(
            ['crash', '12000', '5', '2', '0', '60.0', '90.0', '50.0',
             '12.00', '1.20', '1.0+2.0', '2', '1.0', '5'],
            self.lines[3].split())

    def test_only_a_crash_has_a_floor(self):
        self.assertEqual('-', self.lines[2].split()[9])

    def test_one_line_a_check(self):
        checks = budgets.checks([samples.storm(lookups=6)], None, 1000)
        lines = limits.table(checks).splitlines()[2:]
        self.assertEqual(len(checks), len(lines))
        words = {line.split()[-1]: check.within
                 for line, check in zip(lines, checks, strict=True)}
        self.assertEqual(2, len(words))
