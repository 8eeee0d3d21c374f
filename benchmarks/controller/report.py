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

"""The figures as lines of text."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from benchmarks.controller import rule
from nova_powervm.testing import tables

Row = dict[str, Any]

_CALLS = ('count', 'mean', 'slowest', 'slow')

# By heading: the figure, its place, and how it is written.
_COLUMNS: dict[str, tuple[str, str, str]] = {
    'lookups': ('lookups', 'count', '%d'),
    'mean ms': ('lookups', 'mean', 'ms'),
    'slowest ms': ('lookups', 'slowest', 'ms'),
    '> 1 s': ('lookups', 'slow', 'share'),
    'nova calls': ('nova', 'count', '%d'),
    'mean': ('nova', 'mean', 'ms'),
    'slowest': ('nova', 'slowest', 'ms'),
    'nova > 1 s': ('nova', 'slow', 'share'),
    'selects': ('selects', '', '%d'),
    'updates': ('updates', '', '%d'),
    'messages': ('messages', '', '%d'),
    'conductor': ('conductor_cpu', '', '%.1f'),
    'database': ('database_cpu', '', '%.1f'),
    'broker': ('broker_cpu', '', '%.1f'),
    'hosts': ('hosts_cpu', '', '%.1f'),
    'drain s': ('drain', '', '%.1f'),
    'wrong': ('wrong', '', '%d')}

# By heading: MariaDB's counters of rows read.
_READS = {'read by index': ('first', 'key', 'last', 'next', 'prev'),
          'by position': ('rnd',), 'scanned': ('rnd_next',)}

_FORMATS: dict[str, Callable[[float], str]] = {
    'ms': lambda value: '%.0f' % (value * 1000),
    'share': lambda value: '%.1f%%' % (value * 100)}


def row(found: Row) -> str:
    """Return a line about one case."""
    return '%-9s %-9s workers %d  hosts %2d  %s' % (
        found['module'], found['name'], found['workers'], found['hosts'],
        '  '.join('%s %s' % (heading, _cell(found['figures'], heading))
                  for heading in _COLUMNS))


def cases(rows: Iterable[Row]) -> str:
    """Return a table of all cases, one storm after the other.

    The columns from ``conductor`` to ``hosts`` are seconds of CPU.
    """
    lines = [('storm', 'module', 'workers', 'hosts', *(
        'CPU ' + heading if figure.endswith('_cpu') else heading
        for heading, (figure, _, _) in _COLUMNS.items()), 'end')]
    rules, last = [1], None
    for found in sorted(rows, key=lambda one: (
            one['name'], one['module'], one['workers'], one['hosts'])):
        place = found['name'], found['module']
        if last not in (None, place):
            rules.append(len(lines))
        last = place
        lines.append((
            found['name'], found['module'], str(found['workers']),
            str(found['hosts']), *(_cell(found['figures'], heading)
                                   for heading in _COLUMNS), _end(found)))
    return tables.table(lines, rules=rules, left=2)


def _end(found: Row) -> str:
    if found['figures']['ended']:
        return ''
    return 'NO END' if found['figures'].get('run', True) else 'NOT RUN'


def _cell(figures: Row, heading: str) -> str:
    figure, part, form = _COLUMNS[heading]
    value = figures.get(figure)
    if part and value is not None:
        value = value[part]
    if value is None:
        return '-'
    write = _FORMATS.get(form)
    return write(value) if write else form % value


def rules(rows: Iterable[Row]) -> str:
    """Return the rules of thumb as tables."""
    found = list(rows)
    lines = [('storm', 'module', 'cases', 'CPU ms an LPAR',
              'a worker: LPARs a second', 'storms of 200 LPARs a minute',
              'CPU ms a lookup', 'hosts, lookups < 1 s')]
    for cost in rule.costs(found):
        rates = rule.rates(cost)
        lines.append((
            cost['name'], cost['module'], str(cost['cases']),
            _number(cost['lpar'], 1000), _number(rates['lpars']),
            _number(rates['storms']),
            _number(cost['lookup'], 1000), _number(rates['hosts'])))
    knees = [('storm', 'module', 'workers', 'most hosts without',
              'fewest hosts with lookups > 1 s')]
    knees += [(knee['name'], knee['module'], str(knee['workers']),
               _number(knee['without']), _number(knee['with']))
              for knee in rule.knees(found)]
    return '%s\n\n%s' % (tables.table(lines, rules=(1,), left=2),
                         tables.table(knees, rules=(1,), left=2))


def _number(value: float | None, times: float = 1.0) -> str:
    return '-' if value is None else '%.3g' % (value * times)


def _reads(handler: dict[str, int], parts: tuple[str, ...]) -> str:
    return str(sum(handler['Handler_read_' + part] for part in parts))


def plans(found: Iterable[Row]) -> str:
    """Return a table of how MariaDB executes lookups."""
    lines = [('lookup', 'table', 'access', 'index', 'rows expected',
              *_READS, 'rows returned', 'ms')]
    for each in found:
        for number, step in enumerate(each['plan']):
            first = not number
            lines.append((
                each['lookup'], str(step['table']), str(step['type']),
                str(step['key']), str(step['rows']),
                *(_reads(each['handler'], parts) if first else ''
                  for parts in _READS.values()),
                str(each['rows']) if first else '',
                '%.1f' % each['ms'] if first else ''))
    return tables.table(lines, rules=(1,), left=4)
