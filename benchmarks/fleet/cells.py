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


"""A cell: nova-conductor's workers, and the calls that wait for them."""

import collections
from collections.abc import Callable
import dataclasses
import enum
import functools
from typing import Any

import oslo_messaging

from benchmarks.fleet import engine


class Kind(enum.Enum):
    """What a call is for."""

    LOOKUP = 'lookup'
    RESYNC = 'resync'
    NOVA = 'nova'


class Away(enum.Enum):
    """What becomes of calls while the controller is away.

    FAILING: each fails at once, as without the database.
    SILENT: they wait at the broker, as without nova-conductor.
    """

    FAILING = 'failing'
    SILENT = 'silent'


@dataclasses.dataclass(slots=True)
class Call:
    """A call to nova-conductor.

    :ivar service: seconds that it takes a worker.
    :ivar arrived: when it was made.
    :ivar ended: when it was answered or failed; None if it was not yet.
    """

    kind: Kind
    service: float
    arrived: float
    ended: float | None = None
    failed: bool = False
    answer: Callable[[Any], None] | None = None


class Cell:
    """Answers calls in the order in which they come.

    A call that has waited for too long fails. Its caller has given it up, but
    nova-conductor does not know and works on it all the same, unless the
    broker still had it: it drops messages that nobody waits for.

    :ivar calls: all that were made.
    :ivar longest: most calls that waited at a time.

    :param workers: how many calls are worked on at a time.
    :param timeout: ``rpc_response_timeout``, seconds.
    """

    def __init__(self, clock: engine.Engine, workers: int, timeout: float
                 ) -> None:
        self._clock = clock
        self._free = workers
        self._timeout = timeout
        self._waiting: collections.deque[Call] = collections.deque()
        self._away: Away | None = None
        self.calls: list[Call] = []
        self.longest = 0

    def call(self, kind: Kind, service: float) -> None:
        """Make a call; returns when it is answered.

        :raises Exception: what oslo.messaging raises if it fails.
        """
        call = Call(kind, service, self._clock.now)
        self.calls.append(call)
        if self._away is Away.FAILING:
            call.ended, call.failed = self._clock.now, True
            raise oslo_messaging.RemoteError('DBConnectionError', 'gone')
        error = self._clock.wait(lambda tell: self._take(call, tell))
        if error is not None:
            raise error

    def leave(self, how: Away) -> None:
        """Be away from now on; what is worked on is still answered."""
        self._away = how

    def come_back(self) -> None:
        """Be there again."""
        self._away = None
        # The broker has dropped the others.
        self._waiting = collections.deque(
            call for call in self._waiting if call.ended is None)
        self._serve()

    def _take(self, call: Call, tell: Callable[[Any], None]) -> None:
        call.answer = tell
        self._waiting.append(call)
        self._clock.at(call.arrived + self._timeout,
                       lambda: self._give_up(call))
        # Not at once: its caller does not wait yet.
        self._clock.at(self._clock.now, self._serve)

    def _serve(self) -> None:
        while self._waiting and self._free and self._away is None:
            call = self._waiting.popleft()
            self._free -= 1
            self._clock.at(self._clock.now + call.service,
                           functools.partial(self._end, call))
        self.longest = max(self.longest, len(self._waiting))

    def _end(self, call: Call) -> None:
        self._free += 1
        self._serve()
        self._answer(call, None)

    def _give_up(self, call: Call) -> None:
        if call.ended is None:
            call.failed = True
            self._answer(call, oslo_messaging.MessagingTimeout('no answer'))

    def _answer(self, call: Call, error: Exception | None) -> None:
        answer, call.answer = call.answer, None
        if answer is not None:
            call.ended = self._clock.now
            answer(error)
