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

"""The storms: what happens on all hosts at once, measured."""

from collections.abc import Callable
import dataclasses
import time
from typing import Any

from benchmarks.controller import crew as crews
from benchmarks.controller import novalink
from benchmarks.controller import rows
from benchmarks.controller import services
from benchmarks.controller import settings
from benchmarks.controller import summary
from tools.minicloud.faults import counters

Figures = dict[str, Any]

# PartitionState events of each LPAR. However many there are, a module looks
# at an LPAR once.
_EVENTS = 3


def redundant(crew: crews.Crew) -> list[Figures]:
    """All LPARs send events without a change."""
    return crew.ask('storm', state=novalink.State.RUNNING, events=_EVENTS)


def resync(crew: crews.Crew) -> list[Figures]:
    """All hosts compare everything, as after NovaLink's restart."""
    return crew.ask('resync')


def crash(crew: crews.Crew) -> list[Figures]:
    """All LPARs stop, and nova has to be told of each."""
    return crew.ask('storm', state=novalink.State.NOT_ACTIVATED,
                    events=_EVENTS)


_STORMS: dict[str, Callable[[crews.Crew], list[Figures]]] = {
    'redundant': redundant, 'resync': resync, 'crash': crash}


@dataclasses.dataclass(frozen=True)
class _Reading:
    """What controller and machine have counted so far."""

    counts: counters.Counters
    cpu: dict[str, float]

    @classmethod
    def take(cls, controller: services.Controller) -> '_Reading':
        counts = counters.read(controller)
        return cls(counts, controller.cpu_seconds())

    def since(self, earlier: '_Reading') -> Figures:
        """Return what was counted and computed since an earlier reading."""
        names = {'nova-conductor': 'conductor_cpu', 'mariadb': 'database_cpu',
                 'rabbitmq': 'broker_cpu'}
        return {**dataclasses.asdict(self.counts.minus(earlier.counts)),
                **{figure: self.cpu[name] - earlier.cpu[name]
                   for name, figure in names.items()}}


def measure(controller: services.Controller, crew: crews.Crew, name: str,
            options: settings.Settings, hosts: int) -> Figures:
    """Let a storm happen, and return what it cost.

    :param hosts: how many there are.
    :returns: figures, among them ``ended``: whether it did so in time.
    """
    crew.ask('reset')
    before = _Reading.take(controller)
    began = time.monotonic()
    due = min(answer['due'] for answer in _STORMS[name](crew))
    # Whatever there is to do begins within it.
    ended = crew.settle(options.delay, options.limit)
    length = time.monotonic() - began
    found = _Reading.take(controller).since(before)
    found.update(summary.of_results(
        crew.ask('result'), due, name == 'crash'))
    if not ended:
        found['drain'] = None
    return {
        **found, 'length': length, 'ended': ended,
        'wrong': rows.wrong(controller, hosts, crashed=name == 'crash')}
