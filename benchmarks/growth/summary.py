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

"""Medians and spreads of runs."""

from collections.abc import Iterable
import statistics
from typing import Any

from benchmarks.growth import settings

Row = dict[str, Any]

#: Kinds of work of which the costs have to grow along a straight line.
WORK = ('event', 'resync', 'asked', 'known', 'told', 'confirmed', 'expire')


def medians(rows: Iterable[Row]) -> list[Row]:
    """Return the median, least and most of each figure of equal cases.

    :param rows: each with ``name``, ``backend``, ``lpars``, ``handlers`` and
        ``figures``.
    :returns: the same, with lists of the three as figures, and ``runs``.
    """
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (
            settings.NAMES.index(row['name']), row['lpars'],
            row['handlers'])):
        groups.setdefault((row['name'], row['lpars'], row['handlers'],
                           row['backend']), []).append(row)
    return [{**equal[0], 'runs': len(equal), 'figures': {
        name: _spread([each['figures'][name] for each in equal])
        for name in equal[0]['figures']}} for equal in groups.values()]


def _spread(values: list[float]) -> list[float]:
    return [statistics.median(values), min(values), max(values)]


def growth(summaries: Iterable[Row]
           ) -> dict[tuple[str, str], dict[int, float]]:
    """Return the cost of one event or LPAR by LPARs of the handler alone.

    :param summaries: what :func:`medians` returns.
    :returns: by backend and kind of work.
    """
    found: dict[tuple[str, str], dict[int, float]] = {}
    for each in summaries:
        if each['name'] == 'alone':
            for work in WORK:
                found.setdefault((each['backend'], work), {})[
                    each['lpars']] = each['figures']['%s_us' % work][0]
    return found
