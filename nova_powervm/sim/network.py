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


"""Virtual networks of the host: switches, and the adapters on them."""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import re
from typing import NamedTuple
import uuid

from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod

_VLANS = range(1, 4095)
_MAC = re.compile('[0-9A-F]{12}')
_MODES = ('Veb', 'Vepa')
#: The switches of a new host. The second is the one that NovaLink drivers use
#: for the traffic between LPARs and the management partition.
SWITCHES = ('ETHERNET0', 'NOVALINKVEA')


class Switch(NamedTuple):
    """A virtual switch."""

    uuid: str
    id: int
    name: str
    mode: str


class VirtualNetwork(NamedTuple):
    """A VLAN of a switch; it exists while an adapter is on it."""

    switch: Switch
    vlan: int

    @property
    def uuid(self) -> str:
        """Its uuid."""
        return str(uuid.uuid5(uuid.UUID(self.switch.uuid), str(self.vlan)))


@dataclasses.dataclass
class AdapterConfig:
    """The part of an adapter that a client sets.

    ``mac``, ``slot``, ``trunk_priority`` and ``device`` cannot change after
    the creation. ``high``: take a slot above all used ones.
    """

    pvid: int
    switch: str
    tagged: tuple[int, ...] = ()
    mac: str | None = None
    slot: int | None = None
    high: bool = False
    trunk_priority: int | None = None
    device: str | None = None
    enabled: bool = True
    mtu: int = 1500
    ovs_bridge: str | None = None
    ovs_ids: str | None = None


@dataclasses.dataclass(eq=False)
class Adapter:
    """A virtual Ethernet adapter of a partition.

    ``xml`` is the last entry that was built, and the etag and the URI in it.
    """

    uuid: str
    partition: lpar_mod.Lpar
    config: AdapterConfig
    switch: Switch
    slot: int
    mac: str
    version: int = 0
    xml: tuple[str, str, str] | None = None

    @property
    def etag(self) -> str:
        """Entity tag of the adapter's entry."""
        return lpar_mod.etag(f'{self.uuid}:{self.version}')

    @property
    def device(self) -> str:
        """Name of a trunk adapter's device on its partition."""
        return self.config.device or f'ibmveth{self.slot}'

    @property
    def networks(self) -> list[VirtualNetwork]:
        """The virtual networks that the adapter is on."""
        return [VirtualNetwork(self.switch, vlan)
                for vlan in (self.config.pvid, *self.config.tagged)]


class Networks:
    """The switches of a host, and the adapters of its partitions."""

    def __init__(self, host_uuid: str) -> None:
        self._host_uuid = uuid.UUID(host_uuid)
        self._adapters: dict[str, Adapter] = {}
        self.switches: dict[str, Switch] = {}
        self.clear()

    def __iter__(self) -> Iterator[Adapter]:
        return iter(self._adapters.values())

    @property
    def networks(self) -> list[VirtualNetwork]:
        """The virtual networks, each once."""
        return list(dict.fromkeys(
            network for adapter in self for network in adapter.networks))

    def clear(self) -> None:
        """Remove all adapters, and all switches of clients."""
        for adapter in list(self):
            self.remove(adapter)
        self.switches.clear()
        for name in SWITCHES:
            self.add_switch(name, _MODES[0])

    def restore(self, switches: Iterable[Switch],
                adapters: Iterable[Adapter]) -> None:
        """Take over switches, and adapters whose slots are taken."""
        self.switches = {one.uuid: one for one in switches}
        self._adapters = {one.uuid: one for one in adapters}

    def add_switch(self, name: str, mode: str) -> Switch:
        """Add a switch.

        :raises errors.RestError: if it is not valid, or its name is taken.
        """
        if not name or mode not in _MODES:
            raise errors.RestError(400, f'{name!r}, {mode!r}: not a switch.')
        if any(switch.name == name for switch in self.switches.values()):
            raise errors.RestError(409, f'VirtualSwitch {name} exists.')
        key = str(uuid.uuid5(self._host_uuid, f'VirtualSwitch/{name}'))
        self.switches[key] = Switch(key, len(self.switches), name, mode)
        return self.switches[key]

    def switch(self, key: str) -> Switch:
        """Return a switch.

        :param key: its uuid.
        :raises errors.NotFound: if it does not exist.
        """
        found = self.switches.get(key.lower())
        if found is None:
            raise errors.NotFound(f'VirtualSwitch {key} does not exist.')
        return found

    def of(self, partition: lpar_mod.Lpar) -> list[Adapter]:
        """Return the adapters of a partition."""
        return [adapter for adapter in self
                if adapter.partition is partition]

    def get(self, partition: lpar_mod.Lpar, key: str) -> Adapter:
        """Return an adapter of a partition.

        :param key: its uuid.
        :raises errors.NotFound: if it does not exist.
        """
        adapter = self._adapters.get(key.lower())
        if adapter is None or adapter.partition is not partition:
            raise errors.NotFound(
                f'ClientNetworkAdapter {key} does not exist.')
        return adapter

    def add(self, partition: lpar_mod.Lpar,
            config: AdapterConfig) -> Adapter:
        """Add an adapter.

        :raises errors.RestError: if the configuration is not valid, its slot
            is not free, or its VLAN has a trunk adapter of its priority.
        """
        switch = self._validate(config)
        self._check_trunk(config, switch)
        slot = partition.slots.take(partition.config.max_io_slots,
                                    config.slot, config.high)
        mac = config.mac or self._free_mac()
        adapter = Adapter(str(uuid.uuid4()), partition, config, switch, slot,
                          mac)
        self._adapters[adapter.uuid] = adapter
        return adapter

    def update(self, adapter: Adapter, config: AdapterConfig) -> None:
        """Change an adapter, except MAC, slot, device and trunk priority.

        :raises errors.RestError: if the configuration is not valid, or its
            VLAN has a trunk adapter of its priority.
        """
        switch = self._validate(config)
        old = adapter.config
        new = dataclasses.replace(
            config, mac=old.mac, slot=old.slot, device=old.device,
            trunk_priority=old.trunk_priority)
        self._check_trunk(new, switch, adapter)
        adapter.config, adapter.switch = new, switch
        adapter.version += 1

    def remove(self, adapter: Adapter) -> None:
        """Remove an adapter."""
        del self._adapters[adapter.uuid]
        adapter.partition.slots.release(adapter.slot)

    def _validate(self, config: AdapterConfig) -> Switch:
        for vlan in (config.pvid, *config.tagged):
            if vlan not in _VLANS:
                raise errors.RestError(400, f'{vlan} is not a VLAN.')
        if config.mac is not None and not _MAC.fullmatch(config.mac):
            raise errors.RestError(
                400, f'{config.mac!r} is not a MAC address.')
        return self.switch(config.switch)

    def _check_trunk(self, config: AdapterConfig, switch: Switch,
                     but: Adapter | None = None) -> None:
        if config.trunk_priority is None:
            return
        for other in self:
            if (other is not but and other.switch == switch
                    and other.config.pvid == config.pvid
                    and other.config.trunk_priority
                    == config.trunk_priority):
                raise errors.RestError(
                    409, f'VLAN {config.pvid} of {switch.name} has a trunk '
                    f'adapter of priority {config.trunk_priority}.')

    def _free_mac(self) -> str:
        used = {adapter.mac for adapter in self}
        while True:
            number = uuid.uuid4().bytes[:6]
            # Of a single host, administered locally.
            mac = (bytes([number[0] & 0xfc | 2]) + number[1:]).hex().upper()
            if mac not in used:
                return mac
