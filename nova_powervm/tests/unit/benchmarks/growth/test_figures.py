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
import mock

from benchmarks.growth import budgets
from benchmarks.growth import fits
from benchmarks.growth import plots
from benchmarks.growth import report
from benchmarks.growth import summary
from benchmarks import pictures
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks.growth import samples


@ddt.ddt
class TestFits(base.TestCase):

    @ddt.named_data(
        ['line', {1000: 2.0, 10_000: 2.0}, 1.0, 1.0],
        ['square', {1000: 2.0, 10_000: 20.0}, 10.0, 2.0],
        ['three_sizes', {1000: 1.0, 10_000: 10.0, 100_000: 100.0},
         100.0, 2.0],
        ['small_ones_do_not_count', {100: 9.0, 1000: 2.0, 10_000: 2.0},
         1.0, 1.0],
        ['order', {10_000: 20.0, 1000: 2.0}, 10.0, 2.0])
    def test_growth(self, costs, ratio, exponent):
        self.assertAlmostEqual(ratio, fits.ratio(costs))
        self.assertAlmostEqual(exponent, fits.exponent(costs))

    @ddt.named_data(['one_size', {1000: 2.0}],
                    ['one_of_them_small', {100: 2.0, 1000: 2.0}])
    def test_too_few_sizes(self, costs):
        self.assertIsNone(fits.ratio(costs))
        self.assertIsNone(fits.exponent(costs))


class TestSummary(base.TestCase):

    def test_medians(self):
        found, = summary.medians(
            samples.alone(event_us=value) for value in (3.0, 1.0, 8.0))
        self.assertEqual([3.0, 1.0, 8.0], found['figures']['event_us'])
        self.assertEqual((3, 1000), (found['runs'], found['lpars']))

    def test_each_case_by_itself_in_order(self):
        found = summary.medians([
            samples.sync(), samples.alone(), samples.handlers(),
            samples.alone(100), samples.alone(backend='eventlet')])
        self.assertEqual(
            [('alone', 100, 'threading'), ('alone', 1000, 'threading'),
             ('alone', 1000, 'eventlet'), ('handlers', 10_000, 'threading'),
             ('sync', 1000, 'threading')],
            [(each['name'], each['lpars'], each['backend'])
             for each in found])

    def test_growth(self):
        found = summary.growth(summary.medians([
            samples.alone(), samples.alone(10_000, told_us=11.0),
            samples.handlers()]))
        self.assertEqual({1000: 10.0, 10_000: 11.0},
                         found['threading', 'told'])
        self.assertEqual(len(summary.WORK), len(found))


@ddt.ddt
class TestBudgets(base.TestCase):

    @staticmethod
    def over(*rows):
        return [check.what for check
                in budgets.checks(summary.medians(rows))
                if not check.within]

    def test_within(self):
        self.assertEqual([], self.over(
            samples.alone(), samples.alone(10_000), samples.handlers(),
            samples.sync()))

    @ddt.named_data(*([work, work] for work in summary.WORK))
    def test_no_straight_line(self, work):
        # The ratio and the exponent.
        self.assertEqual(2, len(self.over(
            samples.alone(),
            samples.alone(10_000, **{'%s_us' % work: 16.0}))))

    @ddt.named_data(
        ['pending', samples.alone(pending_bytes=1025)],
        ['known', samples.alone(known_bytes=1025)],
        ['threads', samples.handlers(threads=501)],
        ['reads', samples.sync(reads=3)])
    def test_over(self, row):
        self.assertEqual(1, len(self.over(row)))

    def test_the_worst_run_counts(self):
        self.assertEqual(1, len(self.over(
            samples.handlers(threads=501), samples.handlers(),
            samples.handlers())))

    def test_bytes_of_few_do_not_count(self):
        self.assertEqual([], self.over(samples.alone(
            100, pending_bytes=2000)))


@ddt.ddt
class TestReport(base.TestCase):

    def test_all(self):
        rows = [samples.alone(event_us=12.34), samples.alone(10_000),
                samples.handlers(), samples.sync(each_reads=1001)]
        text = report.text(summary.medians(rows))
        self.assertIn('12.3', text)
        self.assertIn('1001', text)
        self.assertIn('1.000', text)

    def test_milliseconds_of_a_batch(self):
        text = report.text(summary.medians([
            samples.alone(10_000, told_us=7.5)]))
        self.assertIn(' 7.5 ', text.partition('\n\n')[0])
        self.assertIn(' 75.0 ', text.partition('\n\n')[2])

    @ddt.named_data(['alone', samples.alone(), 2],
                    ['handlers', samples.handlers(), 1],
                    ['sync', samples.sync(), 1])
    def test_only_what_there_is(self, row, tables):
        text = report.text(summary.medians([row]))
        self.assertEqual(tables, len(text.split('\n\n')))

    def test_row(self):
        self.assertIn('event_us 10.0', report.row(samples.alone()))

    def test_spread(self):
        text = report.text(summary.medians([
            samples.alone(event_us=3.0), samples.alone(event_us=5.0)]))
        self.assertIn('4.0 (3.0-5.0)', text)


class TestPlots(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path) / 'new'
        self.draw = self.enterContext(mock.patch.object(
            pictures, 'draw', autospec=True))

    def test_files_and_curves(self):
        files = plots.draw(summary.medians([
            samples.alone(), samples.alone(backend='eventlet')]),
            self.folder)
        self.assertEqual(files, [call.args[0]
                                 for call in self.draw.mock_calls])
        self.assertTrue(self.folder.is_dir())
        self.assertEqual(['threading', 'eventlet'], [
            curve.label for curve in self.draw.mock_calls[0].args[1]])

    def test_a_batch_costs_that_of_all_lpars(self):
        plots.draw(summary.medians([
            samples.alone(10_000, asked_us=20.0)]), self.folder)
        curve = self.draw.mock_calls[2].args[1][0]
        self.assertEqual([(10_000, [200.0] * 3)], curve.points)

    def test_nothing_to_draw(self):
        self.assertEqual([], plots.draw(
            summary.medians([samples.sync()]), self.folder))
        self.draw.assert_not_called()
