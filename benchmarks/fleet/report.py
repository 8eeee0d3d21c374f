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


"""Plans and figures as lines of text."""

from collections.abc import Sequence
from typing import Any

from benchmarks.fleet import cases
from benchmarks.fleet import figures
from nova_powervm.testing import tables

_CURVE = 20


def row(found: dict[str, Any]) -> str:
    """Return a line about one scenario."""
    values = found['figures']
    return ('%-12s %6d hosts  %d lookups, %.1f a second; queue %d; waits '
            'mean %.2f s, p99 %.2f s, slowest %.1f s; %.1f %% failed; all '
            'right after %.1f s; simulated in %.0f s' % (
                found['name'], found['hosts'], values['lookups'],
                figures.rate(found['name'], values), values['queue'],
                values['mean'], values['p99'], values['slowest'],
                100 * values['failed'], values['seconds'], found['took']))


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the plan beside what was simulated."""
    lines = [('scenario', 'hosts', 'lookups/s', 'simulated', 'workers',
              'a cell', 'queries/s', 'seconds', 'simulated', 'p99 s',
              'slow %', 'failed %', 'queue', '9.0.0 lookups')]
    for each in rows:
        plan, found = each['plan'], each['figures']
        lines.append((
            each['name'], str(each['hosts']), '%.1f' % plan['rate'],
            '%.1f' % figures.rate(each['name'], found),
            str(each['workers'] * each['cells']), str(each['workers']),
            '%.0f' % plan['queries'],
            _seconds(plan['seconds']),
            '-' if plan['seconds'] is None else _seconds(found['seconds']),
            '%.2f' % found['p99'], '%.1f' % (100 * found['slow']),
            '%.1f' % (100 * found['failed']), str(found['queue']),
            _old(each['name'], plan['old'])))
    return tables.table(lines, rules=(1,))


def curves(rows: Sequence[dict[str, Any]]) -> str:
    """Return lookups second by second, of the largest fleet."""
    most = max((each['hosts'] for each in rows), default=0)
    lines = [('lookups in second', *map(str, range(_CURVE)), 'most')]
    lines += [(each['name'], *map(str, each['figures']['curve'][:_CURVE]),
               str(each['figures']['most']))
              for each in rows if each['hosts'] == most
              and each['name'] != 'day']
    return tables.table(lines, rules=(1,)) if len(lines) > 1 else ''


def _seconds(value: float | None) -> str:
    return '-' if value is None else '%.1f' % value


def _old(name: str, value: float) -> str:
    if name == 'day':
        return '%.1f/s' % value
    if value:
        return '%.0f' % value
    return 'none: lost' if name in cases.OUTAGES else 'none'
