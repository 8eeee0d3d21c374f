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

"""LogicalPartition elements: an LPAR as its entry shows it.

Children stand in the order of the schema, which pypowervm keeps in
``LPAR.child_order``.
"""

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import errors
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod

Row = atom.Row


def entry(lpar: lpar_mod.Lpar, host: host_mod.Host,
          href: str) -> etree._Element:
    """Make an LPAR's entry.

    :param href: its URI, which depends on what the client asked for.
    """
    content = atom.document('LogicalPartition', _rows(lpar, host), lpar.uuid)
    return atom.entry(content, lpar.uuid, href, lpar.etag)


def _rows(lpar: lpar_mod.Lpar, host: host_mod.Host) -> list[Row]:
    config = lpar.config
    rows = [
        Row('AllowPerformanceDataCollection', 'CUD', config.perf_collection),
        Row('AvailabilityPriority', 'UOD', config.availability_priority),
        Row('CurrentProcessorCompatibilityMode', 'ROO', 'POWER8'),
        Row('CurrentProfileSync', 'CUD', 'On'),
        Row('IsConnectionMonitoringEnabled', 'UOD', True),
        Row('IsOperationInProgress', 'ROR', False),
        Row('IsRedundantErrorPathReportingEnabled', 'UOD', False),
        Row('IsTimeReferencePartition', 'UOD', False),
        Row('IsVirtualServiceAttentionLEDOn', 'ROR', False),
        Row('IsVirtualTrustedPlatformModuleEnabled', 'UOD', False),
        Row('KeylockPosition', 'CUD', 'normal'),
        Row('LogicalSerialNumber', 'ROR', f'{host.serial}{lpar.lpar_id:X}'),
        Row('OperatingSystemVersion', 'ROR', lpar.operating_system),
        Row('PartitionCapabilities', 'ROR', [
            Row('DynamicLogicalPartitionIOCapable', 'ROR', False),
            Row('DynamicLogicalPartitionMemoryCapable', 'ROR', False),
            Row('DynamicLogicalPartitionProcessorCapable', 'ROR', False),
            Row('InternalAndExternalIntrusionDetectionCapable', 'CUD', False),
            Row('ResourceMonitoringControlOperatingSystemShutdownCapable',
                'CUD', config.rmc)]),
        Row('PartitionID', 'COD', lpar.lpar_id),
        Row('PartitionIOConfiguration', 'CUD', [
            Row('MaximumVirtualIOSlots', 'CUD', config.max_io_slots),
            Row('ProfileIOSlots', 'CUD', []),
            Row('CurrentMaximumVirtualIOSlots', 'ROR', config.max_io_slots)]),
        Row('PartitionMemoryConfiguration', 'CUD', _memory(config.memory)),
        Row('PartitionName', 'CUR', lpar.name),
        Row('PartitionProcessorConfiguration', 'CUD',
            _dedicated(config.processors) if config.processors.dedicated
            else _shared(config.processors)),
        Row('PartitionState', 'ROO', lpar.state),
        Row('PartitionType', 'COD', config.lpar_type),
        Row('PartitionUUID', 'ROO', lpar.uuid),
        Row('PendingProcessorCompatibilityMode', 'CUD', config.compat_mode),
        Row('ProgressPartitionDataRemaining', 'ROR', 0),
        Row('ProgressPartitionDataTotal', 'ROR', 0),
        Row('ResourceMonitoringControlState', 'ROR', lpar.rmc_state),
        Row('AssociatedManagedSystem', 'CUD', atom.Link(host.url)),
        Row('IsServicePartition', 'CUD', False),
        Row('ReferenceCode', 'ROO', lpar.reference_code),
        Row('IsManagementPartition', 'ROR', lpar.is_mgmt),
        Row('BootMode', 'ROR', 'Normal'),
        Row('Uptime', 'ROO', host.uptime(lpar)),
        Row('PendingSecureBoot', 'CUD', config.secure_boot),
        Row('CurrentSecureBoot', 'ROO', config.secure_boot),
        Row('RemoteRestartCapable', 'COD', False),
        Row('SimplifiedRemoteRestartCapable', 'COD', config.srr_capable),
        Row('SuspendCapable', 'CUD', False),
        Row('MigrationState', 'ROR', 'Not_Migrating'),
        Row('RemoteRestartState', 'ROR', 'Invalid'),
    ]
    return rows


