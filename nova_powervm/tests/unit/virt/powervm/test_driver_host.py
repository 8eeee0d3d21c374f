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

"""What the driver reports about the managed system."""

import datetime

import fixtures
import mock
from nova.compute import provider_tree
from nova import exception
from nova.virt import node as nova_node
from oslo_utils.fixture import uuidsentinel as uuids
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import managed_system

from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import driver_base

LPAR_UUID = driver_base.LPAR_UUID


class HostTestCase(driver_base.DriverTestCase):

    def setUp(self):
        super().setUp()
        _, self.system, self.newer = captured.systems(captured.make_adapter())
        self.get_systems.return_value = [self.system]
        self.driver.init_host('host')


class NodeTestCase(HostTestCase):

    def test_name(self):
        self.assertEqual(['host'], self.driver.get_available_nodes())

    def test_is_available(self):
        self.assertTrue(self.driver.node_is_available('host'))

    def test_uuid_is_read_from_the_state_path(self):
        state_path = self.useFixture(fixtures.TempDir()).path
        self.flags(state_path=state_path)
        self.useFixture(fixtures.MonkeyPatch(
            'nova.virt.node.LOCAL_NODE_UUID', None))
        nova_node.write_local_node_uuid(uuids.node)

        self.assertEqual({uuids.node: 'host'},
                         self.driver.get_nodenames_by_uuid())


class ResourcesTestCase(HostTestCase):

    def test_available_resource_is_read_again(self):
        self.driver.adapter = self.newer.adapter
        self.patch_object(managed_system.System, 'refresh',
                          return_value=self.newer)

        resource = self.driver.get_available_resource('host')

        self.assertIs(self.newer, self.driver.host_wrapper)
        self.assertEqual(98304 - 76032, resource['memory_mb_used'])
        self.assertEqual('host', resource['hypervisor_hostname'])

    def update_provider_tree(self, inventory=None):
        tree = provider_tree.ProviderTree()
        tree.new_root('host', uuids.node)
        tree.update_inventory('host', inventory or {})
        self.driver.update_provider_tree(tree, 'host')
        return tree.data('host').inventory

    def read_again(self, age):
        """Update the provider tree some seconds after the last read."""
        self.driver.adapter = self.newer.adapter
        refresh = self.patch_object(managed_system.System, 'refresh',
                                    return_value=self.newer)
        self.driver._system_read_at -= age
        self.update_provider_tree()
        return refresh.call_count

    def test_provider_tree_of_a_recent_read(self):
        self.assertEqual(0, self.read_again(100.0))

    def test_provider_tree_of_an_old_read(self):
        self.assertEqual(1, self.read_again(120.0))
        self.update_provider_tree()
        self.assertIs(self.newer, self.driver.host_wrapper)

    def test_outage(self):
        self.patch_object(managed_system.System, 'refresh',
                          side_effect=pvm_exc.ConnectionError('refused'))
        self.assertRaises(exception.HypervisorUnavailable,
                          self.driver.get_available_resource, 'host')
        self.update_provider_tree()
        self.driver._system_read_at -= 120.0
        self.assertRaises(exception.HypervisorUnavailable,
                          self.update_provider_tree)

    def test_provider_tree(self):
        self.flags(reserved_host_memory_mb=1000, reserved_host_cpus=2,
                   initial_cpu_allocation_ratio=3.0,
                   ram_allocation_ratio=1.25)
        self.assertEqual({
            'VCPU': {'total': 8, 'reserved': 2, 'min_unit': 1, 'max_unit': 8,
                     'step_size': 1, 'allocation_ratio': 3.0},
            # 1,280 MiB of the reserved memory are the hypervisor's.
            'MEMORY_MB': {'total': 98304, 'reserved': 2280, 'min_unit': 1,
                          'max_unit': 98304, 'step_size': 256,
                          'allocation_ratio': 1.25},
            'DISK_GB': {'total': 1, 'reserved': 1, 'min_unit': 1,
                        'max_unit': 1, 'step_size': 1,
                        'allocation_ratio': 1.0},
        }, self.update_provider_tree())

    def test_provider_tree_keeps_the_ratio_of_an_operator(self):
        inventory = self.update_provider_tree(
            {'VCPU': {'total': 8, 'allocation_ratio': 7.0}})
        self.assertEqual(7.0, inventory['VCPU']['allocation_ratio'])

    def test_provider_tree_loses_its_disk(self):
        inventory = self.update_provider_tree(
            {'DISK_GB': {'total': 8, 'allocation_ratio': 1.0}})
        self.assertEqual((1, 1), (inventory['DISK_GB']['total'],
                                  inventory['DISK_GB']['reserved']))


class UptimeTestCase(HostTestCase):

    def set_management_partition(self, uptime):
        lpar = mock.Mock(spec=logical_partition.LPAR, uuid=LPAR_UUID,
                         uptime=uptime)
        self.search = self.patch_object(logical_partition.LPAR, 'search',
                                        return_value=[lpar])
        self.get = self.patch_object(logical_partition.LPAR, 'get',
                                     return_value=lpar)

    def test_uptime_of_the_management_partition(self):
        self.set_management_partition(1185681)
        self.assertIn(str(datetime.timedelta(seconds=1185681)),
                      self.driver.get_host_uptime())
        self.get.assert_called_once_with(self.driver.adapter, uuid=LPAR_UUID)

    def test_management_partition_is_searched_once(self):
        """A search reads all LPARs."""
        self.set_management_partition(1185681)
        self.driver.get_host_uptime()
        self.driver.get_host_uptime()
        self.search.assert_called_once_with(self.driver.adapter,
                                            is_mgmt_partition=True)
        self.assertEqual(2, self.get.call_count)

    def test_no_uptime(self):
        self.set_management_partition(None)
        self.assertRaises(NotImplementedError, self.driver.get_host_uptime)

    def test_no_management_partition(self):
        self.patch_object(logical_partition.LPAR, 'search', return_value=[])
        self.assertRaises(NotImplementedError, self.driver.get_host_uptime)
