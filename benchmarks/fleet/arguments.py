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
from collections.abc import Callable
from collections.abc import Sequence
import secrets
from typing import Any

from benchmarks import common_arguments
from benchmarks.fleet import settings
from nova_powervm.testing import argument_types

_USAGE = """\
Plans the controllers for many hosts by formula, and checks the plan: the event
modules of all hosts run in simulated time.
"""
_MOST_HOSTS = 100_000


def parse(given: Sequence[str] | None) -> settings.Settings:
    """Return what is wanted.

    :raises SystemExit: with status 2, after a sentence about what is wrong.
    """
    parser = _parser()
    args = vars(parser.parse_args(given))
    values: dict[str, Any] = {'seed': secrets.randbelow(1_000_000)}
    if args.pop('quick'):
        values.update(settings.QUICK)
    names = tuple(dict.fromkeys(args.pop('names')))
    if unknown := set(names) - set(settings.NAMES):
        parser.error('no such scenario: %s; there are %s' % (
            ', '.join(sorted(unknown)), ', '.join(settings.NAMES)))
    if names:
        values['names'] = names
    values.update((name, value) for name, value in args.items()
                  if value is not None)
    return settings.Settings(**values)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks fleet', description=_USAGE)
    parser.add_argument(
        'names', nargs='*', metavar='NAME', help='scenarios: %s (%s)' % (
            ', '.join(settings.NAMES), ', '.join(settings.USUAL)))
    parser.add_argument(
        '--quick', action='store_true',
        help='%d hosts: less than a minute' % settings.QUICK['hosts'])
    _add_numbers(parser)
    common_arguments.add_files(
        parser, '; pictures show the arrivals of the second beside the first')
    return parser


def _add_numbers(parser: argparse.ArgumentParser) -> None:
    default = settings.Settings()
    count, seconds = argument_types.integer, argument_types.seconds

    def number(what: str, least: float, most: float) -> Callable[[str], float]:
        return argument_types.number(float, what, least, most)

    rows: list[tuple[str, Callable[[str], Any], str, str]] = [
        ('hosts', common_arguments.several(count(10, _MOST_HOSTS)), 'N,...',
         'sizes of the fleet'),
        ('lpars', count(1, 1000), 'N', 'LPARs of a host'),
        ('cell-hosts', count(1, _MOST_HOSTS), 'N', 'hosts of a cell'),
        ('workers', count(1, 10_000), 'N',
         "conductor workers of a cell, instead of the plan's"),
        ('lookup-ms', number('number of milliseconds', 0.1, 10_000), 'MS',
         'what a worker takes for a call about one uuid'),
        ('uuid-ms', number('number of milliseconds', 0, 1000), 'MS',
         'what it takes for each further uuid'),
        ('event-calls', count(1, 20), 'N', "nova's own calls for an event"),
        ('utilization', number('share', 0.1, 1), 'SHARE',
         'of the workers that the plan is made for'),
        ('timeout', seconds(1, 3600), 'SECONDS', 'rpc_response_timeout'),
        ('operations', number('number', 0.01, 1000), 'N',
         'operations of nova, of each host and hour'),
        ('within', seconds(0, 600), 'SECONDS',
         'how long things that begin at once take to begin'),
        ('day', seconds(60, 86400), 'SECONDS', 'how long a day is watched'),
        ('seed', count(), 'N', 'of all that is random (random)')]
    for name, kind, metavar, words in rows:
        value = getattr(default, name.replace('-', '_'))
        shown = '' if name in ('seed', 'workers') else ' (%s)' % (
            ','.join(map(str, value)) if isinstance(value, tuple)
            else '%g' % value)
        parser.add_argument('--' + name, type=kind, metavar=metavar,
                            help=words + shown)
