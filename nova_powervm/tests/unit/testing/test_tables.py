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


import testtools

from nova_powervm.testing import tables

_ROWS = [('name', 'n'), ('a', '12345'), ('total', '1')]


class TestTable(testtools.TestCase):

    def test_columns(self):
        self.assertEqual(
            ['name       n',
             'a      12345',
             'total      1'], tables.table(_ROWS).splitlines())

    def test_rules(self):
        self.assertEqual(
            ['name       n',
             '------------',
             'a      12345',
             '------------',
             'total      1'],
            tables.table(_ROWS, rules=(1, -1)).splitlines())

    def test_more_columns_to_the_left(self):
        self.assertEqual(['a  bb  c', 'd  e   f'], tables.table(
            [('a', 'bb', 'c'), ('d', 'e', 'f')], left=2).splitlines())

    def test_no_space_at_the_end(self):
        self.assertEqual(['a   b', 'cc'], tables.table(
            [('a', 'b'), ('cc', ' ')]).splitlines())

    def test_rows_of_different_length(self):
        self.assertRaises(ValueError, tables.table, [('a', 'b'), ('c',)])
