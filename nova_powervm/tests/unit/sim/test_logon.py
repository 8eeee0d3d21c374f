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

import pathlib
import stat

import testtools

from nova_powervm.sim import errors
from nova_powervm.sim import logon

REQUEST = (b'<LogonRequest xmlns="http://www.ibm.com/xmlns/systems/power/'
           b'firmware/web/mc/2012_10/"><UserID>me</UserID>%s</LogonRequest>')


class TokensTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.tokens = logon.Tokens()
        self.addCleanup(self.tokens.close)

    def test_token_is_for_this_user_only(self):
        path = self.tokens.logon()
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        self.assertEqual(0o700, stat.S_IMODE(path.parent.stat().st_mode))

    def test_each_logon_has_its_token(self):
        tokens = {self.tokens.logon().read_text() for _ in range(3)}
        self.assertEqual(3, len(tokens))
        for token in tokens:
            self.assertTrue(self.tokens.valid(token))

    def test_logoff(self):
        path, other = self.tokens.logon(), self.tokens.logon()
        token = path.read_text()
        self.tokens.logoff(token)
        self.assertFalse(self.tokens.valid(token))
        self.assertFalse(path.exists())
        self.assertTrue(self.tokens.valid(other.read_text()))
        self.tokens.logoff(token)

    def test_no_token(self):
        self.assertFalse(self.tokens.valid(None))
        self.assertFalse(self.tokens.valid('made up'))

    def test_close(self):
        path = self.tokens.logon()
        token = path.read_text()
        self.tokens.close()
        self.assertFalse(path.parent.exists())
        self.assertFalse(self.tokens.valid(token))


class RequestTestCase(testtools.TestCase):

    def _status(self, body):
        return self.assertRaises(errors.RestError, logon.check_request,
                                 body).status

    def test_file(self):
        logon.check_request(REQUEST % (
            b'<GenerateX-API-SessionFile>true</GenerateX-API-SessionFile>'))

    def test_password(self):
        self.assertEqual(401, self._status(
            REQUEST % b'<Password>secret</Password>'))

    def test_nonsense(self):
        for body in (b'', b'{}', b'<LogonRequest/>'):
            self.assertEqual(400, self._status(body))

    def test_response(self):
        response = logon.response(pathlib.Path('/tmp/x'))
        self.assertEqual('/tmp/x', response[-1].text)
