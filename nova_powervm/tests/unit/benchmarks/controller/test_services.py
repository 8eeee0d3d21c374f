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

import configparser
import pathlib

import fixtures
import mock

from benchmarks.controller import services
from nova_powervm.tests import base
from tools.minicloud import preflight
from tools.minicloud import processes
from tools.minicloud import stores


class TestController(base.TestCase):

    def setUp(self):
        super().setUp()
        self.processes = self.enterContext(mock.patch.object(
            processes, 'Processes', autospec=True)).return_value
        self.sql = self.enterContext(mock.patch.object(
            stores, 'sql', autospec=True))
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.controller = services.Controller(self.folder, 13500, 7)

    def started(self):
        return [call.args[0].name
                for call in self.processes.start.call_args_list]

    def test_start(self):
        self.controller.start()
        self.assertEqual(['epmd', 'rabbitmq', 'mariadb'], self.started())
        schema = self.processes.run.call_args.args[1]
        self.assertEqual(['db', 'sync', '--local_cell'], schema[-3:])

    def test_workers(self):
        self.controller.start()
        self.controller.set_workers(4)
        self.processes.kill.assert_called_once_with('nova-conductor')
        self.assertEqual('nova-conductor', self.started()[-1])
        found = configparser.RawConfigParser()
        found.read(pathlib.Path(self.folder, 'etc', 'nova', 'nova.conf'))
        self.assertEqual('4', found['conductor']['workers'])
        self.assertIn(services.DATABASE, found['database']['connection'])
        self.assertEqual('7', found['database']['max_pool_size'])
        # What it says of itself would be among the updates.
        self.assertGreater(
            int(found['DEFAULT']['report_interval']), 86400)
        # One that has it would ask all cells.
        self.assertNotIn('api_database', found)

    def test_hosts_have_no_database(self):
        self.controller.start()
        found = configparser.RawConfigParser()
        found.read(self.controller.compute_file)
        self.assertEqual({'transport_url'}, set(found['DEFAULT']))
        self.assertEqual([], found.sections())

    def test_quiet(self):
        self.controller.start()
        with mock.patch.object(services, 'time', mock.Mock(
                monotonic=mock.Mock(side_effect=[100.0, 103.0]))) as time:
            self.controller.set_workers(1)
            self.controller.wait_quiet()
        time.sleep.assert_called_once_with(4.0)

    def test_cpu(self):
        self.processes.find.side_effect = lambda name: (
            None if name == 'mariadb' else name)
        with mock.patch.object(processes, 'cpu_seconds', return_value=1.5):
            self.assertEqual({'nova-conductor': 1.5, 'rabbitmq': 1.5},
                             self.controller.cpu_seconds())

    def test_no_such_queue(self):
        with mock.patch.object(stores, 'rabbitmqctl', autospec=True,
                               side_effect=processes.CloudError) as tool:
            self.controller.purge('conductor')
        self.assertEqual(('purge_queue', 'conductor'),
                         tool.call_args.args[1:])


class TestRunning(base.TestCase):

    def setUp(self):
        super().setUp()
        self.controller = self.enterContext(mock.patch.object(
            services, 'Controller', autospec=True)).return_value

    def folder(self):
        return pathlib.Path(services.Controller.call_args.args[0])

    def test_nothing_is_left(self):
        with services.running(13500, 5, lambda line: None):
            self.assertTrue(self.folder().exists())
            self.controller.kill.assert_not_called()
        self.controller.kill.assert_called_once_with()
        self.assertFalse(self.folder().exists())

    def test_start_fails(self):
        self.controller.start.side_effect = KeyboardInterrupt
        self.assertRaises(
            KeyboardInterrupt,
            services.running(13500, 5, lambda line: None).__enter__)
        self.controller.kill.assert_called_once_with()
        self.assertFalse(self.folder().exists())


class TestCheck(base.TestCase):

    def setUp(self):
        super().setUp()
        self.controller = services.Controller('/none', 13500, 5)
        self.missing = {
            name: self.enterContext(mock.patch.object(
                preflight, name, autospec=True, return_value=iter(())))
            for name in ('programs', 'modules', 'ports')}

    def test_all_is_there(self):
        self.controller.check()

    def test_everything_that_is_missing_is_told(self):
        for name, check in self.missing.items():
            check.return_value = iter([name])
        error = self.assertRaises(processes.CloudError,
                                  self.controller.check)
        self.assertEqual(3, len(str(error).splitlines()))

    def test_only_its_own_ports(self):
        self.controller.check()
        self.assertEqual(
            {'mariadb': 13500, 'rabbitmq': 13501, 'rabbitmq-dist': 13502,
             'epmd': 13503}, self.missing['ports'].call_args.args[0])
