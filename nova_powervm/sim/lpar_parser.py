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

"""LPAR configurations in requests of clients."""

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import reader


def parse(body: bytes) -> lpar_mod.Config:
    """Return the LPAR configuration in a request.

    :raises errors.RestError: if it is malformed.
    """
    with reader.malformed_is_refused():
        return _config(reader.parse(body, 'LogicalPartition'))


def _config(root: reader.Reader) -> lpar_mod.Config:
    memory = root.child('PartitionMemoryConfiguration')
    io = root.child('PartitionIOConfiguration')
    return lpar_mod.Config(
        name=root.text('PartitionName'),
        uuid=root.text('PartitionUUID', '') or None,
        lpar_id=root.integer('PartitionID') if root.has('PartitionID')
        else None,
        lpar_type=root.text('PartitionType', 'AIX/Linux'),
        memory=lpar_mod.Memory(memory.integer('DesiredMemory'),
                               memory.integer('MinimumMemory'),
                               memory.integer('MaximumMemory'),
                               memory.integer('PhysicalPageTableRatio')
                               if memory.has('PhysicalPageTableRatio')
                               else None),
        processors=_processors(root.child('PartitionProcessorConfiguration')),
        availability_priority=root.integer('AvailabilityPriority', 127),
        max_io_slots=io.integer('MaximumVirtualIOSlots'),
        compat_mode=root.text('PendingProcessorCompatibilityMode', 'default'),
        perf_collection=root.boolean('AllowPerformanceDataCollection'),
        srr_capable=root.boolean('SimplifiedRemoteRestartCapable'),
        secure_boot=root.integer('PendingSecureBoot', 0))


def _processors(config: reader.Reader) -> lpar_mod.Processors:
    if config.boolean('HasDedicatedProcessors'):
        cpu = config.child('DedicatedProcessorConfiguration')
        return lpar_mod.Processors(
            dedicated=True,
            desired=cpu.integer('DesiredProcessors'),
            minimum=cpu.integer('MinimumProcessors'),
            maximum=cpu.integer('MaximumProcessors'),
            sharing_mode=config.text('SharingMode'))
    cpu = config.child('SharedProcessorConfiguration')
    return lpar_mod.Processors(
        desired=cpu.integer('DesiredVirtualProcessors'),
        minimum=cpu.integer('MinimumVirtualProcessors'),
        maximum=cpu.integer('MaximumVirtualProcessors'),
        units=cpu.number('DesiredProcessingUnits'),
        min_units=cpu.number('MinimumProcessingUnits'),
        max_units=cpu.number('MaximumProcessingUnits'),
        sharing_mode=config.text('SharingMode'),
        # Capped processors have no weight.
        weight=cpu.integer('UncappedWeight', 0),
        pool_id=cpu.integer('SharedProcessorPoolID', 0))
