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


"""vSCSI mappings in VirtualIOServer entries, and in requests of clients."""

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import mapping as mapping_mod
from nova_powervm.sim import reader
from nova_powervm.sim import storage
from nova_powervm.sim import volume_group_document

Field = atom.Field


def elements(mappings: mapping_mod.MappingTable, vios: lpar_mod.Lpar,
             host: host_mod.Host) -> list[etree._Element]:
    """Return the mappings of a Virtual I/O Server, for :mod:`.atom`.

    Each is built once: to build or to copy a thousand takes too long.
    """
    return [atom.verbatim(_xml(mapping, vios, host)) for mapping in mappings]


def parse(body: bytes) -> list[mapping_mod.MappingRequest] | None:
    """Return the mappings in a request; None if it leaves them out.

    :raises errors.RestError: if it is malformed.
    """
    with reader.malformed_is_refused():
        root = reader.parse(body, 'VirtualIOServer')
        mappings = root.find('VirtualSCSIMappings')
        return None if mappings is None else [
            _parse(one) for one in mappings.children('VirtualSCSIMapping')]


def location(lpar_id: int, slot: int, host: host_mod.Host) -> str:
    """Return the location code of a virtual adapter."""
    return f'U8408.E8E.{host.serial}-V{lpar_id}-C{slot}'


def _xml(mapping: mapping_mod.Mapping, vios: lpar_mod.Lpar,
         host: host_mod.Host) -> str:
    gb = mapping.storage.gb if mapping.storage is not None else 0.0
    if mapping.xml is None or mapping.xml[0] != gb:
        mapping.xml = gb, etree.tostring(atom.element(
            'VirtualSCSIMapping', _fields(mapping, vios, host))).decode()
    return mapping.xml[1]


def _fields(mapping: mapping_mod.Mapping, vios: lpar_mod.Lpar,
            host: host_mod.Host) -> list[Field]:
    bus, stored, target = mapping.bus, mapping.storage, mapping.target
    server = location(vios.lpar_id, bus.server_slot, host)
    client = location(bus.client_id, bus.client_slot, host)
    found = []
    if bus.client is not None:
        found += [
            Field('AssociatedLogicalPartition', 'CUR',
                  atom.Link(host.lpar_url(bus.client))),
            Field('ClientAdapter', 'CUR', [
                *_adapter('Client', client, bus.client_id, bus.client_slot),
                *_remote(vios.lpar_id, bus.server_slot),
                Field('ServerLocationCode', 'CUR', server)])]
    found.append(Field('ServerAdapter', 'CUR', [
        *_adapter('Server', server, vios.lpar_id, bus.server_slot),
        Field('AdapterName', 'CUR', bus.name),
        *([] if stored is None else [
            Field('BackingDeviceName', 'CUR', stored.name)]),
        *_remote(bus.client_id, bus.client_slot),
        *([] if bus.client is None else [
            Field('ServerLocationCode', 'CUR', client)]),
        Field('UniqueDeviceID', 'ROR', f'1e{server}')]))
    if stored is not None and target is not None:
        found += [
            Field('Storage', 'CUR', atom.Choice(_storage(stored))),
            Field('TargetDevice', 'CUR', atom.Choice(
                _target(stored, target)))]
    return found


def _adapter(kind: str, code: str, lpar_id: int, slot: int) -> list[Field]:
    return [
        Field('AdapterType', 'ROR', kind),
        Field('DynamicReconfigurationConnectorName', 'CUD', code),
        Field('LocationCode', 'ROR', code),
        Field('LocalPartitionID', 'CUR', lpar_id),
        Field('RequiredAdapter', 'CUD', False),
        Field('VariedOn', 'CUD', True),
        Field('VirtualSlotNumber', 'COD', slot)]


def _remote(lpar_id: int, slot: int) -> list[Field]:
    return [Field('RemoteLogicalPartitionID', 'CUR', lpar_id),
            Field('RemoteSlotNumber', 'CUA', slot)]


def _storage(stored: storage.Storage) -> etree._Element:
    if isinstance(stored, storage.Disk):
        return volume_group_document.disk(stored)
    return volume_group_document.medium(stored)


def _target(stored: storage.Storage,
            target: mapping_mod.Target) -> etree._Element:
    kind = ('LogicalVolumeVirtualTargetDevice'
            if isinstance(stored, storage.Disk)
            else 'VirtualOpticalTargetDevice')
    return atom.element(kind, [
        Field('LogicalUnitAddress', 'CUR', target.lua),
        Field('TargetName', 'CUR', target.name),
        Field('UniqueDeviceID', 'ROR', target.udid)])


def _parse(root: reader.Reader) -> mapping_mod.MappingRequest:
    holder = root.find('TargetDevice')
    target = holder.only() if holder is not None else None
    known = _text(target, 'UniqueDeviceID')
    if known is not None:
        return mapping_mod.MappingRequest(known)
    client = root.find('ClientAdapter')
    return mapping_mod.MappingRequest(
        client=root.uuid_of_link('AssociatedLogicalPartition'),
        server_slot=_slot(root.child('ServerAdapter')),
        client_slot=None if client is None else _slot(client),
        high=client is not None
        and client.boolean('UseNextAvailableHighSlotID'),
        storage=_parse_storage(root.find('Storage')),
        lua=_text(target, 'LogicalUnitAddress'),
        target_name=_text(target, 'TargetName'))


def _slot(adapter: reader.Reader) -> int | None:
    return (adapter.integer('VirtualSlotNumber')
            if adapter.has('VirtualSlotNumber') else None)


def _text(element: reader.Reader | None, name: str) -> str | None:
    return element.text(name, '') or None if element is not None else None


def _parse_storage(holder: reader.Reader | None
                   ) -> tuple[str, str, str] | None:
    stored = holder.only() if holder is not None else None
    if stored is None:
        return None
    if stored.name == 'VirtualDisk':
        return (stored.name, stored.text('UniqueDeviceID', ''),
                stored.text('DiskName', ''))
    if stored.name == 'VirtualOpticalMedia':
        return (stored.name, stored.text('MediaUDID', ''),
                stored.text('MediaName', ''))
    raise ValueError(f'{stored.name} is not simulated.')
