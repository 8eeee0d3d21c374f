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


"""The control interface of virtual I/O."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from nova_powervm.sim import devices
from nova_powervm.sim import mapping
from nova_powervm.sim import network
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import virtual_io
from nova_powervm.sim import volume_group


class VirtualIoControl:
    """Requests about Virtual I/O Servers; see nova_powervm.sim.client.

    :param io: the virtual I/O of the simulated host.
    """

    def __init__(self, io: virtual_io.VirtualIo) -> None:
        self._io = io

    def calls(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """Return method, path and handler of each request."""
        return [
            ('GET', 'vioses', self._list),
            ('POST', 'vioses', self._reset),
            ('POST', 'vioses/state', self._io.set_vios),
            ('POST', 'lpars/rmc', self._set_rmc),
            ('GET', 'lpars/devices', self._devices),
            ('GET', 'adapters', self._adapters),
        ]

    def _list(self) -> list[dict[str, Any]]:
        return [_vios(vios) for vios in self._io.host.vioses]

    def _set_rmc(self, uuids: list[str], active: bool) -> None:
        # All of them first, so that an unknown one changes nothing.
        for lpar in [self._io.host.get(key) for key in uuids]:
            self._io.set_rmc(lpar, active)

    def _adapters(self) -> list[dict[str, Any]]:
        return [_adapter(adapter) for adapter in self._io.networks]

    def _devices(self) -> dict[str, dict[str, Any]]:
        return devices.of_lpars(self._io)

    def _reset(self, count: int = 1,
               volume_groups: Mapping[str, float] | None = None
               ) -> list[str]:
        self._io.reset(count, vios_mod.VOLUME_GROUPS if volume_groups is None
                       else volume_groups)
        return [vios.uuid for vios in self._io.host.vioses]


def _adapter(adapter: network.Adapter) -> dict[str, Any]:
    config = adapter.config
    return {'partition': adapter.partition.uuid, 'uuid': adapter.uuid,
            'slot': adapter.slot, 'mac': adapter.mac, 'vlan': config.pvid,
            'tagged_vlans': list(config.tagged),
            'switch': adapter.switch.name, 'enabled': config.enabled,
            'trunk_priority': config.trunk_priority, 'mtu': config.mtu,
            'ovs_bridge': config.ovs_bridge, 'ovs_ids': config.ovs_ids}


def _vios(vios: vios_mod.Vios) -> dict[str, Any]:
    return {'uuid': vios.uuid, 'name': vios.name, 'id': vios.lpar_id,
            'state': vios.state, 'rmc': vios.rmc_state,
            'volume_groups': [_group(group) for group in vios.groups],
            'mappings': [_mapping(one) for one in vios.mappings]}


def _group(group: volume_group.VolumeGroup) -> dict[str, Any]:
    repository = group.repository
    return {'uuid': group.uuid, 'name': group.name, 'gb': group.gb,
            'free_gb': group.free_gb,
            'repository_gb': None if repository is None else repository.gb,
            'disks': [devices.stored(disk) for disk in group.disks.values()],
            'media': [] if repository is None else [
                devices.stored(medium) for medium in repository.media]}


def _mapping(one: mapping.Mapping) -> dict[str, Any]:
    bus, stored, target = one.bus, one.storage, one.target
    return {'lpar': None if bus.client is None else bus.client.uuid,
            'client_slot': bus.client_slot, 'server_slot': bus.server_slot,
            'udid': None if stored is None else stored.udid,
            'sha256': None if stored is None or stored.contents is None
            else stored.contents.sha256,
            'lua': None if target is None else target.lua}
