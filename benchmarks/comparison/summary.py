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


"""Medians and spreads of runs, and ratios to the floor."""

from collections.abc import Iterable
from collections.abc import Sequence
import statistics
from typing import Any

Figures = dict[str, Any]

#: What is kept of each run, in the order of the table.
COLUMNS = ('lookups', 'reads', 'rest_connections', 'rpc_connections', 'told',
           'p50', 'p99', 'last', 'floors', 'us_event', 'cpu', 'mib',
           'threads', 'green_threads', 'wrong')
#: Those that count, and so are the same on every machine.
COUNTED = ('lookups', 'reads', 'told', 'wrong')

_MIB = 1024 * 1024


def row(found: Figures, floor: float | None) -> Figures:
    """Return the figures of one run by column; None where there is none.

    :param found: figures of a phase of a case.
    :param floor: seconds of the floor on the same backend; None if it was
        not measured.
    """
    right = found['right'] if found['told'] else []
    values = {name: found.get(name) for name in COLUMNS}
    values.update(
        p50=quantile(right, 0.5), p99=quantile(right, 0.99),
        last=max(right, default=None), floors=None)
    if 'poll' in found:
        values.update(us_event=found['poll']['held_us'],
                      mib=found['memory']['peak'] / _MIB)
    if floor and found['name'] == 'crash' and right:
        values['floors'] = right[-1] / floor
    return values


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the least value that a share of sorted values do not exceed."""
    if not values:
        return None
    return values[min(len(values) - 1, int(share * len(values)))]


def medians(rows: Iterable[Figures]) -> Figures:
    """Return for each column the median, the least and the most.

    :returns: lists of the three, or None where a run has no value.
    """
    found: Figures = {}
    rows = list(rows)
    for name in COLUMNS:
        values = [each[name] for each in rows]
        found[name] = None if None in values else [
            statistics.median(values), min(values), max(values)]
    return found
