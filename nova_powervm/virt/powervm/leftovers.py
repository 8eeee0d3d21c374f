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

"""What a nova-compute that died has left on the Virtual I/O Servers.

A server that is deleted, or fails to build, takes its disks and its medium
along. They remain if nova-compute dies meanwhile, and nova deletes the server
without it. Nobody would ever ask for them again.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import re
from typing import Any, Protocol

from nova import exception
from nova import objects
from oslo_log import log as logging
from pypowervm import const as pvm_const
from pypowervm.tasks import partition
from pypowervm.wrappers import managed_system
from pypowervm.wrappers import virtual_io_server

from nova_powervm.virt.powervm import vif
from nova_powervm.virt.powervm import vm

LOG = logging.getLogger(__name__)

#: The uuid of a Virtual I/O Server, and pypowervm's wrapper of a disk or a
#: medium there.
Backing = tuple[str, Any]

# Digits of an instance's uuid follow what says which of its disks it is. The
# disks of images are no instance's, and have another prefix.
_OF_AN_INSTANCE = re.compile(r'(?:cfg|b|s|e\d*)_([0-9a-f]{12,32})')


class Room(Protocol):
    """What keeps disks or media, such as ``media.Media``."""

    def names(self) -> Mapping[str, Backing]:
        """Return all that have names of ours, by their names."""

    def delete(self, backings: Iterable[Backing]) -> None:
        """Delete some; those that are missing are fine.

        :raises nova.exception.NovaException: if that fails.
        """


def remove(adapter: Any, system_uuid: str, context: Any, host: str,
           rooms: Iterable[Room]) -> list[str]:
    """Remove disks and media with names of ours that no instance has.

    What is mapped to an LPAR stays, whatever it is called, and so does what
    is on a Virtual I/O Server that does not tell its mappings. All that is
    found is logged. Takes one call of nova-conductor, and one request besides
    those of the rooms. Call it before nova starts to build on this host.

    :param context: nova's request context of an administrator.
    :param host: nova's name for this host.
    :returns: the names of what was removed.
    :raises pypowervm.exceptions.Error: if NovaLink does not answer.
    :raises Exception: if nova-conductor does not answer; then nothing was
        removed.
    """
    # Names come first: what a new instance gets afterwards is not among them.
    named = [(room, room.names()) for room in rooms]
    uuids = _uuids(context, host)
    unclaimed = [(room, find_unclaimed(names, uuids))
                 for room, names in named]
    if not any(found for _, found in unclaimed):
        return []
    mapped = _mapped(adapter, system_uuid)
    removed: list[str] = []
    for room, found in unclaimed:
        # All are taken for mapped where it is not known.
        free = {name: backing for name, backing in found.items()
                if name not in mapped.get(backing[0], found)}
        if kept := sorted(found.keys() - free.keys()):
            LOG.warning('No instance of this host has %s, but they may be '
                        'mapped to LPARs; leaving them alone',
                        ', '.join(kept))
        removed += _remove(room, free)
    return removed


def remove_trunks(adapter: Any, context: Any, host: str) -> list[str]:
    """Remove trunk adapters of LPARs that neither exist nor are a server's.

    If the LPAR exists it is logged, and the trunk stays.

    :param context: nova's request context of an administrator.
    :param host: nova's name for this host.
    :returns: the uuids of these LPARs.
    :raises pypowervm.exceptions.Error: if NovaLink does not answer.
    :raises nova.exception.VirtualInterfaceUnplugException: if it refuses.
    :raises Exception: if nova-conductor does not answer; then nothing was
        removed.
    """
    # They come first: a new instance is not among them.
    found = vif.lpars_with_trunks(adapter)
    claimed = {vm.get_pvm_uuid(uuid) for uuid in _uuids(context, host)}
    removed = []
    for lpar in sorted(found - claimed):
        if vm.lpar_exists(adapter, lpar):
            LOG.warning('No instance of this host is LPAR %s, which has trunk '
                        'adapters; leaving them alone', lpar)
            continue
        vif.unplug_all(adapter, lpar)
        LOG.warning('Removed the trunk adapters of LPAR %s, which does not '
                    'exist', lpar)
        removed.append(lpar)
    return removed


def _uuids(context: Any, host: str) -> list[str]:
    """Return the uuids of nova's instances of a host."""
    return [instance.uuid for instance in objects.InstanceList.get_by_host(
        context, host, expected_attrs=[])]


def find_unclaimed(names: Mapping[str, Backing], uuids: Iterable[str]
                   ) -> dict[str, Backing]:
    """Return what has a name that is made of no instance's uuid.

    :param names: what there is, by its names. Those that are not made of a
        uuid are left out.
    :param uuids: of all instances of this host, in whatever state.
    """
    # Blanks, so that the digits of two make no third one.
    claimed = ' '.join(uuid.replace('-', '').lower() for uuid in uuids)
    return {name: backing for name, backing in names.items()
            if (match := _OF_AN_INSTANCE.fullmatch(name))
            and match.group(1) not in claimed}


def _mapped(adapter: Any, system_uuid: str) -> dict[str, set[str]]:
    """Return the names of what is mapped, by Virtual I/O Servers in use."""
    vioses = virtual_io_server.VIOS.get(
        adapter, parent_type=managed_system.System, parent_uuid=system_uuid,
        xag=[pvm_const.XAG.VIO_SMAP])
    return {
        vios.uuid: {mapping.backing_storage.name.rpartition('/')[2]
                    for mapping in vios.scsi_mappings
                    if mapping.backing_storage is not None}
        for vios in partition.get_active_vioses(adapter, vios_wraps=vioses)}


def _remove(room: Room, free: Mapping[str, Backing]) -> list[str]:
    """Remove one by one, so that one that stays does not keep the others."""
    removed = []
    for name, backing in free.items():
        try:
            room.delete([backing])
        except exception.NovaException as e:
            LOG.warning('No instance of this host has %(name)s, and it could '
                        'not be removed: %(error)s', {'name': name,
                                                      'error': e})
        else:
            removed.append(name)
    if removed:
        LOG.warning('No instance of this host had %s; removed them',
                    ', '.join(sorted(removed)))
    return removed
