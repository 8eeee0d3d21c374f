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

"""Tables."""

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.watcher import test_figures
from tools.watcher import figures
from tools.watcher import models
from tools.watcher import phases
from tools.watcher import report


class ReportTestCase(base.TestCase):

    def result(self, seconds):
        return phases.Result('off', seconds, 40, test_figures.build(),
                             {'x': 20, 'y': 20}, [])

    def test_results(self):
        rows = report.result_rows([self.result(6.25), self.result(None)])
        self.assertEqual(
            ['off', '40', '1.00 s', '15', '40'],
            [cell for cell in rows[1] if cell != '6.2 s'])
        self.assertNotIn(rows[1][1], rows[2])

    def test_figures(self):
        rows = report.figure_rows([figures.Figure(
            120, test_figures.build(), test_figures.build(1, 0.5))])
        self.assertEqual(('120', '1.00 s', '15', '0.50 s', '11'), rows[1])

    def test_tables_have_all_rows(self):
        rows = report.result_rows([self.result(1.0)] * 3)
        # A line below the header; three lines around the table.
        self.assertEqual(5, len(report.text(rows).splitlines()))
        self.assertEqual(4, report.rst(rows).count('* - '))

    def test_differences(self):
        found = [models.Difference('a', 'state', ('p', 'q'), 1, 2)] * 40
        lines = report.differences(found).splitlines()
        self.assertEqual(2 + 30 + 1, len(lines))
        self.assertIn('10', lines[-1])

    def test_few_differences(self):
        found = [models.Difference('a', '', ('p', 'q'), 'present', 'absent')]
        self.assertEqual(3, len(report.differences(found).splitlines()))
