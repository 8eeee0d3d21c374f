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
from benchmarks.growth import settings
from nova_powervm.testing import argument_types
from nova_powervm.testing import backends

_USAGE = """\
Measures how the costs of the event module grow: with the LPARs of a host, and
with handlers in one process. Also nova's periodic power sync.
"""
# Fewer LPARs are read one by one, which is another way.
_LEAST_LPARS = 10
_MOST_LPARS = 100_000
_MOST_HANDLERS = 1000


def parse(given: Sequence[str] | None) -> settings.Settings:
    """Return what is wanted.

    :raises SystemExit: with status 2, after a sentence about what is wrong.
    """
    parser = _parser()
    args = parser.parse_args(given)
    values: dict[str, Any] = dict(settings.QUICK) if args.quick else {}
    values.update((name, value) for name, value in vars(args).items()
                  if value is not None and name not in ('quick', 'names'))
    if unknown := set(args.names) - set(settings.NAMES):
        parser.error('nothing is called %s; there are %s' % (
            ', '.join(sorted(unknown)), ', '.join(settings.NAMES)))
    if args.names:
        values['names'] = tuple(args.names)
    return settings.Settings(**values)


def _parser() -> argparse.ArgumentParser:
    default = settings.Settings()
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks growth', description=_USAGE)

    def add(option: str, words: str, value: Any, **kwargs: Any) -> None:
        parser.add_argument(
            option, help='%s (%s)' % (words, value), **kwargs)

    def count(option: str, words: str, value: int, *bounds: int) -> None:
        add(option, words, value, metavar='N',
            type=argument_types.integer(*bounds))

    parser.add_argument('names', nargs='*', metavar='NAME',
                        help='of %s (all)' % ', '.join(settings.NAMES))
    parser.add_argument(
        '--quick', action='store_true',
        help='100 and 1,000 LPARs, 10 handlers, once: within a minute')
    add('--lpars', 'LPARs of the handler that is alone',
        ','.join(map(str, default.lpars)), metavar='N,...',
        type=common_arguments.several(
            argument_types.integer(_LEAST_LPARS, _MOST_LPARS)))
    count('--handlers', 'handlers in one process', default.handlers,
          1, _MOST_HANDLERS)
    count('--handler-lpars', 'LPARs of each of them', default.handler_lpars,
          _LEAST_LPARS, _MOST_LPARS)
    count('--sync-lpars', "instances of nova's power sync",
          default.sync_lpars, _LEAST_LPARS, _MOST_LPARS)
    count('--events', 'events of each LPAR', default.events, 1, 1000)
    count('--runs', 'of each case', default.runs, 1)
    add('--backends', 'which of nova\'s backends', ','.join(
        default.backends), metavar='NAME,...', type=common_arguments.several(
            common_arguments.one_of(backends.BACKENDS)))
    common_arguments.add_files(parser)
    return parser
