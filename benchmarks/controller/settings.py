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

"""What is run: sizes, numbers of workers, and how long it may take."""

import dataclasses
import pathlib
from typing import Any

from benchmarks.comparison import releases

#: Storms by their names on the command line, in the order of their run.
NAMES = ('redundant', 'resync', 'crash')


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is run. Times in seconds.

    :param workers: numbers of nova-conductor's workers.
    :param hosts: numbers of hosts.
    :param lpars: LPARs of each host.
    :param crash_most: hosts above which nothing crashes.
    :param old_most: hosts above which 9.0.0 is left out.
    :param processes: how many processes carry the hosts.
    :param delay: ``[powervm] event_delay``, of both modules.
    :param emit_workers: ``[powervm] event_emit_workers``, of ours.
    :param pool_size: ``[database] max_pool_size`` of nova-conductor.
    :param limit: how long a storm may take.
    :param first_port: the first of the ports, which follow each other.
    :param explain: only ask MariaDB how it executes lookups.
    :param files: what earlier runs wrote, to be shown instead of a run.
    """

    names: tuple[str, ...] = NAMES
    modules: tuple[str, ...] = (releases.OLD, releases.OURS)
    workers: tuple[int, ...] = (1, 2, 4)
    hosts: tuple[int, ...] = (1, 10, 50)
    lpars: int = 200
    crash_most: int = 10
    old_most: int = 10
    processes: int = 2
    delay: float = 5.0
    emit_workers: int = 4
    # oslo.db's default.
    pool_size: int = 5
    limit: float = 1800.0
    first_port: int = 13500
    explain: bool = False
    json: pathlib.Path | None = None
    plots: pathlib.Path | None = None
    wheel: pathlib.Path | None = None
    files: tuple[pathlib.Path, ...] = ()

    def storms(self, module: str, hosts: int) -> tuple[str, ...]:
        """Return the storms that a module meets on so many hosts."""
        if module == releases.OLD and hosts > self.old_most:
            return ()
        left_out = set()
        if hosts > self.crash_most:
            left_out.add('crash')
        if module == releases.OLD:
            # It compares nothing by itself.
            left_out.add('resync')
        return tuple(name for name in self.names if name not in left_out)

    @property
    def most_hosts(self) -> int:
        """The hosts of which the database has servers."""
        return max(self.hosts)


#: ``[powervm] event_batch_size``: LPARs that one lookup serves.
LOOKUP_LPARS = 200

#: Changes for a run that ends within two minutes on two CPUs.
QUICK: dict[str, Any] = {
    'names': ('redundant', 'crash'), 'workers': (1, 2), 'hosts': (1, 4),
    'lpars': 50, 'crash_most': 1, 'delay': 1.0, 'limit': 120.0}
