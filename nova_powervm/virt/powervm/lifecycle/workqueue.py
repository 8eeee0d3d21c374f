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

"""A work queue that knows keys and time.

The verbs are those of Kubernetes' client-go: add, get, done, requeue. Beside
them stand a debounce, which waits until a key keeps still, and batches.
"""

from collections.abc import Hashable
from collections.abc import Iterable
import threading
from typing import Generic
from typing import TypeVar

from nova_powervm.virt.powervm.lifecycle import schedule
from nova_powervm.virt.powervm.lifecycle import workitem

K = TypeVar('K', bound=Hashable)

# What is due waits for this share of the delay for others, to make one batch
# with them: a storm reaches a client spread over a second or so, and a read of
# all LPARs costs little more than a read of one.
_GATHER = 0.1


class WorkQueue(Generic[K]):
    """Hands out keys in batches, each key to one worker at a time.

    Adding a key makes it due ``delay`` seconds later, but never later than
    ``max_delay`` seconds after the first add that no worker has taken yet. A
    key that is added while a worker has it becomes due again afterwards.

    Thread-safe. The lock is held for memory operations only, and nothing is
    called under it.

    :ivar delay: as given.

    :param delay: seconds without an add after which a key is due.
    :param max_delay: seconds after the first add at which it is due anyway.
    """

    def __init__(self, delay: float, max_delay: float) -> None:
        self.delay = delay
        self._gather = delay * _GATHER
        self._cap = max_delay - self._gather
        self._items: dict[K, workitem.Item[K]] = {}
        # Those that are wanted and that no worker has.
        self._waiting: schedule.PatientSchedule[workitem.Item[K]] = (
            schedule.PatientSchedule())
        self._not_before = 0.0
        self._closed = False
        self._changed = threading.Condition(threading.Lock())
        self._waits_until: float | None = None
        self._woken = False

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def unanswered(self) -> int:
        """Return how many keys were added and not answered, or are worked on.

        The others were requeued, and wait for their time.
        """
        return sum(item.processing or item.first is not None
                   or item.since is not None
                   for item in list(self._items.values()))

    def add(self, keys: Iterable[K], now: float, patience: float = 0.0
            ) -> None:
        """Add keys, each due when it keeps still.

        :param now: clock time, seconds.
        :param patience: seconds for which keys that are due wait for a batch
            of others before they make one.
        """
        with self._changed:
            if self._closed:
                return
            for key in keys:
                self._add(key, now, patience)
            self._notify()

    def get(self, key: K) -> workitem.Request[K] | None:
        """Hand out a key at once, unless it waits or a worker has it.

        :returns: None if it waits or a worker has it; it is not added then.
        """
        with self._changed:
            if self._closed or key in self._items:
                return None
            self._items[key] = item = workitem.Item(key)
            item.processing = True
            return workitem.Request(key, 0, None)

    def get_batch(self, now: float) -> list[workitem.Request[K]]:
        """Hand out all keys that are due, if the batch is ready.

        Each comes back by :meth:`done` or :meth:`requeue`.

        :param now: clock time, seconds.
        """
        batch: list[workitem.Request[K]] = []
        with self._changed:
            ready = now >= self._ready_at()
            while ready and (item := self._waiting.pop(now)):
                if item.since is None:
                    item.since = item.first
                item.first = None
                item.wanted, item.processing = False, True
                batch.append(workitem.Request(
                    item.key, item.attempts, item.since))
        return batch

    def done(self, key: K) -> None:
        """Take a key back; its adds are answered."""
        self._finish(key, None, 0, answered=True)

    def requeue(self, key: K, when: float, attempts: int = 0,
                answered: bool = True) -> bool:
        """Take a key back and hand it out again later.

        :param when: clock time at which it is due, or somewhat sooner
            together with others. An add that came meanwhile decides instead.
        :param attempts: how often it was requeued in vain by now.
        :param answered: False if its adds are still to be answered then.
        :returns: False if the key was dropped meanwhile, and stays so.
        """
        return self._finish(key, when, attempts, answered)

    def drop(self, key: K) -> None:
        """Forget a key. One that a worker has may be added again."""
        with self._changed:
            item = self._items.get(key)
            if item is None:
                return
            item.wanted = False
            item.first = item.since = None
            self._waiting.remove(item)
            if item.processing:
                # Its requeue must not bring it back.
                item.attempts = -1
            else:
                del self._items[key]

    def pause(self, until: float) -> None:
        """Hand out nothing before a clock time.

        What becomes due meanwhile makes one batch then.
        """
        with self._changed:
            self._not_before = until

    def ready_at(self) -> float:
        """Return the clock time of the next batch, infinity without one."""
        with self._changed:
            return self._ready_at()

    def wait(self, now: float, until: float, for_batch: bool = True) -> None:
        """Wait for a ready batch, :meth:`wake`, :meth:`close` or a time.

        :param now: clock time, seconds.
        :param until: clock time at which to return anyway.
        :param for_batch: False if a ready batch is no reason to return.
        """
        with self._changed:
            if for_batch:
                until = min(until, self._ready_at())
            if not (self._closed or self._woken or until <= now):
                self._waits_until = until if for_batch else None
                self._changed.wait(until - now)
                self._waits_until = None
            self._woken = False

    def wake(self) -> None:
        """End the present :meth:`wait`, or the next one."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> int:
        """Forget all keys, accept no more and end a :meth:`wait`.

        :returns: the number of keys that were added and not answered.
        """
        with self._changed:
            dropped = self.unanswered()
            self._closed = True
            self._items.clear()
            self._waiting.clear()
            self._changed.notify_all()
        return dropped

    def _add(self, key: K, now: float, patience: float) -> None:
        item = self._items.get(key)
        if item is None:
            item = self._items[key] = workitem.Item(key)
        if item.first is None:
            item.first = now
        item.wanted = True
        item.attempts = 0
        self._waiting.set_patience(item, patience)
        self._schedule(item, min(now + self.delay, item.first + self._cap))

    def _finish(self, key: K, when: float | None, attempts: int,
                answered: bool) -> bool:
        with self._changed:
            item = self._items.get(key)
            if item is None or not item.processing:
                return False
            item.processing = False
            dropped = item.attempts < 0
            if answered or dropped:
                item.since = None
            if when is not None and not item.wanted and not dropped:
                item.wanted = True
                item.attempts = attempts
                item.due = when - self._gather
            if item.wanted:
                self._schedule(item, item.due)
                self._notify()
            else:
                del self._items[key]
            return item.wanted

    def _schedule(self, item: workitem.Item[K], due: float) -> None:
        if item.processing:
            item.due = due
        else:
            self._waiting.add(item, due, len(self._items))

    def _ready_at(self) -> float:
        return max(self._waiting.first() + self._gather, self._not_before)

    def _notify(self) -> None:
        if (self._waits_until is not None
                and self._ready_at() < self._waits_until):
            self._changed.notify_all()
