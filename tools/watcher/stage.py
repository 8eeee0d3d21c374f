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

"""What the check does to the cloud, through nova's API and behind it."""

from collections.abc import Iterable
from typing import Any

from nova_powervm.sim import client
from tools.minicloud import content
from tools.minicloud import servers
from tools.minicloud import settings as settings_mod
from tools.watcher import expected

#: Name of the host aggregate that puts one host in scope.
AGGREGATE = 'tools.watcher'



class Stage:
    """Changes servers of a cloud. For one thread.

    :param settings: what the cloud is like.
    """

    def __init__(self, settings: settings_mod.Settings) -> None:
        self._settings = settings
        self._cloud = content.connect(settings)
        self._simulators = {
            host: client.Control(settings.port(
                settings_mod.simulator_of(host)))
            for host in settings.hosts}
        self._others = frozenset(self._servers())
        #: How often nova refused to start a server in another transition.
        self.refused = 0

    # What there is.

    def lpars(self) -> dict[str, expected.Lpar]:
        """Return all LPARs by their uuids."""
        return {lpar['uuid']: expected.Lpar(lpar['state'], host)
                for host, simulator in self._simulators.items()
                for lpar in simulator.lpars()}

    def count(self) -> int:
        """Return how many servers nova has."""
        return len(self._servers())

    def booted(self) -> list[str]:
        """Return the servers that there were not in the beginning."""
        return [uuid for uuid in self._servers() if uuid not in self._others]

    def _servers(self) -> list[str]:
        return [server.id for server in self._cloud.compute.servers(
            details=False, all_projects=True)]

    def busy(self) -> list[str]:
        """Return the servers on which nova is at work."""
        return [server.id for server in self._cloud.compute.servers(
            all_projects=True) if server.task_state is not None]

    # Behind nova.

    def storm(self, events: int) -> int:
        """Send events of all LPARs, which do not change; return how many."""
        return sum(simulator.storm(events=events)
                   for simulator in self._simulators.values())

    def power(self, uuids: Iterable[str], operation: str) -> None:
        """Power the LPARs of servers ``on`` or ``off``, if they exist."""
        wanted = {expected.lpar_uuid(uuid) for uuid in uuids}
        lpars = self.lpars()
        for host, simulator in self._simulators.items():
            simulator.power([uuid for uuid, lpar in lpars.items()
                             if uuid in wanted and lpar.host == host],
                            operation)

    # Through nova.

    def start(self, uuids: Iterable[str]) -> None:
        """Ask nova to start servers.

        It refuses to start one that is on its way to another state.
        """
        from openstack import exceptions

        for uuid in uuids:
            try:
                self._cloud.compute.start_server(uuid)
            except exceptions.ConflictException:
                self.refused += 1

    def boot(self, count: int) -> list[str]:
        """Boot servers and wait until they are active; return their uuids.

        :raises tools.minicloud.processes.CloudError: if one fails.
        """
        return servers.boot(self._settings, count, self._cloud)

    def delete(self, uuids: Iterable[str]) -> None:
        """Ask nova to delete servers."""
        for uuid in uuids:
            self._cloud.compute.delete_server(uuid)

    # Scope.

    def add_aggregate(self) -> None:
        """Create a host aggregate of the first host."""
        found = self._cloud.compute.create_aggregate(name=AGGREGATE)
        self._cloud.compute.add_host_to_aggregate(
            found, self._settings.hosts[0])

    def delete_aggregates(self) -> None:
        """Delete the host aggregate, also one that a killed run has left."""
        for found in self._cloud.compute.aggregates():
            if found.name == AGGREGATE:
                self._empty(found)
                self._cloud.compute.delete_aggregate(found)

    def _empty(self, aggregate: Any) -> None:
        for host in aggregate.hosts or ():
            self._cloud.compute.remove_host_from_aggregate(aggregate, host)
