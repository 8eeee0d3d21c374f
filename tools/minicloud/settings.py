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

"""What a cloud is like: its size, its ports, its files."""

import dataclasses
import os
import pathlib
from typing import Any
from typing import Self

from oslo_serialization import jsonutils

#: Where everything listens.
ADDRESS = '127.0.0.1'

#: Everybody's: who can reach the address is on this machine.
PASSWORD = 'pw'

MAX_COMPUTES = 40

# In the order of their ports, from the first one on.
_LISTENERS = ('mariadb', 'rabbitmq', 'rabbitmq-dist', 'epmd', 'memcached',
              'keystone', 'placement', 'glance', 'neutron', 'nova-api')


@dataclasses.dataclass(frozen=True)
class Settings:
    """What ``up`` was asked for.

    directory: the folder of all files of the cloud, absolute.
    first_port: the first of the ports, which follow each other.
    computes: number of nova-compute processes, each with a simulator.
    conductors: number of nova-conductor's workers.
    lpars: servers that are booted at the end, on all hosts together.
    backend: nova-compute's concurrency backend, threading or eventlet.
    delay: ``[powervm] event_delay``, seconds.
    bare: whether servers have no disks and network adapters.
    notifications: whether nova sends versioned notifications.
    """

    directory: str
    first_port: int = 13300
    computes: int = 2
    conductors: int = 2
    lpars: int = 0
    backend: str = 'threading'
    delay: float = 3.0
    bare: bool = False
    notifications: bool = False

    @property
    def hosts(self) -> list[str]:
        """nova's names of the compute hosts."""
        return ['cmp%d' % (i + 1) for i in range(self.computes)]

    @property
    def ports(self) -> dict[str, int]:
        """The port of each listener, by its name."""
        names = [*_LISTENERS, *map(simulator_of, self.hosts)]
        return {name: self.first_port + i for i, name in enumerate(names)}

    def port(self, name: str) -> int:
        """Return the port of a listener."""
        return self.ports[name]

    def url(self, name: str) -> str:
        """Return the URL of a listener that speaks HTTP."""
        return 'http://%s:%d' % (ADDRESS, self.port(name))

    def path(self, *parts: str) -> pathlib.Path:
        """Return the path of a file of the cloud."""
        return pathlib.Path(self.directory, *parts)

    def log(self, name: str) -> pathlib.Path:
        """Return the path of what a service or a step wrote."""
        return self.path('log', name + '.log')

    def save(self) -> None:
        """Write the settings into the cloud's folder."""
        _file(self.directory).write_text(
            jsonutils.dumps(dataclasses.asdict(self), indent=1) + '\n')

    @classmethod
    def load(cls, directory: str) -> Self:
        """Read the settings of a cloud.

        :raises FileNotFoundError: if there is none in the folder.
        :raises ValueError: if the file is damaged, or of another release.
        """
        found: Any = jsonutils.loads(_file(directory).read_text())
        try:
            # The folder may have been moved.
            return cls(**{**found, 'directory': os.path.abspath(directory)})
        except TypeError as error:
            raise ValueError('%s: %s' % (_file(directory), error)) from None


def simulator_of(host: str) -> str:
    """Return the name of the service that simulates a host's NovaLink."""
    return 'simulator-' + host


def compute_of(host: str) -> str:
    """Return the name of a host's nova-compute."""
    return 'nova-compute-' + host


def forget(directory: str) -> None:
    """Remove the settings: there is no cloud any more."""
    _file(directory).unlink(missing_ok=True)


def _file(directory: str) -> pathlib.Path:
    return pathlib.Path(directory, 'cloud.json')
