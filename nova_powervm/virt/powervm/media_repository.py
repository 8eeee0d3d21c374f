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

"""The virtual media repository of this host's Virtual I/O Servers."""

from collections.abc import Iterator
import contextlib
import threading
from typing import Any

from nova import exception
from oslo_log import log as logging
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import storage
from pypowervm.wrappers import virtual_io_server

from nova_powervm import conf
from nova_powervm.virt.powervm.disk import volume_group
from nova_powervm.virt.powervm import vios

LOG = logging.getLogger(__name__)
CONF = conf.CONF

_NAME = 'vopt'


class Repository:
    """Knows where media go, and removes them.

    Remembers its volume group until that proves wrong. May be called from any
    number of threads. Whatever reads or writes raises
    ``pypowervm.exceptions.Error`` if NovaLink refuses.

    :param adapter: pypowervm's adapter.
    """

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter
        self._known: volume_group.VolumeGroup | None = None
        # Held while it is looked for, so that only one thread does.
        self._search_lock = threading.Lock()

    def renew(self, adapter: Any) -> None:
        """Use another adapter from now on, that of a new session."""
        self._adapter = adapter
        known = self._known
        if known is not None:
            known.renew(adapter)

    def group(self) -> volume_group.VolumeGroup:
        """Return its volume group; make a repository if there is none.

        :raises nova.exception.InstanceDeployFailure: if no Virtual I/O Server
            can have one.
        """
        with self._search_lock:
            if self._known is None:
                self._known = self._find_or_make()
                # The session may have been renewed during the search.
                self._known.renew(self._adapter)
            return self._known

    def forget(self, group: volume_group.VolumeGroup) -> None:
        """Look for it again, because it could not be used."""
        with self._search_lock:
            # Not what another thread has found meanwhile.
            if self._known is group:
                self._known = None

    def media(self) -> Iterator[tuple[str, Any]]:
        """Yield each medium, after the uuid of its Virtual I/O Server.

        Those of Virtual I/O Servers that cannot be used are missing.
        """
        for server, group in self._groups():
            for repository in group.vmedia_repos:
                for medium in repository.optical_media:
                    yield server.uuid, medium

    def remove_new(self, name: str) -> bool:
        """Remove a medium from where new ones go; tell whether it was there.

        Takes two requests, none if that place is not known.
        """
        known = self._known
        if known is not None:
            with contextlib.suppress(pvm_exc.HttpNotFound):
                return _remove_from(known, {name})
        return False

    def remove(self, vios_uuid: str, names: set[str]) -> None:
        """Remove those of the named media that a Virtual I/O Server has.

        Takes two requests, three if its volume group is not known.
        """
        known = self._known
        if known is None or known.vios_uuid != vios_uuid:
            known = next((self._group(vios_uuid, group) for group
                          in storage.VG.get(
                              self._adapter,
                              parent_type=virtual_io_server.VIOS,
                              parent_uuid=vios_uuid)
                          if group.vmedia_repos), None)
        if known is not None:
            _remove_from(known, names)

    def _find_or_make(self) -> volume_group.VolumeGroup:
        place = None
        for server, group in self._groups():
            found = self._group(server.uuid, group)
            if group.vmedia_repos:
                return found
            # Like pypowervm, make none on the management partition.
            if (place is None and not server.is_mgmt_partition
                    and group.name == CONF.powervm.vopt_media_volume_group):
                place = found
        if place is None:
            raise exception.InstanceDeployFailure(
                reason="no Virtual I/O Server that runs with active RMC has a "
                "virtual media repository, or the volume group '%s' to make "
                'one in, which [powervm] vopt_media_volume_group names'
                % CONF.powervm.vopt_media_volume_group)
        self._make(place)
        return place

    def _make(self, place: volume_group.VolumeGroup) -> None:
        size = CONF.powervm.vopt_media_rep_size

        def make(group: Any) -> bool:
            # Somebody else may have made one meanwhile.
            if group.vmedia_repos:
                return False
            LOG.info('Making a virtual media repository of %(size)d GiB in '
                     'the volume group %(group)s of the Virtual I/O Server '
                     '%(vios)s', {'size': size, 'group': group.name,
                                  'vios': place.vios_uuid})
            group.vmedia_repos = [storage.VMediaRepos.bld(
                self._adapter, _NAME, size)]
            return True

        place.change(make)

    def _group(self, vios_uuid: str, group: Any) -> volume_group.VolumeGroup:
        return volume_group.VolumeGroup(self._adapter, vios_uuid, group.uuid)

    def _groups(self) -> Iterator[tuple[Any, Any]]:
        """Yield usable Virtual I/O Servers with their volume groups."""
        for server in vios.active(self._adapter):
            try:
                groups = storage.VG.get(self._adapter, parent=server)
            except pvm_exc.Error as e:
                LOG.warning('The volume groups of %(vios)s cannot be read; '
                            'leaving it out: %(error)s',
                            {'vios': server.name, 'error': e})
                continue
            for group in groups:
                yield server, group


def _remove_from(group: volume_group.VolumeGroup, names: set[str]) -> bool:
    """Remove media from a volume group; tell whether there were any."""
    found = False

    def remove(wrapper: Any) -> bool:
        nonlocal found
        found = _remove(wrapper, names)
        return found

    group.change(remove)
    return found


def _remove(group: Any, names: set[str]) -> bool:
    """Remove media from a wrapper; tell whether there were any."""
    found = [(one.optical_media, medium) for one in group.vmedia_repos
             for medium in one.optical_media if medium.name in names]
    for media, medium in found:
        media.remove(medium)
    return bool(found)
