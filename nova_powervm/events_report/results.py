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

"""The report as plain data, for JSON, CSV and text alike."""

from collections.abc import Iterator
import csv
import dataclasses
import io
import json
from typing import Any

from nova_powervm.events_report import figures
from nova_powervm.events_report import outages
from nova_powervm.events_report import selection
from nova_powervm.events_report import summary

#: So many LPARs are named.
CHURN_MOST = 10


def results(found: summary.Summary) -> dict[str, Any]:
    """Return everything that the report says."""
    return {
        'lines': dataclasses.asdict(found.lines),
        'unreadable': found.unreadable,
        'total': _figures(found.total()),
        'hosts': {host: _figures(one)
                  for host, one in sorted(found.hosts.items())},
        'outages': [
            {'host': host, **_outage(outage)}
            for host, one in sorted(found.hosts.items())
            for outage in one.outages.all()],
    }


def as_json(data: dict[str, Any]) -> str:
    """Return the results as JSON."""
    return json.dumps(data, indent=2)


def as_csv(data: dict[str, Any]) -> str:
    """Return the results as rows of a path, separated by dots, and a value."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(('figure', 'value'))
    writer.writerows(_rows('', data))
    return text.getvalue().rstrip('\n')


def _rows(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    items = (value.items() if isinstance(value, dict)
             else enumerate(value) if isinstance(value, list) else None)
    if items is None:
        yield path, value
        return
    for name, inner in items:
        yield from _rows('%s.%s' % (path, name) if path else str(name), inner)


def _figures(one: figures.Figures) -> dict[str, Any]:
    """Return the figures of one host, or of all."""
    lpars = one.totals['lpars']
    return {
        'first': None if one.first is None else selection.words(one.first),
        'last': None if one.last is None else selection.words(one.last),
        'events': one.totals['events'],
        'lpars_compared': lpars,
        'events_per_comparison': (
            round(one.totals['events'] / lpars, 2) if lpars else None),
        'batches': one.batches,
        'batches_not_in_the_log': one.unlogged,
        'told_nova': one.told,
        'outcomes': dict(sorted(one.outcomes.items())),
        'lookups': one.totals['lookups'],
        'lookups_failed': one.totals['lookups_failed'],
        'lookup_ms': one.totals['lookup_ms'],
        'rest_reads': one.totals['rest_reads'],
        'rest_failed': one.totals['rest_failed'],
        'rest_ms': one.totals['rest_ms'],
        'times': {name: {figure: round(value, 2) for figure, value
                         in times.summary().items()}
                  for name, times in one.times.items()},
        'oldest_wait_ms': one.oldest_wait_ms,
        'batches_late': one.late,
        'batches_over_budget': dict(one.over.most_common()),
        'worst_batches': [
            {'time': selection.words(batch.time) if batch.time else None,
             'lpars': batch.lpars,
             'late_ms': batch.late_ms, 'slowest_call_ms': batch.slowest_ms,
             'over': batch.over}
            for batch in sorted(one.worst, reverse=True)],
        'churn_is_exact': one.churn.exact,
        'churn': [{'lpar': lpar, **dataclasses.asdict(counts)}
                  for lpar, counts in one.churn.most(CHURN_MOST)],
        'warnings': figures.warnings(one.others),
    }


def _outage(outage: outages.Outage) -> dict[str, Any]:
    return {**dataclasses.asdict(outage), **{
        end: None if time is None else selection.words(time)
        for end, time in (('begin', outage.begin), ('end', outage.end))}}
