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

"""Instruments that measure the process that they are in."""

import threading
import time
from typing import Any


class PollTimer:
    """Stands where pypowervm calls the handler and times each call.

    It also notes the last event of each LPAR, outside of the timed part.
    pypowervm's poll thread writes the figures; other threads only read them.

    :param handler: its ``process`` is replaced on this one object.
    """

    def __init__(self, handler: Any) -> None:
        self._process = handler.process
        handler.process = self._timed
        self.reset()

    def reset(self) -> None:
        self.events = 0
        self.wall_ns = 0
        self.held_ns = 0
        self.cpu_ns = 0
        self.last_heard: dict[str, float] = {}
        self.process_cpu = time.process_time()

    def _timed(self, events: list[Any]) -> None:
        if not events:
            self._process(events)
            return
        queued = _queued_ns()
        wall = time.perf_counter_ns()
        cpu = time.thread_time_ns()
        try:
            self._process(events)
        finally:
            cpu = time.thread_time_ns() - cpu
            wall = time.perf_counter_ns() - wall
            queued = _queued_ns() - queued
            self.cpu_ns += cpu
            self.wall_ns += wall
            self.held_ns += max(cpu, wall - queued)
            self._note(events)

    def _note(self, events: list[Any]) -> None:
        now = time.monotonic()
        for event in events:
            self.last_heard[event.element.findtext('EventData')] = now
        self.process_cpu = time.process_time()
        # Last: whoever waits for a number of events finds the rest done.
        self.events += len(events)

    def first_due(self, delay: float) -> float:
        """Return when the first LPAR had been silent for the delay."""
        return min(self.last_heard.values(), default=0.0) + delay

    def as_dict(self) -> dict[str, float]:
        """Return the number of events, and microseconds that each took.

        ``held_us`` is ``wall_us`` without the time for which the thread could
        have run but other processes had the CPUs; what it waited for, locks
        included, is in it.
        """
        events = max(1, self.events)
        return {'events': self.events,
                'held_us': self.held_ns / events / 1000,
                'wall_us': self.wall_ns / events / 1000,
                'cpu_us': self.cpu_ns / events / 1000}


class ThreadWatch:
    """Threads that exist now and did not when this object was made.

    pypowervm's poll thread is left out: it is not the module's.
    """

    def __init__(self) -> None:
        self._before = set(threading.enumerate())
        self.reset()

    def reset(self) -> None:
        self.peak = 0
        self.names: set[str] = set()

    def sample(self) -> None:
        """Count them; call it often."""
        threads = [thread for thread in threading.enumerate()
                   if thread not in self._before
                   and type(thread).__name__ != '_EventPollThread']
        self.peak = max(self.peak, len(threads))
        self.names.update(thread.name for thread in threads)


def _queued_ns() -> int:
    """Return the nanoseconds that this thread waited for a CPU (Linux)."""
    try:
        with open('/proc/thread-self/schedstat') as values:
            return int(values.read().split()[1])
    except FileNotFoundError:
        # A kernel without these statistics: all of the time counts.
        return 0


def memory() -> dict[str, int]:
    """Return the resident bytes of this process, now and at most (Linux)."""
    values = {}
    with open('/proc/self/status') as status:
        for line in status:
            name, _, value = line.partition(':')
            values[name] = value
    return {'rss': _kib(values['VmRSS']), 'peak': _kib(values['VmHWM'])}


def _kib(value: str) -> int:
    return int(value.split()[0]) * 1024
