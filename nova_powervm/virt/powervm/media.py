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

"""Configuration drives: optical media of a Virtual I/O Server."""

import collections
from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import os
import re
import threading
from typing import Any, NamedTuple

from nova.api.metadata import base as instance_metadata
from nova import exception
from nova import utils as nova_utils
from nova.virt import configdrive
from oslo_concurrency import lockutils
from oslo_concurrency import processutils
from oslo_log import log as logging
from pypowervm import const as pvm_const
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import partition
from pypowervm.utils import retry
from pypowervm.wrappers import managed_system
from pypowervm.wrappers import storage
from pypowervm.wrappers import vios_file
from pypowervm.wrappers import virtual_io_server

from nova_powervm import conf
from nova_powervm.virt.powervm import upload

LOG = logging.getLogger(__name__)
CONF = conf.CONF

#: The uuid of a Virtual I/O Server, and pypowervm's wrapper of a medium there.
Backing = tuple[str, Any]

# VIOS allows 37 characters.
_OURS = re.compile('cfg_[0-9a-f]{32}')
_REPOSITORY = 'vopt'

# pypowervm holds it while it adds a disk to a volume group. It writes the
# whole group then, without an entity tag, and so without a medium that came
# after it had read the group.
_VOLUME_GROUP_LOCK = 'vol_grp_lock'

# The repository may be elsewhere by now, or the session have expired.
_twice = retry.retry(tries=2, retry_except=pvm_exc.Error,
                     test_func=retry.NO_TEST)
# Somebody else may change a volume group between a read and an update.
_while_changed = retry.retry(tries=6, delay_func=retry.STEPPED_RANDOM_DELAY)


class _Repository(NamedTuple):
    """The volume group that has a media repository."""

    vios_uuid: str
    group_uuid: str


def medium_name(instance: Any) -> str:
    """Return the name of an instance's configuration drive."""
    return 'cfg_' + str(instance.uuid).replace('-', '')


