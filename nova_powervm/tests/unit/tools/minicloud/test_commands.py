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
import io
import pathlib

import ddt
import fixtures
import mock

from nova_powervm.tests import base
from tools.minicloud import __main__ as command
from tools.minicloud import bring_up
from tools.minicloud import processes
from tools.minicloud import settings


@ddt.ddt
class TestCommands(base.TestCase):

    def setUp(self):
        super().setUp()
        self.directory = self.useFixture(fixtures.TempDir()).path
        self.output = self.enterContext(
            contextlib.redirect_stdout(io.StringIO()))
        self.errors = self.enterContext(
            contextlib.redirect_stderr(io.StringIO()))
        self.enterContext(mock.patch.object(command.signal, 'signal'))

    def run_command(self, *arguments):
        return command.main(['--directory', self.directory, *arguments])

    @ddt.data(
        ('no command', ()), ('unknown', ('sideways',)),
        ('port', ('up', '--first-port', '80')),
        ('computes', ('up', '--computes', '0')),
        ('too many computes', ('up', '--computes', '41')),
        ('conductors', ('up', '--conductors', 'many')),
        ('servers', ('up', '--lpars', '-1')),
        ('delay', ('up', '--delay', 'nan')),
        ('backend', ('up', '--backend', 'twisted')),
        ('lines', ('logs', '--lines', 'x')),
        ('nothing to stop', ('stop',)))
    @ddt.unpack
    def test_bad_option(self, _name, arguments):
        error = self.assertRaises(
            SystemExit, self.run_command, *arguments)
        self.assertEqual(2, error.code)

    @ddt.data(('status',), ('openrc',), ('stop', 'glance'),
              ('start', 'glance'), ('logs', 'glance'), ('logs',))
    def test_no_cloud(self, arguments):
        self.assertEqual(2, self.run_command(*arguments))
        self.assertIn(self.directory, self.errors.getvalue())

    def test_no_cloud_to_take_down(self):
        self.assertEqual(0, self.run_command('down'))

    def test_unknown_service(self):
        settings.Settings(self.directory).save()
        self.assertEqual(2, self.run_command('stop', 'cinder'))
        self.assertIn('cinder', self.errors.getvalue())

    def test_openrc(self):
        settings.Settings(self.directory).save()
        self.assertEqual(0, self.run_command('openrc'))
        self.assertIn('OS_AUTH_URL', self.output.getvalue())

    def test_status_of_a_cloud_that_was_killed(self):
        settings.Settings(self.directory).save()
        self.assertEqual(1, self.run_command('status'))

    def test_options(self):
        with mock.patch.object(bring_up.BringUp, 'run') as run:
            run.side_effect = processes.CloudError('as far as this')
            with mock.patch.object(
                    bring_up.BringUp, '__init__', return_value=None) as init:
                self.run_command(
                    'up', '--first-port', '20000', '--computes', '3',
                    '--conductors', '4', '--lpars', '5', '--delay', '6.5',
                    '--backend', 'eventlet', '--bare', '--notifications')
        self.assertEqual(
            settings.Settings(self.directory, 20000, 3, 4, 5, 'eventlet',
                              6.5, True, True), init.call_args.args[0])

    def test_interrupted(self):
        with mock.patch.object(bring_up.BringUp, 'run',
                               side_effect=KeyboardInterrupt):
            self.assertEqual(130, self.run_command('up'))

    def test_folder_of_something_else(self):
        precious = pathlib.Path(self.directory, 'etc')
        precious.mkdir()
        with mock.patch.object(bring_up.preflight, 'check'):
            self.assertEqual(2, self.run_command('up'))
        self.assertTrue(precious.exists())


class TestBringUp(base.TestCase):

    def setUp(self):
        super().setUp()
        self.settings = settings.Settings(
            self.useFixture(fixtures.TempDir()).join('cloud'))
        self.said = []
        self.enterContext(mock.patch.object(bring_up.preflight, 'check'))
        self.enterContext(mock.patch.object(bring_up.apis, 'configure'))
        self.processes = self.enterContext(mock.patch.object(
            bring_up.processes, 'Processes')).return_value
        self.processes.marked.return_value = []
        self.processes.kill_all.return_value = ['mariadb']

    def run_it(self):
        bring_up.BringUp(self.settings, self.said.append).run()

    def failing(self, error):
        return mock.patch.object(
            bring_up.BringUp, '_start_all', side_effect=error)

    def test_failure_stops_everything(self):
        with self.failing(processes.CloudError('glance ended')):
            self.assertRaises(processes.CloudError, self.run_it)
        self.processes.kill_all.assert_called_once_with()
        self.assertFalse(self.settings.path('cloud.json').exists())

    def test_ctrl_c_stops_everything(self):
        with self.failing(KeyboardInterrupt):
            self.assertRaises(KeyboardInterrupt, self.run_it)
        self.processes.kill_all.assert_called_once_with()

    def test_up_twice(self):
        self.settings.path().mkdir()
        self.settings.save()
        self.processes.marked.return_value = [mock.Mock()]
        self.assertRaises(processes.CloudError, self.run_it)
        self.processes.kill_all.assert_not_called()

    def test_leftovers_are_stopped(self):
        self.processes.marked.return_value = [mock.Mock()]
        with mock.patch.object(bring_up.BringUp, '_start_all'), \
                mock.patch.object(bring_up.credentials, 'write'):
            self.run_it()
        self.processes.kill_all.assert_called_once_with()
        self.assertTrue(self.settings.path('cloud.json').exists())
