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

"""Runs the cases, each in a process of its own."""

from collections.abc import Iterator
import dataclasses
import pathlib
import tempfile
from typing import Any

from benchmarks import command
from benchmarks.growth import settings
from benchmarks.growth import summary
from benchmarks import machine
from benchmarks import processes
from benchmarks import storm
from nova_powervm.sim import client as sim_client
from nova_powervm.sim import process as sim_process
from nova_powervm.testing import processes as children

# What the power sync has once by the driver, once with one read each.
_SYNC = ('reads', 'calls', 'seconds', 'cpu')


@dataclasses.dataclass(frozen=True)
class Job:
    """One case.

    :param handlers: 0 for one that is alone.
    :param lpars: of each handler.
    """

    name: str
    backend: str
    lpars: int
    handlers: int = 0
    runs: int = 1


def jobs(options: settings.Settings) -> Iterator[Job]:
    """Yield what is to be run; backends alternate."""
    for name in settings.NAMES:
        if name not in options.names:
            continue
        sizes, handlers, runs, times = {
            'alone': (options.lpars, 0, options.runs, 1),
            'handlers': ((options.handler_lpars,), options.handlers,
                         options.runs, 1),
            # Each run has services of its own.
            'sync': ((options.sync_lpars,), 0, 1, options.runs)}[name]
        for lpars in sizes:
            for _ in range(times):
                for backend in options.backends:
                    yield Job(name, backend, lpars, handlers, runs)


def run(options: settings.Settings, job: Job) -> list[summary.Row]:
    """Run one case in new processes; return a row for each run.

    :raises benchmarks.command.Failed: if that is not possible.
    """
    with tempfile.TemporaryDirectory(prefix='growth-') as folder:
        try:
            found = (_sync(job, pathlib.Path(folder)) if job.name == 'sync'
                     else processes.run(
                         'benchmarks.growth.subject', job.backend,
                         {'handlers': job.handlers, 'lpars': job.lpars,
                          'events': options.events, 'runs': job.runs},
                         pathlib.Path(folder) / 'log'))
        except (processes.CaseFailed, children.ProcessError,
                sim_process.SimulatorError, sim_client.ControlError,
                OSError) as error:
            raise command.Failed('%s, %s, %d LPARs: %s' % (
                job.name, job.backend, job.lpars, error)) from None
    return [{'name': job.name, 'backend': job.backend,
             'lpars': job.lpars * max(1, job.handlers),
             'handlers': job.handlers or 1, 'figures': each}
            for each in found]


def _sync(job: Job, folder: pathlib.Path) -> list[dict[str, Any]]:
    """Let nova sync, by the driver and with one read each."""
    phases = storm.run_case('sync', job.backend, storm.parse(
        ['sync', '--lpars', str(job.lpars)]), folder)
    if any(phase['disagree'] for phase in phases):
        raise command.Failed(
            'sync, %s: nova and NovaLink disagree' % job.backend)
    by_driver, each = phases
    return [{**{name: by_driver[name] for name in _SYNC},
             **{'each_%s' % name: each[name] for name in _SYNC}}]


def load(path: pathlib.Path) -> tuple[list[summary.Row], str]:
    """Return the rows that an earlier run wrote, and its machine.

    :raises benchmarks.command.Failed: if it is not the file of a run.
    """
    with command.reading(path) as found:
        rows: list[summary.Row] = found['runs']
        summary.medians(rows)
        return rows, machine.text(found['machine'])
