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

import gc
import weakref

import mock
from pypowervm.tasks import partition
from pypowervm.wrappers import managed_system

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import ethernet_base
from nova_powervm.virt.powervm import ethernet

SYSTEM = mock.Mock(spec=managed_system.System, uuid='1',
                   schema_type='ManagedSystem')


class EthernetTestCase(ethernet_base.EthernetTestCase):

    def test_management_partition_is_found_once(self):
        for _ in range(2):
            self.assertTrue(list(ethernet.trunks(self.adapter)))
        self.find.assert_called_once_with(self.adapter)

    def test_adapters_are_not_kept(self):
        class Adapter:
            pass

        adapter = Adapter()
        with mock.patch.object(
                partition, 'get_mgmt_partition', lambda adapter: mock.Mock(
                    adapter=adapter, schema_type='', uuid='')):
            ethernet.management_partition(adapter)
        gone = weakref.ref(adapter)
        del adapter
        gc.collect()
        self.assertIsNone(gone())

    def test_used_vlans(self):
        self.ANSWER = 'nbbr_virtual_network.txt'
        self.assertEqual(
            [{1, 2, 1000, 1001, 1234, 2227, 2828, 4093, 4094}, set()],
            [ethernet._used_vlans(self.adapter, SYSTEM,
                                  mock.Mock(switch_id=number))
             for number in (0, 1)])

    def test_all_vlans_are_used(self):
        self.patch_object(ethernet, '_used_vlans', autospec=True,
                          return_value=set(range(4095)))
        build = mock.Mock()
        self.assertRaises(ethernet.ERRORS, ethernet.create_trunk,
                          self.adapter, SYSTEM, mock.Mock(), build)
        build.assert_not_called()

    def test_each_vlan_is_refused_and_used(self):
        """All builds of the host wait meanwhile."""
        used = set()
        self.patch_object(ethernet, '_used_vlans', autospec=True,
                          side_effect=lambda *args: set(used))
        error = novalink.http_error(409)

        def refuse(parent):
            used.add(len(used) + 1)
            raise error

        build = mock.Mock()
        build.return_value.create.side_effect = refuse
        self.assertIs(error, self.assertRaises(
            type(error), ethernet.create_trunk, self.adapter, SYSTEM,
            mock.Mock(), build))
        self.assertEqual([mock.call(vlan) for vlan in range(1, 11)],
                         build.call_args_list)
