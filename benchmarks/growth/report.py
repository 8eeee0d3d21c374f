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

"""The figures as lines of text."""

from collections.abc import Iterable
from collections.abc import Sequence

from benchmarks.growth import fits
from benchmarks.growth import summary
from nova_powervm.testing import tables

_SYNC = {'reads': 'reads', 'calls': 'calls', 'seconds': 's', 'cpu': 'CPU s',
         'each_reads': 'reads, each', 'each_calls': 'calls, each',
         'each_seconds': 's, each', 'each_cpu': 'CPU s, each'}
_COUNTED = ('reads', 'calls', 'threads')


def row(found: summary.Row) -> str:
    """Return a line about one run."""
    return '%-8s %-9s %6d LPARs  %s' % (
        found['name'], found['backend'], found['lpars'], '  '.join(
            '%s %s' % (name, _number(name, value))
            for name, value in found['figures'].items()))


def text(summaries: Sequence[summary.Row]) -> str:
    """Return tables of all that there are figures of."""
    parts = [_alone(summaries, 'CPU us an event or LPAR', 1.0),
             _alone(summaries, 'CPU ms a batch of all LPARs', 1e-3),
             _growth(summaries), _handlers(summaries), _sync(summaries)]
    return '\n\n'.join(filter(None, parts))


def _of(summaries: Iterable[summary.Row], name: str) -> list[summary.Row]:
    return [each for each in summaries if each['name'] == name]


def _alone(summaries: Iterable[summary.Row], title: str, unit: float) -> str:
    """Return a table of costs.

    :param unit: 1 for those of one LPAR; else what a microsecond is, for
        those of all.
    """
    whole = unit != 1.0
    work = summary.WORK[1:] if whole else summary.WORK
    names = () if whole else ('pending_bytes', 'known_bytes')
    rows: list[tuple[str, ...]] = [
        ('LPARs', 'backend', 'runs', *work,
         *(name.replace('_', ' ') for name in names))]
    for each in _of(summaries, 'alone'):
        by = unit * each['lpars'] if whole else 1.0
        figures = each['figures']
        rows.append((str(each['lpars']), each['backend'], str(each['runs']), *(
            _cell('us', [value * by for value in figures['%s_us' % name]])
            for name in work), *(_cell(name, figures[name])
                                 for name in names)))
    return _table(title, rows, 2)


def _growth(summaries: Iterable[summary.Row]) -> str:
    rows = [('backend', 'work', 'largest by smallest', 'exponent')]
    for (backend, work), costs in summary.growth(summaries).items():
        ratio, exponent = fits.ratio(costs), fits.exponent(costs)
        if ratio is not None and exponent is not None:
            rows.append((backend, work, '%.2f' % ratio, '%.3f' % exponent))
    return _table('Growth, from %d LPARs on' % fits.LEAST_LPARS, rows, 2)


def _handlers(summaries: Iterable[summary.Row]) -> str:
    work = ('event', 'resync', 'asked', 'known', 'told')
    rows = [('handlers', 'LPARs', 'backend', 'runs', *(
        '%s us' % each for each in work), 's', 'threads')]
    for each in _of(summaries, 'handlers'):
        rows.append((
            str(each['handlers']), str(each['lpars']), each['backend'],
            str(each['runs']), *(
                _cell('us', each['figures']['%s_us' % name])
                for name in work), *(_cell(name, each['figures'][name])
                                     for name in ('seconds', 'threads'))))
    return _table('Many handlers, CPU us an event or LPAR', rows, 3)


def _sync(summaries: Iterable[summary.Row]) -> str:
    rows = [('instances', 'backend', 'runs', *_SYNC.values())]
    for each in _of(summaries, 'sync'):
        rows.append((str(each['lpars']), each['backend'], str(each['runs']), *(
            _cell(name, each['figures'][name]) for name in _SYNC)))
    return _table("nova's periodic power sync, and with one read each", rows,
                  2)


def _table(title: str, rows: Sequence[Sequence[str]], left: int) -> str:
    if len(rows) == 1:
        return ''
    return '%s\n%s' % (title, tables.table(rows, rules=(1,), left=left))


def _cell(name: str, values: Sequence[float]) -> str:
    median, least, most = (_number(name, value) for value in values)
    return median if least == most else '%s (%s-%s)' % (median, least, most)


def _number(name: str, value: float) -> str:
    if name.endswith(_COUNTED) or name.endswith('bytes'):
        return '%.0f' % value
    return '%.1f' % value if value >= 1 else '%.2f' % value
