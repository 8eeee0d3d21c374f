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

"""The command ``python -m benchmarks growth``."""

from collections.abc import Sequence
import sys
from typing import Any

from benchmarks import command
from benchmarks.growth import arguments
from benchmarks.growth import budgets
from benchmarks.growth import plots
from benchmarks.growth import report
from benchmarks.growth import runner
from benchmarks.growth import settings
from benchmarks.growth import summary
from benchmarks import limits
from benchmarks import machine
from benchmarks import progress


def main(given: Sequence[str] | None = None) -> int:
    """Run all, and print medians, spreads and budgets.

    :returns: the exit status: 1 if a figure exceeds its budget, 2 if
        something could not be run, 130 after Ctrl-C.
    """
    options = arguments.parse(given)

    def work() -> int:
        command.check(_needed(options), options.plots, options.json)
        return _run(options)

    return command.run('growth', work)


def _needed(options: settings.Settings) -> list[str]:
    """Return the modules that have to be installed."""
    needed = {'nova'}
    if not options.files:
        needed |= {'eventlet'} & set(options.backends)
        # The simulator.
        needed |= {'aiohttp'} if 'sync' in options.names else set()
    return sorted(needed)


def _run(options: settings.Settings) -> int:
    found = machine.describe()
    rows: list[summary.Row] = []
    for path in options.files:
        loaded, measured_on = runner.load(path)
        rows += loaded
        print(measured_on)
    if not options.files:
        _measure(options, rows, found)
        print(machine.text(found))
    summaries = summary.medians(rows)
    checks = budgets.checks(summaries)
    print('\n%s\n\n%s' % (report.text(summaries), limits.table(checks)),
          flush=True)
    _write(options, rows, found)
    if options.plots:
        with command.writing():
            plots.draw(summaries, options.plots)
    return 0 if all(check.within for check in checks) else 1


def _measure(options: settings.Settings, rows: list[summary.Row],
             found: dict[str, Any]) -> None:
    with progress.bar(list(runner.jobs(options)), 'case') as jobs:
        for job in jobs:
            for row in runner.run(options, job):
                progress.say(report.row(row))
                rows.append(row)
            _write(options, rows, found)


def _write(options: settings.Settings, rows: list[summary.Row],
           found: dict[str, Any]) -> None:
    summaries = summary.medians(rows)
    command.write(options, found, budgets.checks(summaries), runs=rows,
                  summaries=summaries)


if __name__ == '__main__':
    sys.exit(main())
