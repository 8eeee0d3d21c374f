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


from docutils import core
from docutils import nodes

from nova_powervm.tests import base
from tools.minicloud import tempest_results
from tools.minicloud import tempest_tables

RESULTS = (
    tempest_results.Result('b.B.test_one', 'pass', 1.0),
    tempest_results.Result('b.B.test_two', 'fail', 2.0, 'boom'),
    tempest_results.Result('a.A.test_one', 'skip', 0.5, 'no *disk*'))


class TestText(base.TestCase):

    def test_rows(self):
        lines = [line.split() for line in
                 tempest_tables.text(RESULTS).splitlines()]
        self.assertEqual(
            [['a.A', '0', '1', '0', '0.5'], ['b.B', '1', '0', '1', '3.0']],
            lines[2:4])
        self.assertEqual(['total', '1', '1', '1', '3.5'], lines[5])
        self.assertEqual(['1', 'no', '*disk*'], lines[-1])

    def test_nothing_skipped(self):
        text = tempest_tables.text(RESULTS[:1])
        self.assertEqual('total', text.splitlines()[-1].split()[0])


class TestRst(base.TestCase):

    def rows(self):
        document = core.publish_doctree(
            tempest_tables.rst(RESULTS, 'tox -e tempest', '2026-11-30', 3.7),
            settings_overrides={'halt_level': 2})
        return [[entry.astext() for entry in row.findall(nodes.entry)]
                for row in document.findall(nodes.row)]

    def test_rows(self):
        rows = self.rows()
        self.assertIn(['a.A', '0', '1', '0', '0.5'], rows)
        self.assertIn(['total', '1', '1', '1', '3.5'], rows)
        self.assertIn(['1', 'no *disk*'], rows)
