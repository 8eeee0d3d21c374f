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

"""Diagnostics of servers, by nova's API."""

import fixtures

from nova_powervm import conf
from nova_powervm.tests.functional.each_backend import operations_case
from nova_powervm.virt.powervm import diagnostics


class TestDiagnostics(operations_case.OperationsTestCase):

    def diagnostics(self, version):
        self.useFixture(fixtures.MockPatchObject(
            self.cloud.api, 'microversion', version))
        return self.cloud.api.api_get(
            '/servers/%s/diagnostics' % self.server.uuid).body

    def test_of_the_driver(self):
        found = self.diagnostics('2.47')
        self.assertEqual(('running', 256, 1, False), tuple(
            found[name] for name in (
                'PartitionState', 'CurrentMemory',
                'AllocatedVirtualProcessors', 'HasDedicatedProcessors')))

    def test_standardized(self):
        # nova's tests are stricter than nova, and its schema has no word for
        # this driver.
        conf.CONF.set_override('response_validation', 'warn', 'api')
        self.addCleanup(conf.CONF.clear_override, 'response_validation', 'api')
        found = self.diagnostics('2.48')
        self.assertEqual(
            ('running', diagnostics.HYPERVISOR, None, 256, None, 1),
            (found['state'], found['hypervisor'], found['driver'],
             found['memory_details']['maximum'],
             found['memory_details']['used'], found['num_cpus']))

    def test_off(self):
        self.act('os-stop')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.assertEqual(409, self.cloud.api.api_request(
            '/servers/%s/diagnostics' % self.server.uuid).status_code)
