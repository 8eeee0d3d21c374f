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
import threading
from typing import Any, NamedTuple

from nova import exception
from oslo_concurrency import lockutils
from oslo_log import log as logging
from pypowervm import const as pvm_const
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import partition
from pypowervm.utils import retry
from pypowervm.wrappers import managed_system
from pypowervm.wrappers import storage
from pypowervm.wrappers import virtual_io_server

from nova_powervm import conf

LOG = logging.getLogger(__name__)
CONF = conf.CONF

#: Name of the lock that pypowervm holds while it adds a disk to a volume
#: group. It writes the whole group then, without an entity tag, and so without
#: a medium that came after it had read the group.
LOCK = 'vol_grp_lock'

_NAME = 'vopt'

# Somebody else may change a volume group between a read and an update.
_while_changed = retry.retry(tries=6, delay_func=retry.STEPPED_RANDOM_DELAY)


class Place(NamedTuple):
    """The volume group that has a media repository."""

    vios_uuid: str
    group_uuid: str


class Repository:
    """Knows where media go, and removes them.

    Remembers the place of the repository until that proves wrong. May be
    called from any number of threads. Whatever reads or writes raises
    ``pypowervm.exceptions.Error`` if NovaLink refuses.

    :param adapter: pypowervm's adapter.
    :param system_uuid: uuid of the managed system.
    """

    def __init__(self, adapter: Any, system_uuid: str) -> None:
        self._adapter = adapter
        self._system_uuid = system_uuid
        self._known: Place | None = None
        # Held while it is looked for, so that only one thread does.
        self._search_lock = threading.Lock()

    def renew(self, adapter: Any) -> None:
        """Use another adapter from now on, that of a new session."""
        self._adapter = adapter

    def place(self) -> Place:
        """Return the place of a repository; make one if there is none.

        :raises nova.exception.InstanceDeployFailure: if no Virtual I/O Server
            can have one.
        """
        with self._search_lock:
            if self._known is None:
                self._known = self._find_or_make()
            return self._known

    def forget(self, place: Place) -> None:
        """Look for it again, because it could not be used."""
        with self._search_lock:
            # Not what another thread has found meanwhile.
            if self._known is place:
                self._known = None

    def media(self) -> Iterator[tuple[str, Any]]:
        """Yield each medium, after the uuid of its Virtual I/O Server.

        Those of Virtual I/O Servers that cannot be used are missing.
        """
        for vios, group in self._groups():
            for repository in group.vmedia_repos:
                for medium in repository.optical_media:
                    yield vios.uuid, medium

    def holders(self, name: str) -> list[str]:
        """Return the uuids of Virtual I/O Servers that may have a medium."""
        known = self._known
        if known is not None:
            return [known.vios_uuid]
        return [vios_uuid for vios_uuid, medium in self.media()
                if medium.name == name]

    def remove(self, vios_uuid: str, names: set[str]) -> None:
        """Remove those of the named media that a Virtual I/O Server has.

        Takes two requests, three if the place of its repository is not known.
        """
        place = self._known
        if place is None or place.vios_uuid != vios_uuid:
            groups = storage.VG.get(
                self._adapter, parent_type=virtual_io_server.VIOS,
                parent_uuid=vios_uuid)
            place = next((Place(vios_uuid, group.uuid)
                          for group in groups if group.vmedia_repos), None)
        if place is not None:
            _while_changed(_remove)(self._adapter, place, names)

    def _find_or_make(self) -> Place:
        place = None
        for vios, group in self._groups():
            found = Place(vios.uuid, group.uuid)
            if group.vmedia_repos:
                return found
            # Like pypowervm, make none on the management partition.
            if (place is None and not vios.is_mgmt_partition
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

    def _make(self, place: Place) -> None:
        size = CONF.powervm.vopt_media_rep_size
        with lockutils.lock(LOCK):
            # Anew: who writes a group deletes what came since it was read.
            group = _read_group(self._adapter, place)
            if group.vmedia_repos:
                return
            LOG.info('Making a virtual media repository of %(size)d GiB in '
                     'the volume group %(group)s of the Virtual I/O Server '
                     '%(vios)s', {'size': size, 'group': group.name,
                                  'vios': place.vios_uuid})
            group.vmedia_repos = [storage.VMediaRepos.bld(
                self._adapter, _NAME, size)]
            group.update()

    def _groups(self) -> Iterator[tuple[Any, Any]]:
        """Yield usable Virtual I/O Servers with their volume groups."""
        vioses = virtual_io_server.VIOS.get(
            self._adapter, parent_type=managed_system.System,
            parent_uuid=self._system_uuid, xag=[pvm_const.XAG.NONE])
        for vios in partition.get_active_vioses(self._adapter,
                                                vios_wraps=vioses):
            try:
                groups = storage.VG.get(self._adapter, parent=vios)
            except pvm_exc.Error as e:
                LOG.warning('The volume groups of %(vios)s cannot be read; '
                            'leaving it out: %(error)s',
                            {'vios': vios.name, 'error': e})
                continue
            for group in groups:
                yield vios, group


def _read_group(adapter: Any, place: Place) -> Any:
    return storage.VG.get(
        adapter, uuid=place.group_uuid, parent_type=virtual_io_server.VIOS,
        parent_uuid=place.vios_uuid)


def _remove(adapter: Any, place: Place, names: set[str]) -> None:
    with lockutils.lock(LOCK):
        group = _read_group(adapter, place)
        found = [(one.optical_media, medium) for one in group.vmedia_repos
                 for medium in one.optical_media if medium.name in names]
        for media, medium in found:
            media.remove(medium)
        if found:
            group.update()
