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

"""Makes the log of a bad day of a compute host, and shows its report.

A storm of events, stops of LPARs, a controller that is away for a minute and
then slow: see :mod:`benchmarks.bad_day_case`.
"""

import argparse
from collections.abc import Sequence
import pathlib
import sys

if __package__ in (None, ''):
    # Run as a file: its own folder is on the path instead of the root.
    sys.path[0] = str(pathlib.Path(__file__).parents[1])

from benchmarks import processes
from nova_powervm.events_report import __main__ as command
from nova_powervm.testing import backends

_LIMIT = 600.0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Makes the log of a bad day of a compute host, and shows '
        'its report.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('log', type=pathlib.Path,
                        help='where to write the log; must not exist')
    parser.add_argument('--lpars', type=int, default=200)
    parser.add_argument('--delay', type=float, default=3.0,
                        help='[powervm] event_delay, seconds')
    parser.add_argument('--backend', default='threading',
                        choices=backends.BACKENDS)
    parser.add_argument('--plot', metavar='FILE',
                        help='also draw the report')
    options = parser.parse_args(arguments)
    if options.log.exists():
        parser.error(f'{options.log} exists')
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    world = processes.World(rpc_ms=25, rest_ms=10, workers=2)
    try:
        with (processes.simulator(world) as sim_port,
              processes.conductor(world) as conductor_port):
            processes.run('benchmarks.subject', options.backend, {
                'case': 'bad day', 'lpars': options.lpars, 'events': 12,
                'delay': options.delay, 'sim_port': sim_port,
                'conductor_port': conductor_port, 'limit': _LIMIT},
                options.log)
    except processes.CaseFailed as error:
        print(error, file=sys.stderr)
        return 1
    return command.main(['report', f'bench={options.log}', *(
        ['--plot', options.plot] if options.plot else [])])


if __name__ == '__main__':
    sys.exit(main())
