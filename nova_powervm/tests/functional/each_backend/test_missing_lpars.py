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

"""Operations of servers whose LPAR somebody deleted."""

import ddt
from nova.compute import vm_states
from pypowervm.helpers import log_helper

from nova_powervm.testing import logs
from nova_powervm.tests.functional.each_backend import operations
from nova_powervm.tests.functional.each_backend import operations_case


@ddt.ddt
class TestMissingLpars(operations_case.OperationsTestCase):

    def prepare(self):
        super().prepare()
        self.dumps = self.useFixture(logs.Logs(log_helper.__name__))
        self.control.delete_lpars([self.server.lpar])

    @ddt.data('HARD', 'SOFT')
    def test_reboot(self, how):
        self.act('reboot', {'type': how})
        self.wait_for(self.server.uuid, vm_state=vm_states.ERROR,
                      task_state=None)
        self.assertIn(self.server.lpar,
                      self.cloud.servers()[self.server.uuid].fault)

    def test_delete(self):
        self.cloud.api.delete_server(self.server.uuid)
        self.wait(lambda: not self.cloud.servers(), 'the server is deleted')
        self.assertEqual([], self.dumps.records)

    def test_stop(self):
        self.request(operations.Operation(
            'POST', '/action', {'os-stop': None}, 202, fails=True))
        self.assertTrue(self.seen(self.server.uuid, status='ACTIVE'))
