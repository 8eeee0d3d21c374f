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

"""Curves as SVG: the same figures make the same file."""

from collections.abc import Sequence
import dataclasses
import io
import pathlib
import re
from typing import Any

#: A place on the horizontal axis, with the median, the least and the most.
Point = tuple[float, Sequence[float]]

_NUMBER = re.compile(r'-?\d+\.\d{2,}')
_BLANKS = re.compile(r' +$', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Curve:
    """Figures of one kind.

    :param color: as matplotlib knows it, such as ``#aa3344``.
    :param marker: as matplotlib knows it; none for an empty one.
    """

    label: str
    points: Sequence[Point]
    color: str
    marker: str = 'o'
    dashed: bool = False


def missing() -> bool:
    """Tell whether matplotlib cannot be imported."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return True
    return False


def draw(path: pathlib.Path, curves: Sequence[Curve], title: str, along: str,
         log_x: bool = True, log_y: bool = False) -> None:
    """Write a picture, whose folder has to exist.

    :param title: what the vertical axis shows, with its unit.
    :param along: what the horizontal axis shows, with its unit.
    :raises OSError: if it cannot be written.
    """
    import matplotlib
    from matplotlib import figure as figures
    # Text stays text.
    matplotlib.rcParams.update(
        {'svg.fonttype': 'none', 'svg.hashsalt': 'nova-powervm',
         'font.sans-serif': ['DejaVu Sans']})
    picture = figures.Figure(figsize=(7, 4), layout='constrained')
    axes = picture.subplots()
    for curve in curves:
        _add(axes, curve)
    if log_x:
        axes.set_xscale('log')
    if log_y:
        axes.set_yscale('log')
    else:
        axes.set_ylim(bottom=0)
    axes.set_xlabel(along)
    axes.set_title(title, fontsize=10, loc='left')
    axes.legend()
    axes.spines[['top', 'right']].set_visible(False)
    svg = io.StringIO()
    picture.savefig(svg, format='svg', metadata=dict.fromkeys(
        ('Creator', 'Date', 'Format', 'Type')))
    # No blanks at the ends of lines, no digits that nobody sees.
    path.write_text(_NUMBER.sub(
        lambda number: '%.1f' % float(number[0]),
        _BLANKS.sub('', svg.getvalue())), encoding='utf-8')


def _add(axes: Any, curve: Curve) -> None:
    places = [place for place, _ in curve.points]
    medians = [values[0] for _, values in curve.points]
    spread = [[values[0] - values[1] for _, values in curve.points],
              [values[2] - values[0] for _, values in curve.points]]
    # Without a spread there would still be the caps of its bars.
    axes.errorbar(places, medians, yerr=spread if any(map(any, spread)) else
                  None, label=curve.label, color=curve.color,
                  marker=curve.marker, capsize=3,
                  linestyle='--' if curve.dashed else '-')
