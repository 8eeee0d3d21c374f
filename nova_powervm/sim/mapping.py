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


"""vSCSI mappings: disks and media that a Virtual I/O Server gives LPARs."""

import collections
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import itertools
from typing import NamedTuple
import uuid

from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import storage

_FIRST_LUA = 0x81


@dataclasses.dataclass(eq=False)
class Bus:
    """A server adapter and the client adapter that it is connected to.

    ``client`` is None if the LPAR has been deleted; the server adapter still
    names its id and its slot.
    """

    name: str
    server_slot: int
    client: lpar_mod.Lpar | None
    client_id: int
    client_slot: int


class Target(NamedTuple):
    """A virtual target device: what the LPAR sees of a disk or a medium."""

    lua: str
    name: str
    udid: str


@dataclasses.dataclass(eq=False)
class Mapping:
    """A mapping; both ``storage`` and ``target`` are None for an empty bus.

    ``xml`` is its XML, once it has been built, and the capacity in it.
    """

    bus: Bus
    storage: storage.Storage | None
    target: Target | None
    xml: tuple[float, str] | None = None


class MappingRequest(NamedTuple):
    """A mapping in a client's request.

    :ivar target: UDID of the target device; None for a new mapping. One with
        it exists already, and names nothing else.
    :ivar client: uuid of the LPAR.
    :ivar server_slot: slot of the server adapter; None for a new pair.
    :ivar client_slot: slot that a new client adapter shall have.
    :ivar high: whether it shall be above all used ones.
    :ivar storage: kind of the storage, ``VirtualDisk`` or
        ``VirtualOpticalMedia``, its UDID and its name, of which one may be
        empty; None for an empty bus.
    """

    target: str | None = None
    client: str | None = None
    server_slot: int | None = None
    client_slot: int | None = None
    high: bool = False
    storage: tuple[str, str, str] | None = None
    lua: str | None = None
    target_name: str | None = None


class _Resolved(NamedTuple):
    """A new mapping, its storage, and its bus or the LPAR for a new one."""

    request: MappingRequest
    storage: storage.Storage | None
    bus: Bus | lpar_mod.Lpar


