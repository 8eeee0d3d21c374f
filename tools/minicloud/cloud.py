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

"""A cloud that is up."""

from collections.abc import Callable
import pathlib
import time
from typing import Any
from typing import Self

from nova_powervm.sim import client
from tools.minicloud import catalog
from tools.minicloud import content
from tools.minicloud import nova
from tools.minicloud import processes
from tools.minicloud import service
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores


class NotUpError(processes.CloudError):
    """There is no cloud in the folder, or it is down."""


class Cloud:
    """Works on a cloud that is up, from any process of this machine.

    Thread-safe. What is started outlives the process.

    :param settings: what the cloud is like.
    """

    def __init__(self, settings: settings_mod.Settings) -> None:
        self.settings = settings
        self.services = catalog.services(settings)
        self._processes = processes.Processes(settings)

    @classmethod
    def open(cls, directory: str) -> Self:
        """Find the cloud in a folder.

        :raises NotUpError: if there is none.
        """
        try:
            return cls(settings_mod.Settings.load(directory))
        except FileNotFoundError:
            raise NotUpError('There is no cloud in %s. `up` starts one.' %
                             directory) from None
        except ValueError as error:
            raise NotUpError('%s. `down` and `up` make a new cloud.' %
                             error) from None

    def connection(self) -> Any:
        """Return openstacksdk's connection, as administrator.

        It is for one thread.
        """
        return content.connect(self.settings)

    def simulator(self, host: str) -> client.Control:
        """Return the control interface of a host's simulator."""
        return client.Control(self.settings.port(
            settings_mod.simulator_of(host)))

    def start(self, name: str) -> float:
        """Start a service and wait until it does its work.

        :returns: the seconds that it took.
        :raises processes.CloudError: if it runs already or is not ready in
            time.
        """
        begin = time.monotonic()
        self._processes.start(self.find(name))
        self._processes.wait_until_ready(self.find(name))
        return time.monotonic() - begin

    def stop(self, name: str) -> float:
        """Stop a service; one that does not end in time is killed.

        :returns: the seconds that it took.
        """
        begin = time.monotonic()
        self._processes.stop([self.find(name)])
        return time.monotonic() - begin

    def kill(self, name: str) -> None:
        """Kill a service and its workers."""
        self._processes.kill(self.find(name).name)

    def set_conductors(self, workers: int) -> None:
        """Let nova-conductor have so many workers when it starts again."""
        nova.write_controllers(self.settings, workers)
        self.services.update(nova.controllers(self.settings, workers))

    def find(self, name: str) -> service.Service:
        """Return a service by its name.

        :raises processes.CloudError: if there is none of the name.
        """
        try:
            return self.services[name]
        except KeyError:
            raise processes.CloudError(
                'There is no service %s; there are %s.' % (
                    name, ', '.join(self.services))) from None

    def pid(self, name: str) -> int | None:
        """Return the id of a service's first process, None if it is down."""
        process = self._processes.find(self.find(name).name)
        return None if process is None else process.pid

    def workers(self, name: str) -> list[int]:
        """Return the ids of the processes that a service has started."""
        process = self._processes.find(self.find(name).name)
        return [] if process is None else [
            child.pid for child in process.children()]

    def memory(self) -> int:
        """Return the memory that the cloud's processes use, bytes.

        What several of them share is counted once: it is divided among them.
        """
        return sum(processes.memory(process)
                   for process in self._processes.marked())

    def log(self, name: str) -> pathlib.Path:
        """Return the path of what a service has written."""
        return self.settings.log(self.find(name).name)

    def sql(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Execute an SQL statement as administrator; return its rows."""
        return stores.sql(self.settings, statement, *arguments)

    def rabbitmqctl(self, *arguments: str) -> str:
        """Run RabbitMQ's tool and return what it writes."""
        return stores.rabbitmqctl(self.settings, *arguments)

    def messages_received(self) -> int:
        """Return how many messages the broker got since its start."""
        return stores.messages_received(self.settings)


def down(settings: settings_mod.Settings,
         stopped: Callable[[str, float], object]) -> list[str]:
    """Stop all that runs of a cloud, whatever its last command achieved.

    :param stopped: called with the name and the seconds of each service.
    :returns: what was left then, and was killed.
    """
    found = processes.Processes(settings)
    services = catalog.services(settings).values()
    for order in (service.FIRST, service.MIDDLE, service.LAST):
        found.stop([one for one in services if one.stop_order == order],
                   stopped)
    left = found.kill_all()
    settings_mod.forget(settings.directory)
    return left
