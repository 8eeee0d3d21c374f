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


"""Storage of a Virtual I/O Server: disks, media and requests for them.

Nothing holds contents: only their size and their hash.
"""

from collections.abc import Sequence
import dataclasses
from typing import NamedTuple

GB = 1 << 30


class Contents(NamedTuple):
    """What a client has sent to a disk or a medium; size in bytes."""

    size: int
    sha256: str


@dataclasses.dataclass(eq=False)
class Disk:
    """A virtual disk; ``contents`` is None before the first upload."""

    name: str
    gb: float
    udid: str
    label: str = 'None'
    contents: Contents | None = None


@dataclasses.dataclass(eq=False)
class Medium:
    """A virtual optical medium."""

    name: str
    gb: float
    mount_type: str = 'rw'
    contents: Contents | None = None

    @property
    def udid(self) -> str:
        """Unique device id."""
        return f'0e{self.name}'


Storage = Disk | Medium


@dataclasses.dataclass
class Repository:
    """The virtual media repository of a Virtual I/O Server."""

    name: str
    gb: float
    media: list[Medium]

    def find(self, name: str) -> Medium | None:
        """Return the medium of a name; None if there is none."""
        return next((one for one in self.media if one.name == name), None)


class DiskRequest(NamedTuple):
    """A disk in a client's request.

    :ivar udid: that of a disk that exists; None for a new one.
    :ivar base: the UDID of the disk that a new one is a copy of.
    """

    name: str
    gb: float
    label: str
    udid: str | None
    base: str | None


class RepositoryRequest(NamedTuple):
    """A media repository in a client's request."""

    name: str
    gb: float
    media: Sequence[Medium]


class GroupRequest(NamedTuple):
    """A volume group in a client's request; None for what it leaves out."""

    disks: Sequence[DiskRequest] | None
    repositories: Sequence[RepositoryRequest] | None

    @property
    def copies(self) -> int:
        """Number of disks that are copies of others."""
        return sum(disk.base is not None for disk in self.disks or ())


def no_space(name: str) -> str:
    """Return the message of a volume group that is too full."""
    return (f'0516-404 allocp: This system cannot fulfill the allocation '
            f'request. There are not enough free partitions in {name}.')
