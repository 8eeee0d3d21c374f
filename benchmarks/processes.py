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


"""The processes of a benchmark: the services, and the measured process."""

from collections.abc import Iterator
import contextlib
import dataclasses
import json
import pathlib
from typing import Any

from nova_powervm.sim import process as sim_process
from nova_powervm.testing import backends
from nova_powervm.testing import processes

# Of the log of a failed case only the end is shown, bytes.
_LOG_TAIL = 2000

# Each wait of a case has a limit of its own; this is for a case that hangs.
_TIMEOUT = 3600.0


class CaseFailed(Exception):
    """A measured process failed; the text has what it said."""


@dataclasses.dataclass(frozen=True)
class World:
    """What the services cost.

    :param rpc_ms: what a conductor worker takes for a call, milliseconds.
    :param rest_ms: added to each REST answer but event polls, milliseconds.
    :param workers: conductor workers.
    :param queue_size: events that the simulator keeps for a client.
    """

    rpc_ms: float
    rest_ms: float
    workers: int
    queue_size: int = 100_000


@contextlib.contextmanager
def simulator(world: World) -> Iterator[int]:
    """Run a simulator without LPARs; gives its port."""
    with sim_process.SimulatorProcess() as simulated:
        simulated.control.configure(latency_ms=world.rest_ms,
                                    event_queue_size=world.queue_size)
        yield simulated.port


@contextlib.contextmanager
def conductor(world: World) -> Iterator[int]:
    """Run the conductor stand-in; gives its port."""
    child = processes.Child(
        processes.python('benchmarks.conductor', '--workers',
                         str(world.workers), '--rpc-ms', str(world.rpc_ms)),
        ready='listening on ')
    try:
        yield int(child.start().rpartition(':')[2])
    finally:
        child.stop()


def run(module: str, backend: str, options: dict[str, Any],
        log: pathlib.Path) -> Any:
    """Run a measured process to its end.

    :param module: what to run; it gets the options as JSON.
    :param backend: ``threading`` or ``eventlet``.
    :param log: where it writes its logs.
    :returns: the JSON that it printed.
    :raises CaseFailed: with its output and the end of its log.
    """
    command = processes.python(
        module, json.dumps({**options, 'log': str(log)}))
    try:
        done = processes.check(processes.run(
            command, variables=backends.environment(backend),
            timeout=_TIMEOUT))
    except processes.ProcessError as error:
        tail = log.read_text()[-_LOG_TAIL:] if log.exists() else ''
        raise CaseFailed(f'{error}\n{tail}') from None
    return json.loads(done.stdout.splitlines()[-1])
