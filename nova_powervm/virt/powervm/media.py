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
from typing import Any

from nova.api.metadata import base as instance_metadata
from nova import exception
from nova import utils as nova_utils
from nova.virt import configdrive
from oslo_concurrency import lockutils
from oslo_concurrency import processutils
from oslo_log import log as logging
from pypowervm import exceptions as pvm_exc
from pypowervm.utils import retry
from pypowervm.wrappers import storage
from pypowervm.wrappers import vios_file

from nova_powervm import conf
from nova_powervm.virt.powervm.disk import volume_group
from nova_powervm.virt.powervm import mapping
from nova_powervm.virt.powervm import media_repository
from nova_powervm.virt.powervm import upload

LOG = logging.getLogger(__name__)
CONF = conf.CONF

# VIOS allows 37 characters.
_OURS = re.compile('cfg_[0-9a-f]{32}')

# The repository may be elsewhere by now, or the session have expired.
_twice = retry.retry(tries=2, retry_except=pvm_exc.Error,
                     test_func=retry.NO_TEST)


def medium_name(instance: Any) -> str:
    """Return the name of an instance's configuration drive."""
    return 'cfg_' + str(instance.uuid).replace('-', '')


class Media:
    """The configuration drives of this host.

    May be called from any number of threads.

    :param adapter: pypowervm's adapter.
    """

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter
        self._repository = media_repository.Repository(adapter)

    def renew(self, adapter: Any) -> None:
        """Use another adapter from now on, that of a new session."""
        self._adapter = adapter
        self._repository.renew(adapter)

    def create(self, context: Any, instance: Any, injected_files: Any,
               admin_password: str | None, network_info: Any
               ) -> mapping.Backing:
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

    def delete(self, backings: Iterable[mapping.Backing]) -> None:
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
                self._repository.remove(vios_uuid, names[vios_uuid])
            except pvm_exc.HttpNotFound as e:
                LOG.info('There is nothing to remove %s from: %s',
                         ', '.join(sorted(names[vios_uuid])), e)
            except pvm_exc.Error as e:
                raise exception.InstanceTerminationFailure(
                    reason=str(e)) from e

    def delete_of(self, instance: Any) -> None:
        """Remove the configuration drive of an instance; none is fine.

        :raises nova.exception.InstanceTerminationFailure: if NovaLink refuses.
        """
        name = medium_name(instance)
        try:
            if self._repository.remove_new(name):
                return
            # It may be where they went before a Virtual I/O Server could not
            # be used.
            found = [(vios_uuid, medium) for vios_uuid, medium
                     in self._repository.media() if medium.name == name]
        except pvm_exc.Error as e:
            raise exception.InstanceTerminationFailure(reason=str(e)) from e
        self.delete(found)

    def names(self) -> dict[str, mapping.Backing]:
        """Return the configuration drives of all instances, by their names.

        Those of a Virtual I/O Server that cannot be used are missing.

        :raises pypowervm.exceptions.Error: if NovaLink does not say which
            Virtual I/O Servers there are.
        """
        return {medium.name: (vios_uuid, medium)
                for vios_uuid, medium in self._repository.media()
                if _OURS.fullmatch(medium.name)}

    def _store(self, name: str, path: str) -> str:
        """Upload a medium and return the uuid of its Virtual I/O Server."""
        group = self._repository.group()
        try:
            with (open(path, 'rb') as stream,
                  lockutils.lock(volume_group.LOCK)):
                upload.upload(
                    self._adapter, group.vios_uuid, name,
                    vios_file.FileType.MEDIA_ISO, None,
                    os.path.getsize(path), stream)
        except BaseException:
            self._discard(group.vios_uuid, name)
            self._repository.forget(group)
            raise
        return group.vios_uuid

    def _discard(self, vios_uuid: str, name: str) -> None:
        """Remove a medium of which nobody knows how much has arrived."""
        try:
            self._repository.remove(vios_uuid, {name})
        except pvm_exc.Error as e:
            LOG.warning('The medium %(name)s could not be removed and may '
                        'remain: %(error)s', {'name': name, 'error': e})


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
