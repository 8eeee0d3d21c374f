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

"""The support matrix says what the table of extra specs says."""

import re

import ddt
import testtools

from nova_powervm.tests.unit.doc import extensions
from nova_powervm.virt.powervm import extra_specs

tables = extensions.load('flavor_tables')


@ddt.ddt
class TestTables(testtools.TestCase):

    def test_a_row_of_each(self):
        self.assertEqual(
            list(extra_specs.SUPPORTED),
            re.findall(r'^   \* - ``(.*)``$', tables.supported(),
                       re.MULTILINE))

    @ddt.data(*extra_specs.SUPPORTED.values())
    def test_row(self, spec):
        row = tables.supported().partition('``%s``' % spec.name)[2].partition(
            '\n   * - ')[0]
        for text in (spec.values.form.split()[-1], spec.meaning):
            self.assertIn(text, row)

    def test_refused(self):
        self.assertEqual(
            list(extra_specs.REFUSED),
            re.findall('^``(.*)``$', tables.refused(), re.MULTILINE))

    def test_the_matrix_has_all_tables(self):
        page = (extensions.SOURCE / 'admin' / 'support-matrix.rst').read_text()
        self.assertEqual(sorted(tables.TABLES), sorted(re.findall(
            r'^\.\. flavor-table:: (\S+)$', page, re.MULTILINE)))