def _memory(memory: lpar_mod.Memory) -> list[Row]:
    return [
        Row('ActiveMemoryExpansionEnabled', 'CUD', False),
        Row('DesiredMemory', 'CUD', memory.desired),
        Row('ExpansionFactor', 'CUD', 0.0),
        Row('HardwarePageTableRatio', 'CUD', 6),
        Row('MaximumMemory', 'CUD', memory.maximum),
        Row('MinimumMemory', 'CUD', memory.minimum),
        Row('CurrentExpansionFactor', 'ROR', 0.0),
        Row('CurrentHardwarePageTableRatio', 'ROR', 6),
        Row('CurrentMaximumMemory', 'ROR', memory.maximum),
        Row('CurrentMemory', 'ROR', memory.desired),
        Row('CurrentMinimumMemory', 'ROR', memory.minimum),
        Row('MemoryExpansionEnabled', 'ROR', False),
        Row('RedundantErrorPathReportingEnabled', 'ROR', False),
        Row('RuntimeMemory', 'ROR', memory.desired),
        Row('RuntimeMinimumMemory', 'ROR', memory.minimum),
        Row('SharedMemoryEnabled', 'CUD', False),
    ]


def _dedicated(cpu: lpar_mod.Processors) -> list[Row]:
    return [
        Row('DedicatedProcessorConfiguration', 'CUD', [
            Row('DesiredProcessors', 'CUD', cpu.desired),
            Row('MaximumProcessors', 'CUD', cpu.maximum),
            Row('MinimumProcessors', 'CUD', cpu.minimum)]),
        Row('HasDedicatedProcessors', 'CUD', True),
        Row('SharingMode', 'CUD', cpu.sharing_mode),
        Row('CurrentHasDedicatedProcessors', 'ROR', True),
        Row('CurrentSharingMode', 'ROR', cpu.sharing_mode),
        Row('CurrentDedicatedProcessorConfiguration', 'ROR', [
            Row('CurrentMaximumProcessors', 'ROR', cpu.maximum),
            Row('CurrentMinimumProcessors', 'ROR', cpu.minimum),
            Row('CurrentProcessors', 'ROR', cpu.desired),
            Row('RunProcessors', 'ROR', cpu.desired)]),
        Row('RuntimeHasDedicatedProcessors', 'ROR', True),
    ]


def _shared(cpu: lpar_mod.Processors) -> list[Row]:
    return [
        Row('HasDedicatedProcessors', 'CUD', False),
        Row('SharedProcessorConfiguration', 'CUD', [
            Row('DesiredProcessingUnits', 'CUD', cpu.units),
            Row('DesiredVirtualProcessors', 'CUD', cpu.desired),
            Row('MaximumProcessingUnits', 'CUD', cpu.max_units),
            Row('MaximumVirtualProcessors', 'CUD', cpu.maximum),
            Row('MinimumProcessingUnits', 'CUD', cpu.min_units),
            Row('MinimumVirtualProcessors', 'CUD', cpu.minimum),
            Row('SharedProcessorPoolID', 'CUD', cpu.pool_id),
            Row('UncappedWeight', 'CUD', cpu.weight)]),
        Row('SharingMode', 'CUD', cpu.sharing_mode),
        Row('CurrentHasDedicatedProcessors', 'ROR', False),
        Row('CurrentSharingMode', 'ROR', cpu.sharing_mode),
        Row('RuntimeHasDedicatedProcessors', 'ROR', False),
        Row('CurrentSharedProcessorConfiguration', 'ROR', [
            Row('AllocatedVirtualProcessors', 'ROR', cpu.desired),
            Row('CurrentMaximumProcessingUnits', 'ROR', cpu.max_units),
            Row('CurrentMinimumProcessingUnits', 'ROR', cpu.min_units),
            Row('CurrentProcessingUnits', 'ROR', cpu.units),
            Row('CurrentSharedProcessorPoolID', 'ROR', cpu.pool_id),
            Row('CurrentUncappedWeight', 'ROR', cpu.weight),
            Row('CurrentMinimumVirtualProcessors', 'ROR', cpu.minimum),
            Row('CurrentMaximumVirtualProcessors', 'ROR', cpu.maximum),
            Row('RuntimeProcessingUnits', 'ROR', cpu.units),
            Row('RuntimeUncappedWeight', 'ROR', cpu.weight)]),
    ]


