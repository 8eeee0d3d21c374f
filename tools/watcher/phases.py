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

"""Changes of the cloud, and what Watcher knows after each."""

from collections.abc import Callable
import dataclasses
import random
import time
from typing import Any

from tools.watcher import counting
from tools.watcher import expected
from tools.watcher import models
from tools.watcher import stage as stage_mod
from tools.watcher import stock

#: Seconds that nova and Watcher may take beside [powervm] event_delay.
ALLOWANCE = 15.0

_EVENTS = 12
# LPARs that are stopped at once, and those of them that are started again.
_MASS = 20
_RESTARTED = 5
_CREATED = 2

_INTERVAL = 0.2
_CHURN_INTERVAL = 1.5
# Of each step of the churn.
_CHURN_STOPS = 3
_CHURN_STARTS = 5

_FRESH, _KEPT = 'built anew', 'kept'

_STOPPED = 'instance.power_off.end'


@dataclasses.dataclass(frozen=True)
class Result:
    """What came of a phase.

    name: the phase.
    seconds: from the end of the last request until the model that is kept
    agreed with NovaLink and a build begun then agreed with both; None if
    they did not in time.
    servers: how many Watcher saw.
    build: the last build of the whole cloud.
    notifications: how many there were of each type.
    differences: what was left when the time was over.
    """

    name: str
    seconds: float | None
    servers: int
    build: stock.Build
    notifications: dict[str, int]
    differences: list[models.Difference]


class Phases:
    """Runs the phases one after the other.

    :param stage: changes the cloud.
    :param watcher: has the models.
    :param notifications: counts what Watcher handled.
    :param delay: [powervm] event_delay, seconds.
    :param tell: called with each result.
    :param seed: of the random choices.
    """

    def __init__(self, stage: stage_mod.Stage, watcher: stock.Watcher,
                 notifications: counting.Notifications, delay: float,
                 tell: Callable[[Result], object], seed: int = 1,
                 clock: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], object] = time.sleep) -> None:
        self._stage = stage
        self._watcher = watcher
        self._notifications = notifications
        self._limit = delay + ALLOWANCE
        self._tell = tell
        self._random = random.Random(seed)
        self._clock = clock
        self._sleep = sleep

    def run(self, churn: float) -> list[Result]:
        """Run all phases.

        All servers have to be active; they are so in the end, if all went
        well.

        :param churn: seconds of stops and starts at once.
        """
        servers = sorted(self._watcher.kept().servers)
        some = servers[:_MASS]
        again = some[:_RESTARTED]
        results = [
            self._phase('start', _nothing, servers, 'active'),
            self._storm(servers),
            self._phase('%d off behind nova' % len(some),
                        lambda: self._stage.power(some, 'off'),
                        some, 'stopped', _STOPPED),
            self._phase('%d of them on behind nova' % len(again),
                        lambda: self._stage.power(again, 'on'),
                        again, 'stopped', _STOPPED),
            self._phase('all on by nova', lambda: self._stage.start(some),
                        some, 'active'),
        ]
        if churn:
            results += [
                self._phase('%g s of both at once' % churn,
                            lambda: self._churn(some, churn)),
                self._phase('all on again', self._start_stopped,
                            some, 'active')]
        return [*results, *self._create_and_delete()]

    def _storm(self, servers: list[str]) -> Result:
        def storm() -> None:
            self._stage.storm(_EVENTS)
            # There is nothing to see but that nothing comes.
            self._sleep(self._limit)

        result = self._phase('%d events for each LPAR' % _EVENTS, storm,
                             servers, 'active')
        result.differences.extend(
            models.Difference(event, '', ('expected', 'received'), 0, count)
            for event, count in result.notifications.items())
        return result

    def _create_and_delete(self) -> list[Result]:
        created: list[str] = []
        results = [self._phase(
            '%d created' % _CREATED,
            lambda: created.extend(self._stage.boot(_CREATED)),
            created, 'active', 'instance.create.end')]
        return [*results, self._phase(
            '%d deleted' % _CREATED, lambda: self._stage.delete(created),
            created, models.ABSENT, 'instance.delete.end')]

    def _churn(self, servers: list[str], seconds: float) -> None:
        """Stop LPARs behind nova and start servers by it, at random."""
        end = self._clock() + seconds
        while self._clock() < end:
            running = self._in_state(servers, 'active')
            if running and self._random.random() < 0.5:
                self._stage.power(self._random.sample(
                    running, min(len(running), _CHURN_STOPS)), 'off')
            else:
                self._stage.start(
                    self._in_state(servers, 'stopped')[:_CHURN_STARTS])
            self._sleep(_CHURN_INTERVAL)

    def _start_stopped(self) -> None:
        self._stage.start(self._in_state(
            sorted(self._watcher.kept().servers), 'stopped'))

    def _in_state(self, servers: list[str], state: str) -> list[str]:
        kept = self._watcher.kept().servers
        return [uuid for uuid in servers if kept[uuid]['state'] == state]

    def _phase(self, name: str, act: Callable[[], Any],
               servers: list[str] | None = None, state: str = '',
               event: str = '') -> Result:
        """Change something and wait until all agree.

        :param act: changes it.
        :param servers: those that then have to be in a state.
        :param event: the notification that each of them has to cause.
        """
        self._notifications.reset()
        act()
        begin = self._clock()
        while True:
            seconds = self._clock() - begin
            late = seconds >= self._limit
            found = self._unfinished(servers or [], state, event)
            if late or not found:
                build = self._watcher.build()
                found += self._disagreements(build.view)
                if late or not found:
                    break
            self._sleep(_INTERVAL)
        result = Result(
            name, None if found else seconds, len(build.view.servers), build,
            self._notifications.counts(), found)
        self._tell(result)
        return result

    def _unfinished(self, servers: list[str], state: str, event: str
                    ) -> list[models.Difference]:
        kept = self._watcher.kept()
        found = expected.compare(kept, self._stage.lpars(), _KEPT)
        if state:
            found += expected.states(kept, servers, state, _KEPT)
        if event:
            found += [models.Difference(
                server, event, ('expected', 'received'), 'one', 'none')
                for server in self._notifications.without(event, servers)]
        # Only in the end: nova has work enough.
        return found or [models.Difference(
            server, 'task_state', ('expected', 'nova'), None, 'busy')
            for server in self._stage.busy()]

    def _disagreements(self, fresh: models.View) -> list[models.Difference]:
        kept = self._watcher.kept()
        return [*models.compare(fresh, kept, (_FRESH, _KEPT)),
                *expected.compare(fresh, self._stage.lpars(), _FRESH)]


def _nothing() -> None:
    """Change nothing."""
