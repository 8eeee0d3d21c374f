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

"""LogicalPartition entries of LPARs.

Their fields are in the order of the schema: ``LPAR.child_order`` in
pypowervm.
"""

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod

Field = atom.Field


def entry(lpar: lpar_mod.Lpar, host: host_mod.Host,
          href: str) -> etree._Element:
    """Build the entry of an LPAR.

    :param href: its URI, which depends on the client's request.
    """
    content = atom.schema_object(
        'LogicalPartition',
        [*base_fields(lpar, host), *_lpar_fields(lpar)], lpar.uuid)
    return atom.entry(content, lpar.uuid, href, lpar.etag)


def base_fields(lpar: lpar_mod.Lpar, host: host_mod.Host) -> list[Field]:
    """Return the fields of all partitions, also of Virtual I/O Servers."""
    # pypowervm.wrappers.base_partition.
    config = lpar.config
    return [
        Field('AllowPerformanceDataCollection', 'CUD', config.perf_collection),
        Field('AvailabilityPriority', 'UOD', config.availability_priority),
        Field('CurrentProcessorCompatibilityMode', 'ROO', lpar.compat_mode),
        Field('CurrentProfileSync', 'CUD', 'On'),
        Field('IsConnectionMonitoringEnabled', 'UOD', True),
        Field('IsOperationInProgress', 'ROR', False),
        Field('IsRedundantErrorPathReportingEnabled', 'UOD', False),
        Field('IsTimeReferencePartition', 'UOD', False),
        Field('IsVirtualServiceAttentionLEDOn', 'ROR', False),
        Field('IsVirtualTrustedPlatformModuleEnabled', 'UOD', False),
        Field('KeylockPosition', 'CUD', 'normal'),
        Field('LogicalSerialNumber', 'ROR', f'{host.serial}{lpar.lpar_id:X}'),
        Field('OperatingSystemVersion', 'ROR', lpar.operating_system),
        Field('PartitionCapabilities', 'ROR', _capabilities(lpar)),
        Field('PartitionID', 'COD', lpar.lpar_id),
        Field('PartitionIOConfiguration', 'CUD', _io(config)),
        Field('PartitionMemoryConfiguration', 'CUD', _memory(config.memory)),
        Field('PartitionName', 'CUR', lpar.name),
        Field('PartitionProcessorConfiguration', 'CUD',
              _processors(config.processors)),
        Field('PartitionState', 'ROO', lpar.state),
        Field('PartitionType', 'COD', config.lpar_type),
        Field('PartitionUUID', 'ROO', lpar.uuid),
        Field('PendingProcessorCompatibilityMode', 'CUD', config.compat_mode),
        Field('ProgressPartitionDataRemaining', 'ROR', 0),
        Field('ProgressPartitionDataTotal', 'ROR', 0),
        Field('ResourceMonitoringControlState', 'ROR', lpar.rmc_state),
        Field('AssociatedManagedSystem', 'CUD', atom.Link(host.url)),
        Field('IsServicePartition', 'CUD', False),
        Field('ReferenceCode', 'ROO', lpar.reference_code),
        Field('IsManagementPartition', 'ROR', lpar.is_mgmt),
        Field('BootMode', 'ROR', 'Normal'),
        Field('Uptime', 'ROO', host.uptime(lpar)),
        Field('PendingSecureBoot', 'CUD', config.secure_boot),
        Field('CurrentSecureBoot', 'ROO', config.secure_boot),
    ]


def _lpar_fields(lpar: lpar_mod.Lpar) -> list[Field]:
    # Of LPARs only: pypowervm.wrappers.logical_partition.
    return [
        Field('RemoteRestartCapable', 'COD', False),
        Field('SimplifiedRemoteRestartCapable', 'COD',
              lpar.config.srr_capable),
        Field('SuspendCapable', 'CUD', False),
        Field('MigrationState', 'ROR', 'Not_Migrating'),
        Field('RemoteRestartState', 'ROR', 'Invalid'),
    ]


def _capabilities(lpar: lpar_mod.Lpar) -> list[Field]:
    return [
        Field('DynamicLogicalPartitionIOCapable', 'ROR',
              lpar.rmc_state == 'active'),
        Field('DynamicLogicalPartitionMemoryCapable', 'ROR', False),
        Field('DynamicLogicalPartitionProcessorCapable', 'ROR', False),
        Field('InternalAndExternalIntrusionDetectionCapable', 'CUD', False),
        Field('ResourceMonitoringControlOperatingSystemShutdownCapable',
              'CUD', lpar.config.rmc),
    ]


def _io(config: lpar_mod.Config) -> list[Field]:
    return [
        Field('MaximumVirtualIOSlots', 'CUD', config.max_io_slots),
        Field('ProfileIOSlots', 'CUD', []),
        Field('CurrentMaximumVirtualIOSlots', 'ROR', config.max_io_slots),
    ]


