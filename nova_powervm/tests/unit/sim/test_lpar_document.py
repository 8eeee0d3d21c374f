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
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import logical_partition

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_document
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes

CONFIG = lpar_mod.Config(
    name='one', uuid=base.UUID, memory=lpar_mod.Memory(2048, 1024, 4096),
    processors=lpar_mod.Processors(
        desired=2, minimum=1, maximum=4, units=0.5, min_units=0.1,
        max_units=1.5, weight=128, pool_id=1))

# Profiles and pools belong to the HMC. Adapters, NVRAM, persistent memory,
# progress and what only IBM i has are not simulated. pypowervm does not read
# the others.
OMITTED = [
    'AssociatedPartitionProfile',
    'CurrentAllocatedBarrierSynchronizationRegisterArrays',
    'PartitionProfiles', 'ProcessorPool', 'ProgressState',
    'HostEthernetAdapterLogicalPort', 'ReferenceCodeFull',
    'AssociatedPersistentMemoryConfiguration',
    'VirtualSCSIClientAdapters', 'ResourceMonitoringIPAddress',
    'ClientNetworkAdapters', 'MACAddressPrefix', 'IsCallHomeEnabled',
    'VirtualFibreChannelClientAdapters', 'PartitionNVRAM',
    'HostEthernetAdapterLogicalPorts', 'PowerOnWithHypervisor',
    'HasDedicatedProcessorsForMigration', 'UsesHighSpeedLinkOpticonnect',
    'UsesVirtualOpticonnect', 'IsRestrictedIOPartition',
    'DesignatedIPLSource']

EITHER_KIND = ddt.named_data(('shared', False), ('dedicated', True))


@ddt.ddt
class LparDocumentTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.host = fakes.make_host()

    def _captured(self):
        found = [
            content for name in ('lpar.txt', 'lpar_ibmi.txt',
                                 'fake_vios_hosting_vios_feed.txt')
            for content in captured.schema_objects(captured.load(name))]
        # pypowervm's authors added one to an older capture, out of order.
        found[20].remove(found[20].find('{*}Uptime'))
        return found

    def _entry(self, config=CONFIG):
        lpar = self.host.create(config, 'running')
        return lpar_document.entry(lpar, self.host, base.API + '/x')

    def _element(self, config=CONFIG):
        return self._entry(config).find('{*}content')[0]

    def _wrapper(self, config=CONFIG):
        return logical_partition.LPAR.wrap(
            self.response(self._entry(config)))

    @EITHER_KIND
    def test_like_captured(self, dedicated):
        element = self._element(lpar_mod.Config(
            name='one', processors=lpar_mod.Processors(dedicated=dedicated)))
        self.assertEqual([],
                         captured.differences(element, self._captured()))

    def test_omitted(self):
        lpars = [content for content in self._captured()
                 if content.tag.endswith('}LogicalPartition')]
        self.assertEqual(OMITTED, captured.omitted(self._element(), lpars))

    def test_order_of_the_schema(self):
        names = captured.child_names(self._element())
        order = list(self._wrapper(lpar_mod.Config(name='two')).child_order)
        places = [order.index(name) for name in names]
        self.assertEqual(sorted(places), places)

    def test_pypowervm_reads_it(self):
        lpar = self._wrapper()
        self.assertEqual(
            ('one', base.UUID, base.UUID, 2, 'running', 'AIX/Linux',
             'inactive', 0, 'Unknown', 127, False, False),
            (lpar.name, lpar.uuid, lpar.partition_uuid, lpar.id, lpar.state,
             lpar.env, lpar.rmc_state, lpar.uptime, lpar.operating_system,
             lpar.avail_priority, lpar.is_mgmt_partition,
             lpar.is_service_partition))
        self.assertEqual(self.host.uuid, lpar.assoc_sys_uuid)
        self.assertEqual(base.API + '/x', lpar.href)
        self.assertEqual(64, lpar.io_config.max_virtual_slots)

    def test_pypowervm_reads_memory_and_processors(self):
        lpar = self._wrapper()
        memory, cpu = lpar.mem_config, lpar.proc_config.shared_proc_cfg
        self.assertEqual((2048, 1024, 4096, 2048),
                         (memory.desired, memory.min, memory.max,
                          memory.current))
        self.assertEqual(
            (2, 1, 4, 0.5, 0.1, 1.5, 128, 1),
            (cpu.desired_virtual, cpu.min_virtual, cpu.max_virtual,
             cpu.desired_units, cpu.min_units, cpu.max_units,
             cpu.uncapped_weight, cpu.pool_id))
        self.assertFalse(lpar.proc_config.has_dedicated)

    @EITHER_KIND
    def test_pypowervm_reads_every_property(self, dedicated):
        lpar = self._wrapper(lpar_mod.Config(
            name='two', processors=lpar_mod.Processors(dedicated=dedicated)))
        for kind in (base_partition.BasePartition, logical_partition.LPAR):
            for name, value in vars(kind).items():
                # The others are deprecated or need an attribute group.
                if (isinstance(value, property) and
                        not name.startswith(('nvram', 'rr_'))):
                    getattr(lpar, name)
