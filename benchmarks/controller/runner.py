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

"""Runs every case: workers, hosts, a module, and the storms that it meets."""

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
import itertools
import pathlib
from typing import Any

from benchmarks import command
from benchmarks.controller import budgets
from benchmarks.controller import crew as crews
from benchmarks.controller import fleet
from benchmarks.controller import rows
from benchmarks.controller import rule
from benchmarks.controller import services
from benchmarks.controller import settings
from benchmarks.controller import storms
from benchmarks import limits
from benchmarks import machine
from nova_powervm.testing import processes

Row = dict[str, Any]

# Lookups of each process and for each worker before anything is measured.
_WARMING = 3

# What a storm is that did not take place.
_NOT_RUN: Row = {'ended': False, 'run': False}


@dataclasses.dataclass(frozen=True)
class Job:
    """The storms that a module meets on some hosts."""

    workers: int
    hosts: int
    module: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return '%s, hosts %d, workers %d' % (
            self.module, self.hosts, self.workers)


def jobs(options: settings.Settings) -> Iterator[Job]:
    """Yield what is to be run; nova-conductor is restarted least often."""
    for workers, hosts, module in itertools.product(
            options.workers, options.hosts, options.modules):
        if names := options.storms(module, hosts):
            yield Job(workers, hosts, module, names)


class Runner:
    """Runs jobs on a controller.

    :param tree: the tree of 9.0.0.
    """

    def __init__(self, controller: services.Controller,
                 options: settings.Settings, tree: pathlib.Path | None
                 ) -> None:
        self._controller = controller
        self._options = options
        self._tree = tree
        self._workers = 0

    def fill(self) -> int:
        """Fill the database; returns the number of servers."""
        options = self._options
        rows.fill(self._controller, options.most_hosts, options.lpars)
        return options.most_hosts * options.lpars

    def run(self, job: Job, add: Callable[[Row], object]) -> None:
        """Run one job, in new processes.

        :param add: called with each row, at once.
        :raises benchmarks.command.Failed: if that is not possible.
        """
        self.prepare(job.workers)
        left = list(job.names)
        try:
            with crews.aboard(self._options, job.module, job.hosts,
                              self._tree, self._controller.compute_file
                              ) as crew:
                # A worker's first call takes longer.
                crew.ask('warm', lookups=_WARMING * job.workers)
                self._controller.wait_quiet()
                # Ours compares everything at its start.
                ended = crew.settle(0.0, self._options.limit)
                while ended and left:
                    figures = storms.measure(
                        self._controller, crew, left[0], self._options,
                        job.hosts)
                    ended = figures['ended']
                    add(self._row(job, left.pop(0), figures))
        except processes.ProcessError as error:
            raise command.Failed('%s: %s' % (job, error)) from None
        for name in left:
            add(self._row(job, name, _NOT_RUN))
        if not ended:
            self._clear(job.hosts)

    def prepare(self, workers: int) -> None:
        """Have so many workers, and servers as if nothing had happened."""
        if workers != self._workers:
            self._controller.set_workers(workers)
            self._workers = workers
        rows.reset(self._controller)

    def _row(self, job: Job, name: str, figures: Row) -> Row:
        return {'module': job.module, 'name': name, 'workers': job.workers,
                'hosts': job.hosts, 'lpars': self._options.lpars,
                'figures': figures}

    def _clear(self, hosts: int) -> None:
        """Drop what a storm without end has left in the queues."""
        self._workers = 0
        for queue in ('conductor', *(
                'compute.' + fleet.host(number) for number in range(hosts))):
            self._controller.purge(queue)


class Results:
    """What the runs have shown.

    :ivar rows: each case's module, storm, workers, hosts and figures.
    :ivar plans: how MariaDB executes lookups.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.plans: list[Row] = []

    def load(self, path: pathlib.Path) -> str:
        """Add what an earlier run wrote.

        :returns: what it was measured on.
        :raises benchmarks.command.Failed: if it is not the file of a run.
        """
        with command.reading(path) as found:
            self.rows += found['runs']
            self.plans = found['plans'] or self.plans
            return machine.text(found['machine'])

    def checks(self) -> list[limits.Check]:
        """Compare the figures with the budgets."""
        return [check for row in self.rows for check in budgets.checks(row)]

    def rules(self) -> Row:
        """Return what follows from the figures."""
        return {'costs': [{**cost, 'rates': rule.rates(cost)}
                          for cost in rule.costs(self.rows)],
                'knees': rule.knees(self.rows)}

    @property
    def without_end(self) -> list[Row]:
        """The cases that did not end in time, or were not run for that."""
        return [row for row in self.rows if not row['figures']['ended']]
