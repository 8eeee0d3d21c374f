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

"""ManagedSystem and ManagementConsole entries.

They have the fields of a captured NovaLink host (sys_with_sriov.txt of
pypowervm's tests).
"""

import uuid

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod

Field = atom.Field

_MEMORY_REGION_MB = 256
_MIN_PROC_UNITS = 0.05
_MAX_PROCESSORS = 256


def managed_system(host: host_mod.Host, href: str) -> etree._Element:
    """Build the entry of the managed system."""
    content = atom.schema_object('ManagedSystem', _system_fields(host),
                                 host.uuid)
    return atom.entry(content, host.uuid, href, host.etag)


def management_console(host: host_mod.Host, href: str) -> etree._Element:
    """Build the entry of the management console."""
    key = console_uuid(host)
    content = atom.schema_object('ManagementConsole', [
        Field('MachineTypeModelAndSerialNumber', 'ROR', _mtms(host)),
        Field('ManagedSystems', 'CUD', atom.Links([host.url])),
        Field('ManagementConsoleName', 'CUR', 'localhost'),
        Field('NetworkInterfaces', 'CUD', []),
    ], key)
    return atom.entry(content, key, href, host.etag)


def console_uuid(host: host_mod.Host) -> str:
    """Return the uuid of the management console."""
    return str(uuid.uuid5(uuid.UUID(host.uuid), 'ManagementConsole'))


def _system_fields(host: host_mod.Host) -> list[Field]:
    return [
        Field('AssociatedLogicalPartitions', 'CUD', atom.Links(
            [host.lpar_url(lpar) for lpar in host])),
        Field('AssociatedSystemCapabilities', 'CUD', _capabilities()),
        Field('AssociatedSystemIOConfiguration', 'CUD', [
            Field('AvailableWWPNs', 'CUD', 0),
            Field('HostChannelAdapters', 'CUD', []),
            Field('IOAdapters', 'CUD', []),
            Field('IOBuses', 'CUD', []),
            Field('IOSlots', 'CUD', []),
            Field('SRIOVAdapters', 'CUD', []),
            Field('WWPNPrefix', 'CUD', '13857705831041335296')]),
        Field('AssociatedSystemMemoryConfiguration', 'CUD', _memory(host)),
        Field('AssociatedSystemProcessorConfiguration', 'CUD',
            _processors(host)),
        Field('MachineTypeModelAndSerialNumber', 'ROR', _mtms(host)),
        Field('ManufacturingDefaultConfigurationEnabled', 'ROR', False),
        Field('MaximumPartitions', 'CUD', 1000),
        Field('PrimaryIPAddress', 'CUR', '127.0.0.1'),
        Field('State', 'ROR', 'operating'),
        Field('SystemName', 'CUR', f'simulated-{host.serial}'),
        Field('SystemMigrationInformation', 'ROR', [
            Field('MaximumInactiveMigrations', 'ROR', 0),
            Field('MaximumActiveMigrations', 'ROR', 0),
            Field('NumberOfInactiveMigrationsInProgress', 'ROR', 0),
            Field('NumberOfActiveMigrationsInProgress', 'ROR', 0)]),
        Field('ReferenceCode', 'ROO', '00000000'),
        Field('IsPowerVMManagementMaster', 'ROO', True),
        Field('IsManagementPartitionPowerVMManagementMaster', 'ROO', True),
        Field('IsHMCPowerVMManagementMaster', 'ROO', False),
    ]


def _capabilities() -> list[Field]:
    # Those that pypowervm reads (managed_system._CAPABILITY_MAP); False for
    # what is not simulated, so that clients do not try it.
    return [
        Field('ActiveLogicalPartitionMobilityCapable', 'ROO', False),
        Field('ActiveMemoryExpansionCapable', 'ROO', False),
        Field('AIXCapable', 'ROO', 'Active'),
        Field('IBMiCapable', 'ROO', True),
        Field('IBMiLogicalPartitionMobilityCapable', 'ROO', False),
        Field('IBMiRestrictedIOModeCapable', 'ROO', True),
        Field('InactiveLogicalPartitionMobilityCapable', 'ROO', False),
        Field('LinuxCapable', 'ROO', True),
        Field('PowerVMLogicalPartitionSimplifiedRemoteRestartCapable', 'ROO',
            True),
        Field('SharedProcessorPoolCapable', 'ROO', True),
        Field('VirtualEthernetCustomMACAddressCapable', 'ROR', True),
        Field('CustomPhysicalPageTableRatioCapable', 'ROO', True),
        Field('PartitionSecureBootCapable', 'ROO', True),
    ]


def _memory(host: host_mod.Host) -> list[Field]:
    free = host.free_memory_mb
    return [
        Field('ConfigurableSystemMemory', 'ROR', host.memory_mb),
        Field('CurrentAvailableSystemMemory', 'ROR', free),
        Field('CurrentLogicalMemoryBlockSize', 'ROR', _MEMORY_REGION_MB),
        Field('DefaultHardwarePageTableRatio', 'COR', 6),
        Field('InstalledSystemMemory', 'ROR', host.memory_mb),
        Field('MaximumMemoryPoolCount', 'ROR', 1),
        Field('MemoryRegionSize', 'CUD', _MEMORY_REGION_MB),
        Field('MemoryUsedByHypervisor', 'ROR', host.hypervisor_memory_mb),
        Field('PendingAvailableSystemMemory', 'CUD', free),
        Field('PendingLogicalMemoryBlockSize', 'CUD', _MEMORY_REGION_MB),
        Field('PendingMemoryRegionSize', 'CUD', _MEMORY_REGION_MB),
    ]


def _processors(host: host_mod.Host) -> list[Field]:
    free = _units(host.free_proc_units)
    limits = [
        Field(name, 'ROR', _MAX_PROCESSORS) for name in (
            'CurrentMaximumProcessorsPerAIXOrLinuxPartition',
            'CurrentMaximumProcessorsPerIBMiPartition',
            'CurrentMaximumAllowedProcessorsPerPartition',
            'CurrentMaximumProcessorsPerVirtualIOServerPartition',
            'CurrentMaximumVirtualProcessorsPerAIXOrLinuxPartition',
            'CurrentMaximumVirtualProcessorsPerIBMiPartition',
            'CurrentMaximumVirtualProcessorsPerVirtualIOServerPartition')]
    modes = [
        Field('SupportedPartitionProcessorCompatibilityModes', 'ROR', mode)
        for mode in lpar_mod.COMPAT_MODES]
    return [
        Field('ConfigurableSystemProcessorUnits', 'ROR',
            _units(host.proc_units)),
        Field('CurrentAvailableSystemProcessorUnits', 'ROR', free),
        *limits,
        Field('InstalledSystemProcessorUnits', 'ROR', _units(host.proc_units)),
        Field('MaximumAllowedVirtualProcessorsPerPartition', 'ROR',
            _MAX_PROCESSORS),
        Field('MinimumProcessorUnitsPerVirtualProcessor', 'ROR',
            _MIN_PROC_UNITS),
        Field('PendingAvailableSystemProcessorUnits', 'CUD', free),
        *modes,
    ]


def _units(value: float) -> float | int:
    # NovaLink rounds to hundredths and writes integers without a point.
    rounded = round(value, 2)
    return int(rounded) if rounded.is_integer() else rounded


def _mtms(host: host_mod.Host) -> list[Field]:
    return [
        Field('MachineType', 'CUR', '8408'),
        Field('Model', 'CUR', 'E8E'),
        Field('SerialNumber', 'CUR', host.serial),
    ]
