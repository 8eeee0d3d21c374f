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

"""Times reads of LPAR states one by one, and of all LPARs at once.

Prints what a quick property of one LPAR, ``quick/All`` and the LPAR feed cost
on hosts of several sizes, and from how many LPARs on one read of all of them
takes no longer than a read of each. The service's share is the simulator's,
which NovaLink's may differ from; the CPU time is the client's own and does
not depend on that.
"""

import argparse
from collections.abc import Sequence
import json
import math
import pathlib
import sys
import tempfile
from typing import Any

if __package__ in (None, ''):
    # Run as a file: its own folder is on the path instead of the root.
    sys.path[0] = str(pathlib.Path(__file__).parents[1])

from benchmarks import processes
from nova_powervm.testing import backends
from nova_powervm.testing import tables

_LIMIT = 600.0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Times reads of LPAR states one by one and all at once.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--lpars', type=int, nargs='+', default=[100, 1000],
                        help='sizes of the host')
    parser.add_argument('--rest-ms', type=float, nargs='+',
                        default=[0.0, 10.0],
                        help='milliseconds added to each REST answer')
    parser.add_argument('--backend', default='threading',
                        choices=backends.BACKENDS)
    parser.add_argument('--json', metavar='FILE', type=pathlib.Path,
                        help='write all figures to a file')
    return parser.parse_args(arguments)


def crossover(one_ms: float, all_ms: float) -> int:
    """Return from how many LPARs on one read of all is no slower."""
    return math.ceil(all_ms / one_ms)


def run_size(lpars: int, rest_ms: float, backend: str,
             folder: pathlib.Path) -> list[dict[str, Any]]:
    """Return the times of each kind of read on a host of one size."""
    world = processes.World(rpc_ms=0, rest_ms=rest_ms, workers=1)
    with (processes.simulator(world) as sim_port,
          processes.conductor(world) as conductor_port):
        times: list[dict[str, Any]] = processes.run(
            'benchmarks.subject', backend, {
                'case': 'reads', 'lpars': lpars, 'events': 0, 'delay': 1.0,
                'sim_port': sim_port, 'conductor_port': conductor_port,
                'limit': _LIMIT}, folder / f'reads-{lpars}.log')
    one = times[0]['wall_ms']
    return [{**time, 'lpars': lpars, 'rest_ms': rest_ms,
             'crossover': crossover(one, time['wall_ms'])} for time in times]


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix='reads-') as folder:
        try:
            figures = [time for rest_ms in options.rest_ms
                       for lpars in options.lpars
                       for time in run_size(lpars, rest_ms, options.backend,
                                            pathlib.Path(folder))]
        except processes.CaseFailed as exc:
            print(exc, file=sys.stderr)
            return 1
    rows = [('read', 'LPARs', 'REST ms', 'wall ms', 'CPU ms', 'from LPARs')]
    rows += [(time['name'], str(time['lpars']), f'{time["rest_ms"]:g}',
              f'{time["wall_ms"]:.2f}', f'{time["cpu_ms"]:.2f}',
              str(time['crossover'])) for time in figures]
    print(tables.table(rows, rules=(1,)))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


if __name__ == '__main__':
    sys.exit(main())
