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

"""Sessions with NovaLink."""

import ddt
from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import log_helper

from nova_powervm.testing import logs
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import connection


@ddt.ddt
class LogFailedChangesTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.logs = self.useFixture(logs.Logs(log_helper.__name__))
        self.send = connection.log_failed_changes(self.request)
        self.requests = []
        self.addCleanup(log_helper.log_store.__dict__.clear)

    def request(self, method, path, **kwargs):
        self.requests.append((method, path, kwargs))
        raise pvm_exc.ConnectionError('refused')

    def fail(self, method):
        self.assertRaises(pvm_exc.ConnectionError, self.send, method,
                          '/path', timeout=7)
        self.assertEqual([(method, '/path', {'timeout': 7})], self.requests)
        return self.logs.records

    @ddt.data('PUT', 'POST', 'DELETE')
    def test_change(self, method):
        self.assertNotEqual([], self.fail(method))

    def test_read(self):
        """While NovaLink is away reads fail all the time."""
        self.assertEqual([], self.fail('GET'))
