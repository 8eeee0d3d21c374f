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


import pathlib

import ddt
import fixtures

from benchmarks.comparison import plots
from benchmarks.comparison import releases
from benchmarks.comparison import report
from benchmarks.comparison import runner
from benchmarks.comparison import summary
from benchmarks import limits
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks.comparison import samples


@ddt.ddt
class TestSummary(base.TestCase):

    @ddt.named_data(
        ['none', [], 0.5, None], ['one', [3.0], 0.99, 3.0],
        ['middle', [1.0, 2.0, 3.0], 0.5, 2.0],
        ['late', list(range(100)), 0.99, 99])
    def test_quantile(self, values, share, expected):
        self.assertEqual(expected, summary.quantile(values, share))

    def test_row(self):
        found = summary.row(samples.crash(right=[1.0, 2.0, 3.0]), 2.0)
        self.assertEqual((2.0, 3.0, 3.0, 1.5), tuple(
            found[name] for name in ('p50', 'p99', 'last', 'floors')))
        self.assertEqual(2.0, found['mib'])
        self.assertEqual(30.0, found['us_event'])

    def test_nobody_was_told(self):
        # What nova saved by itself is not the module's.
        found = summary.row(samples.phase(right=[1.0]), 2.0)
        self.assertIsNone(found['last'])
        self.assertIsNone(found['floors'])

    def test_medians_of_what_a_run_lacks(self):
        rows = [summary.row(samples.crash(), floor) for floor in (10.0, None)]
        found = summary.medians(rows)
        self.assertIsNone(found['floors'])
        self.assertEqual([10.5, 10.5, 10.5], found['last'])


@ddt.ddt
class TestLimits(base.TestCase):

    def over(self, phase, counts=False, **job):
        results = runner.Results()
        job = {'case': phase['name'], **job}
        results.add(samples.job('floor', lpars=job.get('lpars', 1000)),
                    [samples.floor()])
        results.add(samples.job(**job), [phase])
        return [each for each in results.checks(counts) if not each.within]

    @ddt.named_data(
        ['wrong', samples.crash(wrong=1)],
        ['lookups', samples.phase(lookups=6)],
        ['reads', samples.phase('redundant, again', reads=3)],
        ['told', samples.phase('busy', told=1)])
    def test_counted(self, phase):
        self.assertEqual(1, len(self.over(phase, counts=True)))

    @ddt.named_data(
        ['threads', samples.phase('busy', threads=6)],
        ['poll', samples.phase(poll={'held_us': 30.1})],
        ['floors', samples.crash(right=[10.6])])
    def test_not_counted(self, phase):
        self.assertEqual(1, len(self.over(phase)))
        self.assertEqual([], self.over(phase, counts=True))

    def test_few_lpars_are_no_measure_of_time(self):
        self.assertEqual([], self.over(
            samples.crash(right=[20.0], poll={'held_us': 90.0}), lpars=999))

    def test_old_module_has_no_budget(self):
        self.assertEqual([], self.over(
            samples.phase(lookups=1502), module=releases.OLD))

    def test_worst_run_counts(self):
        results = runner.Results()
        for run, wrong in enumerate((0, 1, 0)):
            results.add(samples.job('rest-away', run=run), [samples.phase(
                'rest-away', wrong=wrong, told_expected=None)])
        check, = [each for each in results.checks(True) if not each.within]
        self.assertEqual(limits.Check(check.what, 1, 0), check)


class TestShown(base.TestCase):

    def setUp(self):
        super().setUp()
        self.results = runner.Results()
        for lpars in (10, 1000):
            self.results.add(samples.job('floor', lpars=lpars),
                             [samples.floor()])
            for module in releases.NAMES:
                self.results.add(samples.job('redundant', module, lpars),
                                 [samples.phase(lookups=1234)])
                self.results.add(samples.job('crash', module, lpars),
                                 [samples.crash()])
        self.folder = pathlib.Path(
            self.useFixture(fixtures.TempDir()).join('plots'))

    def test_pictures(self):
        found = plots.draw(self.results.summaries(), self.folder)
        self.assertEqual(
            ['performance-drain.svg', 'performance-lookups.svg',
             'performance-memory.svg'], [path.name for path in found])
        for path in found:
            self.assertIn('<svg', path.read_text())

    def test_same_figures_make_the_same_picture(self):
        def contents():
            return [path.read_bytes() for path in plots.draw(
                self.results.summaries(), self.folder)]
        self.assertEqual(contents(), contents())

    def test_no_picture_without_figures(self):
        self.assertEqual([], plots.draw([], self.folder))

    def test_table(self):
        found = report.summaries(self.results.summaries())
        self.assertEqual(6, found.count('1234'))

    def test_row_leaves_out_what_there_is_not(self):
        row = next(row for row in self.results.rows
                   if row['name'] == 'redundant')
        self.assertIn('1234', report.row(row))
        self.assertNotIn('None', report.row(row))

    def test_checks(self):
        found = limits.table(self.results.checks(False))
        self.assertIn('1.05', found)
