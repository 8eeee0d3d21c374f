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

"""Uploads to a Virtual I/O Server, compared with what has arrived there."""

from collections.abc import Iterable
from typing import Any, BinaryIO

from oslo_log import log as logging
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import vios_file

LOG = logging.getLogger(__name__)


class IncompleteUpload(pvm_exc.Error):
    """A disk or a medium has another size than what was sent to it."""


def upload(adapter: Any, vios_uuid: str, name: str, kind: str,
           udid: str | None, size: int, stream: BinaryIO | Iterable[bytes]
           ) -> Any:
    """Send a stream to a disk or a medium.

    Takes four requests, and leaves no File. When it fails, the target has
    whatever had arrived; to remove that is the caller's business.

    :param name: that of the disk or the medium; a medium is made.
    :param kind: one of ``pypowervm.wrappers.vios_file.FileType``.
    :param udid: that of the disk; None for a medium.
    :param size: of what the stream yields, bytes.
    :param stream: a file, or an iterator over chunks; not sent twice.
    :returns: pypowervm's wrapper of the File as it was after the upload.
    :raises IncompleteUpload: if NovaLink has not as many bytes.
    :raises pypowervm.exceptions.Error: if NovaLink refuses it.
    """
    file = vios_file.File.bld(
        adapter, name, kind, vios_uuid, f_size=size, tdev_udid=udid).create()
    try:
        # No helper may repeat it: the stream would be at its end.
        adapter.upload_file(file.element, stream, helpers=[])
        # After a 401 pypowervm does repeat it, without a body.
        file = vios_file.File.get(adapter, uuid=file.uuid, service='web')
        if file.current_file_size != size:
            raise IncompleteUpload(
                'Of the %d bytes for %s, %s arrived' % (
                    size, name, file.current_file_size))
        return file
    finally:
        _delete(file)


def _delete(file: Any) -> None:
    """Delete a File, of which there can be only a hundred."""
    try:
        file.adapter.delete(file.schema_type, root_id=file.uuid,
                            service='web')
    except pvm_exc.HttpNotFound:
        LOG.debug('The File of %s is gone already', file.file_name)
    except pvm_exc.Error as e:
        LOG.warning('The File %(uuid)s of %(name)s could not be deleted and '
                    'remains: %(error)s',
                    {'uuid': file.uuid, 'name': file.file_name, 'error': e})
