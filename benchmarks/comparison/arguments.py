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


"""The arguments of the command."""

import argparse
from collections.abc import Sequence
from typing import Any

from benchmarks import common_arguments
from benchmarks.comparison import releases
from benchmarks.comparison import settings
from nova_powervm.testing import argument_types

_USAGE = """\
Compares the event module with that of nova-powervm 9.0.0: the same storms and
faults for both, each in a process of its own, one after the other in turn.
"""
_MOST_LPARS = 100_000
_MOST_MS = 10_000


def parse(given: Sequence[str] | None) -> settings.Settings:
    """Return what is wanted.

    :raises SystemExit: with status 2, after a sentence about what is wrong.
    """
    parser = _parser()
    args = parser.parse_args(given)
    values: dict[str, Any] = {}
    if args.quick or args.counts:
        values.update(settings.QUICK)
    if args.counts:
        values.update(settings.COUNTS)
    values.update((name, value) for name, value in vars(args).items()
                  if value is not None and name not in ('quick', 'names'))
    names = args.names or ()
    if unknown := set(names) - set(settings.NAMES):
        parser.error('no such storm or fault: %s; there are %s' % (
            ', '.join(sorted(unknown)), ', '.join(settings.NAMES)))
    if names:
        values['names'] = tuple(names)
    if args.counts and not set(values['names']) <= set(settings.STORMS):
        parser.error('--counts is about storms alone')
    return settings.Settings(**values)


def _parser() -> argparse.ArgumentParser:
    default = settings.Settings()
    milliseconds = argument_types.number(
        float, 'number of milliseconds', 0, _MOST_MS)
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks.comparison', description=_USAGE)
    parser.add_argument(
        'names', nargs='*', metavar='NAME',
        help='storms and faults: %s (all)' % ', '.join(settings.NAMES))
    parser.add_argument(
        '--quick', action='store_true',
        help='%d LPARs, once, and faults of seconds: less than five minutes '
        'on two CPUs' % settings.QUICK['lpars'][0])
    parser.add_argument(
        '--counts', action='store_true', default=None,
        help='the storms of --quick; only what is counted has a budget')
    parser.add_argument(
        '--lpars', type=common_arguments.several(
            argument_types.integer(4, _MOST_LPARS)), metavar='N,...',
        help='sizes of the storms (%s)' % ','.join(map(str, default.lpars)))
    parser.add_argument(
        '--fault-lpars', type=argument_types.integer(4, _MOST_LPARS),
        metavar='N',
        help='LPARs for the faults (%d)' % default.fault_lpars)
    parser.add_argument('--runs', type=argument_types.integer(1), metavar='N',
                        help='of each storm of fewer than 1,000 LPARs (%d)' %
                        default.runs)
    parser.add_argument(
        '--long-runs', type=argument_types.integer(1), metavar='N',
        help='of what takes minutes: each other storm, and each fault (%d)' %
        default.long_runs)
    parser.add_argument(
        '--side-by-side', type=argument_types.integer(1, 16), metavar='N',
        help='cases that run at a time: storms and faults in which little '
        'but waiting is done; crash and mixed run alone (%d)' %
        default.side_by_side)
    parser.add_argument(
        '--away', type=argument_types.seconds(1, 3600), metavar='SECONDS',
        help='how long a service is away (%g)' % default.away)
    parser.add_argument(
        '--rpc-ms', type=milliseconds, metavar='MS',
        help='what a conductor worker takes for a call (%g)' % default.rpc_ms)
    parser.add_argument(
        '--rest-ms', type=milliseconds, metavar='MS',
        help='what NovaLink takes for a request (%g)' % default.rest_ms)
    parser.add_argument(
        '--conductors', type=argument_types.integer(1, 64), metavar='N',
        help='conductor workers (%d)' % default.conductors)
    parser.add_argument(
        '--modules', type=common_arguments.several(
            common_arguments.one_of(releases.NAMES)), metavar='NAME,...',
        help='which of %s' % ', '.join(releases.NAMES))
    common_arguments.add_files(parser)
    common_arguments.add_wheel(parser)
    return parser
