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


"""The world that a module meets: LPARs, nova's records, and their services."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import pathlib
import random
import time
from typing import Any
import uuid

from nova import objects
from pypowervm.wrappers import base_partition

from benchmarks.comparison import dialogue
from benchmarks.comparison import settings
from benchmarks import conductor
from benchmarks import figures
from benchmarks import nova_host
from benchmarks import processes
from benchmarks import rpc
from nova_powervm.sim import client as sim_client
from nova_powervm.testing import agreement

Figures = dict[str, Any]
State = base_partition.LPARState

# The LPARs' uuids are the same ones in every run.
_SEED = 9


class World:
    """A simulator with LPARs, a conductor with their records, and a module.

    :ivar lpars: the LPARs' uuids.
    :ivar instances: their instances' uuids.
    """

    def __init__(self, options: settings.Settings, lpars: int, sim_port: int,
                 conductor_port: int) -> None:
        self.options = options
        self.ports = {'sim_port': sim_port, 'conductor_port': conductor_port}
        self.delay = options.delay(lpars)
        self.sim = sim_client.Control(sim_port)
        self.client = rpc.ConductorClient(conductor_port)
        self.lpars = self.sim.add_lpars(lpars, uuids=_uuids(lpars))
        objects.register_all()
        rows = nova_host.instance_rows(self.lpars)
        self.instances = [row['uuid'] for row in rows]
        self.client.load(rows)
        self.module: dialogue.Dialogue

    def measure(self, name: str, trigger: Callable[[], int],
                told: int | None = None, rest: float = 0.0) -> Figures:
        """Cause something, and return what the module did about it.

        :param trigger: returns the number of events to wait for.
        :param told: events that nova has to be told, and no more.
        :param rest: delays for which calls are still counted afterwards.
        """
        self.sim.reset_counters()
        self.client.take_counters()
        self.module.ask('reset')
        found = self.module.ask('settle', events=trigger())
        time.sleep(rest * self.delay)
        calls, requests = self.client.take_counters(), self.sim.counters()
        saved = self.client.saved()
        first_due = found['first_heard'] + self.delay
        found.update(
            name=name, told_expected=told, told=found.pop('emits'),
            lookups=figures.count(calls, rpc.MODULE),
            nova_calls=figures.count(calls, rpc.NOVA),
            reads=figures.reads(requests) - found['info_reads'],
            # pypowervm opens one for each request; less nova's own.
            rest_connections=sum(requests.values()) - found['info_reads'],
            # Without this process's own.
            rpc_connections=saved['connections'] - 1,
            right=sorted(when - first_due
                         for when in saved['power'].values()),
            calls=calls, requests=requests)
        found['wrong'] = self.wrong()
        return found

    def wrong(self) -> int:
        """Return the number of servers about which nova is wrong.

        Those with a task do not count. Waits for the stops that nova asked
        for.
        """
        time.sleep(conductor.STOP_SECONDS + 0.5)
        servers = [agreement.Server(**row) for row in self.client.rows(
            'uuid', 'power_state', 'vm_state', 'task_state')]
        states = {lpar['uuid']: lpar['state'] for lpar in self.sim.lpars()}
        return sum(each.fields.get('task_state') is None
                   for each in agreement.differences(servers, states))

    def stop_lpars(self, lpars: list[str], events: int) -> int:
        """Switch LPARs off behind nova's back; returns their events."""
        self.sim.set_state(lpars, State.NOT_ACTIVATED, events=events)
        return len(lpars) * events


def _uuids(count: int) -> list[str]:
    """Return uuids of LPARs: PowerVM clears their first bit."""
    numbers = random.Random(_SEED)
    return [str(uuid.UUID(int=numbers.getrandbits(127))).upper()
            for _ in range(count)]


@contextlib.contextmanager
def running(options: settings.Settings, lpars: int) -> Iterator[World]:
    """Run the services with LPARs that run and records that say so."""
    costs = processes.World(
        options.rpc_ms, options.rest_ms, options.conductors,
        queue_size=4 * lpars * options.events + 1000)
    with (processes.simulator(costs) as sim_port,
          processes.conductor(costs) as conductor_port):
        yield World(options, lpars, sim_port, conductor_port)


@contextlib.contextmanager
def meeting(world: World, module: str, tree: pathlib.Path | None,
            log: pathlib.Path, alone: bool) -> Iterator[World]:
    """Let a module, in a process of its own, meet a world.

    :param alone: let nova be alone there, without the module.
    """
    lpars = len(world.lpars)
    with dialogue.Dialogue(module, tree, {
            'delay': world.delay, 'log': str(log), 'alone': alone,
            **world.ports,
            'limit': world.options.limit(lpars)}) as found:
        world.module = found
        yield world
