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


"""The command ``python -m benchmarks.comparison``."""

from collections.abc import Sequence
import contextlib
import pathlib
import sys
import tempfile
from typing import Any

from benchmarks import command
from benchmarks.comparison import arguments
from benchmarks.comparison import plots
from benchmarks.comparison import report
from benchmarks.comparison import runner
from benchmarks.comparison import settings
from benchmarks import limits
from benchmarks import machine
from benchmarks import progress

# What 9.0.0 and nova's old backend need; tox installs it.
_NEEDED = ('eventlet', 'six', 'nova', 'aiohttp')


def main(given: Sequence[str] | None = None) -> int:
    """Run all, and print medians, spreads and budgets.

    :returns: the exit status: 1 if a figure exceeds its budget, 2 if
        something could not be run, 130 after Ctrl-C.
    """
    options = arguments.parse(given)

    def work() -> int:
        command.check(_NEEDED, options.plots, options.json, options.wheel)
        return _run(options)

    return command.run('comparison', work)


def _run(options: settings.Settings) -> int:
    found = machine.describe()
    results = runner.Results()
    for path in options.files:
        print(results.load(path))
    if not options.files:
        _measure(options, results, found)
        print(machine.text(found))
    return _show(options, results, found)


def _measure(options: settings.Settings, results: runner.Results,
             found: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory(prefix='nova-powervm-9-') as folder:
        tree = runner.fetch(options, pathlib.Path(folder))
        todo = list(runner.jobs(options))
        with (contextlib.closing(runner.run_all(
                options, todo, tree)) as runs,
              progress.bar(runs, 'case', len(todo)) as shown):
            for job, phases in shown:
                for row in results.add(job, phases):
                    progress.say(report.row(row))
                # At once: it may take an hour, and end before its end.
                _write(options, results, found)


def _show(options: settings.Settings, results: runner.Results,
          found: dict[str, Any]) -> int:
    summaries, checks = results.summaries(), results.checks(options.counts)
    print('\n%s\n\n%s' % (report.summaries(summaries),
                          limits.table(checks)), flush=True)
    _write(options, results, found)
    if options.plots:
        with command.writing():
            plots.draw(summaries, options.plots)
    return 0 if all(check.within for check in checks) else 1


def _write(options: settings.Settings, results: runner.Results,
           found: dict[str, Any]) -> None:
    command.write(options, found, results.checks(options.counts),
                  summaries=results.summaries(), runs=results.rows)


if __name__ == '__main__':
    sys.exit(main())
