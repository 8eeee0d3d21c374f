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


"""The demo's phases."""

from collections.abc import Callable
from collections.abc import Iterable
import contextlib
import datetime
import functools
import time
import typing

from nova.compute import power_state

from nova_powervm.demo import baseline
from nova_powervm.demo import measurements
from nova_powervm.demo import progress as demo_progress
from nova_powervm.testing import waiting

if typing.TYPE_CHECKING:
    from nova_powervm.testing import stage as testing_stage

STORM_EVENTS = 12

# nova-compute builds ten at a time.
_BOOT_TOGETHER = 20

# How much of the time of the boot may be spent on asking how far it is.
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


class DemoError(Exception):
    """The demo could not go on; the text says why."""


class Demo:
    """Takes a cloud through the phases, one after the other.

    :param stage: without servers yet.
    :param release9: counts what release 9.0.0 would have done.
    :param delay: the module's event_delay, seconds.
    :param progress: waits, and says what is going on.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, stage: 'testing_stage.Stage',
                 release9: baseline.Release9, delay: float,
                 progress: demo_progress.Progress,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._stage = stage
        self._release9 = release9
        self._cloud = stage.cloud
        self._control = stage.control
        self._delay = delay
        self._progress = progress
        self._wait = progress.wait
        self._clock = clock
        self._instance_of: dict[str, str] = {}

    def run(self, count: int) -> list[measurements.Phase]:
        """Go through all phases.

        :param count: number of servers, 4 at least.
        :raises DemoError: if nova or NovaLink does not do what it is asked.
        :raises nova_powervm.testing.waiting.TimedOut: if a phase does not
            come to its end.
        """
        self._progress.patience = (
            _PATIENCE + _PATIENCE_PER_SERVER * count + 5 * self._delay)
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

    # The phases: each does something, and returns what nova has to learn.

    def _boot(self, count: int) -> measurements.Change:
        self._control.configure(boot_seconds=1.0, boot_events=4)
        flavor = self._cloud.create_flavor()
        for active in range(0, count, _BOOT_TOGETHER):
            goal = min(active + _BOOT_TOGETHER, count)
            self._cloud.create_servers(goal - active, flavor,
                                       bare=self._stage.bare)
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
        return measurements.Change(count)

    def _building(self, goal: int, count: int) -> str:
        left = self._cloud.count('BUILD')
        return 'servers: %d of %d' % (goal - left, count) if left else ''

    def _storm(self) -> measurements.Change:
        self._control.storm(self._instance_of, events=STORM_EVENTS)
        return measurements.Change(len(self._instance_of))

    def _stop(self, uuids: list[str]) -> measurements.Change:
        self._control.configure(shutdown_seconds=self._delay / 5,
                                shutdown_events=3)
        at = self._clock()
        self._power(uuids, 'off')
        return measurements.Change(
            len(uuids), uuids, lambda server, lpar_state:
            server.power_state == power_state.SHUTDOWN, at)

    def _restart(self, uuids: list[str]) -> measurements.Change:
        self._control.configure(shutdown_seconds=self._delay / 5,
                                boot_seconds=self._delay / 5)
        self._power(uuids, 'restart')
        return measurements.Change(len(uuids))

    def _change_in_task(self, start: list[str], stop: list[str]
                        ) -> measurements.Change:
        """Let nova start some and stop others, and interfere.

        nova starts servers that it knows to be off. Their LPARs boot until,
        after the module has compared each, they are activated outside nova,
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
        return measurements.Change(
            len(start) + len(stop), start, lambda server, lpar_state:
            (server.power_state == power_state.RUNNING
             or lpar_state != 'running'), at)

    def _in_task(self, start: list[str], stop: list[str], busy: float) -> str:
        states = self._stage.lpar_states()
        begun = (sum(states[lpar] == 'starting' for lpar in start)
                 + sum(states[lpar] != 'running' for lpar in stop))
        if begun < len(start) + len(stop):
            return 'LPARs in transition: %d of %d' % (
                begun, len(start) + len(stop))
        return '' if self._stage.statistics.counters()['busy'] >= busy else (
            'the module compares them during the tasks')

    # What is common to all phases.

    def _phase(self, name: str, act: Callable[[], measurements.Change]
               ) -> measurements.Phase:
        self._progress.say(name)
        before = self._snapshot()
        began = self._clock()
        # Servers that nova has changed since; the API wants whole seconds.
        since = datetime.datetime.now(datetime.UTC).isoformat(
            timespec='seconds')
        change = act()
        known = self._wait_until_known(change, since)
        self._stage.settle(functools.partial(self._wait, 'rest'))
        seconds = self._clock() - began
        return measurements.phase(name, change, before, self._snapshot(),
                                  known, seconds, self._instance_of)

    def _snapshot(self) -> measurements.Snapshot:
        return measurements.take(self._stage, self._release9,
                                 functools.partial(self._wait, 'a snapshot'))

    def _wait_until_known(self, change: measurements.Change, since: str
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

        # The phase's figures tell which are left.
        with contextlib.suppress(waiting.TimedOut):
            self._wait('knowledge', unknown)
        return known

    def _lpars(self, uuids: Iterable[str]) -> list[str]:
        wanted = set(uuids)
        return [lpar for lpar, uuid in self._instance_of.items()
                if uuid in wanted]

    def _power(self, uuids: Iterable[str], operation: str) -> None:
        lpars = self._lpars(uuids)
        if len(self._control.power(lpars, operation)) != len(lpars):
            raise DemoError('not all LPARs could be powered ' + operation)
