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


"""Runs every case with every module, in turn."""

from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterator
from concurrent import futures
import dataclasses
import functools
import itertools
import pathlib
import tempfile
from typing import Any
import zipfile

from benchmarks import command
from benchmarks.comparison import budgets
from benchmarks.comparison import faults
from benchmarks.comparison import releases
from benchmarks.comparison import settings
from benchmarks.comparison import storms
from benchmarks.comparison import summary
from benchmarks.comparison import world as worlds
from benchmarks import limits
from benchmarks import machine
from benchmarks import side_by_side
from nova_powervm.sim import client as sim_client
from nova_powervm.sim import process as sim_process
from nova_powervm.testing import processes
from tools.dropin import scratch

_FLOOR = 'floor'
# They keep processors at work for long; their seconds count.
_BUSY = (_FLOOR, 'crash', 'mixed')
_CASES: dict[str, Callable[[worlds.World], list[worlds.Figures]]] = {
    _FLOOR: storms.floor, 'redundant': storms.redundant, 'busy': storms.busy,
    'restart': storms.restart, 'crash': storms.crash, 'mixed': storms.mixed,
    'controller-away': faults.controller_away, 'rest-away': faults.rest_away,
    'missing-events': faults.missing_events}


@dataclasses.dataclass(frozen=True)
class Job:
    """One case with one module."""

    lpars: int
    run: int
    case: str
    module: str

    @property
    def waits(self) -> bool:
        """Whether little but waiting is done: another one may run beside."""
        return self.case not in _BUSY

    def __str__(self) -> str:
        return '%s, %s, %d LPARs' % (self.module, self.case, self.lpars)


def jobs(options: settings.Settings) -> Iterator[Job]:
    """Yield what is to be run; modules alternate, each run begins anew."""
    sizes = [(lpars, run) for lpars in options.lpars
             for run in range(options.storm_runs(lpars))]
    for lpars, run in sizes:
        for case in (_FLOOR, *settings.STORMS):
            modules = options.modules
            if case == _FLOOR:
                wanted = 'crash' in options.names and not options.counts
                modules = _one_a_backend(modules) if wanted else ()
            elif case not in options.names:
                continue
            for module in _rotated(modules, run):
                yield Job(lpars, run, case, module)
    for run, case in itertools.product(
            range(options.long_runs), settings.FAULTS):
        if case in options.names:
            for module in _rotated(options.modules, run):
                yield Job(options.fault_lpars, run, case, module)


def _rotated(modules: tuple[str, ...], by: int) -> tuple[str, ...]:
    by %= max(1, len(modules))
    return modules[by:] + modules[:by]


def _one_a_backend(modules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({releases.backend(name): name for name in modules}.values())


class Results:
    """What the runs have shown.

    :ivar rows: each run's module, name, LPARs, ``figures`` and ``raw``.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._floors: dict[tuple[int, int, str], float] = {}

    def add(self, job: Job, phases: list[worlds.Figures]
            ) -> list[dict[str, Any]]:
        """Add what a job has shown, and return it as rows."""
        key = job.lpars, job.run, releases.backend(job.module)
        if job.case == _FLOOR:
            self._floors[key] = phases[0]['right'][-1]
        rows = [{
            'module': job.module, 'name': phase['name'], 'lpars': job.lpars,
            'run': job.run, 'told_expected': phase.get('told_expected'),
            'figures': summary.row(phase, self._floors.get(key)),
            'raw': {**phase, 'right': len(phase['right'])}}
            for phase in phases]
        self.rows += rows
        return rows

    def load(self, path: pathlib.Path) -> str:
        """Add what an earlier run wrote.

        Its runs count as further ones; its floors are in its ratios.

        :returns: what it was measured on.
        :raises benchmarks.command.Failed: if it is not the file of a run.
        """
        with command.reading(path) as found:
            self.rows += found['runs']
            return machine.text(found['machine'])

    def summaries(self) -> list[dict[str, Any]]:
        """Return medians and spreads, in the order of the first run."""
        groups: dict[tuple[int, str, str], list[dict[str, Any]]] = {}
        names = list(dict.fromkeys(row['name'] for row in self.rows))
        for row in sorted(self.rows, key=lambda row: (
                row['name'] in settings.FAULTS, row['lpars'],
                names.index(row['name']),
                releases.NAMES.index(row['module']))):
            groups.setdefault((row['lpars'], row['name'], row['module']),
                              []).append(row)
        return [{**{name: rows[0][name] for name in (
                    'module', 'name', 'lpars', 'told_expected')},
                 'runs': len(rows), 'figures': summary.medians(
                     row['figures'] for row in rows)}
                for rows in groups.values()]

    def checks(self, counts: bool) -> list[limits.Check]:
        """Compare the summaries with the budgets."""
        return [check for each in self.summaries()
                for check in budgets.checks(each, counts)]


def fetch(options: settings.Settings, folder: pathlib.Path
          ) -> pathlib.Path | None:
    """Return the tree of 9.0.0, or None if it is not wanted.

    :raises benchmarks.command.Failed: if there is none.
    """
    if releases.OLD not in options.modules:
        return None
    try:
        if options.wheel:
            return scratch.unpack(options.wheel, folder)
        return scratch.fetch(folder)
    except (processes.ProcessError, OSError,
            zipfile.BadZipFile) as error:
        raise command.Failed(
            'there is no %s: %s; get its wheel where PyPI can be reached, by '
            "'pip download --no-deps %s', and name it with --wheel" % (
                scratch.RELEASE, str(error).strip().splitlines()[-1],
                scratch.RELEASE)) from None


def run_all(options: settings.Settings, todo: list[Job],
            tree: pathlib.Path | None
            ) -> Generator[tuple[Job, list[worlds.Figures]]]:
    """Run jobs, some of them side by side, and yield what each has shown.

    :raises benchmarks.command.Failed: if one of them cannot be run.
    """
    work = functools.partial(run, options, tree)
    with side_by_side.workers(options.side_by_side) as workers:
        for waits, group in itertools.groupby(todo, lambda job: job.waits):
            if waits and options.side_by_side > 1:
                try:
                    yield from workers.run(work, group)
                except futures.BrokenExecutor as error:
                    raise command.Failed(str(error)) from None
            else:
                yield from ((job, work(job)) for job in group)


def run(options: settings.Settings, tree: pathlib.Path | None, job: Job
        ) -> list[worlds.Figures]:
    """Run one case with one module, in new processes.

    :raises benchmarks.command.Failed: if that is not possible.
    """
    with tempfile.TemporaryDirectory(prefix='comparison-') as folder:
        try:
            with (worlds.running(options, job.lpars) as world,
                  worlds.meeting(world, job.module, tree,
                                 pathlib.Path(folder) / 'log',
                                 alone=job.case == _FLOOR)):
                return _CASES[job.case](world)
        except (processes.ProcessError, sim_process.SimulatorError,
                sim_client.ControlError, OSError) as error:
            raise command.Failed('%s: %s' % (job, error)) from None
