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


"""Storage of a Virtual I/O Server: volume groups and what is in them.

Nothing holds contents: only their size and their hash.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import itertools
from typing import NamedTuple
import uuid

from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod

GB = 1 << 30


class Contents(NamedTuple):
    """What a client has sent to a disk or a medium; size in bytes."""

    size: int
    sha256: str


@dataclasses.dataclass(eq=False)
class Disk:
    """A virtual disk; ``contents`` is None before the first upload."""

    name: str
    gb: float
    udid: str
    label: str = 'None'
    contents: Contents | None = None


@dataclasses.dataclass(eq=False)
class Medium:
    """A virtual optical medium."""

    name: str
    gb: float
    mount_type: str = 'rw'
    contents: Contents | None = None

    @property
    def udid(self) -> str:
        """Unique device id."""
        return f'0e{self.name}'


Storage = Disk | Medium


@dataclasses.dataclass
class Repository:
    """The virtual media repository of a Virtual I/O Server."""

    name: str
    gb: float
    media: list[Medium]

    def find(self, name: str) -> Medium | None:
        """Return the medium of a name; None if there is none."""
        return next((one for one in self.media if one.name == name), None)


class DiskRequest(NamedTuple):
    """A disk in a client's request.

    :ivar udid: that of a disk that exists; None for a new one.
    :ivar base: the UDID of the disk that a new one is a copy of.
    """

    name: str
    gb: float
    label: str
    udid: str | None
    base: str | None


class RepositoryRequest(NamedTuple):
    """A media repository in a client's request."""

    name: str
    gb: float
    media: Sequence[Medium]


class GroupRequest(NamedTuple):
    """A volume group in a client's request; None for what it leaves out."""

    disks: Sequence[DiskRequest] | None
    repositories: Sequence[RepositoryRequest] | None

    @property
    def copies(self) -> int:
        """Number of disks that are copies of others."""
        return sum(disk.base is not None for disk in self.disks or ())


class VolumeGroup:
    """A volume group.

    :param name: GroupName.
    :param gb: its capacity.
    :param vios_uuid: uuid of its Virtual I/O Server.
    :param number: its place among the groups there.
    """

    def __init__(self, name: str, gb: float, vios_uuid: str,
                 number: int) -> None:
        key = uuid.uuid5(uuid.UUID(vios_uuid), f'VolumeGroup/{name}')
        self.name = name
        self.gb = gb
        self.number = number
        self.uuid = str(key)
        self.serial = key.hex
        self.disks: dict[str, Disk] = {}
        self.repository: Repository | None = None
        self.version = 0
        self._numbers = itertools.count(1)

    @property
    def etag(self) -> str:
        """Entity tag of the group's entry."""
        return lpar_mod.etag(f'{self.uuid}:{self.version}')

    @property
    def free_gb(self) -> float:
        """Space that neither disks nor the repository have, GB."""
        return self.gb - _used(self.disks.values(), self.repository)

    def update(self, request: GroupRequest,
               find_disk: Callable[[str], Disk],
               is_mapped: Callable[[Storage], bool]) -> None:
        """Make, copy, extend and delete disks, media and the repository.

        :param find_disk: finds the source of a copy by its UDID.
        :param is_mapped: whether an LPAR has a disk or a medium.
        :raises errors.RestError: if something is not valid, does not fit, or
            is deleted while an LPAR has it; then nothing changes.
        """
        disks = [(wanted, self._disk(wanted, find_disk))
                 for wanted in (self._present() if request.disks is None
                                else request.disks)]
        repository = self._repository(request.repositories)
        kept = [disk for _, disk in disks]
        names = [disk.name for disk in kept]
        if len(set(names)) < len(names):
            raise errors.RestError(
                409, f'Two disks of {self.name} have the same name.')
        sizes = _used((wanted for wanted, _ in disks), repository)
        if sizes > self.gb:
            raise errors.RestError(500, no_space(self.name))
        self._check_not_mapped(kept, repository, is_mapped)
        for wanted, disk in disks:
            disk.gb = wanted.gb
        self.disks = {disk.udid: disk for disk in kept}
        self.repository = repository
        self.version += 1

    def upload_target(self, name: str) -> Medium:
        """Return the medium of a name; add an empty one if there is none.

        :raises errors.NotFound: if the group has no media repository.
        """
        if self.repository is None:
            raise errors.NotFound(f'{self.name} has no media repository.')
        medium = self.repository.find(name)
        if medium is None:
            medium = Medium(name, 0.0)
            self.repository.media.append(medium)
            self.version += 1
        return medium

    def room(self, medium: Medium) -> float:
        """Return the space for a medium in the repository, GB."""
        if self.repository is None:
            return 0.0
        return self.repository.gb - sum(
            one.gb for one in self.repository.media if one is not medium)

    def _present(self) -> list[DiskRequest]:
        return [DiskRequest(disk.name, disk.gb, disk.label, disk.udid, None)
                for disk in self.disks.values()]

    def _disk(self, wanted: DiskRequest,
              find_disk: Callable[[str], Disk]) -> Disk:
        _check_size(wanted.name, wanted.gb)
        if wanted.udid is not None:
            disk = self.disks.get(wanted.udid)
            if disk is None:
                raise errors.NotFound(
                    f'VirtualDisk {wanted.udid} does not exist.')
            if wanted.gb < disk.gb:
                raise errors.RestError(400, f'{disk.name} cannot shrink.')
            return disk
        contents = None
        if wanted.base is not None:
            source = find_disk(wanted.base)
            if wanted.gb < source.gb:
                raise errors.RestError(
                    400, f'{wanted.name} is smaller than {source.name}.')
            contents = source.contents
        udid = f'03{self.serial}.{next(self._numbers)}'
        return Disk(wanted.name, wanted.gb, udid, wanted.label, contents)

    def _repository(self, wanted: Sequence[RepositoryRequest] | None
                    ) -> Repository | None:
        if wanted is None:
            return self.repository
        if not wanted:
            return None
        if len(wanted) > 1:
            raise errors.RestError(
                400, 'A volume group has at most one media repository.')
        _check_size(wanted[0].name, wanted[0].gb)
        found = []
        for medium in wanted[0].media:
            known = self.repository and self.repository.find(medium.name)
            found.append(known or medium)
        return Repository(wanted[0].name, wanted[0].gb, found)

    def _check_not_mapped(self, disks: Sequence[Disk],
                          repository: Repository | None,
                          is_mapped: Callable[[Storage], bool]) -> None:
        kept = {*disks, *(repository.media if repository else ())}
        media = self.repository.media if self.repository else ()
        for storage in (*self.disks.values(), *media):
            if storage not in kept and is_mapped(storage):
                raise errors.RestError(
                    409, f'{storage.name} is mapped to an LPAR.')


def no_space(name: str) -> str:
    """Return the message of a volume group that is too full."""
    return (f'0516-404 allocp: This system cannot fulfill the allocation '
            f'request. There are not enough free partitions in {name}.')


def _used(disks: Iterable[Disk | DiskRequest],
          repository: Repository | None) -> float:
    return sum(disk.gb for disk in disks) + (
        repository.gb if repository else 0.0)


def _check_size(name: str, gb: float) -> None:
    if not name or not 0 < gb < float('inf'):
        raise errors.RestError(400, f'{name!r}: {gb} GB is not a size.')
