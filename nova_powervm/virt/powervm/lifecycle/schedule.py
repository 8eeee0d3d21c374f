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


"""Which of many things is due first, when most of them are postponed."""

import heapq
import itertools
import math
from typing import Generic
from typing import Protocol
from typing import TypeVar


class Scheduled(Protocol):
    """Something that can be scheduled.

    :ivar due: when it is due; infinity if it is not.
    :ivar queued: the schedule's own; None at first.
    """

    due: float
    queued: float | None


T = TypeVar('T', bound=Scheduled)


class Schedule(Generic[T]):
    """A heap in which postponing costs nothing.

    At most one node of an item is valid: the one whose time is the item's
    ``queued``, which is never later than its ``due``. So the item that is due
    first is never behind the first valid node. A postponed item moves when
    its node comes to the top.

    Not thread-safe.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._sequence = itertools.count()

    def add(self, item: T, due: float, most: int) -> None:
        """Schedule an item, or change when it is due.

        :param most: how many items there can be at a time.
        """
        item.due = due
        if item.queued is not None and item.queued <= due:
            return
        item.queued = due
        heapq.heappush(self._heap, (due, next(self._sequence), item))
        if len(self._heap) > 2 * most + 64:
            self._heap = [node for node in self._heap
                          if node[2].queued == node[0]]
            heapq.heapify(self._heap)

    def remove(self, item: T) -> None:
        """Take an item out of the schedule."""
        item.queued = None

    def discard(self, item: T) -> None:
        """Take an item out for another schedule; looks at all nodes."""
        if item.queued is not None:
            item.queued = None
            self._heap = [node for node in self._heap if node[2] is not item]
            heapq.heapify(self._heap)

    def first(self) -> float:
        """Return when the first item is due, infinity without one."""
        heap = self._heap
        while heap:
            queued, _, item = heap[0]
            if item.queued != queued:
                heapq.heappop(heap)
            elif item.due > queued:
                item.queued = item.due
                heapq.heapreplace(
                    heap, (item.due, next(self._sequence), item))
            else:
                return queued
        return math.inf

    def pop(self, now: float) -> T | None:
        """Take out and return the first item that is due by a time."""
        if self.first() > now:
            return None
        item = heapq.heappop(self._heap)[2]
        item.queued = None
        return item

    def clear(self) -> None:
        """Take out all items."""
        self._heap.clear()


class PatientSchedule(Generic[T]):
    """A schedule in which some items, once due, wait for others.

    Not thread-safe.
    """

    def __init__(self) -> None:
        self._prompt: Schedule[T] = Schedule()
        self._patient: Schedule[T] = Schedule()
        self._patience: dict[T, float] = {}

    def set_patience(self, item: T, patience: float) -> None:
        """Say how long an item is to wait for others, before it is added.

        That is until it is popped or removed.

        :param patience: seconds.
        """
        if patience:
            if item not in self._patience:
                self._prompt.discard(item)
            self._patience[item] = patience
        elif item in self._patience:
            self._patient.discard(item)
            del self._patience[item]

    def add(self, item: T, due: float, most: int) -> None:
        """See :meth:`Schedule.add`."""
        kind = self._patient if item in self._patience else self._prompt
        kind.add(item, due, most)

    def remove(self, item: T) -> None:
        """See :meth:`Schedule.remove`."""
        self._prompt.remove(item)
        self._patience.pop(item, None)

    def first(self) -> float:
        """Return when one is due and does not wait for others any more.

        Infinity without one. Patient ones wait as long as the least patient.
        """
        first = self._prompt.first()
        if self._patience:
            first = min(first, self._patient.first()
                        + min(self._patience.values()))
        return first

    def pop(self, now: float) -> T | None:
        """Take out an item that is due, None if none is."""
        item = self._prompt.pop(now)
        if item is None and self._patience:
            item = self._patient.pop(now)
            if item is not None:
                del self._patience[item]
        return item

    def clear(self) -> None:
        """Take out all."""
        self._prompt.clear()
        self._patient.clear()
        self._patience.clear()
