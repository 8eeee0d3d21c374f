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

"""The figures as text."""

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from nova_powervm.testing import tables

_MIB = 1024 * 1024

_HEADINGS = ('storm', 'events', 'lookups', 'reads', 'told', 'us/event',
             '(wall)', '(cpu)', 'drain s', 'floors', 'CPU s', 'MiB', '(grown)',
             'threads')


def storms(figures: Iterable[Mapping[str, Any]],
           floor: Mapping[str, Any] | None) -> str:
    """Return a table with a line for each storm."""
    return tables.table(
        [_HEADINGS, *(_row(storm, floor) for storm in figures
                      if 'poll' in storm)], rules=(1,))


def _row(storm: Mapping[str, Any],
         floor: Mapping[str, Any] | None) -> list[str]:
    poll = storm['poll']
    drain = storm['drain']
    timed = poll['events'] > 0
    return [
        storm['name'],
        str(poll['events']),
        str(storm['lookups']),
        str(storm['reads']),
        str(storm['emits']),
        f'{poll["held_us"]:.1f}' if timed else '-',
        f'{poll["wall_us"]:.1f}' if timed else '-',
        f'{poll["cpu_us"]:.1f}' if timed else '-',
        '-' if drain is None else f'{drain:.2f}',
        f'{drain / floor["seconds"]:.2f}'
        if floor and storm['name'] == 'crash' else '-',
        f'{storm["cpu_ingest"]:.1f}+{storm["cpu_drain"]:.1f}',
        f'{storm["memory"]["peak"] / _MIB:.0f}',
        f'{(storm["memory"]["peak"] - storm["memory"]["rest"]) / _MIB:.1f}',
        str(storm['threads']),
    ]


def floor_text(floor: Mapping[str, Any]) -> str:
    """Say what nova itself takes for the events of a crash."""
    return (
        f'floor: {floor["emits"]} events on {floor["threads"]} threads in '
        f'{floor["seconds"]:.2f} s, {floor["nova_calls"]} calls and '
        f'{floor["nova_reads"]} REST reads, CPU {floor["cpu"]:.1f} s; '
        f'a lookup of {floor["bulk_lpars"]} LPARs took '
        f'{floor["bulk_ms"]:.0f} ms, of one {floor["single_ms"]:.0f} ms')


def memory_text(memory: Mapping[str, Any]) -> str:
    """Say what the module keeps for an LPAR."""
    return (f'memory: {memory["pending_bytes"]:.0f} bytes for each pending '
            f'LPAR, {memory["agreed_bytes"]:.0f} for each LPAR that nova is '
            'known to agree about')


def power_sync_text(sync: Mapping[str, Any]) -> str:
    """Say what a round of nova's periodic power sync cost."""
    return (f'{sync["name"]}: {sync["reads"]} REST reads and '
            f'{sync["calls"]} calls for {sync["lpars"]} instances in '
            f'{sync["seconds"]:.2f} s, CPU {sync["cpu"]:.1f} s')
