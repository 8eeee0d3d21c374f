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

"""Plugging ports, with pypowervm and the simulator."""

import collections
import concurrent.futures

import ddt
import mock
from nova import exception
from nova.network import model
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import network

from nova_powervm.tests.functional.simulator import case
from nova_powervm.virt.powervm import connection
from nova_powervm.virt.powervm import ethernet
from nova_powervm.virt.powervm import vif
from nova_powervm.virt.powervm import vm

# Its LPAR's uuid is another: the first bit is set.
INSTANCE = 'e9b1c3d5-0a6f-4d2b-9c57-6f8d0e1a2b3c'
PORT = '7d1f5a3e-4b6c-4a8d-9e0f-1a2b3c4d5e6f'
MAC = 'fa:16:3e:01:02:03'
PVM_MAC = 'FA163E010203'
# Requests that every further port of a host needs.
WARM_OVS = {'adapter_feed': 1, 'switch_feed': 1, 'network_feed': 1,
            'adapter_create': 2}


def make_vif(port=PORT, mac=MAC, vif_type='ovs', details=None, **meta):
    """Return a port as nova has it from neutron."""
    return model.VIF(
        id=port, address=mac, type=vif_type, details=details or {},
        devname='tap' + port[:11], ovs_interfaceid=port,
        network=model.Network(bridge='br-int', **{'mtu': 1450, **meta}))


def sea_vif(**kwargs):
    return make_vif(vif_type='pvm_sea', **kwargs)


