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


"""Volume groups of a Virtual I/O Server."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
import uuid

from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import storage


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
        self.disks: dict[str, storage.Disk] = {}
        self.repository: storage.Repository | None = None
        self.version = 0
        #: Part of the UDID of the next disk.
        self.next_number = 1

    @property
    def etag(self) -> str:
        """Entity tag of the group's entry."""
        return lpar_mod.etag(f'{self.uuid}:{self.version}')

    @property
    def free_gb(self) -> float:
        """Space that neither disks nor the repository have, GB."""
        return self.gb - _used(self.disks.values(), self.repository)

    def update(self, request: storage.GroupRequest,
               find_disk: Callable[[str], storage.Disk],
               is_mapped: Callable[[storage.Storage], bool]) -> None:
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
            raise errors.RestError(500, storage.no_space(self.name))
        self._check_not_mapped(kept, repository, is_mapped)
        for wanted, disk in disks:
            disk.gb = wanted.gb
        self.disks = {disk.udid: disk for disk in kept}
        self.repository = repository
        self.version += 1

    def upload_target(self, name: str) -> storage.Medium:
        """Return the medium of a name; add an empty one if there is none.

        :raises errors.NotFound: if the group has no media repository.
        """
        if self.repository is None:
            raise errors.NotFound(f'{self.name} has no media repository.')
        medium = self.repository.find(name)
        if medium is None:
            medium = storage.Medium(name, 0.0)
            self.repository.media.append(medium)
            self.version += 1
        return medium

    def room(self, medium: storage.Medium) -> float:
        """Return the space for a medium in the repository, GB."""
        if self.repository is None:
            return 0.0
        return self.repository.gb - sum(
            one.gb for one in self.repository.media if one is not medium)

    def _present(self) -> list[storage.DiskRequest]:
        return [
            storage.DiskRequest(disk.name, disk.gb, disk.label, disk.udid,
                                None)
            for disk in self.disks.values()]

    def _disk(self, wanted: storage.DiskRequest,
              find_disk: Callable[[str], storage.Disk]) -> storage.Disk:
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
        udid = f'03{self.serial}.{self.next_number}'
        self.next_number += 1
        return storage.Disk(wanted.name, wanted.gb, udid, wanted.label,
                            contents)

    def _repository(self, wanted: Sequence[storage.RepositoryRequest] | None
                    ) -> storage.Repository | None:
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
        if sum(medium.gb for medium in found) > wanted[0].gb:
            raise errors.RestError(500, storage.no_space(wanted[0].name))
        return storage.Repository(wanted[0].name, wanted[0].gb, found)

    def _check_not_mapped(
            self, disks: Sequence[storage.Disk],
            repository: storage.Repository | None,
            is_mapped: Callable[[storage.Storage], bool]) -> None:
        kept = {*disks, *(repository.media if repository else ())}
        media = self.repository.media if self.repository else ()
        for stored in (*self.disks.values(), *media):
            if stored not in kept and is_mapped(stored):
                raise errors.RestError(
                    409, f'{stored.name} is mapped to an LPAR.')


def _used(disks: Iterable[storage.Disk | storage.DiskRequest],
          repository: storage.Repository | None) -> float:
    return sum(disk.gb for disk in disks) + (
        repository.gb if repository else 0.0)


def _check_size(name: str, gb: float) -> None:
    if not name or not 0 < gb < float('inf'):
        raise errors.RestError(400, f'{name!r}: {gb} GB is not a size.')
