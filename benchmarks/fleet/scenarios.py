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


"""What befalls all hosts, and what their calls were."""

from collections.abc import Callable
import dataclasses
import functools
import gc
import random

from benchmarks.fleet import cases
from benchmarks.fleet import cells
from benchmarks.fleet import engine
from benchmarks.fleet import hosts
from benchmarks.fleet import settings
from benchmarks.fleet import sites

# Seconds within which all nova-computes have started, and have compared all
# instances; then something happens.
_STARTING = 30.0
_CALM = 120.0

# Seconds after which nothing more is waited for.
_PATIENCE = 3600.0
# Seconds after an event after which what follows from it has come to rest,
# but for what is remembered for longer.
_REST = 120.0

@dataclasses.dataclass
class World:
    """All hosts, and when something befell them.

    :ivar since: from when on calls count.
    :ivar until: until when.
    """

    engine: engine.Engine
    cells: list[cells.Cell]
    hosts: list[hosts.Host]
    since: float = 0.0
    until: float = 0.0


class Scenario:
    """Makes a world, and lets something befall it.

    :param size: number of hosts.
    :param workers: conductor workers of a cell.
    """

    def __init__(self, options: settings.Settings, size: int, workers: int
                 ) -> None:
        self._options = options
        self._size = size
        self._random = random.Random(options.seed)
        self._engine = engine.Engine()
        self._site = sites.Site(
            options, self._engine, self._random.random)
        self._cells = [
            cells.Cell(self._engine, workers, options.timeout)
            for _ in range(options.cells(size))]
        self._hosts: list[hosts.Host] = []

    def run(self, name: str) -> World:
        """Let it happen, and return what became of it."""
        with sites.in_place_of_nova():
            self._start(self._options.within if name == 'start'
                        else _STARTING)
            if name != 'start':
                self._engine.run(_CALM)
            # There is much, and none of it is garbage.
            gc.collect()
            gc.freeze()
            try:
                since = self._happen(name)
            finally:
                gc.unfreeze()
        return World(self._engine, self._cells, self._hosts, since,
                     self._engine.now)

    def _happen(self, name: str) -> float:
        if name == 'start':
            self._engine.run(_CALM)
            return 0.0
        if name in cases.OUTAGES:
            return self._outage(cases.OUTAGES[name])
        since = self._engine.now
        if name in cases.CRASHES:
            count = max(round(len(self._hosts) * cases.CRASHES[name]), 1)
            for host in self._random.sample(self._hosts, count):
                self._within(self._options.within, functools.partial(
                    host.stop_lpars, range(self._options.lpars)))
            self._until_right()
        elif name == 'redundant':
            for host in self._hosts:
                self._within(self._options.within, functools.partial(
                    host.tell, range(self._options.lpars)))
            self._engine.run(since + _REST)
        else:
            since = self._day()
        return since

    def _start(self, within: float) -> None:
        for number in range(self._size):
            cell = self._cells[number % len(self._cells)]
            offset = self._random.uniform(0, 1e6)
            self._within(within, functools.partial(
                self._add_host, cell, offset))

    def _add_host(self, cell: cells.Cell, offset: float) -> None:
        self._hosts.append(hosts.Host(self._site, cell, offset))

    def _within(self, seconds: float, work: Callable[[], object]) -> None:
        self._engine.at(self._engine.now + self._random.uniform(0, seconds),
                        work)

    def _outage(self, case: cases.Outage) -> float:
        """Let something befall each host while the controller is away."""
        for cell in self._cells:
            cell.leave(cells.Away.SILENT if case.silent
                       else cells.Away.FAILING)
        for host in self._hosts:
            self._within(case.away, functools.partial(host.stop_lpars, [0]))
            if case.resync:
                self._within(self._options.within, host.resync)
        self._engine.run(self._engine.now + case.away)
        back = self._engine.now
        for cell in self._cells:
            cell.come_back()
        self._until_right()
        return back

    def _until_right(self) -> None:
        self._engine.run(self._engine.now + self._options.within)
        self._engine.run(
            self._engine.now + _PATIENCE,
            lambda: not any(host.wrong for host in self._hosts))

    def _day(self) -> float:
        """Let nova operate LPARs at random; the beginning does not count."""
        mean = 3600 / (self._options.operations * self._size)
        when = self._engine.now
        since: float = when + self._site.conf.powervm.event_state_ttl + _REST
        while (when := when + self._random.expovariate(1 / mean)) < (
                since + self._options.day):
            host = self._random.choice(self._hosts)
            number = self._random.randrange(self._options.lpars)
            seconds = self._random.uniform(*cases.OPERATION)
            self._engine.at(when, functools.partial(
                host.operate, number, seconds))
        self._engine.run(since + self._options.day)
        return since
