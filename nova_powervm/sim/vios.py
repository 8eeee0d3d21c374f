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


"""Virtual I/O Servers of the host."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import uuid

from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_table
from nova_powervm.sim import mapping
from nova_powervm.sim import storage
from nova_powervm.sim import transitions
from nova_powervm.sim import volume_group

STORAGE, NETWORK, SCSI_MAPPING, FC_MAPPING = GROUPS = (
    'ViosStorage', 'ViosNetwork', 'ViosSCSIMapping', 'ViosFCMapping')
LPAR_TYPE = 'Virtual IO Server'
#: Volume groups of a Virtual I/O Server and their capacities, GB.
VOLUME_GROUPS: Mapping[str, float] = {'rootvg': 100.0, 'data': 10_000.0}
# So many that they limit nothing.
MAX_IO_SLOTS = 32_768


@dataclasses.dataclass(eq=False)
class Vios(lpar_mod.Lpar):
    """A Virtual I/O Server.

    ``version`` grows with each change of what all views show.
    """

    groups: list[volume_group.VolumeGroup] = dataclasses.field(
        default_factory=list)

    def __post_init__(self) -> None:
        self.mappings = mapping.MappingTable(self, self.stored)

    @property
    def operating_system(self) -> str:
        """Operating system, known only while RMC is active."""
        return ('VIOS 3.1.4.31' if self.rmc_state == 'active'
                else 'Unknown')

    @property
    def reference_code(self) -> str:
        """Code on the operator panel."""
        return '' if self.state == transitions.RUNNING else '00000000'

    def view_etag(self, view: frozenset[str]) -> str:
        """Return the entity tag of a view.

        :param view: the extended attribute groups that it shows.
        """
        versions = [self.version]
        if STORAGE in view:
            versions += [group.version for group in self.groups]
        return lpar_mod.etag(f'{self.uuid}:{sorted(view)}:{versions}')

    def group(self, key: str) -> volume_group.VolumeGroup:
        """Return a volume group.

        :param key: its uuid.
        :raises errors.NotFound: if it does not exist.
        """
        for group in self.groups:
            if group.uuid == key.lower():
                return group
        raise errors.NotFound(f'VolumeGroup {key} does not exist.')

    def disk(self, udid: str) -> storage.Disk:
        """Return a disk of any volume group.

        :raises errors.NotFound: if it does not exist.
        """
        for group in self.groups:
            if udid in group.disks:
                return group.disks[udid]
        raise errors.NotFound(f'VirtualDisk {udid} does not exist.')

    def media_group(self) -> volume_group.VolumeGroup:
        """Return the volume group that has the media repository.

        :raises errors.NotFound: if there is no repository.
        """
        for group in self.groups:
            if group.repository is not None:
                return group
        raise errors.NotFound(f'{self.name} has no media repository.')

    def stored(self, kind: str, udid: str, name: str) -> storage.Storage:
        """Return a disk or a medium.

        :param kind: VirtualDisk or VirtualOpticalMedia.
        :param udid: its UDID; empty to find it by its name.
        :raises errors.NotFound: if it does not exist.
        """
        if kind == 'VirtualDisk' and udid:
            return self.disk(udid)
        if kind == 'VirtualDisk':
            found: Iterator[storage.Storage] = (
                disk for group in self.groups
                for disk in group.disks.values())
        else:
            found = (medium for group in self.groups
                     if group.repository is not None
                     for medium in group.repository.media)
        for one in found:
            if (one.udid == udid) if udid else (one.name == name):
                return one
        raise errors.NotFound(f'{kind} {name or udid} does not exist.')

    def is_mapped(self, stored: storage.Storage) -> bool:
        """Return whether an LPAR has a disk or a medium."""
        return any(one.storage is stored for one in self.mappings)

    def check_ready(self) -> None:
        """Check that it can change storage.

        :raises errors.RestError: if it does not run, or RMC is not active.
        """
        if self.rmc_state != 'active':
            raise errors.RestError(500, NO_RMC % self.name)


NO_RMC = ('HSCL2957 Either there is currently no RMC connection between the '
          'management console and the partition %s or the partition does not '
          'support dynamic partitioning operations.')


def mgmt_config() -> lpar_mod.Config:
    """Return the configuration of the management partition."""
    return lpar_mod.Config(
        name='novalink', rmc=True, max_io_slots=MAX_IO_SLOTS,
        memory=lpar_mod.Memory(4096, 4096, 4096))


def check_dynamic(partition: lpar_mod.Lpar) -> None:
    """Check that the adapters of a partition can change.

    :raises errors.RestError: if it is on, and RMC is not active.
    """
    if (partition.state != transitions.NOT_ACTIVATED
            and partition.rmc_state != 'active'):
        raise errors.RestError(500, NO_RMC % partition.name)


class ViosTable:
    """The Virtual I/O Servers of a host; iterates over them.

    :param host_uuid: uuid of the managed system.
    :param lpars: the table of its LPARs, which have other partition IDs.
    :param now: the clock of the host.
    """

    def __init__(self, host_uuid: str, lpars: lpar_table.LparTable,
                 now: Callable[[], float]) -> None:
        self._host_uuid = uuid.UUID(host_uuid)
        self._lpars = lpars
        self._now = now
        self._table: dict[str, Vios] = {}

    def __iter__(self) -> Iterator[Vios]:
        return iter(self._table.values())

    def get(self, key: str) -> Vios:
        """Return a Virtual I/O Server.

        :param key: its uuid, in upper or lower case.
        :raises errors.NotFound: if it does not exist.
        """
        found = self._table.get(key.upper())
        if found is None:
            raise errors.NotFound(f'VirtualIOServer {key} does not exist.')
        return found

    def add(self, groups: Mapping[str, float] = VOLUME_GROUPS) -> Vios:
        """Add a Virtual I/O Server, which runs.

        :param groups: its volume groups and their capacities, GB.
        """
        number = len(self._table) + 1
        made = uuid.uuid5(self._host_uuid, f'VirtualIOServer/{number}')
        # As for LPARs: upper case, its first bit clear.
        key = str(uuid.UUID(int=made.int & ~(1 << 127))).upper()
        return self.restore(lpar_mod.Config(
            name=f'vios{number}', uuid=key,
            lpar_type=LPAR_TYPE, rmc=True, max_io_slots=MAX_IO_SLOTS,
            memory=lpar_mod.Memory(4096, 4096, 4096),
            processors=lpar_mod.Processors(
                desired=2, minimum=1, maximum=4, units=0.5, min_units=0.1,
                max_units=1.0, weight=255)), groups)

    def restore(self, config: lpar_mod.Config, groups: Mapping[str, float],
                state: str = transitions.RUNNING, version: int = 0) -> Vios:
        """Add a Virtual I/O Server as it was, with empty volume groups.

        :param config: its configuration, which has its uuid.
        :param groups: its volume groups and their capacities, GB.
        :raises errors.RestError: if its id is not free.
        """
        key = str(config.uuid)
        config.lpar_id = self._lpars.reserve_id(config.lpar_id)
        added = Vios(key, config.lpar_id, config, state=state,
                     booted_at=self._now(), version=version)
        added.groups = [volume_group.VolumeGroup(name, gb, key, place)
                        for place, (name, gb) in enumerate(groups.items())]
        self._table[key] = added
        return added

    def clear(self) -> None:
        """Remove all of them."""
        for server in self:
            self._lpars.release_id(server.lpar_id)
        self._table.clear()
