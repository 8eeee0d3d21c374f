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

"""Transitions: the steps of an LPAR's boot or shutdown.

The order of events is that of pypowervm's captured deploy
(pypowervm/tests/data/event_feed.txt); settings choose the number of
PartitionState events and their times.
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

    STATE = 'set the PartitionState of the LPAR'
    LPAR_EVENT = 'publish a MODIFY_URI of the LPAR'
    SYSTEM_EVENT = 'publish a MODIFY_URI of its managed system'


class Step(NamedTuple):
    """A step of a transition.

    :ivar seconds: its time, from the start of the transition.
    :ivar value: the PartitionState, or the detail of the event.
    """

    seconds: float
    kind: StepKind
    value: str


class TimerHandle(Protocol):
    """A scheduled call."""

    def cancel(self) -> None:
        """Cancel the call."""


class Scheduler(Protocol):
    """The part of an asyncio event loop that transitions need."""

    def time(self) -> float:
        """Return the time of a monotonic clock, seconds."""

    def call_later(self, delay: float,
                   callback: Callable[[], object]) -> TimerHandle:
        """Call ``callback`` after a delay, seconds."""


def boot(seconds: float, events: int) -> list[Step]:
    """Return the steps of a boot.

    :param seconds: its duration.
    :param events: its number of PartitionState events.
    """
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
    """Return the steps of a shutdown; parameters as for :func:`boot`."""
    steps = [
        Step(0, StepKind.STATE, SHUTTING_DOWN),
        Step(seconds, StepKind.STATE, NOT_ACTIVATED),
        *_state_events(seconds, events),
        Step(seconds, StepKind.SYSTEM_EVENT, 'Other'),
        Step(seconds, StepKind.LPAR_EVENT, 'ReferenceCode,Other'),
    ]
    return _in_order(steps)


def hard_power_off(events: int) -> list[Step]:
    """Return the steps of a hard power off: all at once, no shutdown."""
    return [step for step in shutdown(0, events)
            if step.value != SHUTTING_DOWN]


def concatenate(first: Sequence[Step], second: Sequence[Step]) -> list[Step]:
    """Return the steps of ``first``, then those of ``second``."""
    start = first[-1].seconds
    return [*first, *(step._replace(seconds=start + step.seconds)
                      for step in second)]


def _state_events(seconds: float, events: int) -> list[Step]:
    gaps = max(events - 1, 1)
    # A single event comes with the final state.
    times = [seconds] if events == 1 else [
        seconds * i / gaps for i in range(events)]
    return [Step(at, StepKind.LPAR_EVENT, 'PartitionState,Other')
            for at in times]


def _in_order(steps: list[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: step.seconds)


class Transition:
    """Performs steps, each at its time, in the scheduler's thread.

    The constructor performs those that are due at once.

    :param scheduler: has the clock and the timers.
    :param steps: in the order of their times.
    :param perform: performs one step.
    """

    def __init__(self, scheduler: Scheduler, steps: Sequence[Step],
                 perform: Callable[[Step], None]) -> None:
        self._scheduler = scheduler
        self._steps = steps
        self._perform = perform
        self._next = 0
        self._timer: TimerHandle | None = None
        self._started = scheduler.time()
        self._run()

    @property
    def finished(self) -> bool:
        """Whether no step is left."""
        return self._next >= len(self._steps)

    @property
    def outcome(self) -> str | None:
        """The last state of the steps that are left; None without one."""
        states = [step.value for step in self._steps[self._next:]
                  if step.kind is StepKind.STATE]
        return states[-1] if states else None

    def cancel(self) -> None:
        """Drop the steps that are left."""
        self._next = len(self._steps)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = None
        while not self.finished:
            step = self._steps[self._next]
            delay = self._started + step.seconds - self._scheduler.time()
            if delay > 0:
                self._timer = self._scheduler.call_later(delay, self._run)
                return
            self._next += 1
            self._perform(step)
