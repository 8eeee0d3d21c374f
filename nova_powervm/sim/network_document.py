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


"""Entries of switches, virtual networks and adapters."""

from collections.abc import Callable
from typing import TypeVar

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import mapping_document
from nova_powervm.sim import network
from nova_powervm.sim import reader

Field = atom.Field
_Value = TypeVar('_Value')


def switch_entry(switch: network.Switch, host: host_mod.Host,
                 networks: network.Networks, href: str) -> etree._Element:
    """Build the entry of a switch."""
    content = atom.schema_object('VirtualSwitch', [
        Field('SwitchID', 'ROR', switch.id),
        Field('SwitchMode', 'CUD', switch.mode),
        Field('SwitchName', 'CUD', switch.name),
        Field('VirtualNetworks', 'CUD', atom.Links([
            _network_url(one, host) for one in networks.networks
            if one.switch == switch]))], switch.uuid)
    return atom.entry(content, switch.uuid, href, host.etag)


def network_entry(one: network.VirtualNetwork, host: host_mod.Host,
                  href: str) -> etree._Element:
    """Build the entry of a virtual network."""
    content = atom.schema_object('VirtualNetwork', [
        Field('AssociatedSwitch', 'COD',
              atom.Link(_switch_url(one.switch, host))),
        Field('NetworkName', 'CUR', f'VLAN{one.vlan}-{one.switch.name}'),
        Field('NetworkVLANID', 'COD', one.vlan),
        Field('VswitchID', 'ROR', one.switch.id),
        Field('TaggedNetwork', 'COD', False)], one.uuid)
    return atom.entry(content, one.uuid, href, host.etag)


def adapter_entry(adapter: network.Adapter, host: host_mod.Host,
                  href: str) -> etree._Element:
    """Return the entry of an adapter of a partition, for :mod:`.atom`.

    It is built once: to build those of a thousand takes too long.
    """
    if adapter.xml is None or adapter.xml[:2] != (adapter.etag, href):
        built = atom.serialize(_adapter_entry(adapter, host, href))
        adapter.xml = adapter.etag, href, built.decode()
    return atom.verbatim(adapter.xml[2])


def trunk(adapter: network.Adapter, host: host_mod.Host) -> etree._Element:
    """Build a trunk adapter in a VirtualIOServer."""
    return atom.element('TrunkAdapter', [*_base_fields(adapter, host),
                                         *_trunk_fields(adapter)])


def parse_switch(body: bytes) -> tuple[str, str]:
    """Return name and mode of the switch in a request.

    :raises errors.RestError: if it is malformed.
    """
    with reader.malformed_is_refused():
        root = reader.parse(body, 'VirtualSwitch')
        return root.text('SwitchName'), root.text('SwitchMode', 'Veb')


def parse_adapter(body: bytes) -> network.AdapterConfig:
    """Return the adapter in a request.

    :raises errors.RestError: if it is malformed.
    """
    with reader.malformed_is_refused():
        root = reader.parse(body, 'ClientNetworkAdapter')
        switch = root.uuid_of_link('AssociatedVirtualSwitch')
        if switch is None:
            raise ValueError('AssociatedVirtualSwitch is missing.')
        tagged = root.text('TaggedVLANIDs', '')
        return network.AdapterConfig(
            pvid=root.integer('PortVLANID'), switch=switch,
            tagged=tuple(int(vlan) for vlan in tagged.split()),
            mac=root.text('MACAddress', '').upper() or None,
            slot=_optional(root, 'VirtualSlotNumber', root.integer),
            high=root.boolean('UseNextAvailableHighSlotID'),
            trunk_priority=_optional(root, 'TrunkPriority', root.integer),
            device=_optional(root, 'DeviceName', root.text),
            enabled=_optional(root, 'Enabled', root.boolean) is not False,
            mtu=root.integer('ConfiguredMTU', 1500),
            ovs_bridge=_optional(root, 'OvsBridge', root.text),
            ovs_ids=_optional(root, 'OvsPortExternalIds', root.text))


def _adapter_entry(adapter: network.Adapter, host: host_mod.Host,
                   href: str) -> etree._Element:
    config = adapter.config
    content = atom.schema_object('ClientNetworkAdapter', [
        *_base_fields(adapter, host),
        *_trunk_fields(adapter),
        Field('ConfiguredMTU', 'CUD', config.mtu),
        *([] if config.ovs_bridge is None else [
            Field('OvsBridge', 'CUD', config.ovs_bridge)]),
        *([] if config.ovs_ids is None else [
            Field('OvsPortExternalIds', 'CUD', config.ovs_ids)]),
        Field('VirtualNetworks', 'CUR', atom.Links([
            _network_url(one, host) for one in adapter.networks])),
    ], adapter.uuid)
    return atom.entry(content, adapter.uuid, href, adapter.etag)


def _base_fields(adapter: network.Adapter,
                 host: host_mod.Host) -> list[Field]:
    config, lpar_id = adapter.config, adapter.partition.lpar_id
    code = mapping_document.location(lpar_id, adapter.slot, host)
    return [
        Field('DynamicReconfigurationConnectorName', 'CUD', code),
        Field('LocationCode', 'ROR', code),
        Field('LocalPartitionID', 'CUR', lpar_id),
        Field('VirtualSlotNumber', 'COD', adapter.slot),
        Field('Enabled', 'UOD', config.enabled),
        Field('MACAddress', 'CUR', adapter.mac),
        Field('PortVLANID', 'CUR', config.pvid),
        Field('TaggedVLANIDs', 'CUA', ' '.join(map(str, config.tagged))),
        Field('TaggedVLANSupported', 'CUA', bool(config.tagged)),
        Field('AssociatedVirtualSwitch', 'CUD',
              atom.Links([_switch_url(adapter.switch, host)])),
        Field('VirtualSwitchID', 'ROR', adapter.switch.id)]


def _trunk_fields(adapter: network.Adapter) -> list[Field]:
    priority = adapter.config.trunk_priority
    return [] if priority is None else [
        Field('DeviceName', 'CUD', adapter.device),
        Field('TrunkPriority', 'CUD', priority)]


def _optional(root: reader.Reader, name: str,
              read: Callable[[str], _Value]) -> _Value | None:
    return read(name) if root.has(name) else None


def _switch_url(switch: network.Switch, host: host_mod.Host) -> str:
    return f'{host.url}/VirtualSwitch/{switch.uuid}'


def _network_url(one: network.VirtualNetwork, host: host_mod.Host) -> str:
    return f'{host.url}/VirtualNetwork/{one.uuid}'
