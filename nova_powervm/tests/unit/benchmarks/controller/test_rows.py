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

import contextlib

import mock

from benchmarks.controller import explain
from benchmarks.controller import fleet
from benchmarks.controller import rows
from benchmarks.controller import settings
from nova_powervm.tests import base


class _Controller:
    """Notes what is executed, and answers what is expected to be asked."""

    def __init__(self):
        self.cursor = mock.Mock()
        self.run = mock.Mock()
        self.sql = mock.Mock(return_value=[])
        self.compute_file = 'file'

    @contextlib.contextmanager
    def session(self):
        yield self.cursor

    @property
    def statements(self):
        return [call.args[0] for call in self.cursor.execute.call_args_list]


class TestRows(base.TestCase):

    def setUp(self):
        super().setUp()
        self.controller = _Controller()

    def test_first_server_is_novas_and_the_others_are_copies(self):
        self.controller.cursor.fetchall.return_value = [
            ('uuid',), ('host',), ('vm_state',)]
        rows.fill(self.controller, 2, 2)
        uuids = [uuid for number in range(2)
                 for uuid in fleet.instances(fleet.lpars(number, 2))]
        self.assertEqual(('host-0', uuids[0]),
                         self.controller.run.call_args.args[1:])
        self.assertEqual(
            [(uuids[1], 'host-0'), (uuids[2], 'host-1'),
             (uuids[3], 'host-1')],
            self.controller.cursor.executemany.call_args.args[1])
        self.assertIn(
            'INSERT INTO instances (`uuid`, `host`, `vm_state`) SELECT '
            's.uuid, s.host, t.`vm_state` FROM instances t, servers s '
            'WHERE t.uuid = %s', self.controller.statements)

    def test_wrong(self):
        self.controller.cursor.fetchone.return_value = (3,)
        self.assertEqual(3, rows.wrong(self.controller, 2, True))
        self.assertEqual(('host-0', 'host-1', 4, 'stopped'),
                         self.controller.cursor.execute.call_args.args[1])

    def test_nothing_crashed(self):
        self.controller.cursor.fetchone.return_value = (0,)
        rows.wrong(self.controller, 1, False)
        self.assertEqual(('host-0', 1, 'active'),
                         self.controller.cursor.execute.call_args.args[1])


class TestExplain(base.TestCase):

    def setUp(self):
        super().setUp()
        self.controller = _Controller()
        self.log = [("SELECT a FROM instances WHERE uuid IN ('%s', '%s')"
                     % (number * 36, number * 36),) for number in '12']
        self.controller.sql.side_effect = lambda statement: (
            self.log if 'CONVERT' in statement else [])
        cursor = self.controller.cursor
        cursor.description = [
            (name,) for name in ('table', 'type', 'key', 'rows', 'Extra',
                                 'ref')]
        cursor.fetchall.side_effect = lambda: (
            [('Handler_read_key', '2')]
            if 'STATUS LIKE' in self.controller.statements[-1] else
            [('instances', 'range', 'uuids', 2, None, 'const')])
        self.aboard = self.enterContext(mock.patch.object(
            explain.crews, 'aboard', autospec=True))
        self.aboard.return_value.__exit__.return_value = None
        self.measure = self.enterContext(mock.patch.object(
            explain.storms, 'measure', autospec=True))

    def run_all(self, tree=None):
        return explain.run(self.controller, settings.Settings(), tree)

    def test_one_of_each_shape(self):
        found = self.run_all()
        self.assertEqual(['redundant', 'resync'], [
            call.args[2] for call in self.measure.call_args_list])
        self.assertEqual(2, len(found))
        self.assertIn('(2 uuids)', found[0]['statement'])
        self.assertEqual(
            [{'table': 'instances', 'type': 'range', 'key': 'uuids',
              'rows': 2, 'Extra': None}], found[0]['plan'])
        self.assertEqual({'Handler_read_key': 2}, found[0]['handler'])

    def test_single_lookups_are_those_of_release_9(self):
        self.assertEqual(3, len(self.run_all('tree')))
        self.assertEqual(['threading', '9.0.0'], [
            call.args[1] for call in self.aboard.call_args_list])

    def test_the_log_is_switched_off_again(self):
        self.measure.side_effect = OSError
        self.assertRaises(OSError, self.run_all)
        self.assertEqual('SET GLOBAL general_log = 0',
                         self.controller.sql.call_args.args[0])

    def test_other_tables_are_of_no_interest(self):
        self.log[:] = [('SELECT a FROM services',)]
        self.assertEqual([], self.run_all())

    def test_a_single_uuid_stays(self):
        self.assertEqual(
            "SELECT a FROM instances WHERE uuid IN ('uuid')", explain.shape(
                "SELECT a FROM instances WHERE uuid IN ('%s')" % ('a' * 36)))
