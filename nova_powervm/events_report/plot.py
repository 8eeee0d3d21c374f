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

"""The report as a picture: what happened when."""

import datetime
from typing import Any

from nova_powervm.events_report import summary
from nova_powervm.events_report import timeline

_OUTAGE, _OUTAGE_TEXT = '#f8d0d6', '#aa3344'
_PANELS = (
    ('events', 'events from NovaLink', '#4477aa'),
    ('lpars', 'LPARs that batches compared', '#777777'),
    ('told', 'events told to nova', '#228833'),
    (timeline.SLOWEST, 'longest call to nova-conductor or NovaLink, s',
     '#aa7722'))


class CannotPlot(Exception):
    """There is no picture; the text says why."""


def plot(found: summary.Summary, path: str) -> None:
    """Draw a timeline, as SVG or PNG by the name of the file.

    :raises CannotPlot: if matplotlib is not installed, no line has a time, or
        the file cannot be written.
    """
    try:
        import matplotlib
        from matplotlib import figure as figures
    except ImportError:
        raise CannotPlot(
            'matplotlib is not installed; install nova-powervm[report]'
            ) from None
    total = found.total()
    if total.first is None or total.last is None:
        raise CannotPlot('no line has a time, so there is no timeline')
    # Text stays text, and the same log makes the same picture.
    matplotlib.rcParams.update(
        {'svg.fonttype': 'none', 'svg.hashsalt': 'nova-powervm'})
    figure = figures.Figure(figsize=(11, 8), layout='constrained')
    panels = figure.subplots(len(_PANELS), sharex=True)
    step = total.timeline.step
    for axes, (what, title, color) in zip(panels, _PANELS, strict=True):
        steps = total.timeline.of(what)
        axes.bar([_date(time) for time, _ in steps],
                 [count for _, count in steps],
                 width=datetime.timedelta(seconds=step), color=color)
        axes.set_title('%s, in each %s' % (title, _length(step)), loc='left',
                       fontsize=10)
        axes.set_ylim(bottom=0)
        axes.spines[['top', 'right']].set_visible(False)
    _outages(found, panels, total.first, total.last)
    axes.set_xlabel('time, as in the log')
    axes.tick_params(axis='x', labelrotation=20)
    figure.suptitle('PowerVM events of %s' % (
        ', '.join(found.hosts) if len(found.hosts) <= 4
        else '%d hosts' % len(found.hosts)), fontsize=12)
    try:
        figure.savefig(path, metadata={'Date': None}
                       if path.endswith('.svg') else None)
    except (OSError, ValueError) as error:
        raise CannotPlot('cannot write %s: %s' % (
            path, getattr(error, 'strerror', None) or error)) from None


def _outages(found: summary.Summary, panels: Any, first: float, last: float
             ) -> None:
    """Shade the outages, and name each at the top of the first panel."""
    for host, one in sorted(found.hosts.items()):
        for outage in one.outages.all():
            begin = first if outage.begin is None else outage.begin
            end = last if outage.end is None else outage.end
            for axes in panels:
                axes.axvspan(_date(begin), _date(end), color=_OUTAGE,
                             linewidth=0, zorder=0)
            panels[0].annotate(
                'outage: %s%s' % (outage.what, '' if len(found.hosts) == 1
                             else ', ' + host),
                (_date(begin), 1.0), xycoords=('data', 'axes fraction'),
                xytext=(2, -10), textcoords='offset points', fontsize=8,
                color=_OUTAGE_TEXT)


def _date(time: float) -> datetime.datetime:
    # Times have no zone: those of the log are shown as they are.
    return datetime.datetime.fromtimestamp(
        time, datetime.UTC).replace(tzinfo=None)


def _length(step: int) -> str:
    return 'second' if step == 1 else '%d s' % step
