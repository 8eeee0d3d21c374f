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

"""A volume group of a Virtual I/O Server, and changes of what is in it."""

from collections.abc import Callable
from typing import Any

from nova import exception
from oslo_concurrency import lockutils
from pypowervm.utils import retry
from pypowervm.wrappers import storage
from pypowervm.wrappers import virtual_io_server

#: Name of the lock that pypowervm holds while it adds a disk to a volume
#: group. It writes the whole group then, without an entity tag, and so without
#: what came after it had read the group.
LOCK = 'vol_grp_lock'

# Somebody else may change a volume group between a read and an update.
_while_changed = retry.retry(tries=6, delay_func=retry.STEPPED_RANDOM_DELAY)


class VolumeGroup:
    """Makes, copies and deletes virtual disks, by their names.

    Takes two requests for a change, and more if somebody else changes the
    group meanwhile. Any number of threads may call it. Whatever reads or
    writes raises ``pypowervm.exceptions.Error`` if NovaLink refuses.

    :param adapter: pypowervm's adapter.
    :param vios_uuid: uuid of the Virtual I/O Server.
    :param uuid: its own.
    :ivar vios_uuid: as given.
    """

    def __init__(self, adapter: Any, vios_uuid: str, uuid: str) -> None:
        self._adapter = adapter
        self.vios_uuid = vios_uuid
        self._uuid = uuid

    def renew(self, adapter: Any) -> None:
        """Use another adapter from now on, that of a new session."""
        self._adapter = adapter

    def read(self) -> Any:
        """Return pypowervm's wrapper of the group as it is now."""
        return storage.VG.get(
            self._adapter, uuid=self._uuid,
            parent_type=virtual_io_server.VIOS, parent_uuid=self.vios_uuid)

    def copy(self, source: str, name: str, size_gb: int) -> Any:
        """Copy a disk; return the new one, None without a source.

        :raises nova.exception.ComputeResourcesUnavailable: without space.
        """
        def add(group: Any) -> bool:
            disk = _find(group, source)
            if disk is None:
                return False
            _append(group, name, size_gb, disk.udid)
            return True

        return _find(self.change(add), name)

    def add(self, name: str, size_gb: int) -> Any:
        """Make an empty disk and return it.

        :raises nova.exception.ComputeResourcesUnavailable: without space.
        """
        def add(group: Any) -> bool:
            _append(group, name, size_gb)
            return True

        return _find(self.change(add), name)

    def delete(self, chosen: Callable[[str], bool]) -> None:
        """Delete the disks whose names are chosen; none is fine."""
        def remove(group: Any) -> bool:
            found = [disk for disk in group.virtual_disks
                     if chosen(disk.name)]
            for disk in found:
                group.virtual_disks.remove(disk)
            return bool(found)

        self.change(remove)

    def change(self, function: Callable[[Any], bool]) -> Any:
        """Change the group as it is now, and return it.

        :param function: changes the wrapper, and returns whether it did.
        """
        def attempt() -> Any:
            with lockutils.lock(LOCK):
                group = self.read()
                return group.update() if function(group) else group

        return _while_changed(attempt)()


def _append(group: Any, name: str, size_gb: int, base: str | None = None
            ) -> None:
    """Add a disk to the wrapper of a volume group.

    :param base: UDID of the disk that it is a copy of.
    :raises nova.exception.ComputeResourcesUnavailable: if there is no space
        for it; nova may try another host.
    """
    if size_gb > group.available_size:
        raise exception.ComputeResourcesUnavailable(
            reason='a disk of %s GiB does not fit in the volume group %s, '
            'which has %s GiB left' % (
                size_gb, group.name, group.available_size))
    group.virtual_disks.append(storage.VDisk.bld(
        group.adapter, name, size_gb, base_image=base))


def _find(group: Any, name: str) -> Any:
    return next((disk for disk in group.virtual_disks if disk.name == name),
                None)
