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

"""What happens to an LPAR, step by step, when it boots or shuts down.

The order of the events is that of pypowervm's captured stream of a deploy
(pypowervm/tests/data/event_feed.txt); where and how many PartitionState
events there are between is a matter of settings.
"""

from collections.abc import Callable
from collections.abc import Sequence
import enum
from typing import NamedTuple
from typing import Protocol

NOT_ACTIVATED = 'not activated'
STARTING = 'starting'
OPEN_FIRMWARE = 'open firmware'
RUNNING = 'running'
SHUTTING_DOWN = 'shutting down'


class StepKind(enum.Enum):
    """What a step does."""

    STATE = 'the LPAR enters a state'
    LPAR_EVENT = 'a MODIFY_URI of the LPAR'
    SYSTEM_EVENT = 'a MODIFY_URI of its managed system'


class Step(NamedTuple):
    """One step; ``value`` is a state or an event detail."""

    seconds: float
    kind: StepKind
    value: str


class Handle(Protocol):
    """A call that was scheduled."""

    def cancel(self) -> None:
        """See that it does not happen."""


class Scheduler(Protocol):
    """The part of an asyncio event loop that the model needs."""

    def time(self) -> float:
        """Seconds of a monotonic clock."""

    def call_later(self, delay: float,
                   callback: Callable[[], object]) -> Handle:
        """Call back after that many seconds."""


def boot(seconds: float, events: int) -> list[Step]:
    """Steps from not activated to running."""
    steps = [
        Step(0, StepKind.STATE, STARTING),
        Step(0, StepKind.LPAR_EVENT, 'NVRAM'),
        Step(seconds / 2, StepKind.STATE, OPEN_FIRMWARE),
        Step(seconds, StepKind.STATE, RUNNING),
        *_state_events(seconds, events),
        Step(seconds, StepKind.SYSTEM_EVENT, 'Other'),
        Step(seconds, StepKind.LPAR_EVENT, 'NVRAM'),
        Step(seconds, StepKind.LPAR_EVENT, 'ReferenceCode,Other'),
    ]
    return _in_order(steps)


def shutdown(seconds: float, events: int) -> list[Step]:
    """Steps of an orderly shutdown."""
    steps = [
        Step(0, StepKind.STATE, SHUTTING_DOWN),
        Step(seconds, StepKind.STATE, NOT_ACTIVATED),
        *_state_events(seconds, events),
        Step(seconds, StepKind.SYSTEM_EVENT, 'Other'),
        Step(seconds, StepKind.LPAR_EVENT, 'ReferenceCode,Other'),
    ]
    return _in_order(steps)


def power_cut(events: int) -> list[Step]:
    """Steps of a hard power off: at once, and nothing shuts down."""
    return [step for step in shutdown(0, events)
            if step.value != SHUTTING_DOWN]


def followed_by(first: Sequence[Step], then: Sequence[Step]) -> list[Step]:
    """The steps of ``first``, and after its last those of ``then``."""
    start = first[-1].seconds
    return [*first, *(step._replace(seconds=start + step.seconds)
                      for step in then)]


def _state_events(seconds: float, events: int) -> list[Step]:
    gaps = max(events - 1, 1)
    # A single event comes when the LPAR has arrived.
    times = [seconds] if events == 1 else [
        seconds * i / gaps for i in range(events)]
    return [Step(at, StepKind.LPAR_EVENT, 'PartitionState,Other')
            for at in times]


def _in_order(steps: list[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: step.seconds)


class Transition:
    """Takes an LPAR through its steps; runs in the scheduler's thread.

    Steps that are due at once are taken before the constructor returns.

    :param scheduler: tells the time and calls back.
    :param steps: in the order of their seconds.
    :param perform: does one step.
    """

    def __init__(self, scheduler: Scheduler, steps: Sequence[Step],
                 perform: Callable[[Step], None]) -> None:
        self._scheduler = scheduler
        self._steps = steps
        self._perform = perform
        self._next = 0
        self._handle: Handle | None = None
        self._began = scheduler.time()
        self._run()

    @property
    def finished(self) -> bool:
        """Whether there is no step left."""
        return self._next >= len(self._steps)

    def cancel(self) -> None:
        """Leave out the steps that are left."""
        self._next = len(self._steps)
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _run(self) -> None:
        self._handle = None
        while not self.finished:
            step = self._steps[self._next]
            delay = self._began + step.seconds - self._scheduler.time()
            if delay > 0:
                self._handle = self._scheduler.call_later(delay, self._run)
                return
            self._next += 1
            self._perform(step)
