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

"""The demo's calls beside those of release 9.0.0, as a picture.

matplotlib is imported when it is needed: the extra ``report`` has it, and the
demo does without.
"""

from collections.abc import Sequence
import typing

from nova_powervm.demo import measurements

if typing.TYPE_CHECKING:
    from matplotlib import axes as axes_type

_COLUMNS = (
    ('lookups', 'calls to nova-conductor'),
    ('rest_reads', 'reads from NovaLink'))
_BARS = (
    ('', 'this release', '#4477aa', -0.2),
    ('release9_', 'release 9.0.0, for the same events', '#bbbbbb', 0.2))
_BAR_HEIGHT = 0.38
_INCHES_EACH = 0.75
_INCHES_BESIDE = 1.5


def plot(phases: Sequence[measurements.Phase], path: str) -> None:
    """Draw the calls of each phase as bars, as SVG or PNG.

    :param path: file to write; its ending, ``.svg`` or ``.png``, says in which
        form.
    :raises ImportError: if matplotlib is not installed.
    :raises OSError: if the file cannot be written.
    """
    import matplotlib
    from matplotlib import figure as figures
    # Text stays text, and the same figures make the same picture.
    matplotlib.rcParams.update(
        {'svg.fonttype': 'none', 'svg.hashsalt': 'nova-powervm'})
    figure = figures.Figure(
        figsize=(10, _INCHES_BESIDE + _INCHES_EACH * len(phases)),
        layout='constrained')
    panels = figure.subplots(1, len(_COLUMNS), sharey=True)
    for axes, (field, title) in zip(panels, _COLUMNS, strict=True):
        _bars(axes, phases, field, title)
    panels[0].set_yticks(range(len(phases)), list(map(label, phases)))
    # The first phase on top.
    panels[0].invert_yaxis()
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc='outside lower center',
                  ncols=len(_BARS), frameon=False)
    figure.suptitle(title_of(phases), fontsize=12)
    figure.savefig(path, metadata={'Date': None}
                   if path.endswith('.svg') else None)


def _bars(axes: 'axes_type.Axes', phases: Sequence[measurements.Phase],
          field: str, title: str) -> None:
    for prefix, name, color, shift in _BARS:
        bars = axes.barh(
            [place + shift for place in range(len(phases))],
            [getattr(phase, prefix + field) for phase in phases],
            height=_BAR_HEIGHT, color=color, label=name)
        axes.bar_label(bars, padding=3, fontsize=9)
    axes.set_title(title, loc='left', fontsize=10)
    # Room for the number behind the longest bar.
    axes.margins(x=0.12)
    axes.tick_params(axis='y', length=0)
    axes.xaxis.set_visible(False)
    axes.spines[['top', 'right', 'bottom']].set_visible(False)


def label(phase: measurements.Phase) -> str:
    """Return what stands beside a phase's bars."""
    known = phase.known_seconds
    return '%s\n%d events, %s' % (
        phase.name, phase.events,
        'nova knew after %.1f s' % known[-1] if known else 'no news for nova')


def title_of(phases: Sequence[measurements.Phase]) -> str:
    """Return the picture's title: all calls for all events."""
    calls, calls_9 = (
        sum(getattr(phase, prefix + field) for phase in phases
            for field, _ in _COLUMNS) for prefix, *_ in _BARS)
    return ('%d events of %d LPARs: %d calls, where release 9.0.0 would have '
            'made %d' % (sum(phase.events for phase in phases),
                         max(phase.lpars for phase in phases), calls,
                         calls_9))
