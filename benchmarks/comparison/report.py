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

from collections.abc import Iterable
from typing import Any

from nova_powervm.testing import tables

_HEADINGS = {
    'lookups': 'lookups', 'reads': 'reads', 'rest_connections': 'NovaLink',
    'rpc_connections': 'conductor', 'told': 'told', 'p50': 'p50 s',
    'p99': 'p99 s', 'last': 'last s', 'floors': 'floors',
    'us_event': 'us/event', 'cpu': 'CPU s', 'mib': 'MiB',
    'threads': 'threads', 'green_threads': 'green', 'wrong': 'wrong'}
_DIGITS = {'p50': 2, 'p99': 2, 'last': 2, 'floors': 2, 'us_event': 1,
           'cpu': 1, 'mib': 0}


def row(found: dict[str, Any]) -> str:
    """Return a line about one run."""
    figures = found['figures']
    return '%-9s %-17s %5d LPARs  %s' % (
        found['module'], found['name'], found['lpars'], '  '.join(
            '%s %s' % (heading, _number(name, figures[name]))
            for name, heading in _HEADINGS.items()
            if figures[name] is not None))


def summaries(found: Iterable[dict[str, Any]]) -> str:
    """Return a table of medians, with spreads of what is timed."""
    rows = [('LPARs', 'case', 'module', 'runs', *_HEADINGS.values())]
    rules, last = [1], None
    for each in found:
        place = each['lpars'], each['name']
        if last not in (None, place):
            rules.append(len(rows))
        last = place
        rows.append((
            str(each['lpars']), each['name'], each['module'],
            str(each['runs']), *(_cell(name, each['figures'][name])
                                 for name in _HEADINGS)))
    return tables.table(rows, rules=rules, left=3)


def _cell(name: str, values: list[float] | None) -> str:
    if values is None:
        return '-'
    median, least, most = (_number(name, value) for value in values)
    return median if least == most else '%s (%s-%s)' % (median, least, most)


def _number(name: str, value: float) -> str:
    return '%.*f' % (_DIGITS.get(name, 0), value)
