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

"""The servers of a cloud, as nova and as NovaLink have them."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import concurrent.futures
import http.client
import itertools
import threading
import time
from typing import Any

from keystoneauth1 import exceptions as keystone_exceptions
from openstack import exceptions as sdk_exceptions

from nova_powervm.sim import client
from tools.minicloud import cloud as cloud_mod
from tools.minicloud.faults import comparison
from tools.minicloud.faults import compute_log
from tools.minicloud import processes
from tools.minicloud import servers as boots
from tools.minicloud import settings as settings_mod

#: Seconds between two comparisons.
POLL_SECONDS = 1.0

_OFF = 'not activated'
_BOOT_SECONDS = 600.0
# rpc_response_timeout is 60 s: a task that is left longer is left for ever.
_TASK_SECONDS = 120.0
_API_THREADS = 4

#: An answer that a cloud with a fault may give, or not give.
NO_ANSWER = (sdk_exceptions.SDKException, keystone_exceptions.ClientException,
              client.ControlError, http.client.HTTPException, OSError)


class StageError(processes.CloudError):
    """The servers cannot be brought to where a fault begins."""


def interleave(servers: Iterable[comparison.Server]
               ) -> list[comparison.Server]:
    """Return servers by turns of their hosts."""
    by_host: dict[str, list[comparison.Server]] = {}
    for server in sorted(servers, key=lambda server: server.uuid):
        by_host.setdefault(server.host, []).append(server)
    columns = [by_host[host] for host in sorted(by_host)]
    return [server for row in itertools.zip_longest(*columns)
            for server in row if server is not None]


class Stage:
    """Servers of a running cloud on which faults are tried.

    For one thread.

    :ivar cloud: the cloud.
    :ivar fleet: the servers that a fault is about, by turns of their hosts,
        as :meth:`choose` read them.
    :ivar notes: what else is worth to be told of the present fault.

    :param clock: monotonic clock, seconds.
    """

    def __init__(self, cloud: cloud_mod.Cloud,
                 clock: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        self.cloud = cloud
        self.fleet: list[comparison.Server] = []
        self.notes: list[str] = []
        self.clock = clock
        self.sleep = sleep
        self._local = threading.local()
        self._last_error = ''

    @property
    def delay(self) -> float:
        """``[powervm] event_delay`` of the cloud, seconds."""
        return float(self.cloud.settings.delay)

    @property
    def compute_services(self) -> list[str]:
        """Names of the services nova-compute."""
        return [settings_mod.compute_of(host)
                for host in self.cloud.settings.hosts]

    def compute_logs(self) -> compute_log.Logs:
        """Return the logs of all nova-computes, from now on."""
        return compute_log.Logs({
            name: self.cloud.log(name) for name in self.compute_services})

    def servers(self) -> list[comparison.Server]:
        """Return all servers, as nova's API shows them.

        :raises openstack.exceptions.SDKException: if it does not.
        """
        return [comparison.Server(
            server.id, server.compute_host or '', server.status,
            server.power_state, server.task_state)
            for server in self._compute.servers(
                details=True, all_projects=True)]

    def lpar_states(self) -> Mapping[str, str]:
        """Return the PartitionState of each LPAR, by upper-case uuid.

        :raises OSError: if a simulator does not answer.
        """
        return {lpar['uuid']: lpar['state']
                for host in self.cloud.settings.hosts
                for lpar in self.cloud.simulator(host).lpars()}

    def differences(self) -> list[comparison.Difference]:
        """Return the servers that are not what their LPARs are."""
        return comparison.differences(self.servers(), self.lpar_states())

    def what_differs(self) -> str:
        """Return what is not equal, or why that is not known; '' if all is."""
        try:
            found = self.differences()
        except NO_ANSWER as error:
            return '%s: %s' % (type(error).__name__, error)
        if not found:
            return ''
        return '%d differ; %s' % (len(found), found[0])

    def choose(self, count: int) -> None:
        """Have as many servers that run, and let :attr:`fleet` be those.

        :raises tools.minicloud.processes.CloudError: if they do not.
        """
        missing = count - len(self.servers())
        if missing > 0:
            boots.boot(self.cloud.settings, missing)
        self.restore()
        self.fleet = interleave(self.servers())[:count]

    def switch_off(self, servers: Iterable[comparison.Server]) -> None:
        """Cut the power of LPARs behind nova."""
        by_host: dict[str, list[str]] = {}
        for server in servers:
            by_host.setdefault(server.host, []).append(server.lpar)
        for host, lpars in by_host.items():
            self.cloud.simulator(host).set_state(lpars, _OFF)

    def start(self, servers: Sequence[comparison.Server],
              meanwhile: Callable[[], None] = lambda: None) -> None:
        """Start servers through nova's API.

        :param meanwhile: called when half of them have been asked for.
        """
        with concurrent.futures.ThreadPoolExecutor(_API_THREADS) as pool:
            half = len(servers) // 2
            # To go through the results is to raise what went wrong.
            list(pool.map(self._start, servers[:half]))
            rest = pool.map(self._start, servers[half:])
            meanwhile()
            list(rest)

    def each_at_once(self, act: Callable[[str], Any], names: Sequence[str]
                     ) -> list[Any]:
        """Call something for several names on a thread each."""
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            return list(pool.map(act, names))

    def wait_for(self, condition: Callable[[], Any], seconds: float) -> bool:
        """Wait until a condition holds; False if it does not in time."""
        deadline = self.clock() + seconds
        while not condition():
            if self.clock() >= deadline:
                return False
            self.sleep(POLL_SECONDS / 10)
        return True

    def restore(self) -> list[str]:
        """Have all servers run, through nova's API.

        :returns: uuids of those that nova would have left as they were: in a
            task or in an error.
        :raises StageError: if some do not run in the end.
        """
        self._wait(lambda: all(server.task_state is None
                               for server in self.servers()), _TASK_SECONDS)
        servers = self.servers()
        lost = [server for server in servers if server.task_state is not None
                or server.status not in ('ACTIVE', 'SHUTOFF')]
        for server in lost:
            self._compute.reset_server_state(server.uuid, 'active')
            self._compute.reboot_server(server.uuid, 'HARD')
        self.start([server for server in servers
                    if server.status == 'SHUTOFF' and server not in lost])
        if not self._wait(self._all_run, _BOOT_SECONDS):
            raise StageError('Not all servers run: %s.' % self._last_error)
        return [server.uuid for server in lost]

    @property
    def _compute(self) -> Any:
        """nova's API, by a connection of this thread's own."""
        if not hasattr(self._local, 'compute'):
            self._local.compute = self.cloud.connection().compute
        return self._local.compute

    def _start(self, server: comparison.Server) -> None:
        self._compute.start_server(server.uuid)

    def _all_run(self) -> bool:
        self._last_error = self.what_differs()
        return not self._last_error and all(
            server.status == 'ACTIVE' for server in self.servers())

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for what nova says; False if it does not in time."""
        def asked() -> bool:
            try:
                return condition()
            except NO_ANSWER as error:
                self._last_error = '%s: %s' % (type(error).__name__, error)
                return False

        return self.wait_for(asked, seconds)
