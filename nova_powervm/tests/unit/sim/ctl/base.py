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

"""What the tests of nova-powervm-sim ctl have in common."""

import contextlib
import io
import json

import mock
import testtools

from nova_powervm.sim import __main__ as main_module
from nova_powervm.sim import client

WEB1 = '2F8B7F0E-5C7A-4B39-9C59-5F7D0A7F6D11'
WEB2 = '3A64C5C4-44E4-4E2B-8B34-6F9BE0D6B7A2'


def lpar(name='web1', uuid=WEB1, state='running', lpar_id=2):
    return {'uuid': uuid, 'name': name, 'state': state, 'id': lpar_id}


class CtlTestCase(testtools.TestCase):
    """Runs the command with a stand-in for the client of the simulator."""

    def setUp(self):
        super().setUp()
        self.control = mock.create_autospec(
            client.Control, instance=True, spec_set=True)
        self.control.lpars.return_value = [
            lpar(), lpar('web2', WEB2, 'not activated', 3)]
        self.made = self.enterContext(mock.patch.object(
            client, 'Control', autospec=True, return_value=self.control))

    def run_ctl(self, *arguments, status=0):
        """Run a command; return its output and its standard error."""
        output, errors = io.StringIO(), io.StringIO()
        with (contextlib.redirect_stdout(output),
              contextlib.redirect_stderr(errors)):
            try:
                got = main_module.main(['ctl', *arguments])
            except SystemExit as ended:
                got = ended.code
        self.assertEqual(status, got, errors.getvalue())
        return output.getvalue(), errors.getvalue()

    def answer(self, *arguments):
        """Run a command; return its answer in JSON."""
        return json.loads(self.run_ctl(*arguments, '--json')[0])

    def assert_refused(self, *arguments, words=()):
        """The command changes nothing and says why, with these words."""
        output, errors = self.run_ctl(*arguments, status=2)
        self.assertEqual('', output)
        self.assertNotIn('Traceback', errors)
        for word in words:
            self.assertIn(word, errors.splitlines()[-1])
        self.assertEqual([], [
            call for call in self.control.mock_calls
            if call[0] not in ('lpars', 'vioses')])