class MappingTable:
    """The mappings of a Virtual I/O Server; iterates over them.

    :param vios: the Virtual I/O Server, which has the slots.
    :param find_storage: finds a disk or a medium by kind, UDID and name.
    :ivar numbers: the next number in names, by their prefixes.
    """

    def __init__(self, vios: lpar_mod.Lpar,
                 find_storage: Callable[[str, str, str], storage.Storage]
                 ) -> None:
        self._vios = vios
        self._find_storage = find_storage
        self._mappings: list[Mapping] = []
        self.numbers: dict[str, int] = collections.Counter()

    def __iter__(self) -> Iterator[Mapping]:
        return iter(self._mappings)

    def restore(self, mappings: list[Mapping],
                numbers: dict[str, int]) -> None:
        """Take over mappings, whose slots are taken, and ``numbers``."""
        self._mappings = mappings
        self.numbers.update(numbers)

    def replace(self, requests: Sequence[MappingRequest],
                find_lpar: Callable[[str], lpar_mod.Lpar]
                ) -> set[lpar_mod.Lpar]:
        """Make the mappings that are new; delete those that are left out.

        An adapter pair goes with its last mapping.

        :returns: the LPARs whose adapters have changed.
        :raises errors.RestError: if a request names something that does not
            exist, or a slot that is not free; then nothing changes.
        """
        known = {_key(mapping): mapping for mapping in self}
        buses = {mapping.bus.server_slot: mapping.bus for mapping in self}
        kept: list[Mapping] = []
        new: list[_Resolved] = []
        for request in requests:
            mapping = known.pop(_request_key(request), None)
            if mapping is None:
                new.append(self._resolve(request, buses, find_lpar))
            else:
                kept.append(mapping)
        self._mappings = kept + self._make(new, kept)
        used = {mapping.bus for mapping in self}
        gone = [bus for bus in buses.values() if bus not in used]
        for bus in gone:
            self._release(bus)
        changed = used.difference(buses.values()).union(gone)
        return {bus.client for bus in changed if bus.client is not None}

    def disconnect(self, lpar: lpar_mod.Lpar) -> bool:
        """Forget an LPAR that has been deleted; keep the server adapters.

        :returns: whether it had mappings.
        """
        found = [mapping for mapping in self if mapping.bus.client is lpar]
        for mapping in found:
            mapping.bus.client = None
            mapping.xml = None
        return bool(found)

    def _resolve(self, request: MappingRequest, buses: dict[int, Bus],
                 find_lpar: Callable[[str], lpar_mod.Lpar]) -> _Resolved:
        if request.target is not None:
            raise errors.NotFound(
                f'The target device {request.target} does not exist.')
        stored = None
        if request.storage is not None:
            stored = self._find_storage(*request.storage)
        if request.server_slot is not None:
            bus = buses.get(request.server_slot)
            if bus is None:
                raise errors.NotFound(
                    f'There is no adapter in slot {request.server_slot}.')
            return _Resolved(request, stored, bus)
        if request.client is None:
            raise errors.RestError(400, 'A new mapping names no LPAR.')
        return _Resolved(request, stored, find_lpar(request.client))

    def _make(self, new: Sequence[_Resolved],
              kept: Sequence[Mapping]) -> list[Mapping]:
        made: list[Mapping] = []
        added: list[Bus] = []
        luas: dict[Bus, set[str]] = collections.defaultdict(set)
        for mapping in kept:
            if mapping.target is not None:
                luas[mapping.bus].add(mapping.target.lua)
        try:
            for request, stored, bus in new:
                if not isinstance(bus, Bus):
                    bus = self._add_bus(request, bus)
                    added.append(bus)
                made.append(self._add(request, bus, stored, luas[bus]))
        except errors.RestError:
            for bus in added:
                self._release(bus)
            raise
        return made

    def _add_bus(self, request: MappingRequest,
                 client: lpar_mod.Lpar) -> Bus:
        client_slot = client.slots.take(client.config.max_io_slots,
                                        request.client_slot, request.high)
        server_slot = self._vios.slots.take(self._vios.config.max_io_slots)
        return Bus(self._name('vhost'), server_slot, client, client.lpar_id,
                   client_slot)

    def _add(self, request: MappingRequest, bus: Bus,
             stored: storage.Storage | None, luas: set[str]) -> Mapping:
        if stored is None:
            return Mapping(bus, None, None)
        kind, prefix = (('vtscsi', '09') if isinstance(stored, storage.Disk)
                        else ('vtopt', '19'))
        lua = request.lua or _free_lua(luas)
        luas.add(lua)
        return Mapping(bus, stored, Target(
            lua, request.target_name or self._name(kind),
            f'{prefix}{uuid.uuid4().hex[:16]}'))

    def _name(self, prefix: str) -> str:
        self.numbers[prefix] += 1
        return f'{prefix}{self.numbers[prefix] - 1}'

    def _release(self, bus: Bus) -> None:
        self._vios.slots.release(bus.server_slot)
        if bus.client is not None:
            bus.client.slots.release(bus.client_slot)


def _key(mapping: Mapping) -> object:
    return mapping.target.udid if mapping.target else mapping.bus.server_slot


def _request_key(request: MappingRequest) -> object:
    if request.target is not None:
        return request.target
    # A mapping with storage but without a target device is a new one.
    return request.server_slot if request.storage is None else None


def _free_lua(used: set[str]) -> str:
    for number in itertools.count(_FIRST_LUA):
        lua = f'0x{number:x}' + '0' * 14
        if lua not in used:
            return lua
    raise AssertionError('count() ends never.')
