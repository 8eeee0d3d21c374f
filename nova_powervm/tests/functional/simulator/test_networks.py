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


"""Virtual Ethernet adapters, switches and networks."""

import ddt
from pypowervm import const
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import cna
from pypowervm.tasks import partition
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import managed_system
from pypowervm.wrappers import network as pvm_network
from pypowervm.wrappers import virtual_io_server

from nova_powervm.tests.functional.simulator import case

LPAR = logical_partition.LPAR
VIOS = virtual_io_server.VIOS
CNA = pvm_network.CNA
MAC = 'FA163E010203'


@ddt.ddt
class NetworkTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        self.one, self.two = self.control.add_lpars(2, state='not activated')
        self.mgmt = partition.get_mgmt_partition(self.pvm)

    def create(self, lpar=None, vlan=5, **attrs):
        return cna.crt_cna(self.pvm, None, lpar or self.one, vlan, **attrs)

    def create_with_trunk(self, lpar=None, **attrs):
        client, trunks = cna.crt_p2p_cna(
            self.pvm, None, lpar or self.one,
            attrs.pop('hosts', [self.mgmt.uuid]), 'NOVALINKVEA', **attrs)
        return client, trunks[0]

    def feed(self, lpar=None):
        return CNA.get(self.pvm, parent_type=LPAR,
                       parent_uuid=lpar or self.one)

    def test_create(self):
        made = self.create(mac_addr='fa:16:3e:01:02:03')
        self.assertEqual((MAC, 5, 2, 0, True, False),
                         (made.mac, made.pvid, made.slot, made.vswitch_id,
                          made.enabled, made.is_trunk))
        found, = self.feed()
        self.assertEqual((made.uuid, made.etag), (found.uuid, found.etag))
        shown, = self.control.adapters()
        self.assertEqual((self.one, made.uuid, MAC, 5, 'ETHERNET0', None), (
            shown['partition'], shown['uuid'], shown['mac'], shown['vlan'],
            shown['switch'], shown['trunk_priority']))

    def test_requests(self):
        self.assertTrue(self.pvm.sys_uuid)
        self.control.reset_counters()
        self.create()
        self.assertEqual(
            {'switch_feed': 1, 'lpar_entry': 1, 'adapter_create': 1},
            self.control.counters())

    def test_mac_addresses_are_given(self):
        macs = {self.create(lpar).mac for lpar in (self.one, self.two)}
        self.assertEqual(2, len(macs))

    def test_tagged_vlans(self):
        # crt_cna() would send the digits of the list as VLANs.
        switch = pvm_network.VSwitch.get(
            self.pvm, parent_type=managed_system.System,
            parent_uuid=self.pvm.sys_uuid)[0]
        made = CNA.bld(self.pvm, 5, switch.related_href,
                       addl_tagged_vlans=[53, 54]).create(
            parent_type=LPAR, parent_uuid=self.one)
        self.assertEqual((5, [53, 54], True),
                         (made.pvid, made.tagged_vlans,
                          made.is_tagged_vlan_supported))
        self.assertEqual([53, 54], self.control.adapters()[0]['tagged_vlans'])

    def test_high_slots(self):
        self.assertEqual([7, 8], [
            self.create(slot_num=7).slot, self.create().slot])

    def test_update(self):
        made = self.create()
        made.enabled = False
        self.assertFalse(made.update().enabled)
        made.pvid = 9
        exc = self.assertRaises(pvm_exc.HttpError, made.update)
        self.assertEqual(const.HTTPStatus.ETAG_MISMATCH, exc.response.status)

    def test_delete(self):
        made = self.create()
        made.delete()
        self.assertEqual([], self.feed())
        self.assertRaises(pvm_exc.HttpNotFound, made.delete)
        self.assertEqual([], self.control.adapters())

    def test_unknown_switch(self):
        self.assertRaises(pvm_exc.Error, self.create, vswitch='none')
        made = self.create(vswitch='mine', crt_vswitch=True)
        self.assertEqual(2, made.vswitch_id)
        self.assertEqual(
            ['ETHERNET0', 'NOVALINKVEA', 'mine'],
            [switch.name for switch in pvm_network.VSwitch.get(
                self.pvm, parent_type=managed_system.System,
                parent_uuid=self.pvm.sys_uuid)])

    def test_with_a_trunk(self):
        client, trunk = self.create_with_trunk(
            mac_addr=MAC, ovs_bridge='br-int', ovs_ext_ids='iface-id=x',
            configured_mtu=1450)
        self.assertEqual((MAC, trunk.pvid, trunk.vswitch_id),
                         (client.mac, client.pvid, client.vswitch_id))
        self.assertEqual(
            (True, 1, 'br-int', 'iface-id=x', 1450),
            (trunk.is_trunk, trunk.trunk_pri, trunk.ovs_bridge,
             trunk.ovs_ext_ids, trunk.configured_mtu))
        self.assertEqual([client.uuid], [found.uuid for found in self.feed()])
        self.assertEqual([trunk.uuid], [
            found.uuid for found in self.feed(self.mgmt.uuid)])
        self.assertEqual([trunk.uuid], [
            found.uuid for found in cna.find_trunks(self.pvm, client)])

    def test_each_has_its_vlan(self):
        made = [self.create_with_trunk(lpar)
                for lpar in (self.one, self.two)]
        self.assertEqual([1, 2], [client.pvid for client, _ in made])
        networks = pvm_network.VNet.get(
            self.pvm, parent_type=managed_system.System,
            parent_uuid=self.pvm.sys_uuid)
        self.assertEqual([1, 2], [found.vlan for found in networks])

    def test_trunk_of_a_server(self):
        vios, = VIOS.get(self.pvm)
        _, trunk = self.create_with_trunk(hosts=[vios.uuid])
        vios = VIOS.get(self.pvm, uuid=vios.uuid, xag=[const.XAG.VIO_NET])
        found, = vios.trunk_adapters
        self.assertEqual((trunk.dev_name, trunk.pvid),
                         (found.dev_name, found.pvid))
        self.assertEqual([], list(vios.seas))

    def test_orphaned_trunks(self):
        client, trunk = self.create_with_trunk()
        self.create_with_trunk(self.two)
        LPAR.get(self.pvm, uuid=self.one).delete()
        self.assertEqual([trunk.uuid], [
            found.uuid for found
            in cna.find_orphaned_trunks(self.pvm, 'NOVALINKVEA')])
        self.assertNotIn(client.uuid, [
            found['uuid'] for found in self.control.adapters()])

    @ddt.named_data(('no_rmc', False), ('rmc', True))
    def test_running(self, active):
        self.control.set_rmc([self.one], active)
        self.control.set_state([self.one], 'running')
        lpar = LPAR.get(self.pvm, uuid=self.one)
        self.assertIs(active, lpar.can_modify_io()[0])
        if active:
            self.create()
        else:
            exc = self.assertRaises(pvm_exc.HttpError, self.create)
            self.assertEqual(500, exc.response.status)
        self.assertEqual(int(active), len(self.feed()))

    def test_no_such_lpar(self):
        self.assertRaises(pvm_exc.HttpNotFound, self.create, case.NOBODY)
