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


"""The figures against the number of LPARs, as pictures."""

from collections.abc import Iterable
import pathlib
from typing import Any

from benchmarks.comparison import releases
from benchmarks import pictures

# By file: the storm, the figure, and what it is.
_PICTURES = {
    'drain': ('crash', 'last',
              'seconds after the delay until nova is right about all'),
    'lookups': ('redundant', 'lookups', 'lookups through nova-conductor'),
    'memory': ('crash', 'mib', 'resident memory of the process at most, MiB')}
_STYLES = {releases.OLD: ('#aa3344', 'o'), releases.OURS: ('#4477aa', 's'),
           releases.OURS_EVENTLET: ('#228833', '^')}
_FLOOR = 'floor'


def draw(found: Iterable[dict[str, Any]], folder: pathlib.Path
         ) -> list[pathlib.Path]:
    """Draw all pictures of which there are figures.

    :param found: what :meth:`.runner.Results.summaries` returns.
    :param folder: made if it is not there.
    :returns: the files.
    :raises OSError: if one cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    results = list(found)
    for name, (storm, figure, words) in _PICTURES.items():
        curves = {module: _curve(results, storm, module, figure)
                  for module in releases.NAMES}
        if figure == 'last':
            curves[_FLOOR] = _curve(
                results, _FLOOR, releases.OURS, figure)
        if any(curves.values()):
            path = folder / ('performance-%s.svg' % name)
            pictures.draw(
                path, [_styled(*curve) for curve in curves.items()
                       if curve[1]], words, 'LPARs in the storm "%s"' % storm,
                log_y=words.startswith(('seconds', 'lookups')))
            written.append(path)
    return written


def _curve(found: list[dict[str, Any]], name: str, module: str, figure: str
           ) -> list[pictures.Point]:
    return sorted((each['lpars'], each['figures'][figure]) for each in found
                  if (each['name'], each['module']) == (name, module)
                  and each['figures'][figure] is not None)


def _styled(name: str, points: list[pictures.Point]) -> pictures.Curve:
    color, marker = _STYLES.get(name, ('#999999', ''))
    return pictures.Curve(_label(name), points, color, marker,
                          dashed=name == _FLOOR)


def _label(name: str) -> str:
    if name == releases.OLD:
        return 'nova-powervm 9.0.0, eventlet'
    if name == _FLOOR:
        return "nova's own calls alone"
    return 'this event module, %s' % name
