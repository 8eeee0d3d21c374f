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

"""ManagedSystem and ManagementConsole elements.

The measure is pypowervm's capture of a NovaLink host, sys_with_sriov.txt.
"""

import uuid

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import host as host_mod

Row = atom.Row

_COMPAT_MODES = ('default', 'POWER6', 'POWER6_Plus', 'POWER7', 'POWER8')
_MEMORY_REGION_MB = 256
_MIN_PROC_UNITS = 0.05
_MAX_PROCESSORS = 256


def managed_system(host: host_mod.Host, href: str) -> etree._Element:
    """Make the managed system's entry."""
    content = atom.document('ManagedSystem', _system_rows(host), host.uuid)
    return atom.entry(content, host.uuid, href, host.etag)


def management_console(host: host_mod.Host, href: str) -> etree._Element:
    """Make the management console's entry."""
    key = console_uuid(host)
    content = atom.document('ManagementConsole', [
        Row('MachineTypeModelAndSerialNumber', 'ROR', _mtms(host)),
        Row('ManagedSystems', 'CUD', atom.Links([host.url])),
        Row('ManagementConsoleName', 'CUR', 'localhost'),
        Row('NetworkInterfaces', 'CUD', []),
    ], key)
    return atom.entry(content, key, href, host.etag)


def console_uuid(host: host_mod.Host) -> str:
    """The management console's uuid."""
    return str(uuid.uuid5(uuid.UUID(host.uuid), 'ManagementConsole'))


def _system_rows(host: host_mod.Host) -> list[Row]:
    return [
        Row('AssociatedLogicalPartitions', 'CUD', atom.Links(
            [host.lpar_url(lpar) for lpar in host])),
        Row('AssociatedSystemCapabilities', 'CUD', _capabilities()),
        Row('AssociatedSystemIOConfiguration', 'CUD', [
            Row('AvailableWWPNs', 'CUD', 0),
            Row('HostChannelAdapters', 'CUD', []),
            Row('IOAdapters', 'CUD', []),
            Row('IOBuses', 'CUD', []),
            Row('IOSlots', 'CUD', []),
            Row('SRIOVAdapters', 'CUD', []),
            Row('WWPNPrefix', 'CUD', '13857705831041335296')]),
        Row('AssociatedSystemMemoryConfiguration', 'CUD', _memory(host)),
        Row('AssociatedSystemProcessorConfiguration', 'CUD',
            _processors(host)),
        Row('MachineTypeModelAndSerialNumber', 'ROR', _mtms(host)),
        Row('ManufacturingDefaultConfigurationEnabled', 'ROR', False),
        Row('MaximumPartitions', 'CUD', 1000),
        Row('PrimaryIPAddress', 'CUR', '127.0.0.1'),
        Row('State', 'ROR', 'operating'),
        Row('SystemName', 'CUR', f'simulated-{host.serial}'),
        Row('SystemMigrationInformation', 'ROR', [
            Row('MaximumInactiveMigrations', 'ROR', 0),
            Row('MaximumActiveMigrations', 'ROR', 0),
            Row('NumberOfInactiveMigrationsInProgress', 'ROR', 0),
            Row('NumberOfActiveMigrationsInProgress', 'ROR', 0)]),
        Row('ReferenceCode', 'ROO', '00000000'),
        Row('IsPowerVMManagementMaster', 'ROO', True),
        Row('IsManagementPartitionPowerVMManagementMaster', 'ROO', True),
        Row('IsHMCPowerVMManagementMaster', 'ROO', False),
    ]


def _capabilities() -> list[Row]:
    # Only what pypowervm asks for (managed_system._CAPABILITY_MAP), and no
    # capability that is not simulated: clients are not to try it.
    return [
        Row('ActiveLogicalPartitionMobilityCapable', 'ROO', False),
        Row('ActiveMemoryExpansionCapable', 'ROO', False),
        Row('AIXCapable', 'ROO', 'Active'),
        Row('IBMiCapable', 'ROO', True),
        Row('IBMiLogicalPartitionMobilityCapable', 'ROO', False),
        Row('IBMiRestrictedIOModeCapable', 'ROO', True),
        Row('InactiveLogicalPartitionMobilityCapable', 'ROO', False),
        Row('LinuxCapable', 'ROO', True),
        Row('PowerVMLogicalPartitionSimplifiedRemoteRestartCapable', 'ROO',
            True),
        Row('SharedProcessorPoolCapable', 'ROO', True),
        Row('VirtualEthernetCustomMACAddressCapable', 'ROR', True),
        Row('PartitionSecureBootCapable', 'ROO', True),
    ]


def _memory(host: host_mod.Host) -> list[Row]:
    free = host.free_memory_mb
    return [
        Row('ConfigurableSystemMemory', 'ROR', host.memory_mb),
        Row('CurrentAvailableSystemMemory', 'ROR', free),
        Row('CurrentLogicalMemoryBlockSize', 'ROR', _MEMORY_REGION_MB),
        Row('DefaultHardwarePageTableRatio', 'COR', 6),
        Row('InstalledSystemMemory', 'ROR', host.memory_mb),
        Row('MaximumMemoryPoolCount', 'ROR', 1),
        Row('MemoryRegionSize', 'CUD', _MEMORY_REGION_MB),
        Row('MemoryUsedByHypervisor', 'ROR', host.hypervisor_memory_mb),
        Row('PendingAvailableSystemMemory', 'CUD', free),
        Row('PendingLogicalMemoryBlockSize', 'CUD', _MEMORY_REGION_MB),
        Row('PendingMemoryRegionSize', 'CUD', _MEMORY_REGION_MB),
    ]


def _processors(host: host_mod.Host) -> list[Row]:
    free = _units(host.free_proc_units)
    limits = [
        Row(name, 'ROR', _MAX_PROCESSORS) for name in (
            'CurrentMaximumProcessorsPerAIXOrLinuxPartition',
            'CurrentMaximumProcessorsPerIBMiPartition',
            'CurrentMaximumAllowedProcessorsPerPartition',
            'CurrentMaximumProcessorsPerVirtualIOServerPartition',
            'CurrentMaximumVirtualProcessorsPerAIXOrLinuxPartition',
            'CurrentMaximumVirtualProcessorsPerIBMiPartition',
            'CurrentMaximumVirtualProcessorsPerVirtualIOServerPartition')]
    modes = [Row('SupportedPartitionProcessorCompatibilityModes', 'ROR', mode)
             for mode in _COMPAT_MODES]
    return [
        Row('ConfigurableSystemProcessorUnits', 'ROR',
            _units(host.proc_units)),
        Row('CurrentAvailableSystemProcessorUnits', 'ROR', free),
        *limits,
        Row('InstalledSystemProcessorUnits', 'ROR', _units(host.proc_units)),
        Row('MaximumAllowedVirtualProcessorsPerPartition', 'ROR',
            _MAX_PROCESSORS),
        Row('MinimumProcessorUnitsPerVirtualProcessor', 'ROR',
            _MIN_PROC_UNITS),
        Row('PendingAvailableSystemProcessorUnits', 'CUD', free),
        *modes,
    ]


def _units(value: float) -> float | int:
    # They come in hundredths, and whole ones without a point.
    rounded = round(value, 2)
    return int(rounded) if rounded.is_integer() else rounded


def _mtms(host: host_mod.Host) -> list[Row]:
    return [
        Row('MachineType', 'CUR', '8408'),
        Row('Model', 'CUR', 'E8E'),
        Row('SerialNumber', 'CUR', host.serial),
    ]
