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

"""What was measured, as text, as reStructuredText and as JSON."""

from collections.abc import Sequence
import dataclasses
import datetime
from typing import Any

from nova_powervm.testing import tables
from tools.minicloud.faults import catalog
from tools.minicloud.faults import conductors
from tools.minicloud.faults import counters
from tools.minicloud.faults import measuring

_HEADINGS = (
    ('fault', 'equal', 'allowed', 'servers', 'broker', 'selects', 'updates',
     'inserts', 'our', 'our', 'events', 'tracebacks'),
    ('', 'after s', 's', 'run then', 'messages', '', '', '', 'lookups',
     'reads', 'told', 'of ours'))

_STORM_HEADINGS = (
    ('workers', 'calls', 'over 1 s', 'mean', 'slowest', 'all right',
     'messages', 'selects', 'updates', 'conductor'),
    ('', '', '%', 's', 's', 'after s', 'a server', 'a server', 'a server',
     'CPU s a server'))


def _row(row: measuring.Row) -> tuple[str, ...]:
    allowed, counts = row.fault.allowed, row.counts
    return (
        row.fault.name,
        'never' if row.seconds is None else '%.0f' % row.seconds,
        'any' if allowed is None else '%.0f' % allowed, str(row.running),
        '%.0f' % counts.messages, '%.0f' % counts.selects,
        '%.0f' % counts.updates, '%.0f' % counts.inserts,
        str(row.share.lookups), str(row.share.reads), str(row.share.emitted),
        str(len(row.tracebacks)))


def _storm(storm: conductors.Storm) -> tuple[str, ...]:
    calls, counts = storm.calls, storm.counts.per(storm.servers)
    return (
        str(storm.workers), str(len(calls)),
        '%.1f' % (100 * conductors.share_over(calls, 1.0)),
        '%.2f' % conductors.mean(calls), '%.2f' % max(calls, default=0.0),
        'never' if storm.seconds is None else '%.0f' % storm.seconds,
        '%.0f' % counts.messages, '%.0f' % counts.selects,
        '%.0f' % counts.updates, '%.2f' % (storm.cpu / storm.servers))


def table(rows: Sequence[measuring.Row]) -> str:
    """Return faults as text, one line each."""
    return tables.table([*_HEADINGS, *map(_row, rows)],
                        rules=(len(_HEADINGS),))


def storm_table(storms: Sequence[conductors.Storm]) -> str:
    """Return storms as text, one line for each number of workers."""
    return tables.table([*_STORM_HEADINGS, *map(_storm, storms)],
                        rules=(len(_STORM_HEADINGS),))


def legend(idle: counters.Counters) -> str:
    """Return what the columns of the table of faults mean."""
    return (
        'equal after s: until nova\'s API shows every server as NovaLink has '
        'its LPAR, with no task.\n'
        'allowed: %g times what was seen before. run then: servers that ran '
        'in the end.\n'
        'Counts are of the whole cloud until %d event delays later, less '
        'those of an idle cloud that is\n'
        'compared alike: %.1f messages, %.1f selects, %.1f updates and %.1f '
        'inserts a second.\n'
        'our: the event module\'s own lookups, two messages each, and its '
        'reads from NovaLink; the rest is nova\'s.'
        % (catalog.TOLERANCE, measuring.QUIET_DELAYS,
           *dataclasses.astuple(idle)))


def rst(headings: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]
        ) -> str:
    """Return a list-table of reStructuredText.

    :param headings: lines of the header, of equally many cells as the rows.
    """
    header = [' '.join(filter(None, cells))
              for cells in zip(*headings, strict=True)]
    lines = ['.. list-table::', '   :header-rows: 1', '']
    for first, *others in [header, *rows]:
        lines += ['   * - %s' % first, *('     - %s' % cell
                                         for cell in others)]
    return '\n'.join([*lines, ''])


def rst_table(rows: Sequence[measuring.Row], caption: str) -> str:
    """Return faults as reStructuredText, what each is before the table."""
    lines = [caption, '']
    for row in rows:
        lines += ['``%s``' % row.fault.name,
                  '  %s. Counted from: %s.' % (
                      row.fault.summary, row.fault.counted_from), '']
    return '\n'.join([*lines, rst(_HEADINGS, [*map(_row, rows)])])


def rst_storm_table(storms: Sequence[conductors.Storm], caption: str
                    ) -> str:
    """Return storms as reStructuredText."""
    return '\n'.join([caption, '', rst(
        _STORM_HEADINGS, [*map(_storm, storms)])])


def caption(command: str, cpus: int, today: datetime.date) -> str:
    """Return the sentence that says where figures come from."""
    return 'Seen on %s with ``tox -e cloud -- %s``, on %d CPUs:' % (
        today.isoformat(), command, cpus)


def as_dict(rows: Sequence[measuring.Row], idle: counters.Counters
            ) -> dict[str, Any]:
    """Return everything that was measured of faults, for JSON."""
    return {
        'idle': dataclasses.asdict(idle),
        'faults': [{
            'fault': row.fault.name, 'summary': row.fault.summary,
            'counted_from': row.fault.counted_from,
            'budget': row.fault.budget, 'allowed': row.fault.allowed,
            'servers': row.servers, 'seconds': row.seconds,
            'running': row.running, 'length': row.length,
            'counts': dataclasses.asdict(row.counts),
            'ours': dataclasses.asdict(row.share), 'differs': row.differs,
            'tracebacks': row.tracebacks,
            'expected_tracebacks': len(row.logged) - len(row.tracebacks),
            'healed': list(row.healed),
            'notes': list(row.notes), 'problems': row.problems}
            for row in rows]}


def storms_as_dict(storms: Sequence[conductors.Storm],
                   idle: counters.Counters) -> dict[str, Any]:
    """Return everything that was measured of storms, for JSON."""
    return {'idle': dataclasses.asdict(idle),
            'storms': [dataclasses.asdict(storm) for storm in storms]}
