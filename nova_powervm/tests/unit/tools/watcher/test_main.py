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

"""The command."""

import contextlib
import importlib.machinery
import io
import pathlib
import signal
import sys
import types

import ddt
import fixtures
import mock

from nova_powervm.tests import base
from tools.minicloud import processes
from tools.minicloud import service
from tools.minicloud import settings as settings_mod
from tools.watcher import __main__ as main_mod
from tools.watcher import check
from tools.watcher import models

ROWS = [('Servers', 'Cloud'), ('10', '1 s')]


@ddt.ddt
class MainTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.install(types.ModuleType('watcher'))
        self.enterContext(mock.patch.object(signal, 'signal'))
        self.find = self.enterContext(mock.patch.object(
            check, 'find', return_value=settings_mod.Settings('/cloud')))
        self.check = self.enterContext(mock.patch.object(
            check, 'run', return_value=(ROWS, [])))
        self.measure = self.enterContext(mock.patch.object(
            check, 'measure', return_value=(ROWS, [])))
        self.output = self.enterContext(
            contextlib.redirect_stdout(io.StringIO()))
        self.errors = self.enterContext(
            contextlib.redirect_stderr(io.StringIO()))

    def install(self, module):
        if module is not None:
            module.__spec__ = importlib.machinery.ModuleSpec('watcher', None)
        self.enterContext(mock.patch.dict(sys.modules, watcher=module))

    def exit_status(self, *options):
        try:
            return main_mod.main(list(options))
        except SystemExit as e:
            return e.code

    def test_equal(self):
        self.assertEqual(0, self.exit_status('--servers', '9'))
        self.check.assert_called_once_with(
            self.find.return_value, 9, 60.0, mock.ANY)
        self.assertIn('1 s', self.output.getvalue())

    def test_different(self):
        self.check.return_value = (ROWS, [models.Difference(
            'the-server', 'state', ('p', 'q'), 1, 2)])
        self.assertEqual(1, self.exit_status())
        self.assertIn('the-server', self.output.getvalue())

    def test_figures(self):
        self.assertEqual(0, self.exit_status('--figures', '40,10'))
        self.measure.assert_called_once_with(
            self.find.return_value, [10, 40], mock.ANY)
        self.check.assert_not_called()

    def test_file(self):
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'rst')
        self.assertEqual(0, self.exit_status('--rst', str(path)))
        self.assertIn('list-table', path.read_text())

    @ddt.named_data(
        ('servers', ['--servers', '0']), ('churn', ['--churn', 'x']),
        ('figures', ['--figures', '10,,40']), ('most', ['--servers', '1001']),
        ('file', ['--rst', '/nowhere/rst']))
    def test_bad_option(self, options):
        self.assertEqual(2, self.exit_status(*options))
        self.check.assert_not_called()

    def test_no_watcher(self):
        self.install(None)
        self.assertEqual(2, self.exit_status())
        self.find.assert_not_called()

    @ddt.named_data(
        ('unfit', check.UnfitError('x')), ('boot', processes.CloudError('x')),
        ('gone', ConnectionRefusedError('x')))
    def test_cannot_be_checked(self, error):
        self.check.side_effect = error
        self.assertEqual(2, self.exit_status())
        self.assertEqual(1, self.errors.getvalue().count('\n'))

    def test_interrupted(self):
        self.check.side_effect = KeyboardInterrupt
        self.assertEqual(130, self.exit_status())


@ddt.ddt
class FindTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.responds = self.enterContext(mock.patch.object(
            service, 'responds', return_value=lambda: True))
        self.folder = self.useFixture(fixtures.TempDir()).path

    def save(self, **settings):
        found = settings_mod.Settings(self.folder, **settings)
        found.save()
        return found

    def test_found(self):
        self.assertEqual(self.save(notifications=True),
                         check.find(self.folder))

    def test_no_cloud(self):
        self.assertRaises(check.UnfitError, check.find, self.folder)

    def test_no_notifications(self):
        self.save()
        self.assertRaises(check.UnfitError, check.find, self.folder)

    def test_down(self):
        self.save(notifications=True)
        self.responds.return_value = lambda: False
        self.assertRaises(check.UnfitError, check.find, self.folder)
