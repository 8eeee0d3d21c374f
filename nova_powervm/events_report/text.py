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

"""The report as text."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from nova_powervm.testing import tables
from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import messages

# The columns of the table of times: their headings, and whose times.
_COLUMNS = {
    'lookup': 'nova-conductor', 'rest': 'NovaLink', 'emit': 'nova',
    'told': 'until told', 'agreed': 'until agreed'}
_ROWS = {
    'count': 'number', 'mean_ms': 'mean, ms', 'p50_ms': 'p50, ms',
    'p95_ms': 'p95, ms', 'p99_ms': 'p99, ms', 'slowest_ms': 'slowest, ms',
    'slow_percent': 'over 1 s, % of number',
    'slow_time_percent': 'over 1 s, % of time'}

_Data = Mapping[str, Any]


def report(data: _Data) -> str:
    """Return the report.

    :param data: see :func:`.results.results`.
    """
    total = data['total']
    sections = [
        _head(data), _events(total), _times(total), _hosts(data['hosts']),
        _outages(data['outages']), _budget(total), _churn(total),
        _warnings(total), _lines(data['lines'])]
    return '\n\n'.join(section for section in sections if section)


def _head(data: _Data) -> str:
    total, hosts = data['total'], data['hosts']
    who = ', '.join(hosts) if len(hosts) <= 4 else '%d hosts' % len(hosts)
    when = ('%s to %s' % (total['first'], total['last']) if total['first']
            else 'the lines have no time')
    return 'PowerVM events of %s\n%s' % (who, when)


def _events(total: _Data) -> str:
    rows = [('events', _count(total['events'])),
            ('comparisons of an LPAR', _count(total['lpars_compared'])),
            ('batches of them', _count(total['batches'])),
            ('events for each comparison',
             _number(total['events_per_comparison'])),
            ('oldest event that a batch answered, s',
             _number(total['oldest_wait_ms'] / 1000)),
            ('lifecycle events told to nova', _count(total['told_nova']))]
    rows += [('outcome %s' % name, _count(count))
             for name, count in total['outcomes'].items()]
    text = tables.table(rows)
    if total['batches_not_in_the_log']:
        text += ('\n%s batches are not in the log: those without news are at '
                 'DEBUG.' % _count(total['batches_not_in_the_log']))
    return text


def _times(total: _Data) -> str:
    times = total['times']
    rows = [('time of calls and of nova', *_COLUMNS.values())]
    for figure, heading in _ROWS.items():
        rows.append((heading, *(
            _number(times[name].get(figure), figure == 'count')
            for name in _COLUMNS)))
    rows.append(('failed', _count(total['lookups_failed']),
                 _count(total['rest_failed']), '-', '-', '-'))
    legend = '\n'.join('%s: %s' % (heading, batch_fields.TIMES[name])
                       for name, heading in _COLUMNS.items())
    return '%s\n\n%s' % (tables.table(rows, rules=(1,)), legend)


def _hosts(hosts: _Data) -> str:
    if len(hosts) < 2:
        return ''
    rows: list[tuple[str, ...]] = [
        ('host', 'events', 'compared', 'batches', 'told', 'lookups',
         'p99, ms', 'reads', 'p99, ms')]
    rows += [(name, *map(_count, (
        one['events'], one['lpars_compared'], one['batches'],
        one['told_nova'], one['lookups'])),
        _number(one['times']['lookup'].get('p99_ms')),
        _count(one['rest_reads']),
        _number(one['times']['rest'].get('p99_ms')))
        for name, one in hosts.items()]
    return tables.table(rows, rules=(1,))


def _outages(found: Sequence[_Data]) -> str:
    if not found:
        return 'No outages.'
    rows = [('outage', 'host', 'begin', 'end', 'seconds', 'attempts')]
    rows += [(one['what'], one['host'], one['begin'] or 'before the log',
              one['end'] or 'not in the log', _number(one['seconds']),
              _number(one['attempts'], True)) for one in found]
    return tables.table(rows, rules=(1,))


def _budget(total: _Data) -> str:
    over = total['batches_over_budget']
    lines = ['%s batches began more than a second late; over the budget of '
             'calls: %s' % (_count(total['batches_late']), ', '.join(
                 '%s %s' % (kind, _count(count))
                 for kind, count in over.items()) or 'none')]
    rows = [('worst batches', 'LPARs', 'late, s', 'slowest call, s', 'over')]
    rows += [(one['time'] or '-', _count(one['lpars']),
              _number(one['late_ms'] / 1000),
              _number(one['slowest_call_ms'] / 1000), one['over'])
             for one in total['worst_batches']]
    if len(rows) > 1:
        lines.append(tables.table(rows, rules=(1,)))
    return '\n'.join(lines)


def _churn(total: _Data) -> str:
    if not total['churn']:
        return ''
    rows = [('LPARs with most churn', 'compared', 'told', 'given up')]
    rows += [(one['lpar'], *map(_count, (
        one['looks'], one['told'], one['given_up'])))
        for one in total['churn']]
    text = tables.table(rows, rules=(1,))
    if not any(one['looks'] for one in total['churn']):
        text += ('\nHow often each was compared is in the log at DEBUG only.')
    if not total['churn_is_exact']:
        text += '\nThere were very many LPARs: these counts are at least.'
    return text


def _warnings(total: _Data) -> str:
    if not total['warnings']:
        return ''
    rows = [('warnings and errors', 'lines'), *(
        (_begin(name), _count(count))
        for name, count in total['warnings'].items())]
    return tables.table(rows, rules=(1,))


def _begin(name: str) -> str:
    """Return the begin of a line, up to its first field."""
    return messages.lines()[name].text.partition('%(')[0].rstrip(' :;')


def _lines(lines: _Data) -> str:
    return 'Lines: ' + ', '.join(_line_counts(lines)) + '.'


def _line_counts(lines: _Data) -> Iterator[str]:
    yield '%s read' % _count(lines['read'])
    yield '%s used' % _count(lines['used'])
    for name, meaning in (
            ('others', 'of other services and parts'),
            ('unselected', 'of other hosts or times'),
            ('tracebacks', 'of tracebacks'),
            ('unformatted', 'in a format that is not known'),
            ('unknown', 'cut, or of another release of the module')):
        if lines[name]:
            yield '%s skipped %s' % (_count(lines[name]), meaning)


def _count(number: int) -> str:
    return format(number, ',')


def _number(number: float | None, is_whole: bool = False) -> str:
    if number is None:
        return '-'
    if is_whole or abs(number) >= 100:
        return format(round(number), ',')
    return '%.1f' % number
