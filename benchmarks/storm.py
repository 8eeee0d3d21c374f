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

"""Measures what storms of events cost the PowerVM event module.

The module runs in a process of its own, wired up as in nova-compute: real
pypowervm over real HTTP against the NovaLink simulator, nova's own objects
and compute manager in front of a conductor stand-in. Both are processes, too,
new ones for each case. doc/source/contributor/benchmarks.rst describes the
model.
"""

import argparse
from collections.abc import Callable
from collections.abc import Sequence
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import sys
import tempfile
from typing import Any

if __package__ in (None, ''):
    # Run as a file: its own folder is on the path instead of the root.
    sys.path[0] = str(pathlib.Path(__file__).parents[1])

from benchmarks import budgets
from benchmarks import limits
from benchmarks import processes
from benchmarks import report
from nova_powervm.testing import backends

STORMS = ('redundant', 'busy', 'reboot', 'crash', 'memory', 'sync')

# Conductor calls of nova for one event, as many or more than there are.
_CALLS = 6


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Measures what storms of events cost the PowerVM event '
        'module.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument(
        'storms', nargs='*', metavar='STORM', default=list(STORMS),
        help='which of: ' + ', '.join(STORMS))
    parser.add_argument('--lpars', type=_count(1), default=1000)
    parser.add_argument('--events', type=_count(2), default=12,
                        help='PartitionState events of each LPAR')
    parser.add_argument('--rpc-ms', type=_amount(0), default=25.0,
                        help='milliseconds that a conductor worker takes for '
                        'a call')
    parser.add_argument('--rest-ms', type=_amount(0), default=10.0,
                        help='milliseconds added to each REST answer')
    parser.add_argument('--workers', type=_count(1), default=2,
                        help='conductor workers')
    parser.add_argument('--backend', default='threading',
                        choices=(*backends.BACKENDS, 'both'))
    parser.add_argument('--delay', type=_amount(0.1), default=15.0,
                        help='[powervm] event_delay, seconds')
    parser.add_argument('--json', metavar='FILE', type=pathlib.Path,
                        help='write all figures to a file')
    parser.add_argument('--check', action='store_true',
                        help='exit with status 1 if a budget is exceeded')
    options = parser.parse_args(arguments)
    unknown = set(options.storms) - set(STORMS)
    if unknown:
        parser.error(f'no such storm: {", ".join(sorted(unknown))}')
    return options


def _count(least: int) -> Callable[[str], int]:
    def count(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f'{value} is less than {least}')
        return value
    return count


def _amount(least: float) -> Callable[[str], float]:
    def amount(text: str) -> float:
        value = float(text)
        if not least <= value < math.inf:
            raise argparse.ArgumentTypeError(f'{text} is less than {least}')
        return value
    return amount


def _limit(options: argparse.Namespace) -> float:
    """Return the seconds that a wait may take: a few times what it does."""
    calls = options.lpars * _CALLS * options.rpc_ms / 1000 / options.workers
    reads = options.lpars * options.rest_ms / 1000
    return float(120 + 10 * options.delay + 3 * (calls + reads))


def run_case(case: str, backend: str, options: argparse.Namespace,
             folder: pathlib.Path) -> list[dict[str, Any]]:
    """Run one case in new processes; return figures of each phase."""
    world = processes.World(
        options.rpc_ms, options.rest_ms, options.workers,
        queue_size=4 * options.lpars * options.events + 1000)
    print(f'{backend}: {case} ...', file=sys.stderr, flush=True)
    with (processes.simulator(world) as sim_port,
          processes.conductor(world) as conductor_port):
        phases: list[dict[str, Any]] = processes.run(
            'benchmarks.subject', backend, {
                'case': case, 'lpars': options.lpars,
                'events': options.events, 'delay': options.delay,
                'sim_port': sim_port, 'conductor_port': conductor_port,
                'limit': _limit(options)}, folder / f'{backend}-{case}.log')
    return [{**phase, 'lpars': options.lpars} for phase in phases]


def run_backend(backend: str, options: argparse.Namespace,
                folder: pathlib.Path) -> dict[str, Any]:
    """Run all cases on one backend."""
    floor = None
    if 'crash' in options.storms:
        floor, = run_case('floor', backend, options, folder)
    storms = [phase for case in options.storms
              for phase in run_case(case, backend, options, folder)]
    checks = budgets.checks(storms, floor, options.lpars)
    return {
        'backend': backend, 'floor': floor, 'storms': storms,
        'checks': [{**vars(check), 'within': check.within}
                   for check in checks],
        'faults': [f'{storm["name"]}: {fault}'
                   for storm in [*filter(None, [floor]), *storms]
                   for fault in budgets.faults(storm)]}


def show(result: dict[str, Any]) -> None:
    print(f'\nbackend: {result["backend"]}')
    storms, floor = result['storms'], result['floor']
    if any('poll' in storm for storm in storms):
        print(report.storms(storms, floor))
    if floor is not None:
        print(report.floor_text(floor))
    for storm in storms:
        if storm['name'] == 'memory':
            print(report.memory_text(storm))
        elif 'poll' not in storm:
            print(report.power_sync_text(storm))
    print(limits.table(
        limits.Check(check['what'], check['measured'], check['limit'])
        for check in result['checks']))
    for fault in result['faults']:
        print(f'WRONG RESULT: {fault}')


def environment() -> dict[str, Any]:
    return {'python': platform.python_version(), 'cpus': os.cpu_count(),
            'machine': platform.machine(),
            **{name: importlib.metadata.version(name)
               for name in ('nova', 'pypowervm')}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the storms and print their figures.

    :returns: the exit status: 2 if a case failed or its result was wrong,
        1 if --check was given and a budget is exceeded.
    """
    options = parse(arguments)
    chosen = (backends.BACKENDS if options.backend == 'both'
              else (options.backend,))
    results = []
    with tempfile.TemporaryDirectory(prefix='storm-') as folder:
        for backend in chosen:
            try:
                result = run_backend(backend, options, pathlib.Path(folder))
            except processes.CaseFailed as exc:
                print(exc, file=sys.stderr)
                return 2
            show(result)
            results.append(result)
    if options.json:
        options.json.write_text(json.dumps({
            'options': {**vars(options), 'json': None},
            'environment': environment(), 'results': results}, indent=2))
    if any(result['faults'] for result in results):
        return 2
    over = any(not check['within']
               for result in results for check in result['checks'])
    return 1 if over and options.check else 0


if __name__ == '__main__':
    sys.exit(main())