def _memory(memory: lpar_mod.Memory) -> list[Field]:
    return [
        Field('ActiveMemoryExpansionEnabled', 'CUD', False),
        Field('DesiredMemory', 'CUD', memory.desired),
        Field('ExpansionFactor', 'CUD', 0.0),
        *([] if memory.ppt_ratio is None else [
            Field('PhysicalPageTableRatio', 'CUD', memory.ppt_ratio)]),
        Field('HardwarePageTableRatio', 'CUD', 6),
        Field('MaximumMemory', 'CUD', memory.maximum),
        Field('MinimumMemory', 'CUD', memory.minimum),
        Field('CurrentExpansionFactor', 'ROR', 0.0),
        Field('CurrentHardwarePageTableRatio', 'ROR', 6),
        Field('CurrentMaximumMemory', 'ROR', memory.maximum),
        Field('CurrentMemory', 'ROR', memory.desired),
        Field('CurrentMinimumMemory', 'ROR', memory.minimum),
        Field('MemoryExpansionEnabled', 'ROR', False),
        Field('RedundantErrorPathReportingEnabled', 'ROR', False),
        Field('RuntimeMemory', 'ROR', memory.desired),
        Field('RuntimeMinimumMemory', 'ROR', memory.minimum),
        Field('SharedMemoryEnabled', 'CUD', False),
    ]


def _processors(cpu: lpar_mod.Processors) -> list[Field]:
    return _dedicated(cpu) if cpu.dedicated else _shared(cpu)


def _dedicated(cpu: lpar_mod.Processors) -> list[Field]:
    return [
        Field('DedicatedProcessorConfiguration', 'CUD', [
            Field('DesiredProcessors', 'CUD', cpu.desired),
            Field('MaximumProcessors', 'CUD', cpu.maximum),
            Field('MinimumProcessors', 'CUD', cpu.minimum)]),
        Field('HasDedicatedProcessors', 'CUD', True),
        Field('SharingMode', 'CUD', cpu.sharing_mode),
        Field('CurrentHasDedicatedProcessors', 'ROR', True),
        Field('CurrentSharingMode', 'ROR', cpu.sharing_mode),
        Field('CurrentDedicatedProcessorConfiguration', 'ROR', [
            Field('CurrentMaximumProcessors', 'ROR', cpu.maximum),
            Field('CurrentMinimumProcessors', 'ROR', cpu.minimum),
            Field('CurrentProcessors', 'ROR', cpu.desired),
            Field('RunProcessors', 'ROR', cpu.desired)]),
        Field('RuntimeHasDedicatedProcessors', 'ROR', True),
    ]


def _shared(cpu: lpar_mod.Processors) -> list[Field]:
    return [
        Field('HasDedicatedProcessors', 'CUD', False),
        Field('SharedProcessorConfiguration', 'CUD', [
            Field('DesiredProcessingUnits', 'CUD', cpu.units),
            Field('DesiredVirtualProcessors', 'CUD', cpu.desired),
            Field('MaximumProcessingUnits', 'CUD', cpu.max_units),
            Field('MaximumVirtualProcessors', 'CUD', cpu.maximum),
            Field('MinimumProcessingUnits', 'CUD', cpu.min_units),
            Field('MinimumVirtualProcessors', 'CUD', cpu.minimum),
            Field('SharedProcessorPoolID', 'CUD', cpu.pool_id),
            Field('UncappedWeight', 'CUD', cpu.weight)]),
        Field('SharingMode', 'CUD', cpu.sharing_mode),
        Field('CurrentHasDedicatedProcessors', 'ROR', False),
        Field('CurrentSharingMode', 'ROR', cpu.sharing_mode),
        Field('RuntimeHasDedicatedProcessors', 'ROR', False),
        Field('CurrentSharedProcessorConfiguration', 'ROR', [
            Field('AllocatedVirtualProcessors', 'ROR', cpu.desired),
            Field('CurrentMaximumProcessingUnits', 'ROR', cpu.max_units),
            Field('CurrentMinimumProcessingUnits', 'ROR', cpu.min_units),
            Field('CurrentProcessingUnits', 'ROR', cpu.units),
            Field('CurrentSharedProcessorPoolID', 'ROR', cpu.pool_id),
            Field('CurrentUncappedWeight', 'ROR', cpu.weight),
            Field('CurrentMinimumVirtualProcessors', 'ROR', cpu.minimum),
            Field('CurrentMaximumVirtualProcessors', 'ROR', cpu.maximum),
            Field('RuntimeProcessingUnits', 'ROR', cpu.units),
            Field('RuntimeUncappedWeight', 'ROR', cpu.weight)]),
    ]