@ddt.ddt
class VifTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = connection.make_adapter(self.session())
        self.system = connection.only_system(self.pvm)
        self.lpar, = self.control.add_lpars(
            1, state='not activated', uuids=[vm.get_pvm_uuid(INSTANCE)])
        self.mgmt = ethernet.management_partition(self.pvm).uuid
        # The first port makes the switch.
        self.plug(make_vif())
        self.unplug(make_vif())
        self.control.reset_counters()

    def plug(self, *vifs, uuid=INSTANCE):
        vif.plug_all(self.pvm, self.system, uuid, vifs)

    def unplug(self, port):
        vif.unplug(self.pvm, INSTANCE, port)

    def shown(self, partition):
        return [one for one in self.control.adapters()
                if one['partition'] == partition]

    def run_with_rmc(self, active):
        self.control.set_rmc([self.lpar], active)
        self.control.set_state([self.lpar], 'running')

    def assert_plug_fails(self, *vifs):
        self.assertRaises(exception.VirtualInterfacePlugException,
                          self.plug, *vifs)

    def assert_nothing_is_left(self):
        self.assertEqual([], self.control.adapters())

    def test_ovs(self):
        self.plug(make_vif())
        client, = self.shown(self.lpar)
        trunk, = self.shown(self.mgmt)
        self.assertEqual(
            (PVM_MAC, None, 'NovaLinkVEABridge'),
            (client['mac'], client['trunk_priority'], client['switch']))
        self.assertEqual((client['vlan'], client['switch'], 1),
                         (trunk['vlan'], trunk['switch'],
                          trunk['trunk_priority']))
        self.assertEqual(
            ('br-int', 1450, 'iface-id=%s,iface-status=active,'
             'attached-mac=%s,vm-uuid=%s' % (PORT, MAC, INSTANCE)),
            (trunk['ovs_bridge'], trunk['mtu'], trunk['ovs_ids']))

    def test_ovs_requests(self):
        self.plug(make_vif())
        self.assertEqual(WARM_OVS, self.control.counters())

    def test_two_ports_share_reads(self):
        self.plug(make_vif(), make_vif('2', 'fa:16:3e:01:02:04'))
        self.assertEqual(
            WARM_OVS | {'network_feed': 2, 'adapter_create': 4},
            self.control.counters())
        self.assertEqual([1, 2], sorted(
            one['vlan'] for one in self.shown(self.lpar)))

    @ddt.named_data(
        ('in_the_network', {'vlan': 7}, {'vlan': 8}, 7),
        ('in_the_details', {}, {'vlan': 8}, 8),
        ('nowhere', {}, {'vlan': None}, 1))
    def test_sea(self, meta, details, vlan):
        self.plug(sea_vif(details=details, **meta))
        self.assertEqual({'adapter_feed': 1, 'switch_feed': 1,
                          'adapter_create': 1}, self.control.counters())
        client, = self.control.adapters()
        self.assertEqual(
            (self.lpar, PVM_MAC, vlan, 'ETHERNET0'),
            (client['partition'], client['mac'], client['vlan'],
             client['switch']))

    @ddt.named_data(('ovs', make_vif()), ('sea', sea_vif()))
    def test_again(self, port):
        self.plug(port)
        before = self.control.adapters()
        self.control.reset_counters()
        self.plug(port)
        self.assertEqual(before, self.control.adapters())
        self.assertEqual({'adapter_feed': 1}, self.control.counters())

    def test_no_ports(self):
        self.plug()
        self.assertEqual({}, self.control.counters())

    @ddt.named_data(
        ('other', {'vif_type': 'hw_veb'}), ('unbound', {'vif_type': None}),
        ('hybrid', {'details': {'ovs_hybrid_plug': True}}))
    def test_unsupported(self, attrs):
        port = make_vif('2', 'fa:16:3e:01:02:04', **attrs)
        self.assert_plug_fails(make_vif(), port)
        self.assertEqual({'adapter_feed': 1}, self.control.counters())

    def test_plugged_port_that_was_bound_anew(self):
        self.plug(make_vif())
        self.plug(make_vif(vif_type='binding_failed'))
        self.assertEqual(2, len(self.control.adapters()))

    @ddt.named_data(('ovs', make_vif()), ('sea', sea_vif()))
    def test_while_it_runs(self, port):
        self.run_with_rmc(True)
        self.plug(port)
        self.assertEqual(1, len(self.shown(self.lpar)))
        self.unplug(port)
        self.assert_nothing_is_left()

    def test_without_rmc(self):
        self.run_with_rmc(False)
        self.assert_plug_fails(make_vif())
        self.assert_nothing_is_left()

    def test_unplug_without_rmc(self):
        self.plug(make_vif())
        self.run_with_rmc(False)
        self.assertRaises(exception.VirtualInterfaceUnplugException,
                          self.unplug, make_vif())
        self.assertEqual(2, len(self.control.adapters()))

    @ddt.named_data(
        *((fault, fault) for fault in ('no_space', 'cut', 'truncated',
                                       'garbage', 'empty')))
    def test_failed_creation_leaves_nothing(self, fault):
        # Of the client. With some of them NovaLink created it.
        create_client = vif._Plugger._create_client

        def create(*args):
            self.control.inject_fault('adapter_create', fault, count=1)
            create_client(*args)

        with mock.patch.object(vif._Plugger, '_create_client', create):
            self.assert_plug_fails(make_vif())
        self.assert_nothing_is_left()

    @ddt.named_data(
        *((fault, fault) for fault in ('no_space', 'cut', 'garbage',
                                       'empty')))
    def test_failed_trunk_leaves_nothing(self, fault):
        self.control.inject_fault('adapter_create', fault, count=1)
        self.assert_plug_fails(make_vif())
        self.assert_nothing_is_left()

    def test_what_cannot_be_undone_is_found_later(self):
        def create(*args):
            self.control.inject_fault('*', 'unavailable')
            raise pvm_exc.Error('')

        with mock.patch.object(vif._Plugger, '_create_client', create):
            self.assert_plug_fails(make_vif())
        self.control.clear_faults()
        self.assertEqual([1, 0], [len(self.shown(self.mgmt)),
                                  len(self.shown(self.lpar))])
        self.assertEqual({self.lpar}, vif.lpars_with_trunks(self.pvm))
        vif.unplug_all(self.pvm, self.lpar)
        self.assert_nothing_is_left()

    def test_vlan_taken_meanwhile(self):
        self.plug(make_vif('2', 'fa:16:3e:01:02:04'))
        read = network.VNet.get
        with mock.patch.object(network.VNet, 'get', autospec=True) as get:
            get.side_effect = [[], *[read(self.pvm, parent=self.system)] * 2]
            self.plug(make_vif())
        self.assertEqual([1, 2], [one['vlan']
                                  for one in self.shown(self.mgmt)])

    def test_no_such_lpar(self):
        self.assertRaises(exception.VirtualInterfacePlugException, self.plug,
                          make_vif(), uuid=case.NOBODY)

    def test_no_such_switch(self):
        with mock.patch.object(network, 'VSW_DEFAULT_VSWITCH', 'none'):
            self.assert_plug_fails(sea_vif())

    def plug_at_once(self):
        """Plug a port into each of ten LPARs, and check their VLANs."""
        uuids = self.control.add_lpars(10, state='not activated')
        with concurrent.futures.ThreadPoolExecutor(10) as executor:
            list(executor.map(lambda number: self.plug(
                make_vif(str(number), 'fa:16:3e:00:00:%02x' % number),
                uuid=uuids[number]), range(10)))
        vlans = collections.Counter(
            one['vlan'] for one in self.control.adapters())
        self.assertEqual(dict.fromkeys(range(1, 11), 2), vlans)

    def test_at_once(self):
        self.plug_at_once()
        self.assertEqual({kind: 10 * count
                          for kind, count in WARM_OVS.items()},
                         self.control.counters())

    def test_first_ports_of_a_host_at_once(self):
        # Without the switch.
        self.control.reset_vioses()
        self.plug_at_once()

    def test_switch_cannot_be_created(self):
        self.control.reset_vioses()
        self.control.inject_fault('switch_create', 'no_space')
        self.assert_plug_fails(make_vif())

    def test_unplug(self):
        other = make_vif('2', 'fa:16:3e:01:02:04')
        self.plug(make_vif(), other)
        self.control.reset_counters()
        self.unplug(make_vif())
        self.assertEqual({'adapter_feed': 2, 'adapter_delete': 2},
                         self.control.counters())
        self.assertEqual(['FA163E010204'], [
            one['mac'] for one in self.shown(self.lpar)])
        self.unplug(make_vif())
        self.unplug(make_vif(vif_type='unbound'))
        self.assertEqual(2, len(self.control.adapters()))

    @ddt.named_data(
        *((fault, fault) for fault in ('no_space', 'cut', 'garbage',
                                       'empty')))
    def test_unreadable_is_not_unplugged(self, fault):
        self.plug(make_vif())
        self.control.inject_fault('adapter_feed', fault)
        self.assertRaises(exception.VirtualInterfaceUnplugException,
                          self.unplug, make_vif())
        self.assertEqual(2, len(self.control.adapters()))

    @ddt.named_data(('lpar', True), ('none', False))
    def test_unplug_all(self, exists):
        other, = self.control.add_lpars(1, state='not activated')
        self.plug(make_vif('9', 'fa:16:3e:09:09:09'), uuid=other)
        remaining = self.control.adapters()
        self.plug(make_vif(), sea_vif(mac='fa:16:3e:01:02:04'))
        if not exists:
            self.control.delete_lpars([self.lpar])
        vif.unplug_all(self.pvm, INSTANCE)
        self.assertEqual(remaining, self.control.adapters())
        vif.unplug_all(self.pvm, INSTANCE)

    @ddt.data(None, 'vm-uuid=mine', 'iface-id,vm-uuid', '=')
    def test_trunks_of_others_stay(self, ids):
        trunk = network.CNA.bld(
            self.pvm, 1, network.VSwitch.search(
                self.pvm, parent=self.system, one_result=True,
                name='ETHERNET0').related_href, trunk_pri=1,
            ovs_bridge='br-int', ovs_ext_ids=ids)
        trunk.create(parent=ethernet.management_partition(self.pvm))
        self.plug(sea_vif())
        self.unplug(sea_vif())
        self.unplug(model.VIF(address=MAC))
        vif.unplug_all(self.pvm, INSTANCE)
        self.assertEqual(1, len(self.shown(self.mgmt)))
        self.assertEqual(set(), vif.lpars_with_trunks(self.pvm))

    def test_attach_and_detach(self):
        instance = mock.Mock(uuid=INSTANCE)
        self.run_with_rmc(False)
        self.assertRaises(exception.InterfaceAttachFailed, vif.attach,
                          self.pvm, self.system, instance, make_vif())
        self.control.set_rmc([self.lpar], True)
        vif.attach(self.pvm, self.system, instance, make_vif())
        self.control.set_rmc([self.lpar], False)
        self.assertRaises(exception.InterfaceDetachFailed, vif.detach,
                          self.pvm, instance, make_vif())
        self.control.set_rmc([self.lpar], True)
        vif.detach(self.pvm, instance, make_vif())
        self.assert_nothing_is_left()
