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


"""Arrivals, waits and workers as pictures."""

from collections.abc import Sequence
import pathlib
from typing import Any

from benchmarks import pictures

_COLORS = ('#4477aa', '#ee7733', '#228833', '#cc3311', '#009988', '#999999')
_BEFORE = '#aa3344'
_SECONDS = 70


def draw(rows: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]],
         folder: pathlib.Path) -> None:
    """Draw all pictures.

    :param before: rows of another run, whose arrivals are shown as well.
    :raises OSError: if one cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    most = max((each['hosts'] for each in rows), default=0)
    largest = [each for each in rows if each['hosts'] == most]
    for each in largest:
        if each['name'] != 'day':
            _draw_arrivals(each, [
                other for other in before if other['name'] == each['name']
                and other['hosts'] == most], folder)
    kinds = [('waits', 'p99', 'seconds that 99 of 100 calls take at most'),
             ('workers', 'workers', 'conductor workers that are needed')]
    for name, figure, words in kinds:
        pictures.draw(
            folder / ('performance-fleet-%s.svg' % name),
            [pictures.Curve(scenario, _against_hosts(
                rows, scenario, figure), color) for scenario, color in zip(
                    dict.fromkeys(each['name'] for each in rows),
                    _COLORS * 2, strict=False)],
            words, 'hosts', log_y=figure == 'workers')


def _draw_arrivals(row: dict[str, Any], before: Sequence[dict[str, Any]],
                   folder: pathlib.Path) -> None:
    lines = [pictures.Curve('now', _points(row), _COLORS[0], '')]
    lines += [pictures.Curve('before', _points(other), _BEFORE, '',
                             dashed=True) for other in before]
    pictures.draw(
        folder / ('performance-fleet-%s.svg' % row['name']), lines,
        'lookups in each second, %(hosts)d hosts, "%(name)s"' % row,
        'seconds since the beginning, or since the return', log_x=False)


def _points(row: dict[str, Any]) -> list[pictures.Point]:
    return [(second, (count, count, count)) for second, count in enumerate(
        row['figures']['curve'][:_SECONDS])]


def _against_hosts(rows: Sequence[dict[str, Any]], name: str, figure: str
                   ) -> list[pictures.Point]:
    found = []
    for each in rows:
        if each['name'] == name:
            value = (each['workers'] * each['cells'] if figure == 'workers'
                     else each['figures'][figure])
            found.append((float(each['hosts']), (value, value, value)))
    return sorted(found)
