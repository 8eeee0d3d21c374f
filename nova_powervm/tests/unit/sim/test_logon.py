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

import ddt
import testtools

from nova_powervm.sim import logon
from nova_powervm.tests.unit.sim import base

REQUEST = (b'<LogonRequest xmlns="http://www.ibm.com/xmlns/systems/power/'
           b'firmware/web/mc/2012_10/"><UserID>me</UserID>%s</LogonRequest>')


@ddt.ddt
class TokensTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.tokens = logon.Tokens()
        self.addCleanup(self.tokens.close)

    def test_only_this_user_can_read_a_token(self):
        path = self.tokens.issue()
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        self.assertEqual(0o700, stat.S_IMODE(path.parent.stat().st_mode))

    def test_tokens_differ(self):
        tokens = {self.tokens.issue().read_text() for _ in range(3)}
        self.assertEqual(3, len(tokens))
        self.assertTrue(all(map(self.tokens.is_valid, tokens)))

    def test_revoke(self):
        path, other = self.tokens.issue(), self.tokens.issue()
        token = path.read_text()
        self.tokens.revoke(token)
        self.assertFalse(self.tokens.is_valid(token))
        self.assertFalse(path.exists())
        self.assertTrue(self.tokens.is_valid(other.read_text()))
        # The second time does nothing.
        self.tokens.revoke(token)

    def test_revoke_all(self):
        paths = [self.tokens.issue() for _ in range(3)]
        self.tokens.revoke_all()
        self.assertEqual([], [path for path in paths if path.exists()])

    @ddt.named_data(('missing', None), ('unknown', 'made up'))
    def test_invalid_token(self, token):
        self.assertFalse(self.tokens.is_valid(token))

    def test_close(self):
        path = self.tokens.issue()
        token = path.read_text()
        self.tokens.close()
        self.assertFalse(path.parent.exists())
        self.assertFalse(self.tokens.is_valid(token))


@ddt.ddt
class RequestTestCase(base.SimTestCase):

    def test_file(self):
        logon.validate_request(REQUEST % (
            b'<GenerateX-API-SessionFile>true</GenerateX-API-SessionFile>'))

    def test_password(self):
        self.assertRefused(401, logon.validate_request,
                           REQUEST % b'<Password>secret</Password>')

    @ddt.named_data(('empty', b''), ('json', b'{}'),
                    ('no_namespace', b'<LogonRequest/>'))
    def test_malformed(self, body):
        self.assertRefused(400, logon.validate_request, body)

    def test_response(self):
        response = logon.response(pathlib.Path('/tmp/x'))
        self.assertEqual('/tmp/x', response[-1].text)
