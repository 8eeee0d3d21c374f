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

from benchmarks import budgets
from benchmarks import report
from nova_powervm.tests import base


def storm(name='redundant', **figures):
    return {'name': name, 'lpars': 1000, 'lookups': 5, 'reads': 2,
            'emits': 0, 'emits_expected': 0, 'disagree': 0, 'drain': 13.0,
            'threads': 5, 'cpu_ingest': 1.0, 'cpu_drain': 2.0,
            'poll': {'events': 12000, 'held_us': 60.0, 'wall_us': 90.0,
                     'cpu_us': 50.0},
            'memory': {'rest': 2 ** 20, 'peak': 2 ** 21}, **figures}


def memory(**figures):
    return {'name': 'memory', 'lpars': 1000, 'pending_lpars': 1000,
            'pending_bytes': 1024.0, 'known_bytes': 1024.0, **figures}


class TestChecks(base.TestCase):

    def over(self, figures, floor=None, lpars=1000):
        return {check.figure for check in budgets.checks(
            [figures], floor, lpars) if not check.within}

    def test_at_the_limits(self):
        for figures in (storm(), memory(),
                        storm('redundant, next time', lookups=0),
                        storm('busy', lookups=9, reads=9)):
            self.assertEqual(set(), self.over(figures))
        self.assertEqual(set(), self.over(storm('crash'), {'seconds': 10.0}))

    def test_over(self):
        for figure, figures in (
                ('lookups', storm(lookups=6)),
                ('lookups', storm('redundant, next time', lookups=1)),
                ('REST reads', storm('redundant, next time', lookups=0,
                                     reads=3)),
                ('threads', storm('busy', threads=6)),
                ('poll thread, us an event', storm('reboot', poll={
                    'events': 1, 'held_us': 60.1})),
                ('bytes for each pending LPAR', memory(pending_bytes=1025)),
                ('bytes for each known LPAR', memory(known_bytes=1025))):
            self.assertEqual({figure}, self.over(figures))

    def test_floor(self):
        crash = storm('crash', drain=13.1)
        self.assertEqual({'drain, floors'}, self.over(
            crash, {'seconds': 10.0}))
        self.assertEqual(set(), self.over(crash, None))

    def test_lookups_grow_with_the_lpars(self):
        self.assertEqual(set(), self.over(storm(lookups=6), lpars=1001))
        self.assertEqual({'lookups'}, self.over(storm(lookups=2), lpars=200))

    def test_phase_without_events_has_no_poll_budget(self):
        figures = storm('busy, tasks end', poll={'events': 0, 'held_us': 99})
        self.assertEqual(set(), self.over(figures))

    def test_text_marks_each(self):
        text = report.checks_text(
            budgets.checks([storm(lookups=6)], None, 1000)).splitlines()
        self.assertIn('redundant: lookups', text[1])
        self.assertIn('OVER', text[1])
        self.assertIn('within', text[2])


class TestFaults(base.TestCase):

    def test_right_results(self):
        self.assertEqual([], budgets.faults(storm()))
        self.assertEqual([], budgets.faults(memory()))
        self.assertEqual([], budgets.faults(
            {'name': 'floor', 'emits': 3, 'emits_expected': 3,
             'disagree': 0}))

    def test_wrong_results(self):
        for figures in (storm(emits=1), storm('crash', emits_expected=1000),
                        storm(disagree=1), memory(pending_lpars=999)):
            self.assertEqual(1, len(budgets.faults(figures)))


class TestReport(base.TestCase):

    def test_one_line_a_storm(self):
        floor = {'seconds': 10.0}
        lines = report.storms(
            [storm(), memory(), storm('crash', drain=12.0)],
            floor).splitlines()
        self.assertEqual(3, len(lines))
        self.assertEqual(
            ['crash', '12000', '5', '2', '0', '60.0', '90.0', '50.0',
             '12.00', '1.20', '1.0+2.0', '2', '1.0', '5'], lines[2].split())
        # Only a crash has a floor.
        self.assertEqual('-', lines[1].split()[9])
