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

"""The devices of LPARs, as the control interface shows them."""

from typing import Any

from nova_powervm.sim import mapping
from nova_powervm.sim import network
from nova_powervm.sim import storage
from nova_powervm.sim import virtual_io


def of_lpars(io: virtual_io.VirtualIo) -> dict[str, dict[str, Any]]:
    """Return boot disk, disks, media and adapters of each LPAR, by uuid.

    An LPAR boots from its first disk: that of the lowest client slot, and
    there of the lowest logical unit address.
    """
    found: dict[str, dict[str, Any]] = {
        lpar.uuid: {'boot_disk': None, 'disks': [], 'media': [],
                    'adapters': []} for lpar in io.host}
    for one in sorted((one for vios in io.host.vioses
                       for one in vios.mappings), key=_boot_order):
        if one.bus.client is not None and one.storage is not None:
            shown, device = found[one.bus.client.uuid], stored(one.storage)
            if isinstance(one.storage, storage.Medium):
                shown['media'].append(device)
            else:
                shown['disks'].append(device)
                shown['boot_disk'] = shown['disks'][0]
    trunks = {_network(adapter): adapter.config for adapter in io.networks
              if adapter.config.trunk_priority is not None}
    for adapter in io.networks:
        if adapter.partition.uuid in found:
            found[adapter.partition.uuid]['adapters'].append(
                _adapter(adapter, trunks.get(_network(adapter))))
    return {lpar.uuid: found[lpar.uuid] for lpar in io.host
            if not lpar.is_mgmt}


def stored(one: storage.Storage) -> dict[str, Any]:
    """Return a disk or a medium, with size and hash of its contents."""
    contents = one.contents
    return {'name': one.name, 'gb': one.gb, 'udid': one.udid,
            'bytes': None if contents is None else contents.size,
            'sha256': None if contents is None else contents.sha256}


def _boot_order(one: mapping.Mapping) -> tuple[int, str]:
    return one.bus.client_slot, one.target.lua if one.target else ''


def _network(adapter: network.Adapter) -> tuple[str, int]:
    return adapter.switch.name, adapter.config.pvid


def _adapter(adapter: network.Adapter,
             trunk: network.AdapterConfig | None) -> dict[str, Any]:
    return {'mac': adapter.mac, 'switch': adapter.switch.name,
            'vlan': adapter.config.pvid, 'slot': adapter.slot,
            'enabled': adapter.config.enabled,
            'bridge': trunk and trunk.ovs_bridge,
            'ovs_ids': trunk and trunk.ovs_ids}
