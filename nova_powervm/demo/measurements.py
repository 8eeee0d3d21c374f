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


"""What is measured of the demo's phases."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
import dataclasses
import typing
from typing import Any

from nova.compute import vm_states

from nova_powervm.demo import baseline
from nova_powervm.testing import agreement

if typing.TYPE_CHECKING:
    from nova_powervm.testing import api
    from nova_powervm.testing import stage as testing_stage

#: Calls the function that it is given until that returns an empty text.
Wait = Callable[[Callable[[], str]], None]


@dataclasses.dataclass(frozen=True)
class Problem:
    """Something that should not have happened in a phase.

    :ivar server: uuid of the server that it is about.
    :ivar needless: nova was told of the server without need; otherwise nova
        did not learn of its change.
    """

    server: str
    needless: bool

    def __str__(self) -> str:
        return ('nova was told about server %s without need' if self.needless
                else 'nova did not learn about server %s') % self.server


@dataclasses.dataclass(frozen=True)
class Phase:
    """The figures of a phase.

    :ivar name: what happened.
    :ivar lpars: number of LPARs that it happened to.
    :ivar events: events that the module received.
    :ivar compared: how many times the module compared an LPAR with nova's
        record.
    :ivar rest_reads: reads from NovaLink that the module made.
    :ivar lookups: calls to nova-conductor that the module made.
    :ivar emitted: lifecycle events that the module told nova.
    :ivar nova_calls: calls to nova-conductor that nova made because of them.
    :ivar known_seconds: for each LPAR that nova had to learn about, how long
        after the change nova's API showed it.
    :ivar release9_rest_reads: reads that release 9.0.0 would have made.
    :ivar release9_lookups: calls to nova-conductor that it would have made.
    :ivar seconds: how long the phase took.
    :ivar statistics: by how much each of the module's counters grew.
    :ivar simulator_requests: requests that NovaLink served, by kind; nova's
        own are among them.
    :ivar problems: what should not have happened.
    """

    name: str
    lpars: int
    events: int
    compared: int
    rest_reads: int
    lookups: int
    emitted: int
    nova_calls: int
    known_seconds: list[float]
    release9_rest_reads: int
    release9_lookups: int
    seconds: float
    statistics: dict[str, float]
    simulator_requests: dict[str, int]
    problems: list[Problem]


@dataclasses.dataclass(frozen=True)
class Change:
    """What a phase has done to LPARs.

    :ivar lpars: number of LPARs.
    :ivar tell: uuids of the instances that nova has to be told about.
    :ivar shows: tells from a server and its LPAR's state whether nova was
        told.
    :ivar at: clock time of the change, seconds.
    """

    lpars: int
    tell: Collection[str] = ()
    shows: Callable[['api.Server', str], bool] = lambda *of: True
    at: float = 0.0


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """All counters at one moment."""

    events: int
    statistics: dict[str, float]
    calls: dict[str, int]
    told: dict[str, int]
    release9: dict[str, int]
    requests: dict[str, int]


def take(stage: 'testing_stage.Stage', release9: baseline.Release9,
         wait: Wait) -> Snapshot:
    """Read all counters when nothing is being compared.

    :param wait: waits for that.
    """
    statistics, calls = stage.snapshot(wait)
    return Snapshot(
        stage.markers.others, statistics, calls, stage.calls.told(),
        release9.reads(), stage.control.counters())


def phase(name: str, change: Change, before: Snapshot, after: Snapshot,
          known: Mapping[str, float], seconds: float,
          instance_of: Mapping[str, str]) -> Phase:
    """Return the figures of a phase.

    :param known: seconds from the change until nova's API showed it, by
        instance uuid.
    :param seconds: how long the phase took.
    :param instance_of: instance uuids by LPAR uuid.
    """
    statistics = _minus(after.statistics, before.statistics)
    calls = _minus(after.calls, before.calls)
    release9 = _minus(after.release9, before.release9)
    return Phase(
        name=name, lpars=change.lpars, events=after.events - before.events,
        compared=int(statistics.get('lpars', 0)),
        rest_reads=int(statistics.get('rest_reads', 0)),
        lookups=calls.get('lookups', 0),
        emitted=int(statistics.get('emitted', 0)),
        nova_calls=calls.get('nova', 0),
        known_seconds=sorted(known.values()),
        release9_rest_reads=sum(release9.values()),
        release9_lookups=sum(
            times * baseline.lookups(instance_of.get(lpar))
            for lpar, times in release9.items()),
        seconds=seconds, statistics=statistics,
        simulator_requests=_minus(after.requests, before.requests),
        problems=_problems(
            change, _minus(after.told, before.told), known))


def disagreements(stage: 'testing_stage.Stage'
                  ) -> list[agreement.Difference]:
    """Return in what nova and NovaLink differ, of all servers and LPARs.

    A server in error counts, although nova lets such servers be.
    """
    states = stage.lpar_states()
    servers = list(stage.cloud.servers().values())
    return agreement.differences(servers, states) + [
        agreement.Difference(server.lpar, states.get(server.lpar),
                             server.uuid, {'vm_state': server.vm_state})
        for server in servers if server.vm_state == vm_states.ERROR]


def _problems(change: Change, told: Collection[str],
              known: Collection[str]) -> list[Problem]:
    needless = set(told) - set(change.tell)
    missed = set(change.tell) - set(known)
    return ([Problem(uuid, True) for uuid in sorted(needless)]
            + [Problem(uuid, False) for uuid in sorted(missed)])


def _minus(after: Mapping[str, Any], before: Mapping[str, Any]
           ) -> dict[str, Any]:
    grown = {key: value - before.get(key, 0) for key, value in after.items()}
    return {key: value for key, value in grown.items() if value}
