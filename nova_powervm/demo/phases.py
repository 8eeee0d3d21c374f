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

"""The demo's phases, and what is measured of each."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import contextlib
import dataclasses
import datetime
import functools
import time
import typing
from typing import Any

from nova.compute import power_state
from nova.compute import vm_states

from nova_powervm.demo import baseline
from nova_powervm.virt.powervm import vm

if typing.TYPE_CHECKING:
    from nova_powervm.demo import cloud as demo_cloud
    from nova_powervm.demo import stage as demo_stage

STORM_EVENTS = 12

# nova-compute builds ten at a time.
_BOOT_TOGETHER = 20

# How much of the time may be spent on asking what is going on, unless that
# makes the pauses longer than 2 s: it takes processor time from those who are
# asked about.
_SHARE = 0.25
_BOOT_SHARE = 0.1

# LPARs of each kind that change during a task: nova-compute serves 64
# requests at once, and all of these have to be in progress together.
_MOST_TASKS = 30

# Until the demo itself ends it, seconds.
_FOR_EVER = 3600.0

_SHUTDOWN_SECONDS = 2.0

# How long the demo waits beyond what a phase should take, seconds. Many
# servers on few processors need most of it.
_PATIENCE = 60.0
_PATIENCE_PER_SERVER = 1.5

_VM_STATES = {power_state.RUNNING: vm_states.ACTIVE,
              power_state.SHUTDOWN: vm_states.STOPPED}


class DemoError(Exception):
    """The demo could not go on; the text says where and why."""


@dataclasses.dataclass(frozen=True)
class Phase:
    """What a phase came to.

    :ivar name: what happened.
    :ivar lpars: number of LPARs that it happened to.
    :ivar events: events that the module received.
    :ivar looks: looks at an LPAR.
    :ivar rest_reads: reads from NovaLink that the module made.
    :ivar lookups: calls that it made to nova-conductor.
    :ivar emitted: lifecycle events that it handed to nova.
    :ivar nova_calls: calls to nova-conductor by which nova acted on them.
    :ivar known_seconds: for each LPAR that nova had to learn about, how long
        after the change nova's API showed it.
    :ivar release9_rest_reads: what release 9.0.0 would have read.
    :ivar release9_lookups: what it would have called of nova-conductor.
    :ivar seconds: how long the phase took.
    :ivar statistics: what each of the module's counters grew by.
    :ivar simulator_requests: requests that NovaLink served, by kind; nova's
        own are among them.
    :ivar problems: what should not have happened.
    """

    name: str
    lpars: int
    events: int
    looks: int
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
    problems: list[str]


@dataclasses.dataclass(frozen=True)
class _Change:
    """What a phase has done to LPARs.

    :ivar lpars: number of LPARs.
    :ivar tell: uuids of the instances that nova has to be told about.
    :ivar shows: whether it is to be seen of a server and of the state of its
        LPAR that nova was told.
    :ivar at: clock time of the change, seconds.
    """

    lpars: int
    tell: Collection[str] = ()
    shows: Callable[['demo_cloud.Server', str], bool] = lambda *of: True
    at: float = 0.0


@dataclasses.dataclass(frozen=True)
class _Snapshot:
    """All counters at a moment."""

    events: int
    statistics: dict[str, float]
    calls: dict[str, int]
    told: dict[str, int]
    looks_of_release9: dict[str, int]
    requests: dict[str, int]


def disagreement(server: 'demo_cloud.Server', lpar_state: str | None) -> str:
    """Say in what nova and NovaLink differ about a server.

    :param lpar_state: state of its LPAR; None if it has none.
    :returns: empty if they agree.
    """
    power = vm.POWERVM_TO_NOVA_STATE.get(lpar_state or '')
    if (server.power_state == power and server.task_state is None
            and server.vm_state == _VM_STATES.get(power)):
        return ''
    return ('server %s: nova says power_state %s, vm_state %s, task_state '
            '%s; its LPAR is %s' % (
                server.uuid, power_state.STATE_MAP.get(server.power_state),
                server.vm_state, server.task_state, lpar_state or 'missing'))


def _minus(after: Mapping[str, Any], before: Mapping[str, Any]
           ) -> dict[str, Any]:
    grown = {key: value - before.get(key, 0) for key, value in after.items()}
    return {key: value for key, value in grown.items() if value}


class Demo:
    """Takes a cloud through the phases, one after the other.

    :param stage: without servers yet.
    :param delay: the module's event_delay, seconds.
    :param pause: sleeps for some seconds; ends the demo by an exception.
    :param say: told what is going on.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, stage: 'demo_stage.Stage', delay: float,
                 pause: Callable[[float], None] = time.sleep,
                 say: Callable[[str], None] = lambda what: None,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._stage = stage
        self._cloud = stage.cloud
        self._control = stage.control
        self._delay = delay
        self._pause = pause
        self._say = say
        self._clock = clock
        self._patience = _PATIENCE
        self._instance_of: dict[str, str] = {}

    def run(self, count: int) -> list[Phase]:
        """Go through all phases.

        :param count: number of servers, 4 at least.
        :raises DemoError: if a phase does not come to its end.
        """
        self._patience = _PATIENCE + _PATIENCE_PER_SERVER * count
        boot = self._phase('boot through nova', lambda: self._boot(count))
        servers = list(self._cloud.servers())
        quarter = count // 4
        stopped, restarted, cut_off = (
            servers[part * quarter:(part + 1) * quarter] for part in range(3))
        return [
            boot,
            self._phase('boot storm', self._storm),
            self._phase('stopped outside nova',
                        lambda: self._stop(stopped)),
            self._phase('restarted within the delay',
                        lambda: self._restart(restarted)),
            self._phase('changed during a task',
                        lambda: self._change_in_task(stopped[:_MOST_TASKS],
                                                     cut_off[:_MOST_TASKS])),
        ]

    def disagreements(self) -> list[str]:
        """Say in what nova and NovaLink differ, for every server and LPAR."""
        states = self._stage.lpar_states()
        servers = self._cloud.servers().values()
        differences = [disagreement(server, states.pop(server.lpar, None))
                       for server in servers]
        return [text for text in differences if text] + [
            'LPAR %s belongs to no server' % lpar for lpar in states]

    # The phases: each does something, and says what nova has to learn.

    def _boot(self, count: int) -> _Change:
        self._control.configure(boot_seconds=1.0, boot_events=4)
        flavor = self._cloud.create_flavor()
        for active in range(0, count, _BOOT_TOGETHER):
            goal = min(active + _BOOT_TOGETHER, count)
            self._cloud.create_servers(goal - active, flavor)
            self._wait('boot', functools.partial(
                self._building, goal, count), share=_BOOT_SHARE)
        servers = self._cloud.servers()
        failed = [server for server in servers.values()
                  if server.status != 'ACTIVE']
        if failed:
            raise DemoError('nova could not boot %d servers. The first: %s' % (
                len(failed), failed[0].fault))
        self._instance_of = {
            server.lpar: server.uuid for server in servers.values()}
        return _Change(count)

    def _building(self, goal: int, count: int) -> str:
        left = self._cloud.count('BUILD')
        return 'servers: %d of %d' % (goal - left, count) if left else ''

    def _storm(self) -> _Change:
        self._control.storm(self._instance_of, events=STORM_EVENTS)
        return _Change(len(self._instance_of))

    def _stop(self, uuids: list[str]) -> _Change:
        self._control.configure(shutdown_seconds=self._delay / 5,
                                shutdown_events=3)
        at = self._clock()
        self._power(uuids, 'off')
        return _Change(
            len(uuids), uuids, lambda server, lpar_state:
            server.power_state == power_state.SHUTDOWN, at)

    def _restart(self, uuids: list[str]) -> _Change:
        self._control.configure(shutdown_seconds=self._delay / 5,
                                boot_seconds=self._delay / 5)
        self._power(uuids, 'restart')
        return _Change(len(uuids))

    def _change_in_task(self, start: list[str], stop: list[str]) -> _Change:
        """Have nova start some and stop others, and interfere.

        nova starts servers that it knows to be off. Their LPARs boot until,
        after the module has looked at each, they are activated outside nova,
        so that nova's start fails although they run: of this nova has to be
        told when its task has ended. Then it stops them, since their users
        want them stopped. The LPARs that nova stops lose their power, which
        nova finds out without being told.
        """
        busy = self._stage.statistics.counters()['busy'] + len(start)
        self._control.configure(boot_seconds=_FOR_EVER,
                                shutdown_seconds=_FOR_EVER)
        self._cloud.act(start, {'os-start': None})
        self._cloud.act(stop, {'os-stop': None})
        self._wait('task', functools.partial(
            self._in_task, self._lpars(start), self._lpars(stop), busy))
        self._control.configure(shutdown_seconds=_SHUTDOWN_SECONDS)
        at = self._clock()
        self._control.set_state(self._lpars(start), 'running', events=3)
        self._control.set_state(self._lpars(stop), 'not activated', events=3)
        # nova shows for a moment only that it knows. Then it acts on it.
        return _Change(
            len(start) + len(stop), start, lambda server, lpar_state:
            (server.power_state == power_state.RUNNING
             or lpar_state != 'running'), at)

    def _in_task(self, start: list[str], stop: list[str], busy: float) -> str:
        states = self._stage.lpar_states()
        begun = (sum(states[lpar] == 'starting' for lpar in start)
                 + sum(states[lpar] != 'running' for lpar in stop))
        if begun < len(start) + len(stop):
            return 'LPARs on their way: %d of %d' % (
                begun, len(start) + len(stop))
        return '' if self._stage.statistics.counters()['busy'] >= busy else (
            'the module looks at them during the tasks')

    # What is common to all phases.

    def _phase(self, name: str, act: Callable[[], _Change]) -> Phase:
        self._say(name)
        before = self._snapshot()
        began = self._clock()
        # Servers that nova has changed since; the API wants whole seconds.
        since = datetime.datetime.now(datetime.UTC).isoformat(
            timespec='seconds')
        change = act()
        known = self._wait_until_known(change, since)
        self._stage.settle(functools.partial(self._wait, 'rest'))
        seconds = self._clock() - began
        after = self._snapshot()
        statistics = _minus(after.statistics, before.statistics)
        told = _minus(after.told, before.told)
        looks = _minus(after.looks_of_release9, before.looks_of_release9)
        calls = _minus(after.calls, before.calls)
        return Phase(
            name=name, lpars=change.lpars,
            events=after.events - before.events,
            looks=int(statistics.get('lpars', 0)),
            rest_reads=int(statistics.get('rest_reads', 0)),
            lookups=calls.get('lookups', 0),
            emitted=int(statistics.get('emitted', 0)),
            nova_calls=calls.get('nova', 0),
            known_seconds=sorted(known.values()),
            release9_rest_reads=sum(looks.values()),
            release9_lookups=sum(
                times * (1 + self._second_lookup(lpar))
                for lpar, times in looks.items()),
            seconds=seconds, statistics=statistics,
            simulator_requests=_minus(after.requests, before.requests),
            problems=self._problems(change, told, known))

    def _second_lookup(self, lpar: str) -> bool:
        # An LPAR that is not nova's is looked up both ways.
        return baseline.needs_second_lookup(self._instance_of.get(lpar, 'f'))

    @staticmethod
    def _problems(change: _Change, told: Mapping[str, int],
                  known: Mapping[str, float]) -> list[str]:
        problems = ['nova was told of server %s, which it need not be' % uuid
                    for uuid in sorted(set(told) - set(change.tell))]
        problems += ['nova did not learn about server %s' % uuid
                     for uuid in sorted(set(change.tell) - set(known))]
        return problems

    def _wait_until_known(self, change: _Change, since: str
                          ) -> dict[str, float]:
        """Poll nova's API until it shows the change.

        :returns: seconds since the change for each instance; without those
            that nova did not learn about in time.
        """
        known: dict[str, float] = {}
        if not change.tell:
            return known

        def unknown() -> str:
            servers = self._cloud.servers(since).values()
            states = self._stage.lpar_states()
            for server in servers:
                if (server.uuid in change.tell and server.uuid not in known
                        and change.shows(server, states[server.lpar])):
                    known[server.uuid] = self._clock() - change.at
            return '' if len(known) == len(change.tell) else (
                'LPARs that nova knows about: %d of %d' % (
                    len(known), len(change.tell)))

        # The phase's result tells which are left.
        with contextlib.suppress(DemoError):
            self._wait('knowledge', unknown)
        return known

    def _wait(self, what: str, unfinished: Callable[[], str],
              share: float = _SHARE) -> None:
        """Wait until there is nothing left to say.

        :param unfinished: says what is still going on.
        :param share: of the time, how much may go into asking that.
        :raises DemoError: if that takes too long.
        """
        deadline = self._clock() + self._patience + 5 * self._delay
        said = ''
        while True:
            began = self._clock()
            text = unfinished()
            if not text:
                return
            if began > deadline:
                raise DemoError('waited too long for %s: %s' % (what, text))
            if text != said:
                self._say('  ' + text)
                said = text
            self._pause(min(max(0.25, (self._clock() - began) / share), 2.0))

    def _snapshot(self) -> _Snapshot:
        stage = self._stage
        statistics, calls = stage.snapshot(
            functools.partial(self._wait, 'a moment between looks'))
        return _Snapshot(
            stage.markers.others, statistics, calls, stage.calls.told(),
            stage.release9.looks(), stage.control.counters())

    def _lpars(self, uuids: Iterable[str]) -> list[str]:
        wanted = set(uuids)
        return [lpar for lpar, uuid in self._instance_of.items()
                if uuid in wanted]

    def _power(self, uuids: Iterable[str], operation: str) -> None:
        lpars = self._lpars(uuids)
        if len(self._control.power(lpars, operation)) != len(lpars):
            raise DemoError('not all LPARs could be powered ' + operation)
