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
