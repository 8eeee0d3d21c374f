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

"""The figures against the number of hosts, as pictures."""

from collections.abc import Callable
from collections.abc import Iterable
import pathlib
import statistics
from typing import Any

from benchmarks.comparison import releases
from benchmarks import pictures

Row = dict[str, Any]

_DRAIN = ('seconds after the delay until nova is right about all servers '
          'that crashed')

_COLORS = {releases.OLD: ('#aa3344', 'o'), releases.OURS: ('#4477aa', 's'),
           releases.OURS_EVENTLET: ('#228833', '^')}
# Of the curves for the numbers of workers; other modules than ours have
# their own color.
_FURTHER = (_COLORS[releases.OURS], ('#ee7733', 'v'), ('#009988', 'D'),
            ('#cc3311', 'x'), ('#999999', '+'))


def draw(rows: Iterable[Row], folder: pathlib.Path) -> list[pathlib.Path]:
    """Draw all pictures of which there are figures.

    :param rows: those of the runs.
    :param folder: made if it is not there.
    :returns: the files.
    :raises OSError: if one cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = [row for row in rows if row['figures']['ended']]
    wanted = {
        'drain': (_drains(found), _DRAIN),
        'cpu': (_by_module(found, lambda figures: figures['conductor_cpu']),
                'seconds of CPU of nova-conductor'),
        'queries': (_by_module(found, lambda figures: figures['selects']
                               + figures['updates'] + figures['inserts']),
                    'queries at the database')}
    written = []
    for name, (curves, title) in wanted.items():
        if curves:
            path = folder / ('performance-controller-%s.svg' % name)
            pictures.draw(path, curves, title, 'hosts', log_y=True)
            written.append(path)
    return written


def _drains(rows: list[Row]) -> list[pictures.Curve]:
    """Return a curve for each module and number of workers."""
    curves = []
    workers = sorted({row['workers'] for row in rows})
    for module in releases.NAMES:
        for index, count in enumerate(workers):
            points = _points(
                (row for row in rows if (
                    row['name'], row['module'], row['workers']) == (
                        'crash', module, count)),
                lambda figures: figures['drain'])
            if points:
                color, marker = _FURTHER[index % len(_FURTHER)]
                if module != releases.OURS:
                    color = _COLORS[module][0]
                curves.append(pictures.Curve(
                    '%s, workers: %d' % (_label(module), count), points,
                    color, marker, dashed=module != releases.OURS))
    return curves


def _by_module(rows: list[Row], of: Callable[[Row], float]
               ) -> list[pictures.Curve]:
    """Return a curve for each module and storm, over all workers."""
    curves = []
    for name, dashed in (('redundant', False), ('crash', True)):
        for module in releases.NAMES:
            points = _points((row for row in rows if (
                row['name'], row['module']) == (name, module)), of)
            if points:
                curves.append(pictures.Curve(
                    '%s, %s' % (_label(module), name), points,
                    *_COLORS[module], dashed=dashed))
    return curves


def _points(rows: Iterable[Row], of: Callable[[Row], float | None]
            ) -> list[pictures.Point]:
    """Return by hosts the median, the least and the most."""
    values: dict[int, list[float]] = {}
    for row in rows:
        value = of(row['figures'])
        # The axis is logarithmic.
        if value:
            values.setdefault(row['hosts'], []).append(value)
    return [(hosts, (statistics.median(found), min(found), max(found)))
            for hosts, found in sorted(values.items())]


def _label(module: str) -> str:
    if module == releases.OLD:
        return '9.0.0'
    return 'this event module, %s' % module
