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
from lxml import etree
import mock
from pypowervm.wrappers import network as pvm_network

from nova_powervm.sim import atom
from nova_powervm.sim import network
from nova_powervm.sim import network_document
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import vios_document
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes

ADAPTERS = ('fake_cna.txt', 'cna_feed.txt', 'cna_feed1.txt',
            'fake_vios_hosting_vios_feed.txt')
SWITCHES = ('vswitch_feed.txt', 'fake_vswitch_feed.txt',
            'nbbr_virtual_switch.txt')
NETWORKS = ('nbbr_virtual_network.txt', 'fake_virtual_network_feed.txt')
# Advanced, or of virtual station interfaces; pypowervm sets none of them.
OMITTED = [
    'RequiredAdapter', 'VariedOn', 'AllowedOperatingSystemMACAddresses',
    'QualityOfServicePriority', 'QualityOfServicePriorityEnabled',
    'VirtualStationInterfaceTypeID', 'VirtualStationInterfaceTypeVersion',
    'VirtualStationInterfaceManagerID', 'IPAddress', 'SubnetMask', 'Gateway']


def contents(*names):
    return [content for name in names
            for content in captured.schema_objects(captured.load(name))]


@ddt.ddt
class NetworkDocumentTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.io = fakes.make_io()
        self.host = self.io.host
        self.mgmt = next(iter(self.host))
        self.switch = next(iter(self.io.networks.switches.values()))

    def _add(self, partition=None, **attrs):
        return self.io.add_adapter(
            partition or self.mgmt, network.AdapterConfig(
                **{'pvid': 5, 'switch': self.switch.uuid, **attrs}))

    def _add_trunk(self, partition=None, tagged=(7, 8)):
        return self._add(partition, tagged=tagged, trunk_priority=1,
                         ovs_bridge='br-int', ovs_ids='iface-id=x')

    def _entry(self, adapter):
        return etree.fromstring(atom.serialize(
            network_document.adapter_entry(adapter, self.host, base.API)))

    @ddt.named_data(('client', False), ('trunk', True))
    def test_adapter_like_captured(self, trunk):
        adapter = self._add_trunk() if trunk else self._add()
        element = self._entry(adapter).find('{*}content')[0]
        # The captured adapters have no DeviceName; trunks elsewhere do.
        self.assertEqual(
            ['/DeviceName: never captured'] if trunk else [],
            captured.differences(element, contents(*ADAPTERS[:3])))

    @ddt.named_data(('digits', '123456789012'), ('float', '62E512345678'))
    def test_address_like_a_number(self, mac):
        """It is not one, and is chosen at random."""
        element = self._entry(self._add(mac=mac)).find('{*}content')[0]
        self.assertEqual([], captured.differences(
            element, contents(*ADAPTERS[:3])))

    def test_omitted(self):
        element = self._entry(self._add_trunk()).find('{*}content')[0]
        self.assertEqual(OMITTED, captured.omitted(
            element, contents('fake_cna.txt')))

    def test_trunk_of_a_server_like_captured(self):
        vios, = self.host.vioses
        # As the captured one, without tagged VLANs.
        adapter = self._add_trunk(vios, ())
        self._add(vios)
        entry = vios_document.entry(
            vios, self.io, frozenset([vios_mod.NETWORK]), base.API)
        trunk, = entry.iter('{*}TrunkAdapter')
        self.assertEqual(adapter.mac, trunk.findtext('{*}MACAddress'))
        theirs = list(captured.load(ADAPTERS[3]).iter('{*}TrunkAdapter'))
        self.assertEqual([], captured.differences(trunk, theirs))
        self.assertEqual([], captured.omitted(trunk, theirs))

    def test_pypowervm_reads_an_adapter(self):
        adapter = self._add_trunk()
        found = pvm_network.CNA.wrap(self.response(self._entry(adapter)))
        self.assertEqual(
            (adapter.uuid, adapter.slot, adapter.mac, 5, [7, 8], True,
             self.switch.id, True, 1, 'ibmveth2', 'br-int', 'iface-id=x',
             1500, 1),
            (found.uuid, found.slot, found.mac, found.pvid,
             found.tagged_vlans, found.is_tagged_vlan_supported,
             found.vswitch_id, found.is_trunk, found.trunk_pri,
             found.dev_name, found.ovs_bridge, found.ovs_ext_ids,
             found.configured_mtu, found.lpar_id))

    def test_parse_what_it_builds(self):
        adapter = self._add_trunk()
        body = atom.serialize(self._entry(adapter).find('{*}content')[0])
        parsed = network_document.parse_adapter(body)
        self.assertEqual(
            (5, self.switch.uuid, (7, 8), adapter.mac, adapter.slot, False,
             1, 'ibmveth2', True, 1500, 'br-int', 'iface-id=x'),
            tuple(vars(parsed).values()))

    def test_parse_a_new_adapter(self):
        client = mock.Mock()
        client.traits.has_high_slot = True
        parsed = network_document.parse_adapter(pvm_network.CNA.bld(
            client, 3, f'http://x/VirtualSwitch/{self.switch.uuid}?group=None',
            mac_addr='aa:bb:cc:dd:ee:0f', configured_mtu=9000).toxmlstring())
        self.assertEqual(network.AdapterConfig(
            3, self.switch.uuid, mac='AABBCCDDEE0F', high=True, mtu=9000),
            parsed)

    @ddt.named_data(('no_switch', '<PortVLANID>1</PortVLANID>'),
                    ('no_vlan', '<AssociatedVirtualSwitch href="x"/>'),
                    ('no_number', ('<AssociatedVirtualSwitch href="x"/>'
                                   '<PortVLANID>one</PortVLANID>')))
    def test_malformed_adapter(self, text):
        self.assertRefused(
            400, network_document.parse_adapter,
            f'<ClientNetworkAdapter xmlns="{atom.UOM_NS}">{text}'
            '</ClientNetworkAdapter>'.encode())

    def test_switch(self):
        self._add()
        entry = network_document.switch_entry(
            self.switch, self.host, self.io.networks, base.API)
        theirs = contents(*SWITCHES)
        element = entry.find('{*}content')[0]
        self.assertEqual([], captured.differences(element, theirs))
        self.assertEqual([], captured.omitted(element, theirs))
        found = pvm_network.VSwitch.wrap(self.response(entry))
        self.assertEqual(('ETHERNET0', 0, 'Veb', self.switch.uuid, 1),
                         (found.name, found.switch_id, found.mode,
                          found.uuid, len(found.vnet_uri_list)))

    def test_network(self):
        self._add()
        one, = self.io.networks.networks
        entry = network_document.network_entry(one, self.host, base.API)
        theirs = contents(*NETWORKS)
        element = entry.find('{*}content')[0]
        self.assertEqual([], captured.differences(element, theirs))
        self.assertEqual([], captured.omitted(element, theirs))
        found = pvm_network.VNet.wrap(self.response(entry))
        self.assertEqual(
            ('VLAN5-ETHERNET0', 5, 0, one.uuid),
            (found.name, found.vlan, found.vswitch_id, found.uuid))
