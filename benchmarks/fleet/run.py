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


"""Planning, simulating, and showing what came out."""

import dataclasses
import pathlib
import time
from typing import Any

from benchmarks import command
from benchmarks.fleet import figures
from benchmarks.fleet import plan
from benchmarks.fleet import plots
from benchmarks.fleet import report
from benchmarks.fleet import scenarios
from benchmarks.fleet import settings
from benchmarks import limits
from benchmarks import machine
from benchmarks import progress

# A day is the sum of independent hosts: so many stand for more.
_DAY_HOSTS = 1000


def run(options: settings.Settings) -> int:
    """Simulate all, and print the plan beside it.

    :returns: the exit status.
    :raises benchmarks.command.Failed: if a file cannot be read or written.
    """
    found = machine.describe()
    runs = [_load(path) for path in options.files]
    rows: list[dict[str, Any]] = runs[0] if runs else []
    if not runs:
        print('seed: %d' % options.seed, flush=True)
        todo = [(size, name) for size in options.hosts
                for name in options.names]
        with progress.bar(todo, 'scenario') as left:
            for size, name in left:
                rows.append(_simulate(options, size, name))
                progress.say(report.row(rows[-1]))
                command.write(options, found, _checks(rows), rows=rows)
        print(machine.text(found))
    checks = _checks(rows)
    print('\n%s\n\n%s\n\n%s' % (report.table(rows), report.curves(rows),
                                limits.table(checks)), flush=True)
    command.write(options, found, checks, rows=rows)
    if options.plots:
        with command.writing():
            plots.draw(rows, runs[1] if len(runs) > 1 else [], options.plots)
    return 0 if all(check.within for check in checks) else 1


def _simulate(options: settings.Settings, size: int, name: str
              ) -> dict[str, Any]:
    planned = plan.make(name, size, options)
    workers = options.workers or planned.workers
    simulated = min(size, _DAY_HOSTS) if name == 'day' else size
    began = time.monotonic()
    world = scenarios.Scenario(options, simulated, workers).run(name)
    measured = figures.measure(world)
    if simulated < size:
        for figure in 'lookups', 'mean_rate', 'rate':
            measured[figure] *= size / simulated
    return {'name': name, 'hosts': size, 'cells': options.cells(size),
            'workers': workers, 'plan': dataclasses.asdict(planned),
            'figures': measured, 'simulated_hosts': simulated,
            'took': time.monotonic() - began}


def _checks(rows: list[dict[str, Any]]) -> list[limits.Check]:
    return [check for row in rows
            for check in figures.checks(row)]


def _load(path: pathlib.Path) -> list[dict[str, Any]]:
    with command.reading(path) as found:
        return list(found['rows'])
