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

"""Images on their way from glance to a disk."""

from collections.abc import Iterator
import hashlib
import io
import itertools
import math
from typing import Any

from nova import exception
from oslo_utils.imageutils import format_inspector

_GB = 1 << 30

# The formats that the inspector knows show themselves in as many bytes.
_HEAD = 1 << 20
_CHUNK = 1 << 16

# A raw disk with a partition table is no less raw.
_RAW = ('raw', 'gpt')


def disk_gb(instance: Any, image_meta: Any) -> int:
    """Return the size of an instance's boot disk, GiB.

    A flavor without a size of its own takes the image's.

    :raises nova.exception.ImageUnacceptable: if the image is empty, or not
        said to be raw.
    :raises nova.exception.FlavorDiskSmallerThanImage: if it is too large.
    """
    if image_meta.disk_format != 'raw':
        raise _unacceptable(
            image_meta.id, 'its disk_format is %s; this driver takes raw '
            'images only' % image_meta.disk_format)
    if not image_meta.size:
        raise _unacceptable(image_meta.id, 'it is empty')
    needed = size_gb(image_meta.size)
    wanted = int(instance.flavor.root_gb) or needed
    if needed > wanted:
        raise exception.FlavorDiskSmallerThanImage(
            flavor_size=wanted * _GB, image_size=image_meta.size)
    return wanted


def size_gb(size: int) -> int:
    """Return how large a disk is that holds some bytes, GiB."""
    return math.ceil(size / _GB)


class Stream:
    """The bytes of an image, once: inspected, counted and hashed.

    Iterate over it to get the bytes in chunks.

    :ivar size: of the image as glance says, bytes.
    :ivar error: what iteration raised because of the image; None before. Who
        iterates may raise something else for it.

    :param image: glance's description of the image, as nova has it.
    :param chunks: what glance sends.
    :raises nova.exception.ImageUnacceptable: if it is of another format than
        raw; while one iterates, if it does not have the size that glance
        says, or at its end another hash.
    """

    def __init__(self, image: Any, chunks: Iterator[bytes]) -> None:
        self.size = int(image['size'] or 0)
        self.error: exception.ImageUnacceptable | None = None
        self._image = image
        self._left = self.size
        head, enough = [], _HEAD
        for chunk in chunks:
            head.append(chunk)
            enough -= len(chunk)
            if enough <= 0:
                break
        self._chunks = itertools.chain(head, chunks)
        self._check_format(b''.join(head))
        self._expected, self._hash = _hash_of(image)

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._left -= len(chunk)
            if self._left < 0:
                break
            if self._hash is not None:
                self._hash.update(chunk)
            if chunk:
                yield chunk
        if self._left:
            self.error = self._bad(
                'glance says that it has %d bytes, but sent %s' % (
                    self.size, 'more' if self._left < 0
                    else self.size - self._left))
        elif (self._hash is not None
                and self._hash.hexdigest() != self._expected):
            self.error = self._bad('its %s is not what glance says' %
                                   self._hash.name)
        if self.error is not None:
            raise self.error

    def _check_format(self, head: bytes) -> None:
        inspector = format_inspector.InspectWrapper(io.BytesIO(head))
        try:
            while inspector.read(_CHUNK):
                pass
            inspector.close()
            found = str(inspector.format)
        except format_inspector.ImageFormatError as e:
            raise self._bad('its format is not clear: %s' % e) from e
        if found not in _RAW:
            raise self._bad('its contents are %s, not raw' % found)

    def _bad(self, reason: str) -> exception.ImageUnacceptable:
        return _unacceptable(self._image['id'], reason)


def _hash_of(image: Any) -> tuple[str | None, Any]:
    """Return the hash that an image should have, and a new hash object.

    Both are None if glance says none that can be computed here.
    """
    known = {**image, **image.get('properties', {})}
    for algorithm, value in (
            (known.get('os_hash_algo'), known.get('os_hash_value')),
            ('md5', known.get('checksum'))):
        if value and algorithm and algorithm in hashlib.algorithms_available:
            return value, hashlib.new(algorithm, usedforsecurity=False)
    return None, None


def _unacceptable(image_id: str, reason: str) -> exception.ImageUnacceptable:
    return exception.ImageUnacceptable(image_id=image_id, reason=reason)
