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

"""Resources of the managed system."""

import ddt
from oslo_serialization import jsonutils

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.virt.powervm.disk import driver as disk_driver
from nova_powervm.virt.powervm import host

RATIOS = {'VCPU': 4.0, 'MEMORY_MB': 1.0, 'DISK_GB': 1.0}


def systems():
    return captured.systems(captured.make_adapter())


@ddt.ddt
class AvailableResourceTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        # 8 processors, 7.6 units and 88,832 of 98,304 MiB free.
        self.resource = host.available_resource(
            systems()[1], None, 'node')

    @ddt.named_data(
        ('name', {'hypervisor_hostname': 'node'}),
        ('processors', {'vcpus': 8, 'vcpus_used': 1}),
        ('memory', {'memory_mb': 98304, 'memory_mb_used': 98304 - 88832}),
        ('no_disk', {'local_gb': 0, 'local_gb_used': 0,
                     'disk_available_least': 0}),
        ('type', {'hypervisor_type': 'phyp'}),
        ('statistics', {'stats': {
            'proc_units': '8.00', 'proc_units_used': '0.40',
            'memory_region_size': 256}}))
    def test_values(self, expected):
        self.assertEqual(expected, {key: self.resource[key]
                                    for key in expected})

    def test_disk(self):
        resource = host.available_resource(
            systems()[1], disk_driver.Capacity(100.7, 60.2), 'node')
        self.assertEqual((100, 41, 60), tuple(resource[key] for key in (
            'local_gb', 'local_gb_used', 'disk_available_least')))

    def test_version_is_a_number(self):
        self.assertIsInstance(self.resource['hypervisor_version'], int)

    def test_cpu(self):
        self.assertEqual({'vendor': 'ibm', 'arch': 'ppc64'},
                         jsonutils.loads(self.resource['cpu_info']))

    @ddt.data('ppc64', 'ppc64le')
    def test_supported_architecture(self, architecture):
        self.assertIn((architecture, 'phyp', 'hvm'),
                      self.resource['supported_instances'])

    def test_nova_keeps_the_uuid(self):
        self.assertNotIn('uuid', self.resource)


@ddt.ddt
class InventoryTestCase(base.TestCase):

    def test_processors_and_memory(self):
        inventory = host.inventory(
            systems()[1], None, RATIOS, 1, 512, 0)

        self.assertEqual({
            'VCPU': {'total': 8, 'reserved': 1, 'min_unit': 1, 'max_unit': 8,
                     'step_size': 1, 'allocation_ratio': 4.0},
            # The hypervisor itself uses 1,280 MiB.
            'MEMORY_MB': {'total': 98304, 'reserved': 512 + 1280,
                          'min_unit': 1, 'max_unit': 98304,
                          'step_size': 256, 'allocation_ratio': 1.0},
            'DISK_GB': {'total': 1, 'reserved': 1, 'min_unit': 1,
                        'max_unit': 1, 'step_size': 1,
                        'allocation_ratio': 1.0},
        }, inventory)

    @ddt.named_data(('none', 0), ('some', 7))
    def test_a_host_without_disks_has_none_to_give(self, reserved):
        disk = host.inventory(
            systems()[1], None, {**RATIOS, 'DISK_GB': 16.0}, 0, 0,
            reserved)['DISK_GB']
        self.assertEqual(
            0, (disk['total'] - disk['reserved']) * disk['allocation_ratio'])

    @ddt.named_data(('some', 7, 7), ('all', 1000, 100))
    def test_disk(self, reserved, expected):
        inventory = host.inventory(
            systems()[1], disk_driver.Capacity(100.7, 60.2),
            {**RATIOS, 'DISK_GB': 1.5}, 0, 0, reserved)
        self.assertEqual(
            {'total': 100, 'reserved': expected, 'min_unit': 1,
             'max_unit': 100, 'step_size': 1, 'allocation_ratio': 1.5},
            inventory['DISK_GB'])

    def test_limit_of_an_lpar(self):
        """500 processors, but at most 24 virtual ones in an LPAR."""
        vcpu = host.inventory(
            systems()[0], None, RATIOS, 0, 0, 0)['VCPU']
        self.assertEqual((500, 24), (vcpu['total'], vcpu['max_unit']))

    def test_no_more_processors_are_reserved_than_exist(self):
        inventory = host.inventory(
            systems()[1], None, RATIOS, 9, 0, 0)
        self.assertEqual(8, inventory['VCPU']['reserved'])

    def test_no_more_memory_is_reserved_than_exists(self):
        inventory = host.inventory(
            systems()[1], None, RATIOS, 0, 98304, 0)
        self.assertEqual(98304, inventory['MEMORY_MB']['reserved'])
