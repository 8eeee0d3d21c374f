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

"""The command ``python -m benchmarks controller``."""

from collections.abc import Sequence
import pathlib
import sys
import tempfile
from typing import Any

from benchmarks import command
from benchmarks.comparison import runner as comparison
from benchmarks.comparison import settings as comparison_settings
from benchmarks.controller import arguments
from benchmarks.controller import explain
from benchmarks.controller import plots
from benchmarks.controller import report
from benchmarks.controller import runner
from benchmarks.controller import services
from benchmarks.controller import settings
from benchmarks import limits
from benchmarks import machine
from benchmarks import progress
from nova_powervm.testing import processes as children
from tools.minicloud import processes

# What 9.0.0 and this need; tox installs it.
_NEEDED = ('eventlet', 'six', 'pymysql')

_FAILURES = (processes.CloudError, children.ProcessError, OSError)


def main(given: Sequence[str] | None = None) -> int:
    """Run all, and print figures, rules and budgets.

    :returns: the exit status: 1 if a figure exceeds its budget, 2 if
        something could not be run or did not end, 130 after Ctrl-C.
    """
    options = arguments.parse(given)

    def work() -> int:
        command.check(_NEEDED, options.plots, options.json, options.wheel)
        return _run(options)

    return command.run('controller', work, *_FAILURES)


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
    def add(row: runner.Row) -> None:
        results.rows.append(row)
        progress.say(report.row(row))
        # At once: it may take hours, and end before its end.
        _write(options, results, found)

    with tempfile.TemporaryDirectory(prefix='nova-powervm-9-') as folder:
        tree = comparison.fetch(comparison_settings.Settings(
            modules=options.modules, wheel=options.wheel),
            pathlib.Path(folder))
        with services.running(
                options.first_port, options.pool_size,
                progress.say) as controller:
            cases = runner.Runner(controller, options, tree)
            progress.say('%d servers' % cases.fill())
            todo = [] if options.explain else list(runner.jobs(options))
            with progress.bar(todo, 'case') as jobs:
                for job in jobs:
                    cases.run(job, add)
            progress.say('what the database is asked')
            cases.prepare(1)
            results.plans = explain.run(controller, options, tree)
            _write(options, results, found)


def _show(options: settings.Settings, results: runner.Results,
          found: dict[str, Any]) -> int:
    checks = results.checks()
    parts = []
    if results.rows:
        parts += [report.cases(results.rows), report.rules(results.rows)]
    if results.plans:
        parts.append(report.plans(results.plans))
    if checks:
        parts.append(limits.table(checks))
    print('\n' + '\n\n'.join(parts), flush=True)
    _write(options, results, found)
    if options.plots:
        with command.writing():
            plots.draw(results.rows, options.plots)
    if results.without_end:
        print('controller: %d cases have no end within %g s' % (
            len(results.without_end), options.limit), file=sys.stderr)
        return 2
    return 0 if all(check.within for check in checks) else 1


def _write(options: settings.Settings, results: runner.Results,
           found: dict[str, Any]) -> None:
    command.write(options, found, results.checks(), runs=results.rows,
                  plans=results.plans, rules=results.rules())


if __name__ == '__main__':
    sys.exit(main())
