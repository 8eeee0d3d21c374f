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


"""The state of the simulated host, as a JSON document and back.

It has the partitions, the Virtual I/O Servers with their storage and mappings,
and the networks. It has neither settings, faults and counters, nor sessions,
events, jobs and Files: they end with the simulator.
"""

import dataclasses
from typing import Any

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_table
from nova_powervm.sim import mapping
from nova_powervm.sim import network
from nova_powervm.sim import storage
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import virtual_io
from nova_powervm.sim import volume_group

# What restore() reads. A change of any dataclass that is kept is a new one.
VERSION = 1

# Added to the versions of what is restored. A simulator that was killed may
# not have written the last ones, and clients know their entity tags.
_UNSEEN = 1_000_000

Document = dict[str, Any]


class Malformed(Exception):
    """A document that is none of :func:`dump`'s, or of another version."""


def check(document: Any) -> None:
    """Check that a document is of this version.

    :raises Malformed: if it is not.
    """
    version = document.get('version') if isinstance(document, dict) else None
    if version != VERSION:
        raise Malformed('it has the version %r, not %r' % (version, VERSION))


def dump(io: virtual_io.VirtualIo) -> Document:
    """Return the state of a host.

    An LPAR that boots or stops is in the state in which that will end.
    """
    host = io.host
    return {
        'version': VERSION,
        'identity': host.identity,
        'changes': host.version,
        'lpars': [{**_partition(lpar), 'state': host.outcome(lpar),
                   'is_mgmt': lpar.is_mgmt} for lpar in host],
        'vioses': [_vios(vios) for vios in host.vioses],
        'switches': [switch._asdict()
                     for switch in io.networks.switches.values()],
        'adapters': [_adapter(adapter) for adapter in io.networks]}


def _partition(lpar: lpar_mod.Lpar) -> Document:
    return {'config': dataclasses.asdict(lpar.config), 'state': lpar.state,
            'version': lpar.version}


def _vios(vios: vios_mod.Vios) -> Document:
    return {**_partition(vios),
            'groups': [_group(group) for group in vios.groups],
            'mappings': [_mapping(one) for one in vios.mappings],
            'numbers': dict(vios.mappings.numbers)}


def _group(group: volume_group.VolumeGroup) -> Document:
    repository = group.repository
    return {'name': group.name, 'gb': group.gb, 'version': group.version,
            'next_number': group.next_number,
            'disks': [dataclasses.asdict(disk)
                      for disk in group.disks.values()],
            'repository': repository and dataclasses.asdict(repository)}


def _mapping(one: mapping.Mapping) -> Document:
    bus, stored = one.bus, one.storage
    kind = ('VirtualDisk' if isinstance(stored, storage.Disk)
            else 'VirtualOpticalMedia')
    return {
        'bus': {'name': bus.name, 'server_slot': bus.server_slot,
                'client': bus.client and bus.client.uuid,
                'client_id': bus.client_id, 'client_slot': bus.client_slot},
        'storage': stored and [kind, stored.udid, stored.name],
        'target': one.target and one.target._asdict()}


def _adapter(adapter: network.Adapter) -> Document:
    return {'uuid': adapter.uuid, 'partition': adapter.partition.uuid,
            'config': dataclasses.asdict(adapter.config),
            'switch': adapter.switch.uuid, 'slot': adapter.slot,
            'mac': adapter.mac, 'version': adapter.version}


def lpars(document: Document, now: float) -> lpar_table.LparTable:
    """Return the partitions of a document, the management partition as well.

    :param now: when those that are on were booted, by the host's clock.
    """
    table = lpar_table.LparTable()
    for one in document['lpars']:
        table.restore(_config(one['config']), one['state'],
                      one['version'] + _UNSEEN, one['is_mgmt'], now)
    return table


def restore(io: virtual_io.VirtualIo, document: Document) -> None:
    """Make a host what a document says, but for its LPARs.

    :param io: that of a host with the LPARs of the document, and with
        nothing else.
    """
    for server in document['vioses']:
        _restore_vios(io, server)
    partitions = {one.uuid: one for one in (*io.host, *io.host.vioses)}
    switches = {one['uuid']: network.Switch(**one)
                for one in document['switches']}
    io.networks.restore(switches.values(), [
        _restored_adapter(one, partitions, switches)
        for one in document['adapters']])
    io.host.version = document['changes'] + _UNSEEN


def _restore_vios(io: virtual_io.VirtualIo, document: Document) -> None:
    vios = io.host.vioses.restore(
        _config(document['config']),
        {group['name']: group['gb'] for group in document['groups']},
        document['state'], document['version'] + _UNSEEN)
    for group, kept in zip(vios.groups, document['groups'], strict=True):
        group.version = kept['version'] + _UNSEEN
        group.next_number = kept['next_number']
        group.disks = {one['udid']: storage.Disk(**_stored(one))
                       for one in kept['disks']}
        if kept['repository'] is not None:
            media = [storage.Medium(**_stored(one))
                     for one in kept['repository']['media']]
            group.repository = storage.Repository(
                kept['repository']['name'], kept['repository']['gb'], media)
    buses: dict[int, mapping.Bus] = {}
    vios.mappings.restore(
        [_restored_mapping(io, vios, buses, one)
         for one in document['mappings']], document['numbers'])


def _restored_mapping(io: virtual_io.VirtualIo, vios: vios_mod.Vios,
                      buses: dict[int, mapping.Bus], document: Document
                      ) -> mapping.Mapping:
    slot = document['bus']['server_slot']
    if slot not in buses:
        buses[slot] = _restored_bus(io, vios, document['bus'])
    stored, target = document['storage'], document['target']
    return mapping.Mapping(
        buses[slot], None if stored is None else vios.stored(*stored),
        None if target is None else mapping.Target(**target))


def _restored_bus(io: virtual_io.VirtualIo, vios: vios_mod.Vios,
                  document: Document) -> mapping.Bus:
    client = document['client'] and io.host.get(document['client'])
    bus = mapping.Bus(**{**document, 'client': client})
    vios.slots.take(vios.config.max_io_slots, bus.server_slot)
    if client is not None:
        client.slots.take(client.config.max_io_slots, bus.client_slot)
    return bus


def _restored_adapter(document: Document,
                      partitions: dict[str, lpar_mod.Lpar],
                      switches: dict[str, network.Switch]
                      ) -> network.Adapter:
    config = network.AdapterConfig(**document['config'])
    config.tagged = tuple(config.tagged)
    partition = partitions[document['partition']]
    slot = partition.slots.take(partition.config.max_io_slots,
                                document['slot'])
    return network.Adapter(
        document['uuid'], partition, config, switches[document['switch']],
        slot, document['mac'], document['version'] + _UNSEEN)


def _config(document: Document) -> lpar_mod.Config:
    return lpar_mod.Config(**{
        **document, 'memory': lpar_mod.Memory(**document['memory']),
        'processors': lpar_mod.Processors(**document['processors'])})


def _stored(document: Document) -> Document:
    """Return a disk's or a medium's fields, its contents as they are held."""
    contents = document['contents']
    return {**document, 'contents': contents and storage.Contents(*contents)}
