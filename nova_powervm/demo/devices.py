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

"""What the servers of the demo boot from, and are connected to."""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import typing
from typing import Any

from nova_powervm.testing import image

if typing.TYPE_CHECKING:
    from nova_powervm.testing import api


_TEXTS = {
    'disk': 'does not boot from the image',
    'drive': 'has no configuration drive',
    'adapter': "has not its port's adapter"}


@dataclasses.dataclass(frozen=True)
class Stored:
    """A disk or a medium of a Virtual I/O Server.

    :ivar name: its name there.
    :ivar bytes: size of its contents; None if it is empty.
    :ivar sha256: their hash; None if it is empty.
    """

    name: str
    bytes: int | None
    sha256: str | None


@dataclasses.dataclass(frozen=True)
class Devices:
    """What NovaLink has for a server, beside what nova wants.

    :ivar server: uuid of the server.
    :ivar disk: what its LPAR boots from; None if it has no disk.
    :ivar drive: its configuration drive; None if it has none, or several.
    :ivar macs: MAC addresses of its adapters, as NovaLink has them.
    :ivar bridges: to which the adapters' trunks connect it.
    :ivar port_macs: MAC addresses of its ports, as nova has them.
    """

    server: str
    disk: Stored | None
    drive: Stored | None
    macs: tuple[str, ...]
    bridges: tuple[str, ...]
    port_macs: tuple[str, ...]

    @property
    def boots_image(self) -> bool:
        """Whether the boot disk holds the image, bit for bit."""
        return self.disk is not None and self.disk.sha256 == image.SHA256

    @property
    def problems(self) -> list[str]:
        """What is wrong: of ``disk``, ``drive`` and ``adapter``."""
        right = {
            'disk': self.boots_image,
            'drive': bool(self.drive and self.drive.bytes),
            'adapter': len(self.macs) == 1 == len(self.bridges)
            and self.macs == tuple(map(_novalinks, self.port_macs))}
        return [what for what, is_right in right.items() if not is_right]

    def __str__(self) -> str:
        return 'server %s %s' % (
            self.server, ' and '.join(_TEXTS[what] for what in self.problems)
            or 'has what nova wants')


def of_servers(servers: Iterable['api.Server'],
               devices: Mapping[str, Mapping[str, Any]]) -> list[Devices]:
    """Return what servers have.

    :param devices: those of the LPARs, as the simulator's control interface
        shows them.
    """
    nothing: Mapping[str, Any] = {
        'boot_disk': None, 'media': [], 'adapters': []}
    return [_devices(server, devices.get(server.lpar, nothing))
            for server in servers]


def _devices(server: 'api.Server', found: Mapping[str, Any]) -> Devices:
    media = found['media']
    adapters = found['adapters']
    return Devices(
        server.uuid, _stored(found['boot_disk']),
        _stored(media[0] if len(media) == 1 else None),
        tuple(sorted(adapter['mac'] for adapter in adapters)),
        tuple(sorted({adapter['bridge'] for adapter in adapters
                      if adapter['bridge']})), server.macs)


def _stored(found: Mapping[str, Any] | None) -> Stored | None:
    return None if found is None else Stored(
        found['name'], found['bytes'], found['sha256'])


def _novalinks(mac: str) -> str:
    """Return a MAC address as NovaLink writes it."""
    return mac.replace(':', '').upper()
