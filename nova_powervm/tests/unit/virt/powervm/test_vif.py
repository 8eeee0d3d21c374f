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

from nova.network import model
from pypowervm.wrappers import network

from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import ethernet_base
from nova_powervm.virt.powervm import vif

# Of the captured trunks in cna_feed1.txt.
OWNER = '8702dd36-e405-407f-bd75-224babc04da5'
OWNERS_LPAR = '0702DD36-E405-407F-BD75-224BABC04DA5'
INTERFACE = '994580c7-df12-4865-b066-6e5587475b7c'
MAC = '5E372CFD9E6D'


class VifTestCase(ethernet_base.EthernetTestCase):

    def deleted(self):
        wrappers = network.CNA.wrap(captured.response(
            self.ANSWER, self.adapter))
        macs = {one.href: one.mac for one in wrappers}
        return [macs[call.args[0]]
                for call in self.adapter.delete_by_href.call_args_list]

    def test_lpars_with_trunks(self):
        self.assertEqual(
            {OWNERS_LPAR, '2BF12ADE-9743-4A5A-AF5E-1BC88D505886'},
            vif.lpars_with_trunks(self.adapter))

    def test_unplug(self):
        vif.unplug(self.adapter, OWNER, model.VIF(
            id=INTERFACE, address='00:00:00:00:00:00'))
        self.assertEqual([MAC], self.deleted())
