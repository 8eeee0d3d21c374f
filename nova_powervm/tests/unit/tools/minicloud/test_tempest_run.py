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
from nova_powervm.tests.unit.tools.minicloud import samples
from tools.minicloud import settings as settings_mod
from tools.minicloud import tempest_run

ONE = 'tempest.api.compute.servers.test_a.ATest.test_one'


@ddt.ddt
class TestMain(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        settings_mod.Settings(self.folder).save()
        pathlib.Path(self.folder, 'tempest').mkdir()
        self.stream = samples.Stream()
        self.popen = self.enterContext(mock.patch.object(
            tempest_run.subprocess, 'Popen', autospec=True))
        self.tempest = self.popen.return_value.__enter__.return_value
        self.tempest.returncode = 0
        self.out = self.enterContext(
            contextlib.redirect_stdout(io.StringIO()))
        self.errors = self.enterContext(
            contextlib.redirect_stderr(io.StringIO()))

    def run_tempest(self, *arguments):
        self.tempest.stdout = self.stream.open()
        return tempest_run.main(['--directory', self.folder, *arguments])

    def test_passed(self):
        self.stream.test(ONE, 'success')
        self.assertEqual(0, self.run_tempest())
        self.assertIn('servers.test_a.ATest', self.out.getvalue())

    def test_failed(self):
        self.stream.test(ONE, 'fail', traceback='boom')
        self.assertEqual(1, self.run_tempest())
        self.assertIn('boom', self.out.getvalue())

    def test_status_of_tempest(self):
        self.stream.test(ONE, 'success')
        self.tempest.returncode = 3
        self.assertEqual(3, self.run_tempest())

    def test_no_test(self):
        self.assertEqual(1, self.run_tempest())
        self.assertTrue(self.errors.getvalue())

    def test_no_tempest(self):
        self.popen.side_effect = FileNotFoundError(2, 'not there')
        self.assertEqual(2, self.run_tempest())

    def test_no_cloud(self):
        self.folder += '/nowhere'
        self.assertEqual(2, self.run_tempest())
        self.popen.assert_not_called()

    def test_stestr_conf_of_another_tempest(self):
        stale = pathlib.Path(self.folder, 'tempest', '.stestr.conf')
        stale.touch()
        self.run_tempest()
        self.assertFalse(stale.exists())

    @ddt.named_data(
        ('default', (), 'tox -e tempest'),
        ('smoke', ('--smoke',), 'tox -e tempest -- --smoke'),
        ('named', ('--concurrency', '4', 'a b'),
         "tox -e tempest -- --concurrency 4 'a b'"))
    def test_rst(self, arguments, command):
        path = pathlib.Path(self.folder, 'results.rst')
        self.stream.test(ONE, 'success')
        self.run_tempest('--rst', str(path), *arguments)
        self.assertIn('``%s``' % command, path.read_text())

    def chosen(self, *arguments):
        """Return the regular expression of the tests that were run."""
        self.run_tempest(*arguments)
        command = self.popen.call_args.args[0]
        return command[command.index('--regex') + 1]

    def test_named(self):
        self.assertEqual('test_a|test_b', self.chosen('test_a', 'test_b'))

    @ddt.named_data(
        ('plugin', 'nova_powervm.tempest_plugin.tests.x.X.test_y[id-1]', True),
        ('smoke', ONE + '[id-1,smoke]', True),
        ('smoke_first', ONE + '[smoke,id-1]', True),
        ('other', ONE + '[id-1]', False),
        ('not_compute', 'tempest.api.image.X.test_y[id-1,smoke]', False))
    def test_smoke(self, name, wanted):
        regex = self.chosen('--smoke')
        (self.assertRegex if wanted else self.assertNotRegex)(name, regex)

    def test_concurrency(self):
        self.run_tempest('--concurrency', '3')
        command = self.popen.call_args.args[0]
        self.assertEqual('3', command[command.index('--concurrency') + 1])

    @ddt.named_data(('nothing', '0'), ('negative', '-1'), ('word', 'two'))
    def test_no_concurrency(self, number):
        raised = self.assertRaises(
            SystemExit, self.run_tempest, '--concurrency=' + number)
        self.assertEqual(2, raised.code)
