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

"""Words in NovaLink's documents that a newer NovaLink may have invented."""

from pypowervm.wrappers import logical_partition

from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import host
from nova_powervm.virt.powervm import vm

_NEW = 'invented later'

# The elements of a captured document whose text is one of some words.
_OF_LPARS = (
    'AffinityGroupID', 'AllowPerformanceDataCollection', 'BootMode',
    'CurrentProcessorCompatibilityMode', 'CurrentSharingMode',
    'KeylockPosition', 'MigrationState', 'OperatingSystemVersion',
    'PartitionState', 'PartitionType', 'PendingProcessorCompatibilityMode',
    'PowerManagementMode', 'ReferenceCode', 'RemoteRestartState',
    'ResourceMonitoringControlState', 'SharingMode')
_OF_SYSTEMS = (
    'CurrentMaximumProcessorCompatibilityMode', 'Hostname',
    'MeteredPoolID', 'ProcessorThrottling', 'State',
    'SupportedPartitionProcessorCompatibilityModes')


def _invent(response, tags):
    """Put a new word into all elements of the tags; return their number."""
    found = 0
    for entry in response.feed.entries:
        for element in entry.element.element.iter('{*}*'):
            if element.tag.rpartition('}')[2] in tags:
                element.text = _NEW
                found += 1
    return found


class TestDocuments(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.adapter = captured.make_adapter()

    def test_of_lpars(self):
        response = captured.response('lpar.txt', self.adapter)
        self.assertGreater(_invent(response, _OF_LPARS), 100)
        self.adapter.read.return_value = response
        self.adapter.helpers = ()
        lpars = vm.get_lpars(self.adapter)
        self.assertGreater(len(lpars), 1)
        for lpar in lpars:
            self.assertEqual(_NEW, lpar.state)
            self.assertTrue(lpar.name)
            self.assertTrue(vm.instance_uuids(lpar.uuid))
            for name in dir(logical_partition.LPAR):
                if isinstance(getattr(logical_partition.LPAR, name),
                              property):
                    getattr(lpar, name)

    def test_of_systems(self):
        response = captured.response('managedsystem.txt', self.adapter)
        self.assertGreater(_invent(response, _OF_SYSTEMS), 10)
        ratios = {'VCPU': 1.0, 'MEMORY_MB': 1.0, 'DISK_GB': 1.0}
        known = captured.systems(self.adapter)
        for system, same in zip(
                type(known[0]).wrap(response), known, strict=True):
            self.assertEqual(host.available_resource(same, None, 'node'),
                             host.available_resource(system, None, 'node'))
            self.assertEqual(host.inventory(same, None, ratios, 0, 0, 0),
                             host.inventory(system, None, ratios, 0, 0, 0))
            self.assertEqual(
                {_NEW}, set(system.proc_compat_modes))
