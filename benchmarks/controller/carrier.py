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

"""The hosts that a process carries, and what it can be asked to do."""

import dataclasses
import time
from typing import Any

from nova.conductor import rpcapi as conductor_rpcapi
from nova import context as nova_context
from nova import objects
from nova.objects import base as objects_base

from benchmarks.controller import calls as calls_mod
from benchmarks.controller import fleet
from benchmarks.controller import nova_side
from benchmarks.controller import novalink


@dataclasses.dataclass(frozen=True)
class Options:
    """Settings of the process.

    :param module: one of :data:`.releases.NAMES`.
    :param hosts: numbers of the hosts.
    :param lpars: LPARs of each host.
    :param delay: of the module, seconds.
    :param emit_workers: of our module.
    :param file: nova's configuration.
    :param limit: seconds that a command may take.
    """

    module: str
    hosts: list[int]
    lpars: int
    delay: float
    emit_workers: int
    file: str
    log: str
    limit: float


class Host:
    """A host: its LPARs, nova, and a module's handler."""

    def __init__(self, number: int, options: Options,
                 calls: calls_mod.Calls, make: Any) -> None:
        lpars = fleet.lpars(number, options.lpars)
        name = fleet.host(number)
        self.novalink = novalink.Adapter(lpars)
        self._events = [novalink.event(lpar) for lpar in lpars]
        self.driver = nova_side.HostDriver(self.novalink, calls)
        self.manager = nova_side.Manager(self.driver, calls, name)
        self.driver.register_event_listener(self.manager.handle_events)
        self._server = self.manager.serve()
        self.module = make(self.driver, name, options.delay,
                           options.emit_workers)

    def unfinished(self) -> int:
        """Return what the module or nova has left to do."""
        return int(self.module.unfinished()) + self.manager.stopping

    def deliver(self, rounds: int) -> float:
        """Hand the events of all LPARs to the module, so many times.

        :returns: when the last round began, on the monotonic clock.
        """
        for _ in range(rounds):
            began = time.monotonic()
            self.module.handler.process(self._events)
        return began


class Carrier:
    """The hosts of a process, and its calls to nova-conductor.

    :param make: what makes a module's handler, as :func:`.modules.prepare`
        returns it.
    """

    def __init__(self, options: Options, make: Any) -> None:
        self._options = options
        self._calls = calls_mod.Calls(conductor_rpcapi.ConductorAPI())
        objects_base.NovaObject.indirection_api = self._calls
        self._hosts = [Host(number, options, self._calls, make)
                       for number in options.hosts]
        self._cpu = time.process_time()

    def warm(self, lookups: int) -> dict[str, Any]:
        """Ask nova-conductor, whose workers take turns, for a server."""
        context = nova_context.get_admin_context()
        uuid = fleet.instances(fleet.lpars(self._options.hosts[0], 1))[0]
        for _ in range(lookups):
            objects.Instance.get_by_uuid(context, uuid)
        return {}

    def reset(self) -> dict[str, Any]:
        """Let all counters begin anew."""
        self._calls.take()
        self._calls.timeouts = 0
        for host in self._hosts:
            host.driver.emits = 0
            host.manager.stops.clear()
        self._cpu = time.process_time()
        return {}

    def storm(self, state: str, events: int) -> dict[str, Any]:
        """Let all LPARs have a state, and send events.

        Nothing is known then of what nova agrees about.

        :param events: of each LPAR.
        :returns: when the first LPAR has been silent for the delay.
        """
        for host in self._hosts:
            host.novalink.switch(state)
            host.module.forget()
        return {'due': self._options.delay + min(
            host.deliver(events) for host in self._hosts)}

    def resync(self) -> dict[str, Any]:
        """Have all hosts compare everything.

        :returns: when the first one begins to.
        """
        began = time.monotonic()
        for host in self._hosts:
            host.module.resync()
        return {'due': began + self._options.delay}

    def progress(self) -> dict[str, Any]:
        """Return what is not done yet."""
        return {'left': self._calls.running + sum(
            host.unfinished() for host in self._hosts)}

    def result(self) -> dict[str, Any]:
        """Return what happened since the last reset."""
        return {
            'calls': self._calls.take(), 'timeouts': self._calls.timeouts,
            'told': sum(host.driver.emits for host in self._hosts),
            'stops': [when for host in self._hosts
                      for when in host.manager.stops],
            'cpu': time.process_time() - self._cpu}
