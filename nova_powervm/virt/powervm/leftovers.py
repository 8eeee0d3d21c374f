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
from collections.abc import Sequence
import re
from typing import Any, Protocol

from nova import exception
from nova import objects
from oslo_log import log as logging
from pypowervm import const as pvm_const
from pypowervm import exceptions as pvm_exc

from nova_powervm.virt.powervm import mapping
from nova_powervm.virt.powervm import vif
from nova_powervm.virt.powervm import vios
from nova_powervm.virt.powervm import vm

LOG = logging.getLogger(__name__)

# Digits of an instance's uuid follow what says which of its disks it is. The
# disks of images are no instance's, and have another prefix.
_OF_AN_INSTANCE = re.compile(r'(?:cfg|b|s|e\d*)_([0-9a-f]{12,32})')


class Room(Protocol):
    """What keeps disks or media, such as ``media.Media``."""

    def names(self) -> Mapping[str, mapping.Backing]:
        """Return all that have names of ours, by their names."""

    def delete(self, backings: Iterable[mapping.Backing]) -> None:
        """Delete some; those that are missing are fine.

        :raises nova.exception.NovaException: if that fails.
        """


def remove(adapter: Any, context: Any, host: str, rooms: Iterable[Room]
           ) -> list[str]:
    """Remove disks, media and trunk adapters that no instance has.

    Of the disks and media those with names of ours. What is mapped to an LPAR
    stays, whatever it is called, and so does what is on a Virtual I/O Server
    that does not tell its mappings. Of the trunk adapters those of LPARs that
    do not exist. All that is found is logged.

    Takes one call of nova-conductor. Call it before nova starts to build on
    this host.

    :param context: nova's request context of an administrator.
    :param host: nova's name for this host.
    :returns: the names of disks and media, and the uuids of the LPARs of
        trunks, that were removed.
    :raises pypowervm.exceptions.Error: if NovaLink does not answer.
    :raises Exception: if nova-conductor does not answer; then nothing was
        removed.
    """
    # Instances come last: what a new one gets afterwards is not among these.
    named = [(room, room.names()) for room in rooms]
    lpars = vif.lpars_with_trunks(adapter)
    uuids = [instance.uuid for instance in objects.InstanceList.get_by_host(
        context, host, expected_attrs=[])]
    removed = _remove_stored(adapter, [
        (room, found) for room, names in named
        if (found := find_unclaimed(names, uuids))])
    return removed + _remove_trunks(
        adapter, lpars - {vm.get_pvm_uuid(uuid) for uuid in uuids})


def _remove_stored(
        adapter: Any,
        unclaimed: Sequence[tuple[Room, Mapping[str, mapping.Backing]]]
        ) -> list[str]:
    """Remove disks and media that no LPAR has. One request, if there are any.

    :returns: the names of those that were removed.
    """
    if not unclaimed:
        return []
    mapped = _mapped(adapter)
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


def _remove_trunks(adapter: Any, lpars: Iterable[str]) -> list[str]:
    """Remove the trunk adapters of LPARs that do not exist.

    One that NovaLink refuses does not keep the others. If NovaLink does not
    answer at all, there is no sense in waiting for each.

    :param lpars: uuids of LPARs that are no server's.
    :returns: those whose trunks were removed.
    """
    removed = []
    for lpar in sorted(lpars):
        try:
            if vm.lpar_exists(adapter, lpar):
                LOG.warning('No instance of this host is LPAR %s, which has '
                            'trunk adapters; leaving them alone', lpar)
                continue
            vif.unplug_all(adapter, lpar)
        except (pvm_exc.HttpError, ValueError,
                exception.NovaException) as e:
            LOG.warning('No instance of this host is LPAR %(lpar)s, and its '
                        'trunk adapters could not be removed: %(error)s',
                        {'lpar': lpar, 'error': e})
            continue
        LOG.warning('Removed the trunk adapters of LPAR %s, which does not '
                    'exist', lpar)
        removed.append(lpar)
    return removed


def find_unclaimed(names: Mapping[str, mapping.Backing],
                   uuids: Iterable[str]) -> dict[str, mapping.Backing]:
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


def _mapped(adapter: Any) -> dict[str, set[str]]:
    """Return the names of what is mapped, by Virtual I/O Servers in use."""
    return {
        one.uuid: {scsi.backing_storage.name.rpartition('/')[2]
                   for scsi in one.scsi_mappings
                   if scsi.backing_storage is not None}
        for one in vios.active(adapter, pvm_const.XAG.VIO_SMAP)}


def _remove(room: Room, free: Mapping[str, mapping.Backing]) -> list[str]:
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
