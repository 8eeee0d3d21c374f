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


"""What is simulated: sizes, times and assumptions."""

import dataclasses
import math
import pathlib
from typing import Any

#: Scenarios by their names on the command line.
NAMES = ('day', 'start', 'redundant', 'rack', 'row', 'failing-60',
         'failing-300', 'silent-60', 'silent-300', 'resync-60', 'resync-300')
#: Those that are run unless others are named.
USUAL = ('day', 'start', 'redundant', 'row', 'failing-60', 'failing-300',
         'silent-60', 'resync-60')


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is simulated. Times in seconds where the name says nothing else.

    :param hosts: sizes of the fleet.
    :param lpars: LPARs of a host.
    :param cell_hosts: hosts of a cell, which has conductors of its own.
    :param workers: conductor workers of a cell; None for those of the plan.
    :param lookup_ms: time of a worker for a call about one uuid.
    :param uuid_ms: time for each further uuid.
    :param event_calls: nova's own calls to nova-conductor for an event.
    :param utilization: of the workers, that the plan is made for.
    :param timeout: ``rpc_response_timeout``.
    :param operations: by nova, of each host and hour.
    :param within: how long things that begin at once take to begin.
    :param day: how long a day is watched.
    """

    names: tuple[str, ...] = USUAL
    hosts: tuple[int, ...] = (100, 1000, 10_000)
    lpars: int = 100
    cell_hosts: int = 1000
    workers: int | None = None
    lookup_ms: float = 24.5
    uuid_ms: float = 0.1
    event_calls: int = 3
    utilization: float = 0.7
    timeout: float = 60.0
    operations: float = 4.0
    within: float = 1.0
    day: float = 1800.0
    seed: int = 0
    json: pathlib.Path | None = None
    plots: pathlib.Path | None = None
    files: tuple[pathlib.Path, ...] = ()

    def lookup_seconds(self, uuids: int) -> float:
        """Return how long a worker takes for a call about so many uuids."""
        return (self.lookup_ms + self.uuid_ms * (uuids - 1)) / 1000

    def cells(self, hosts: int) -> int:
        """Return the number of cells of a fleet."""
        return math.ceil(hosts / self.cell_hosts)


#: Changes for a run that ends within a minute on two CPUs.
QUICK: dict[str, Any] = {'hosts': (500,), 'cell_hosts': 100, 'lpars': 50}
