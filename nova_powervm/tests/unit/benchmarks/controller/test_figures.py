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

"""Rules, budgets, tables and pictures."""

import pathlib

import ddt
import fixtures
import mock

from benchmarks.comparison import releases
from benchmarks.controller import budgets
from benchmarks.controller import plots
from benchmarks.controller import report
from benchmarks.controller import rule
from benchmarks import pictures
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks.controller import samples


class TestRule(base.TestCase):

    def test_costs_are_those_of_all_cases_together(self):
        found, = rule.costs([
            samples.row(), samples.row(hosts=6, conductor_cpu=12.0),
            samples.not_run()])
        self.assertEqual((2, 0.01, 4.0), (
            found['cases'], found['lpar'], found['lookup']))

    def test_lookups_have_no_cost_of_their_own_in_a_crash(self):
        found, = rule.costs([samples.row('crash')])
        self.assertEqual((0.01, None), (found['lpar'], found['lookup']))

    def test_modules_are_told_apart(self):
        self.assertEqual(2, len(rule.costs([
            samples.row(), samples.row(module=releases.OLD)])))

    def test_rates(self):
        self.assertEqual(
            {'lpars': 100.0, 'storms': 30.0, 'hosts': 0.5},
            rule.rates({'lpar': 0.01, 'lookup': 2.0}))
        self.assertEqual(
            {'lpars': None, 'storms': None, 'hosts': None},
            rule.rates({'lpar': 0.0, 'lookup': None}))

    def test_knees(self):
        def row(hosts, slow, **place):
            return samples.row(
                hosts=hosts, lookups={'slow': slow}, **place)

        found = rule.knees([
            row(1, 0.0), row(10, 0.0), row(20, 0.1), row(20, 0.0),
            row(50, 0.2), row(1, 0.0, workers=2), samples.not_run(hosts=5)])
        self.assertEqual(
            [(1, 10, 20), (2, 1, None)],
            [(each['workers'], each['without'], each['with'])
             for each in found])


@ddt.ddt
class TestBudgets(base.TestCase):

    @ddt.named_data(
        ['redundant', 'redundant', {}], ['resync', 'resync', {}],
        ['crash', 'crash', {'lookups': {'count': 99}}])
    def test_within(self, name, values):
        found = list(budgets.checks(samples.row(name, **values)))
        self.assertNotEqual([], found)
        self.assertTrue(all(check.within for check in found))

    @ddt.named_data(
        ['wrong', 'crash', {'wrong': 1}],
        ['lookups', 'redundant', {'lookups': {'count': 3}}],
        ['resync', 'resync', {'lookups': {'count': 3}}])
    def test_over(self, name, values):
        found = list(budgets.checks(samples.row(name, **values)))
        self.assertFalse(all(check.within for check in found))

    def test_further_lpars_are_looked_up_by_further_lookups(self):
        row = samples.row(lookups={'count': 4})
        row['lpars'] = 201
        self.assertTrue(all(
            check.within for check in budgets.checks(row)))

    def test_release_9_has_none(self):
        self.assertEqual([], list(budgets.checks(
            samples.row(module=releases.OLD, wrong=1))))

    def test_without_end_there_is_nothing_to_check(self):
        self.assertEqual([], list(budgets.checks(samples.not_run())))


class TestReport(base.TestCase):

    def test_cases(self):
        found = report.cases([
            samples.row(), samples.row('crash', wrong=17),
            samples.row(ended=False, drain=None), samples.not_run()])
        cells = [line.split() for line in found.splitlines()
                 if set(line) != {'-'}]
        self.assertEqual(['crash', 'threading', '1', '2', '2', '500', '750',
                          '0.0%'], cells[1][:8])
        self.assertEqual('17', cells[1][-1])
        self.assertIn('NO END', found)
        self.assertIn('NOT RUN', found)

    def test_row(self):
        self.assertIn('4.0', report.row(samples.row()))
        self.assertIn('redundant', report.row(samples.not_run()))

    def test_rules(self):
        found = report.rules([samples.row(), samples.row('crash')])
        self.assertIn('100', found)

    def test_plans(self):
        cells = report.plans([samples.plan()]).splitlines()[-1].split()
        self.assertEqual(
            ['bulk', 'instances', 'range', 'uuids', '400', '401', '200',
             '7', '200', '9.5'], cells)

    def test_further_tables_of_a_lookup(self):
        step = samples.plan()['plan'][0]
        cells = report.plans([samples.plan(
            plan=[step, step])]).splitlines()[-1].split()
        self.assertEqual(
            ['bulk', 'instances', 'range', 'uuids', '400'], cells)


class TestPlots(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.draw = self.enterContext(mock.patch.object(
            pictures, 'draw', autospec=True))

    def curves(self, *rows):
        plots.draw(rows, self.folder / 'new')
        return {call.args[0].name: call.args[1]
                for call in self.draw.call_args_list}

    def test_drain_by_workers(self):
        found = self.curves(
            samples.row('crash', hosts=1, drain=3.0),
            samples.row('crash', hosts=10, drain=9.0),
            samples.row('crash', workers=2),
            samples.row('crash', module=releases.OLD),
            samples.row('redundant'))['performance-controller-drain.svg']
        self.assertEqual(3, len(found))
        self.assertEqual(
            [[(1, (3.0, 3.0, 3.0)), (10, (9.0, 9.0, 9.0))]],
            [curve.points for curve in found if len(curve.points) > 1])
        self.assertEqual(3, len({(curve.color, curve.dashed)
                                 for curve in found}))

    def test_cpu_over_all_workers(self):
        curve, = self.curves(
            samples.row(conductor_cpu=1.0),
            samples.row(workers=2, conductor_cpu=2.0),
            samples.row(workers=4, conductor_cpu=4.0),
        )['performance-controller-cpu.svg']
        self.assertEqual([(2, (2.0, 1.0, 4.0))], curve.points)

    def test_without_end_there_is_nothing_to_draw(self):
        self.assertEqual({}, self.curves(samples.not_run()))
