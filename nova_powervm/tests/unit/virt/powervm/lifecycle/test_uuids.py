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
import testtools

from nova_powervm.virt.powervm.lifecycle import uuids


@ddt.ddt
class TestUuids(testtools.TestCase):

    @ddt.named_data(
        ('lowest', '0ABC0000-0000-4000-8000-000000000000',
         '8abc0000-0000-4000-8000-000000000000'),
        ('highest', '7ABC0000-0000-4000-8000-000000000000',
         'fabc0000-0000-4000-8000-000000000000'))
    def test_there_and_back(self, lpar, other):
        self.assertEqual((lpar.lower(), other), uuids.candidate_uuids(lpar))
        self.assertEqual((lpar.lower(), other),
                         uuids.candidate_uuids(lpar.lower()))
        self.assertEqual(lpar, uuids.lpar_uuid(lpar.lower()))
        self.assertEqual(lpar, uuids.lpar_uuid(other))