def parse(body: bytes) -> lpar_mod.Config:
    """Read an LPAR's configuration from what a client sends.

    :raises errors.RestError: it is no LogicalPartition, or something in it
        is missing or of the wrong type.
    """
    try:
        root = atom.parse(body)
        if root.tag != '{%s}LogicalPartition' % atom.UOM_NS:
            raise ValueError('A LogicalPartition is expected.')
        return _config(_Reader(root))
    except ValueError as exc:
        raise errors.RestError(400, str(exc)) from exc


class _Reader:
    """Reads typed values from below an element."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    def below(self, name: str) -> '_Reader':
        child = self._element.find('{%s}%s' % (atom.UOM_NS, name))
        if child is None:
            raise ValueError(f'{name} is missing.')
        return _Reader(child)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._element.findtext('{%s}%s' % (atom.UOM_NS, name))
        if value is None:
            value = default
        if value is None:
            raise ValueError(f'{name} is missing.')
        return value.strip()

    def whole(self, name: str, default: int | None = None) -> int:
        value = self.text(name, None if default is None else str(default))
        try:
            return int(value)
        except ValueError:
            raise ValueError(
                f'{name}: {value!r} is not a whole number.') from None

    def number(self, name: str) -> float:
        value = self.text(name)
        try:
            return float(value)
        except ValueError:
            raise ValueError(
                f'{name}: {value!r} is not a number.') from None

    def flag(self, name: str) -> bool:
        return self.text(name, 'false').lower() == 'true'

    def has(self, name: str) -> bool:
        return self._element.find('{%s}%s' % (atom.UOM_NS, name)) is not None


def _config(root: _Reader) -> lpar_mod.Config:
    memory = root.below('PartitionMemoryConfiguration')
    io = root.below('PartitionIOConfiguration')
    return lpar_mod.Config(
        name=root.text('PartitionName'),
        uuid=root.text('PartitionUUID', '') or None,
        lpar_id=root.whole('PartitionID') if root.has('PartitionID')
        else None,
        lpar_type=root.text('PartitionType', 'AIX/Linux'),
        memory=lpar_mod.Memory(memory.whole('DesiredMemory'),
                               memory.whole('MinimumMemory'),
                               memory.whole('MaximumMemory')),
        processors=_processors(root.below('PartitionProcessorConfiguration')),
        availability_priority=root.whole('AvailabilityPriority', 127),
        max_io_slots=io.whole('MaximumVirtualIOSlots'),
        compat_mode=root.text('PendingProcessorCompatibilityMode', 'default'),
        perf_collection=root.flag('AllowPerformanceDataCollection'),
        srr_capable=root.flag('SimplifiedRemoteRestartCapable'),
        secure_boot=root.whole('PendingSecureBoot', 0))


def _processors(config: _Reader) -> lpar_mod.Processors:
    if config.flag('HasDedicatedProcessors'):
        cpu = config.below('DedicatedProcessorConfiguration')
        return lpar_mod.Processors(
            dedicated=True,
            desired=cpu.whole('DesiredProcessors'),
            minimum=cpu.whole('MinimumProcessors'),
            maximum=cpu.whole('MaximumProcessors'),
            sharing_mode=config.text('SharingMode'))
    cpu = config.below('SharedProcessorConfiguration')
    return lpar_mod.Processors(
        desired=cpu.whole('DesiredVirtualProcessors'),
        minimum=cpu.whole('MinimumVirtualProcessors'),
        maximum=cpu.whole('MaximumVirtualProcessors'),
        units=cpu.number('DesiredProcessingUnits'),
        min_units=cpu.number('MinimumProcessingUnits'),
        max_units=cpu.number('MaximumProcessingUnits'),
        sharing_mode=config.text('SharingMode'),
        # Capped ones have no weight.
        weight=cpu.whole('UncappedWeight', 0),
        pool_id=cpu.whole('SharedProcessorPoolID', 0))
