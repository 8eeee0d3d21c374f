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

import types

import ddt
import mock

from benchmarks import __main__ as command
from nova_powervm.tests import base


@ddt.ddt
class TestMain(base.TestCase):

    @ddt.named_data(
        ['nothing', [], 'comparison', []],
        ['storm', ['crash'], 'comparison', ['crash']],
        ['option', ['--quick'], 'comparison', ['--quick']],
        ['other', ['growth', '--json', 'x'], 'growth', ['--json', 'x']])
    def test_names(self, given, name, passed):
        found = types.SimpleNamespace(main=mock.Mock(return_value=3))
        importing = self.enterContext(mock.patch.object(
            command.importlib, 'import_module', return_value=found))
        self.assertEqual(3, command.main(given))
        importing.assert_called_once_with('benchmarks.%s.__main__' % name)
        found.main.assert_called_once_with(passed)
