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

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import network
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import fakes


@ddt.ddt
class NetworksTestCase(base.SimTestCase):

    def setUp(self):
        super().setUp()
        self.io = fakes.make_io()
        self.host, self.networks = self.io.host, self.io.networks
        self.first, self.second = self.networks.switches
        self.mgmt = next(iter(self.host))
        self.lpar = self.host.create(lpar_mod.Config(name='one'))

    def _config(self, **attrs):
        return network.AdapterConfig(
            **{'pvid': 5, 'switch': self.first, **attrs})

    def _add(self, partition=None, **attrs):
        return self.io.add_adapter(partition or self.lpar,
                                   self._config(**attrs))

    def test_mac(self):
        given = self._add(mac='0A0B0C0D0E0F')
        self.assertEqual('0A0B0C0D0E0F', given.mac)
        made = [self._add().mac for _ in range(9)]
        self.assertEqual(9, len(set(made)))
        for mac in made:
            self.assertRegex(mac, '^[0-9A-F][26AE][0-9A-F]{10}$')

    def test_slots(self):
        self.assertEqual(
            [2, 9, 10, 3],
            [self._add(**attrs).slot for attrs in (
                {}, {'slot': 9}, {'high': True}, {})])
        self.assertRefused(409, self._add, slot=9)

    def test_networks_of_adapters(self):
        self._add(tagged=(7,))
        self._add()
        last = self._add(switch=self.second)
        self.assertEqual(
            [('ETHERNET0', 5), ('ETHERNET0', 7), ('NOVALINKVEA', 5)],
            [(one.switch.name, one.vlan) for one in self.networks.networks])
        self.io.remove_adapter(last)
        self.assertEqual(2, len(self.networks.networks))

    @ddt.named_data(
        ('vlan', {'pvid': 4095}, 400), ('tagged', {'tagged': (0,)}, 400),
        ('mac', {'mac': 'XYZ'}, 400), ('switch', {'switch': 'x'}, 404),
        ('trunk', {'trunk_priority': 1}, 400))
    def test_refused(self, attrs, status):
        self.assertRefused(status, self._add, **attrs)
        self.assertEqual([], list(self.networks))

    def test_trunks(self):
        first = self._add(self.mgmt, trunk_priority=1)
        self.assertRefused(409, self._add, self.mgmt, trunk_priority=1)
        for attrs in ({'pvid': 6}, {'switch': self.second},
                      {'trunk_priority': 2}):
            self._add(self.mgmt, **{'trunk_priority': 1, **attrs})
        self.assertRefused(409, self.io.update_adapter, first,
                           self._config(pvid=6))
        self.io.update_adapter(first, self._config(ovs_bridge='br-ex'))
        self.assertEqual((1, 'br-ex'), (first.config.trunk_priority,
                                        first.config.ovs_bridge))

    def test_update(self):
        adapter = self._add(mac='0A0B0C0D0E0F')
        before = adapter.etag
        self.io.update_adapter(adapter, self._config(
            pvid=9, switch=self.second, slot=44, mac=None, enabled=False))
        self.assertEqual(
            ('0A0B0C0D0E0F', 2, 'NOVALINKVEA', 9, False),
            (adapter.mac, adapter.slot, adapter.switch.name,
             adapter.config.pvid, adapter.config.enabled))
        self.assertNotEqual(before, adapter.etag)

    def test_running_lpar_needs_rmc(self):
        adapter = self._add()
        self.host.set_state(self.lpar.uuid, 'running', 0)
        self.assertRefused(500, self._add)
        self.assertRefused(500, self.io.update_adapter, adapter,
                           self._config())
        self.assertRefused(500, self.io.remove_adapter, adapter)
        self.io.set_rmc(self.lpar, True)
        self._add()
        self.io.remove_adapter(adapter)

    def test_deleted_lpar_has_no_adapters(self):
        self._add()
        trunk = self._add(self.mgmt, trunk_priority=1)
        self.host.delete(self.lpar.uuid)
        self.assertEqual([trunk], list(self.networks))

    def test_get(self):
        adapter = self._add()
        self.assertIs(adapter, self.networks.get(self.lpar, adapter.uuid))
        self.assertRefused(404, self.networks.get, self.mgmt, adapter.uuid)

    def test_events(self):
        fakes.fetch(self.host)
        self._add()
        self.assertEqual([('MODIFY_URI', 'Other')],
                         fakes.fetch(self.host, self.lpar))

    def test_switches(self):
        made = self.networks.add_switch('mine', 'Vepa')
        self.assertEqual((made, 2), (self.networks.switch(made.uuid),
                                     made.id))
        self.assertRefused(409, self.networks.add_switch, 'mine', 'Veb')
        self.assertRefused(400, self.networks.add_switch, 'other', 'none')

    def test_reset(self):
        self.networks.add_switch('mine', 'Veb')
        self._add()
        self.io.reset(2)
        self.assertEqual([], list(self.networks))
        self.assertEqual(['ETHERNET0', 'NOVALINKVEA'],
                         [switch.name for switch
                          in self.networks.switches.values()])
        self.assertEqual(2, self._add().slot)
