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

import fixtures
import mock

from nova_powervm.sim import client
from nova_powervm.tests import base
from tools.minicloud import settings as settings_mod
from tools.minicloud import simulator_command


class TestMain(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.settings = settings_mod.Settings(self.folder)
        self.settings.save()
        self.control = self.enterContext(mock.patch.object(
            client, 'Control', autospec=True))
        self.enterContext(contextlib.redirect_stderr(io.StringIO()))

    def command(self, *arguments):
        return simulator_command.main(
            ['--directory', self.folder, *arguments])

    def test_state(self):
        self.assertEqual(0, self.command('state', 'cmp2', 'L', 'error'))
        self.control.assert_called_once_with(
            self.settings.port('simulator-cmp2'))
        self.control.return_value.set_state.assert_called_once_with(
            ['L'], 'error')

    def test_restart(self):
        self.assertEqual(0, self.command('restart', 'cmp1'))
        self.assertEqual(1, self.control.return_value.restart.call_count)

    def test_unknown_host(self):
        self.assertEqual(2, self.command('restart', 'cmp9'))

    def test_refused(self):
        self.control.return_value.set_state.side_effect = client.ControlError
        self.assertEqual(2, self.command('state', 'cmp1', 'L', 'error'))

    def test_no_cloud(self):
        self.folder += '/nowhere'
        self.assertEqual(2, self.command('restart', 'cmp1'))