class Media:
    """The configuration drives of this host.

    Remembers which volume group has the media repository, until that proves
    wrong. May be called from any number of threads.

    :param adapter: pypowervm's adapter.
    :param system_uuid: uuid of the managed system.
    """

    def __init__(self, adapter: Any, system_uuid: str) -> None:
        self._adapter = adapter
        self._system_uuid = system_uuid
        self._known: _Repository | None = None
        # Held while it is looked for, so that only one thread does.
        self._search_lock = threading.Lock()

    def create(self, context: Any, instance: Any, injected_files: Any,
               admin_password: str | None, network_info: Any) -> Backing:
        """Make an instance's configuration drive; leave nothing if it fails.

        Calls nova-conductor, and takes four requests to NovaLink once it is
        known where the media repository is.

        :raises nova.exception.ConfigDriveUnsupportedFormat: if nova shall make
            something else than ISO 9660.
        :raises nova.exception.InstanceDeployFailure: if it cannot be made, or
            no Virtual I/O Server can have it; nova may try another host.
        """
        metadata = instance_metadata.InstanceMetadata(
            instance, content=injected_files, network_info=network_info,
            extra_md={'admin_pass': admin_password} if admin_password else {})
        name = medium_name(instance)
        try:
            with _iso_file(metadata) as path:
                vios_uuid: str = _twice(self._store)(name, path)
        except (pvm_exc.Error, processutils.ProcessExecutionError,
                OSError) as e:
            raise exception.InstanceDeployFailure(
                reason='the configuration drive cannot be made: %s' % e
            ) from e
        return vios_uuid, storage.VOptMedia.bld_ref(self._adapter, name)

    def delete(self, backings: Iterable[Backing]) -> None:
        """Remove configuration drives, which no LPAR has any more.

        Whatever else there is among the backings is left alone, and so are
        media with names that are not ours. Takes two requests for each
        Virtual I/O Server, three if its repository is not known.

        :raises nova.exception.InstanceTerminationFailure: if NovaLink refuses.
        """
        names = collections.defaultdict(set)
        for vios_uuid, medium in backings:
            if (isinstance(medium, storage.VOptMedia)
                    and _OURS.fullmatch(medium.name)):
                names[vios_uuid].add(medium.name)
        for vios_uuid in names:
            try:
                self._remove(vios_uuid, names[vios_uuid])
            except pvm_exc.HttpNotFound as e:
                LOG.info('There is nothing to remove %s from: %s',
                         ', '.join(sorted(names[vios_uuid])), e)
            except pvm_exc.Error as e:
                raise exception.InstanceTerminationFailure(
                    reason=str(e)) from e

    def names(self) -> dict[str, Backing]:
        """Return the configuration drives of all instances, by their names.

        Those of a Virtual I/O Server that cannot be used are missing.

        :raises pypowervm.exceptions.Error: if NovaLink does not say which
            Virtual I/O Servers there are.
        """
        return {medium.name: (vios.uuid, medium)
                for vios, group in self._groups()
                for repository in group.vmedia_repos
                for medium in repository.optical_media
                if _OURS.fullmatch(medium.name)}

    def _store(self, name: str, path: str) -> str:
        """Upload a medium and return the uuid of its Virtual I/O Server."""
        repository = self._repository()
        try:
            with (open(path, 'rb') as stream,
                  lockutils.lock(_VOLUME_GROUP_LOCK)):
                upload.upload(
                    self._adapter, repository.vios_uuid, name,
                    vios_file.FileType.MEDIA_ISO, None,
                    os.path.getsize(path), stream)
        except BaseException:
            self._discard(repository.vios_uuid, name)
            self._forget(repository)
            raise
        return repository.vios_uuid

    def _discard(self, vios_uuid: str, name: str) -> None:
        """Remove a medium of which nobody knows how much has arrived."""
        try:
            self._remove(vios_uuid, {name})
        except pvm_exc.Error as e:
            LOG.warning('The medium %(name)s could not be removed and may '
                        'remain: %(error)s', {'name': name, 'error': e})

    def _remove(self, vios_uuid: str, names: set[str]) -> None:
        """Remove media from a Virtual I/O Server."""
        repository = self._known
        if repository is None or repository.vios_uuid != vios_uuid:
            groups = storage.VG.get(
                self._adapter, parent_type=virtual_io_server.VIOS,
                parent_uuid=vios_uuid)
            repository = next((_Repository(vios_uuid, group.uuid)
                               for group in groups if group.vmedia_repos),
                              None)
        if repository is not None:
            _while_changed(_remove_media)(self._adapter, repository, names)

    def _repository(self) -> _Repository:
        with self._search_lock:
            if self._known is None:
                self._known = self._find_or_make_repository()
            return self._known

    def _forget(self, repository: _Repository) -> None:
        with self._search_lock:
            # Not what another thread has found meanwhile.
            if self._known is repository:
                self._known = None

    def _find_or_make_repository(self) -> _Repository:
        place = None
        for vios, group in self._groups():
            found = _Repository(vios.uuid, group.uuid)
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
        self._make_repository(*place)
        return place

    def _make_repository(self, vios_uuid: str, group_uuid: str) -> None:
        size = CONF.powervm.vopt_media_rep_size
        with lockutils.lock(_VOLUME_GROUP_LOCK):
            # Anew: who writes a group deletes what came since it was read.
            group = _read_group(self._adapter, vios_uuid, group_uuid)
            if group.vmedia_repos:
                return
            LOG.info('Making a virtual media repository of %(size)d GiB in '
                     'the volume group %(group)s of the Virtual I/O Server '
                     '%(vios)s', {'size': size, 'group': group.name,
                                  'vios': vios_uuid})
            group.vmedia_repos = [storage.VMediaRepos.bld(
                self._adapter, _REPOSITORY, size)]
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


@contextlib.contextmanager
def _iso_file(metadata: Any) -> Iterator[str]:
    """Make a configuration drive in a file that exists meanwhile."""
    if CONF.config_drive_format != 'iso9660':
        raise exception.ConfigDriveUnsupportedFormat(
            format=CONF.config_drive_format)
    # Only this user can read the folder. Passwords and keys are in it.
    with (nova_utils.tempdir() as folder,
          configdrive.ConfigDriveBuilder(instance_md=metadata) as builder):
        path = os.path.join(folder, 'drive.iso')
        builder.make_drive(path)
        yield path


def _read_group(adapter: Any, vios_uuid: str, group_uuid: str) -> Any:
    return storage.VG.get(
        adapter, uuid=group_uuid, parent_type=virtual_io_server.VIOS,
        parent_uuid=vios_uuid)


def _remove_media(adapter: Any, repository: _Repository, names: set[str]
                  ) -> None:
    """Remove those of the named media that there are."""
    with lockutils.lock(_VOLUME_GROUP_LOCK):
        group = _read_group(adapter, *repository)
        found = [(one.optical_media, medium) for one in group.vmedia_repos
                 for medium in one.optical_media if medium.name in names]
        for media, medium in found:
            media.remove(medium)
        if found:
            group.update()
