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

"""Where the lines come from: files, compressed ones, standard input."""

from collections.abc import Iterator
import contextlib
import gzip
import os
import re
import sys
from typing import BinaryIO
from typing import NamedTuple
import zlib

#: Stands for standard input.
STDIN = '-'

# A longer line is read in parts of this many bytes. The module's own ones are
# shorter.
_LINE_MOST = 1 << 20
_GZIP_MAGIC = b'\x1f\x8b'
# What log rotation adds to a name.
_ROTATED = re.compile(r'(?:[.-]\d+)?(?:\.gz)?$')


class Unreadable(Exception):
    """A file that cannot be read; the text says which one and why."""


class Source(NamedTuple):
    """A log.

    :ivar path: :data:`STDIN` or that of a file.
    :ivar host: whose log it is, unless its lines say that.
    """

    path: str
    host: str


def source(argument: str) -> Source:
    """Return the log that an argument ``[HOST=]FILE`` names.

    Without a host the path stands for it, without what rotation added.
    """
    host, equals, path = argument.partition('=')
    if equals and host and not os.path.exists(argument):
        return Source(path, host)
    if argument == STDIN:
        return Source(STDIN, '-')
    return Source(argument, _ROTATED.sub('', argument) or argument)


def size(path: str) -> int:
    """Return the bytes of a file; 0 if they are not known."""
    try:
        return 0 if path == STDIN else os.stat(path).st_size
    except OSError:
        return 0


class Lines:
    """The lines of a log, as bytes.

    :ivar position: bytes of the file that were read so far.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    @property
    def position(self) -> int:
        if self._file is None or self._path == STDIN:
            return 0
        return size(self._path) if self._file.closed else self._file.tell()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the lines.

        :raises Unreadable: if it cannot be read, or not to its end.
        """
        try:
            with contextlib.ExitStack() as stack:
                self._file = self._open(stack)
                lines: BinaryIO = self._file
                if _is_gzip(self._file):
                    lines = stack.enter_context(  # type: ignore[assignment]
                        gzip.open(self._file))
                # Much faster than readline with a limit; a file without line
                # ends would be read whole.
                yield from _bounded(lines)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable('cannot read %s: %s' % (
                'standard input' if self._path == STDIN else self._path,
                getattr(error, 'strerror', None) or error)) from None

    def _open(self, stack: contextlib.ExitStack) -> BinaryIO:
        if self._path == STDIN:
            return sys.stdin.buffer
        return stack.enter_context(open(self._path, 'rb', 1 << 18))


def _is_gzip(file: BinaryIO) -> bool:
    peek = getattr(file, 'peek', None)
    return peek is not None and peek(2)[:2] == _GZIP_MAGIC


def _bounded(lines: BinaryIO) -> Iterator[bytes]:
    """Yield lines, long ones in parts."""
    left = b''
    while chunk := lines.read(_LINE_MOST):
        parts = (left + chunk).split(b'\n')
        left = parts.pop()
        yield from parts
        if len(left) > _LINE_MOST:
            yield left
            left = b''
    if left:
        yield left
