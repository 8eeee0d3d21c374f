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

"""Tables of what a run of tempest found: for a terminal and for the docs."""

from collections.abc import Iterator
from collections.abc import Sequence

from tools.minicloud import tempest_results

_HEADINGS = ('class', tempest_results.PASSED, tempest_results.SKIPPED,
             tempest_results.FAILED, 'seconds')


def text(results: Sequence[tempest_results.Result]) -> str:
    """Return the tables for a terminal."""
    rows = [_HEADINGS, *_cells(results)]
    width = max(len(row[0]) for row in rows)
    lines = [row[0].ljust(width) + ' %6s %6s %6s %9s' % row[1:]
             for row in rows]
    rule = '-' * len(lines[0])
    lines[1:1] = [rule]
    lines[-1:-1] = [rule]
    skipped = tempest_results.reasons(results)
    if skipped:
        lines += ['', 'Skipped:']
        lines += ['%6d  %s' % (count, reason) for reason, count in skipped]
    return '\n'.join(lines) + '\n'


def rst(results: Sequence[tempest_results.Result], command: str, date: str,
        seconds: float) -> str:
    """Return the tables as reStructuredText.

    :param command: how tempest was run.
    :param date: when.
    :param seconds: how long it took, on the clock.
    """
    lines = ['``%s`` on %s took %.0f s:' % (command, date, seconds), '',
             '.. list-table::', '   :header-rows: 1',
             '   :widths: 60 10 10 10 10', '']
    for row in (_HEADINGS, *_cells(results)):
        lines += ['   %s - %s' % ('*' if i == 0 else ' ', _literal(i, cell))
                  for i, cell in enumerate(row)]
    skipped = tempest_results.reasons(results)
    if skipped:
        lines += ['', "Skipped, with tempest's reasons:", '',
                  '.. list-table::', '   :header-rows: 1',
                  '   :widths: 10 90', '', '   * - tests', '     - reason']
        for reason, count in skipped:
            lines += ['   * - %d' % count,
                      '     - %s' % reason.replace('*', r'\*')]
    return '\n'.join(lines) + '\n'


def _cells(results: Sequence[tempest_results.Result]
           ) -> Iterator[tuple[str, str, str, str, str]]:
    for row in (*tempest_results.by_class(results),
                tempest_results.total(results)):
        passed, skipped, failed = [
            str(row.counts[outcome]) for outcome in _HEADINGS[1:4]]
        yield row.name, passed, skipped, failed, '%.1f' % row.seconds


def _literal(column: int, cell: str) -> str:
    return '``%s``' % cell if column == 0 and '.' in cell else cell
