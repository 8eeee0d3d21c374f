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
from benchmarks.controller import settings
from nova_powervm.testing import argument_types

_USAGE = """\
Measures the event module, and that of nova-powervm 9.0.0, against a real
controller: nova-conductor, MariaDB and RabbitMQ.
"""
_MOST_HOSTS = 1000
_MOST_LPARS = 10_000
_MOST_POOL = 100
_POOL_SIZE = ('[database] max_pool_size of nova-conductor: connections that a '
              'worker keeps')
_MOST_WORKERS = 64
_CRASH_MOST = ('hosts above which nothing crashes: each server costs '
               'nova-conductor about 0.1 s of CPU')
# Others follow the first one, which needs no privileges.
_PORTS = (1024, 65_000)


def parse(given: Sequence[str] | None) -> settings.Settings:
    """Return what is wanted.

    :raises SystemExit: with status 2, after a sentence about what is wrong.
    """
    parser = _parser()
    args = parser.parse_args(given)
    values: dict[str, Any] = dict(settings.QUICK) if args.quick else {}
    values.update((name, value) for name, value in vars(args).items()
                  if value is not None and name not in ('quick', 'names'))
    names = args.names or ()
    if unknown := set(names) - set(settings.NAMES):
        parser.error('no such storm: %s; there are %s' % (
            ', '.join(sorted(unknown)), ', '.join(settings.NAMES)))
    if names:
        values['names'] = tuple(
            name for name in settings.NAMES if name in names)
    return settings.Settings(**values)


def _parser() -> argparse.ArgumentParser:
    default = settings.Settings()
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks controller', description=_USAGE)
    parser.add_argument(
        'names', nargs='*', metavar='STORM',
        help='storms: %s (all)' % ', '.join(settings.NAMES))
    parser.add_argument(
        '--quick', action='store_true',
        help='few hosts with %d LPARs each: about two minutes on two CPUs'
        % settings.QUICK['lpars'])
    _add_sizes(parser, default)
    parser.add_argument(
        '--delay', type=argument_types.seconds(1, 60), metavar='SECONDS',
        help='[powervm] event_delay, and the delay of 9.0.0 (%g)'
        % default.delay)
    parser.add_argument(
        '--limit', type=argument_types.seconds(10, 86400), metavar='SECONDS',
        help='how long a storm may take; one that takes longer has no end '
        '(%g)' % default.limit)
    parser.add_argument(
        '--first-port', type=argument_types.integer(*_PORTS), metavar='PORT',
        help='the first of the ports of the controller (%d)'
        % default.first_port)
    parser.add_argument(
        '--explain', action='store_true', default=None,
        help='no storms: only what the database is asked, which otherwise '
        'comes at the end')
    common_arguments.add_files(parser)
    common_arguments.add_wheel(parser)
    return parser


def _add_sizes(parser: argparse.ArgumentParser,
               default: settings.Settings) -> None:
    def several(text: str, most: int, what: str, values: tuple[int, ...]
                ) -> None:
        parser.add_argument(
            text, metavar='N,...', type=common_arguments.several(
                argument_types.integer(1, most)),
            help='%s (%s)' % (what, ','.join(map(str, values))))

    several('--workers', _MOST_WORKERS, "nova-conductor's workers",
            default.workers)
    several('--hosts', _MOST_HOSTS, 'hosts', default.hosts)
    for name, most, what in (
            ('lpars', _MOST_LPARS, 'LPARs of each host'),
            ('crash_most', _MOST_HOSTS, _CRASH_MOST),
            ('old_most', _MOST_HOSTS, 'hosts above which 9.0.0 is left out'),
            ('emit_workers', _MOST_WORKERS,
             '[powervm] event_emit_workers of our module'),
            ('pool_size', _MOST_POOL, _POOL_SIZE),
            ('processes', _MOST_WORKERS, 'processes that carry the hosts')):
        parser.add_argument(
            '--' + name.replace('_', '-'), metavar='N',
            type=argument_types.integer(1, most),
            help='%s (%d)' % (what, getattr(default, name)))
    parser.add_argument(
        '--modules', type=common_arguments.several(
            common_arguments.one_of(releases.NAMES)), metavar='NAME,...',
        help='which of %s (%s)' % (', '.join(releases.NAMES),
                                   ','.join(default.modules)))
