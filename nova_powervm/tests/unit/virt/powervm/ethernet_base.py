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

import mock
from pypowervm.tasks import partition

from nova_powervm.tests.unit.virt.powervm import captured

MGMT = mock.Mock(schema_type='LogicalPartition', uuid='MGMT')


class EthernetTestCase(captured.CapturedTestCase):
    """Each read is answered with the adapters of a real partition."""

    #: What is read.
    ANSWER = 'cna_feed1.txt'

    def setUp(self):
        super().setUp()
        self.find = self.patch_object(
            partition, 'get_mgmt_partition', autospec=True,
            return_value=MGMT)

    def document(self, root_id, child_type, child_id):
        return self.ANSWER
