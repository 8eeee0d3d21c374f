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

"""Limits of the figures, and checks that the results are right."""

from collections.abc import Iterable
from collections.abc import Mapping
import math
from typing import Any

from benchmarks import limits

Figures = Mapping[str, Any]

#: LPARs that one lookup of instances may serve.
LOOKUP_LPARS = 200
READS = 2
_POLL_US = 60.0
_DRAIN_FLOORS = 1.3
THREADS = 5
_LPAR_BYTES = 1024


def checks(storms: Iterable[Figures], floor: Figures | None,
           lpars: int) -> list[limits.Check]:
    """Compare the figures of storms with their budgets.

    :param floor: figures of the floor; None if it was not measured.
    :param lpars: number of LPARs in the storms.
    """
    found = []

    def check(name: str, words: str, measured: float, limit: float) -> None:
        found.append(limits.Check(f'{name}: {words}', measured, limit))

    for storm in storms:
        name = storm['name']
        if name == 'memory':
            for kind in ('pending', 'agreed'):
                check(name, f'bytes for each {kind} LPAR',
                      storm[f'{kind}_bytes'], _LPAR_BYTES)
            continue
        if name == 'power sync':
            check(name, 'REST reads', storm['reads'], READS)
        if 'poll' not in storm:
            continue
        if name.startswith('redundant'):
            limit = math.ceil(lpars / LOOKUP_LPARS)
            check(name, 'lookups', storm['lookups'], limit)
            check(name, 'REST reads', storm['reads'], READS)
        check(name, 'batches over their budget of calls',
              storm['over_budget'], 0)
        if storm['poll']['events']:
            check(name, 'poll thread, us an event',
                  storm['poll']['held_us'], _POLL_US)
        if name == 'crash' and floor is not None:
            check(name, 'drain, floors',
                  storm['drain'] / floor['seconds'], _DRAIN_FLOORS)
        check(name, 'threads', storm['threads'], THREADS)
    return found


def faults(storm: Figures) -> list[str]:
    """Return what is wrong with a storm's result: its figures are void."""
    found = []
    told, expected = storm.get('emits'), storm.get('emits_expected')
    if expected is not None and told != expected:
        found.append(f'nova was told {told} events instead of {expected}')
    if storm.get('disagree'):
        found.append(f'{storm["disagree"]} LPARs disagree with nova')
    if 'pending_lpars' in storm and storm['pending_lpars'] != storm['lpars']:
        found.append(f'{storm["pending_lpars"]} LPARs were pending when '
                     f'memory was measured instead of {storm["lpars"]}')
    return found
