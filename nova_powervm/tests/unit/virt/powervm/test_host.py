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
from oslo_serialization import jsonutils
from pypowervm import adapter as pvm_adapter
from pypowervm.tests.test_utils import pvmhttp
from pypowervm.wrappers import managed_system

from nova_powervm.tests import base
from nova_powervm.virt.powervm import host

RATIOS = {'VCPU': 4.0, 'MEMORY_MB': 1.0, 'DISK_GB': 1.0}


def captured_systems():
    adapter = mock.create_autospec(pvm_adapter.Adapter, instance=True)
    return managed_system.System.wrap(pvmhttp.load_pvm_resp(
        'managedsystem.txt', adapter).get_response())


class AvailableResourceTestCase(base.TestCase):

    def test_captured_system(self):
        # 8 processors, 7.6 units and 88,832 of 98,304 MiB free.
        resource = host.available_resource(captured_systems()[1], 'node')

        self.assertEqual('node', resource['hypervisor_hostname'])
        self.assertEqual((8, 1), (resource['vcpus'], resource['vcpus_used']))
        self.assertEqual((98304, 98304 - 88832),
                         (resource['memory_mb'], resource['memory_mb_used']))
        self.assertEqual((0, 0, 0), (
            resource['local_gb'], resource['local_gb_used'],
            resource['disk_available_least']))
        self.assertEqual('phyp', resource['hypervisor_type'])
        self.assertIsInstance(resource['hypervisor_version'], int)
        self.assertEqual({'vendor': 'ibm', 'arch': 'ppc64'},
                         jsonutils.loads(resource['cpu_info']))
        self.assertIn(('ppc64le', 'phyp', 'hvm'),
                      resource['supported_instances'])
        self.assertEqual({'proc_units': '8.00', 'proc_units_used': '0.40',
                          'memory_region_size': 256}, resource['stats'])
        # nova keeps the node's uuid; see the driver.
        self.assertNotIn('uuid', resource)


class InventoryTestCase(base.TestCase):

    def test_captured_system(self):
        inventory = host.inventory(captured_systems()[1], RATIOS, 1, 512)

        self.assertEqual({
            'VCPU': {'total': 8, 'reserved': 1, 'min_unit': 1, 'max_unit': 8,
                     'step_size': 1, 'allocation_ratio': 4.0},
            # The hypervisor itself has 1,280 MiB of it.
            'MEMORY_MB': {'total': 98304, 'reserved': 512 + 1280,
                          'min_unit': 1, 'max_unit': 98304,
                          'step_size': 256, 'allocation_ratio': 1.0},
        }, inventory)

    def test_limit_of_an_lpar(self):
        # 500 processors, but 24 virtual ones in a partition.
        inventory = host.inventory(captured_systems()[0], RATIOS, 0, 0)

        self.assertEqual(500, inventory['VCPU']['total'])
        self.assertEqual(24, inventory['VCPU']['max_unit'])

    def test_cannot_reserve_more_than_there_is(self):
        inventory = host.inventory(captured_systems()[1], RATIOS, 9, 98304)

        self.assertEqual(8, inventory['VCPU']['reserved'])
        self.assertEqual(98304, inventory['MEMORY_MB']['reserved'])
