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


import ddt
import mock
from oslo_concurrency import processutils

from nova_powervm.tempest_plugin.services import commands
from nova_powervm.tests import base


@ddt.ddt
class TestCommands(base.TestCase):

    def setUp(self):
        super().setUp()
        self.execute = self.enterContext(mock.patch.object(
            processutils, 'execute', autospec=True))

    def test_run(self):
        commands.run("ssh '{host} one' stop {lpar}", host='a', lpar='L')
        self.assertEqual(('ssh', 'a one', 'stop', 'L'),
                         self.execute.call_args.args)

    def test_failure_is_told(self):
        self.execute.side_effect = processutils.ProcessExecutionError
        self.assertRaises(processutils.ProcessExecutionError,
                          commands.run, 'false')

    def test_value_stays_one_word(self):
        self.assertEqual(['stop', 'a b; c'],
                         commands.arguments('stop {host}', host='a b; c'))

    def test_braces(self):
        self.assertEqual(['{x}'], commands.arguments('{{x}}', host='a'))

    @ddt.named_data(('unknown', 'stop {nobody}'), ('without_name', 'stop {}'),
                    ('quotation', "stop 'x"), ('brace', 'stop {'))
    def test_malformed(self, command):
        self.assertRaises(ValueError, commands.run, command, host='a')
        self.execute.assert_not_called()
