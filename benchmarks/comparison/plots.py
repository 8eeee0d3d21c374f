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
import io
import pathlib
import re
from typing import Any

from benchmarks.comparison import releases

# By file: the storm, the figure, and what it is.
_PICTURES = {
    'drain': ('crash', 'last',
              'seconds after the delay until nova is right about all'),
    'lookups': ('redundant', 'lookups', 'lookups through nova-conductor'),
    'memory': ('crash', 'mib', 'resident memory of the process at most, MiB')}
_STYLES = {releases.OLD: ('#aa3344', 'o'), releases.OURS: ('#4477aa', 's'),
           releases.OURS_EVENTLET: ('#228833', '^')}
_FLOOR = 'floor'

_NUMBER = re.compile(r'-?\d+\.\d{2,}')
_BLANKS = re.compile(r' +$', re.MULTILINE)


def missing() -> bool:
    """Tell whether matplotlib cannot be imported."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return True
    return False


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
            path.write_text(_picture(curves, words, storm), encoding='utf-8')
            written.append(path)
    return written


def _curve(found: list[dict[str, Any]], name: str, module: str, figure: str
           ) -> list[tuple[int, list[float]]]:
    return sorted((each['lpars'], each['figures'][figure]) for each in found
                  if (each['name'], each['module']) == (name, module)
                  and each['figures'][figure] is not None)


def _picture(curves: dict[str, list[tuple[int, list[float]]]], words: str,
             storm: str) -> str:
    import matplotlib
    from matplotlib import figure as figures
    # Text stays text, and the same figures make the same picture.
    matplotlib.rcParams.update(
        {'svg.fonttype': 'none', 'svg.hashsalt': 'nova-powervm',
         'font.sans-serif': ['DejaVu Sans']})
    picture = figures.Figure(figsize=(7, 4), layout='constrained')
    axes = picture.subplots()
    for name, points in curves.items():
        if not points:
            continue
        color, marker = _STYLES.get(name, ('#999999', ''))
        lpars = [size for size, _ in points]
        medians = [values[0] for _, values in points]
        spread = [[values[0] - values[1] for _, values in points],
                  [values[2] - values[0] for _, values in points]]
        axes.errorbar(lpars, medians, yerr=spread, label=_label(name),
                      color=color, marker=marker, capsize=3,
                      linestyle='--' if name == _FLOOR else '-')
    axes.set_xscale('log')
    if words.startswith(('seconds', 'lookups')):
        axes.set_yscale('log')
    else:
        axes.set_ylim(bottom=0)
    axes.set_xlabel('LPARs in the storm "%s"' % storm)
    axes.set_title(words, fontsize=10, loc='left')
    axes.legend()
    axes.spines[['top', 'right']].set_visible(False)
    svg = io.StringIO()
    picture.savefig(svg, format='svg', metadata=dict.fromkeys(
        ('Creator', 'Date', 'Format', 'Type')))
    # No blanks at the ends of lines, no digits that nobody sees.
    return _NUMBER.sub(lambda number: '%.1f' % float(number[0]),
                       _BLANKS.sub('', svg.getvalue()))


def _label(name: str) -> str:
    if name == releases.OLD:
        return 'nova-powervm 9.0.0, eventlet'
    if name == _FLOOR:
        return "nova's own calls alone"
    return 'this event module, %s' % name
