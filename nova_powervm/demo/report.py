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

"""The demo's results as a table and as JSON."""

from collections.abc import Sequence
import dataclasses
from typing import Any

from nova_powervm.demo import devices
from nova_powervm.demo import measurements
from nova_powervm.testing import agreement
from nova_powervm.testing import image
from nova_powervm.testing import tables

_HEADINGS = (
    ('phase', 'LPARs', 'events', 'LPARs', 'REST', 'ctrl.', 'events',
     'nova knew', '9.0.0', '9.0.0', 'took'),
    ('', '', 'received', 'compared', 'reads', 'lookups', 'emitted',
     'after s', 'reads', 'lookups', 's'))

_SERVER_HEADINGS = ('server', 'boot disk', 'its SHA-256', "image's",
                    'drive KiB', 'adapter', 'bridge')

#: For how many servers each has a line, whatever it has.
MOST_SERVERS = 50

_SERVERS = (
    '%(count)d of %(all)d servers have a disk with the image\'s contents, a '
    'configuration drive and\n'
    'an adapter with their port\'s MAC. SHA-256 of the image:\n'
    '%(sha256)s')

RULE = (
    'nova knew after s: seconds from the change until nova\'s API showed it, '
    'of the first and of the last\n'
    'LPAR, with the event delay of %(delay)g s.\n'
    '9.0.0: the calls that release 9.0.0 would have made for the same events '
    'with the same delay: each\n'
    'time that an LPAR had sent no PartitionState event for so long, one '
    'REST read and one lookup, or\n'
    'two lookups where the first bit of the instance\'s uuid is set, which '
    'PowerVM clears.')


def _row(phase: measurements.Phase) -> tuple[str, ...]:
    known = phase.known_seconds
    return (
        phase.name, str(phase.lpars), str(phase.events), str(phase.compared),
        str(phase.rest_reads), str(phase.lookups), str(phase.emitted),
        '%.1f-%.1f' % (known[0], known[-1]) if known else '-',
        str(phase.release9_rest_reads), str(phase.release9_lookups),
        '%.1f' % phase.seconds)


def _total(phases: Sequence[measurements.Phase]) -> tuple[str, ...]:
    sums = [sum(values) for values in zip(*(
        (phase.events, phase.compared, phase.rest_reads, phase.lookups,
         phase.emitted, phase.release9_rest_reads, phase.release9_lookups)
        for phase in phases), strict=True)]
    counts = [str(count) for count in sums]
    return ('total', '', *counts[:5], '', *counts[5:],
            '%.1f' % sum(phase.seconds for phase in phases))


def table(phases: Sequence[measurements.Phase]) -> str:
    """Return the phases as text, one line each, and their totals."""
    return tables.table([*_HEADINGS, *map(_row, phases), _total(phases)],
                        rules=(len(_HEADINGS), -1))


def problems(phases: Sequence[measurements.Phase],
             disagreements: Sequence[agreement.Difference],
             found: Sequence[devices.Devices]) -> list[str]:
    """Return what should not have happened as text, one each.

    :param found: what the servers have.
    """
    return [*map(str, disagreements),
            *('%s: %s' % (phase.name, problem)
              for phase in phases for problem in phase.problems),
            *(str(server) for server in found if server.problems)]


def servers(found: Sequence[devices.Devices]) -> str:
    """Return what servers boot from as text.

    A line each; of more than :data:`MOST_SERVERS` their number, and a line
    for each that has something else.
    """
    wrong = [server for server in found if server.problems]
    shown = wrong if len(found) > MOST_SERVERS else found
    texts = [_SERVERS % {
        'count': len(found) - len(wrong), 'all': len(found),
        'sha256': image.SHA256}]
    if shown:
        texts.insert(0, tables.table(
            [_SERVER_HEADINGS, *map(_server_row, shown)], rules=(1,)) + '\n')
    return '\n'.join(texts)


def _server_row(server: devices.Devices) -> tuple[str, ...]:
    disk, drive = server.disk, server.drive
    return (
        server.server,
        '-' if disk is None else disk.name,
        '-' if disk is None else (disk.sha256 or 'empty')[:12],
        'yes' if server.boots_image else 'NO',
        '-' if drive is None else '%d' % ((drive.bytes or 0) >> 10),
        ' '.join(server.macs) or '-',
        ' '.join(server.bridges) or '-')


def as_dict(phases: Sequence[measurements.Phase],
            disagreements: Sequence[agreement.Difference],
            found: Sequence[devices.Devices],
            **settings: Any) -> dict[str, Any]:
    """Return everything that was measured, for JSON.

    :param found: what the servers have.
    :param settings: how the demo was run, and how long it took.
    """
    return {**settings,
            'disagreements': list(map(dataclasses.asdict, disagreements)),
            'phases': [dataclasses.asdict(phase) for phase in phases],
            'image_sha256': image.SHA256,
            'servers': [{**dataclasses.asdict(server),
                         'problems': server.problems}
                        for server in found]}
