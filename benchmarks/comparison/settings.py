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


"""What is run: sizes, delays and how often."""

import dataclasses
import pathlib
from typing import Any

from benchmarks.comparison import releases

#: Storms and faults by their names on the command line.
STORMS = ('redundant', 'busy', 'restart', 'crash', 'mixed')
FAULTS = ('controller-away', 'rest-away', 'missing-events')
NAMES = STORMS + FAULTS

# 9.0.0 needs up to 0.6 ms for an event, and all events of a storm should come
# within the delay: otherwise it looks at LPARs that are not done yet.
_SECONDS_AN_LPAR = 0.015
_LEAST_DELAY = 1.0
_MOST_DELAY = 15.0

# A case with 9.0.0 and so many LPARs takes minutes.
_MANY_LPARS = 1000


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is run. Times in seconds where the name says nothing else.

    :param lpars: sizes of the storms.
    :param fault_lpars: size for the faults.
    :param runs: of each storm with fewer than 1,000 LPARs.
    :param long_runs: of each other storm, and of each fault.
    :param side_by_side: cases that run at a time, if they mostly wait.
    :param away: how long a service is away.
    :param events: PartitionState events of each LPAR in a storm.
    :param files: what earlier runs wrote, to be shown instead of a run.
    :param counts: only counted figures have budgets.
    """

    names: tuple[str, ...] = NAMES
    modules: tuple[str, ...] = releases.NAMES
    lpars: tuple[int, ...] = (10, 100, 1000)
    fault_lpars: int = 100
    runs: int = 5
    long_runs: int = 1
    side_by_side: int = 2
    away: float = 60.0
    events: int = 12
    rpc_ms: float = 25.0
    rest_ms: float = 10.0
    conductors: int = 2
    emit_workers: int = 4
    counts: bool = False
    json: pathlib.Path | None = None
    plots: pathlib.Path | None = None
    wheel: pathlib.Path | None = None
    files: tuple[pathlib.Path, ...] = ()

    def storm_runs(self, lpars: int) -> int:
        """Return how often a storm of so many LPARs is run."""
        return self.long_runs if lpars >= _MANY_LPARS else self.runs

    def delay(self, lpars: int) -> float:
        """Return the delay with so many LPARs, for both modules."""
        return min(_MOST_DELAY, max(_LEAST_DELAY, lpars * _SECONDS_AN_LPAR))

    def limit(self, lpars: int) -> float:
        """Return how long a wait may take: a few times what it does."""
        calls = lpars * 8 * self.rpc_ms / 1000 / self.conductors
        reads = lpars * 3 * self.rest_ms / 1000
        return 150 + self.away + 10 * self.delay(lpars) + 3 * (calls + reads)


#: Changes for a run that ends within five minutes on two CPUs.
QUICK: dict[str, Any] = {
    'lpars': (50,), 'fault_lpars': 20, 'runs': 1, 'away': 8.0,
    'modules': (releases.OLD, releases.OURS)}
#: Changes for one of which only counted figures are of interest.
COUNTS: dict[str, Any] = {'names': STORMS, 'counts': True}
