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


"""Files of the REST service: what clients send to disks and media."""

from collections.abc import Iterator
import dataclasses
import hashlib
import time
from typing import NamedTuple
import uuid

from nova_powervm.sim import errors
from nova_powervm.sim import storage

#: The platform keeps no more Files.
LIMIT = 100
DISK_IMAGE = 'BROKERED_DISK_IMAGE'
MEDIA_ISO = 'BROKERED_MEDIA_ISO'


class FileRequest(NamedTuple):
    """A File in a client's request.

    :ivar expected: the expected size, bytes; None if the client names none.
    :ivar udid: that of the disk that the File is for; None for a medium.
    :ivar sha256: the hash that the client expects, which nothing checks.
    """

    name: str
    media_type: str
    kind: str
    vios_uuid: str
    expected: int | None
    udid: str | None
    sha256: str | None = None


@dataclasses.dataclass
class File:
    """A File: an upload, its target and how much of it has come.

    ``received``: bytes of the last upload; ``created``: milliseconds of the
    epoch.
    """

    uuid: str
    request: FileRequest
    created: int
    received: int = 0


class FileTable:
    """The Files of the service; iterates over them."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def __iter__(self) -> Iterator[File]:
        return iter(self._files.values())

    def add(self, request: FileRequest) -> File:
        """Add a File.

        :raises errors.RestError: if there are too many.
        """
        if len(self._files) >= LIMIT:
            raise errors.RestError(
                409, f'There are {LIMIT} Files already; delete some.')
        added = File(str(uuid.uuid4()), request, int(time.time() * 1000))
        self._files[added.uuid] = added
        return added

    def get(self, key: str) -> File:
        """Return a File.

        :raises errors.NotFound: if it does not exist.
        """
        found = self._files.get(key.lower())
        if found is None:
            raise errors.NotFound(f'File {key} does not exist.')
        return found

    def delete(self, key: str) -> None:
        """Delete a File; what it was sent to stays as it is.

        :raises errors.NotFound: if it does not exist.
        """
        del self._files[self.get(key).uuid]

    def clear(self) -> None:
        """Delete all Files."""
        self._files.clear()


class Upload:
    """An upload, which replaces the contents of a disk or a medium.

    It holds none of them. The target has what has come as soon as the upload
    is closed, even if that is only a part.

    :param file: counts what comes.
    :param target: a disk or a medium.
    :param room: the space for it, bytes.
    """

    def __init__(self, file: File, target: storage.Storage,
                 room: float) -> None:
        self._file = file
        self._target = target
        self._room = room
        self._hash = hashlib.sha256()
        file.received = 0
        target.contents = None

    def write(self, chunk: bytes) -> None:
        """Receive a part."""
        self._hash.update(chunk)
        self._file.received += len(chunk)

    def close(self) -> None:
        """End the upload.

        :raises errors.RestError: if it is larger than the space for it; then
            the contents are unknown.
        """
        size = self._file.received
        if size > self._room:
            raise errors.RestError(
                500, storage.no_space(self._target.name))
        self._target.contents = storage.Contents(size,
                                                 self._hash.hexdigest())
        if isinstance(self._target, storage.Medium):
            self._target.gb = size / storage.GB
