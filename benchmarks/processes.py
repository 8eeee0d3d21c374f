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

"""The processes of a benchmark: the world, and the module in it."""

from collections.abc import Iterator
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
from typing import Any

from nova_powervm.sim import process as sim_process

ROOT = pathlib.Path(__file__).parents[1]

# What nova reads before it decides about monkey-patching.
_DISABLE_EVENTLET = {'threading': 'true', 'eventlet': 'false'}

# Further back the logs of a failed case are not shown, bytes.
_LOG_TAIL = 2000


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
    command = [sys.executable, '-m', 'benchmarks.conductor',
               '--workers', str(world.workers), '--rpc-ms', str(world.rpc_ms)]
    with subprocess.Popen(command, env=_environment(), text=True,
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as child:
        # Leaving the block closes its input, at which it ends.
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise CaseFailed('the conductor stand-in did not start')
        yield int(line.rpartition(':')[2])


def run(module: str, backend: str, options: dict[str, Any],
        log: pathlib.Path) -> Any:
    """Run a measured process to its end.

    :param module: what to run; it gets the options as JSON.
    :param backend: ``threading`` or ``eventlet``.
    :param log: where it writes its logs.
    :returns: the JSON that it printed.
    :raises CaseFailed: with its output and the end of its log.
    """
    command = [sys.executable, '-m', module,
               json.dumps({**options, 'log': str(log)})]
    child = subprocess.run(
        command, env=_environment(
            OS_NOVA_DISABLE_EVENTLET_PATCHING=_DISABLE_EVENTLET[backend]),
        text=True, capture_output=True)
    if child.returncode:
        tail = log.read_text()[-_LOG_TAIL:] if log.exists() else ''
        raise CaseFailed(f'{command[2:4]} failed ({child.returncode}):\n'
                         f'{tail}{child.stderr}')
    return json.loads(child.stdout.splitlines()[-1])


def _environment(**more: str) -> dict[str, str]:
    paths = [str(ROOT), *filter(None, [os.environ.get('PYTHONPATH')])]
    return {'PYTHONWARNINGS': 'ignore', **os.environ,
            'PYTHONPATH': os.pathsep.join(paths), **more}
