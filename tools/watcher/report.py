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

"""Results as text and as tables of reStructuredText."""

from collections.abc import Sequence

from nova_powervm.testing import tables
from tools.watcher import figures as figures_mod
from tools.watcher import models
from tools.watcher import phases

Rows = Sequence[Sequence[str]]

# Of a table of differences; what there is beside is only counted.
_MOST_LINES = 30
_MOST_TEXT = 60


def result_rows(results: Sequence[phases.Result]) -> Rows:
    """Return a table of phases, with a header."""
    return [
        ('After', 'Equal after', 'Servers', 'Build', 'Requests',
         'Notifications'),
        *((result.name,
           'never' if result.seconds is None else '%.1f s' % result.seconds,
           str(result.servers), '%.2f s' % result.build.seconds,
           str(result.build.calls), str(sum(result.notifications.values())))
          for result in results)]


def figure_rows(figures: Sequence[figures_mod.Figure]) -> Rows:
    """Return a table of builds, with a header."""
    return [
        ('Servers', 'Cloud', 'Requests', 'One host', 'Requests'),
        *((str(figure.servers), '%.2f s' % figure.cloud.seconds,
           str(figure.cloud.calls), '%.2f s' % figure.host.seconds,
           str(figure.host.calls)) for figure in figures)]


def text(rows: Rows) -> str:
    """Return a table for a terminal."""
    return tables.table(rows, rules=(1,))


def rst(rows: Rows) -> str:
    """Return a table for the documentation."""
    lines = ['.. list-table::', '   :header-rows: 1', '']
    for first, *others in rows:
        lines += ['   * - ' + first, *('     - ' + cell for cell in others)]
    return '\n'.join([*lines, ''])


def line(result: phases.Result) -> str:
    """Say what came of a phase."""
    return '%s: %s; %d servers; %s' % (
        result.name,
        'equal after %.1f s' % result.seconds
        if result.seconds is not None
        else '%d differences' % len(result.differences),
        result.servers,
        ', '.join('%d %s' % (count, event) for event, count
                  in result.notifications.items()) or 'no notifications')


def differences(found: Sequence[models.Difference]) -> str:
    """Return a table of differences."""
    rows = [(one.name, one.field or '(all)',
             *('%s: %s' % (place, str(value)[:_MOST_TEXT])
               for place, value in zip(
                   one.places, (one.first, one.second), strict=True)))
            for one in found[:_MOST_LINES]]
    table = text([('Of', 'Field', 'Value', 'Other value'), *rows])
    beside = len(found) - _MOST_LINES
    return table if beside <= 0 else '%s\nand %d more' % (table, beside)
