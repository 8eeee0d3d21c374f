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

"""When an LPAR is to be looked at.

An event says only that something about an LPAR may have changed, so what is
kept of it is the LPAR and the time at which to look, never the event.
"""

from collections.abc import Iterable
import enum
import heapq
import itertools
import threading

# What is due waits for this share of the delay for others, to make one batch
# with them: a storm reaches a client spread over a second or so, and a read of
# all LPARs costs little more than a read of one.
_GATHER = 0.1


class Mark(enum.Flag):
    """What is to be looked at."""

    NOTHING = 0
    STATE = enum.auto()
    NVRAM = enum.auto()
    RESYNC = enum.auto()


# Stands in the place of an LPAR where all of this host's are meant.
ALL = ''


class Look:
    """One LPAR that is to be looked at, or that is being looked at.

    Owned by its :class:`PendingSet`. A worker that was handed it may read
    the public attributes until it gives it back.

    :ivar lpar: upper-case uuid of the LPAR.
    :ivar taken: what the worker is to look at.
    :ivar attempts: how often it was looked at in vain since its last event.
    :ivar since: clock time of the first event that this look answers, or
        None if no event asked for it.
    :ivar told: power state that nova was told of and has not taken over yet.
    :ivar tellings: how often it was told of it.
    """

    __slots__ = ('lpar', 'taken', 'attempts', 'since', 'told', 'tellings',
                 'busy', 'marks', 'first', 'due', 'queued')

    def __init__(self, lpar: str) -> None:
        self.lpar = lpar
        self.taken = Mark.NOTHING
        self.attempts = 0
        self.since: float | None = None
        self.told: int | None = None
        self.tellings = 0
        # The rest is the pending set's own: whether a worker has it; what
        # was asked for since then, when first, and when that is due; the
        # time of its valid node in the heap.
        self.busy = False
        self.marks = Mark.NOTHING
        self.first: float | None = None
        self.due = 0.0
        self.queued: float | None = None


class PendingSet:
    """LPARs to look at, each once, however many events it sent.

    A mark moves its LPAR to ``delay`` seconds from now, but never past
    ``max_delay`` seconds after the first mark that was not answered yet. An
    LPAR that is marked while somebody works on it becomes due again
    afterwards; it is never handed out twice at once.

    The heap holds at most one valid node for each LPAR that waits. A mark
    that postpones an LPAR leaves its node where it is; the node is moved
    when it comes to the top, so that marking costs no search.

    Thread-safe. The lock is held for memory operations only, and nothing is
    called under it.

    :param delay: seconds without a mark after which an LPAR is due.
    :param max_delay: seconds after the first mark at which it is looked at
        anyway.
    """

    def __init__(self, delay: float, max_delay: float) -> None:
        self._delay = delay
        self._gather = delay * _GATHER
        self._cap = max_delay - self._gather
        self._looks: dict[str, Look] = {}
        self._heap: list[tuple[float, int, Look]] = []
        self._sequence = itertools.count()
        self._not_before = 0.0
        self._closed = False
        self._changed = threading.Condition(threading.Lock())
        self._waiting_until: float | None = None

    def __len__(self) -> int:
        return len(self._looks)

    def unanswered(self) -> int:
        """Return how many LPARs have an event that was not answered yet.

        The others only wait to be looked at again. A resync that was asked
        for counts as one.
        """
        return sum(look.busy or look.first is not None
                   or look.since is not None
                   for look in list(self._looks.values()))

    def unconfirmed(self) -> int:
        """Return of how many LPARs nova was told what its record lacks."""
        return sum(look.told is not None
                   for look in list(self._looks.values()))

    def mark(self, marks: Iterable[tuple[str, Mark]], now: float) -> None:
        """Note that LPARs are to be looked at.

        :param marks: (upper-case LPAR uuid, what to look at) pairs.
        :param now: clock time of the marks, seconds.
        """
        with self._changed:
            if self._closed:
                return
            for lpar, what in marks:
                self._mark(lpar, what, now)
            self._notify()

    def claim(self, lpar: str, now: float) -> Look | None:
        """Hand out an LPAR that nobody was to look at.

        One that waits or is being worked on is marked instead, so that there
        is never more than one who looks at it.

        :param lpar: upper-case LPAR uuid.
        :param now: clock time, seconds.
        :returns: None if it was marked instead.
        """
        with self._changed:
            if self._closed:
                return None
            if lpar in self._looks:
                self._mark(lpar, Mark.STATE, now)
                return None
            look = self._looks[lpar] = Look(lpar)
            look.taken = Mark.STATE
            look.busy = True
            return look

    def forget(self, lpar: str) -> None:
        """Drop an LPAR that is gone.

        One that somebody works on is dropped when that work ends, unless
        the work itself asks for another look.
        """
        with self._changed:
            look = self._looks.get(lpar)
            if look is None:
                return
            look.marks = Mark.NOTHING
            look.first = look.since = look.queued = None
            if not look.busy:
                del self._looks[lpar]

    def take(self, now: float) -> list[Look]:
        """Hand out the next batch, if it is ready.

        Each look in it must come back to :meth:`finish`.

        :param now: clock time, seconds.
        """
        taken = []
        with self._changed:
            ready = self._ready_at()
            if ready is None or now < ready:
                return []
            while self._head() and self._heap[0][0] <= now:
                look = heapq.heappop(self._heap)[2]
                look.taken, look.marks = look.marks, Mark.NOTHING
                if look.since is None:
                    look.since = look.first
                look.first = None
                look.queued = None
                look.busy = True
                taken.append(look)
        return taken

    def finish(self, look: Look, again: float | None = None,
               marks: Mark = Mark.STATE, attempts: int = 0,
               answered: bool = True) -> None:
        """Take an LPAR back from the worker.

        :param look: what :meth:`take` handed out.
        :param again: clock time at which to look again, or somewhat sooner
            together with others; None forgets the LPAR. An event that came
            meanwhile decides the time instead.
        :param marks: what to look at then.
        :param attempts: how often it was looked at in vain by now.
        :param answered: False if the next look is still to answer the events
            that this one was to answer.
        """
        with self._changed:
            if self._looks.get(look.lpar) is not look:
                return
            look.busy = False
            if answered:
                look.since = None
            if again is not None:
                if not look.marks:
                    look.due, look.attempts = again - self._gather, attempts
                look.marks |= marks
            if not look.marks:
                del self._looks[look.lpar]
            else:
                self._schedule(look, look.due)
                self._notify()

    def pause(self, until: float) -> None:
        """Hand out nothing before a clock time: a service does not answer.

        What comes due meanwhile makes one batch then.
        """
        with self._changed:
            self._not_before = until

    def wait(self, now: float, at_most: float | None) -> None:
        """Wait until something is ready, the set is closed, or time is up.

        :param now: clock time, seconds.
        :param at_most: clock time at which to return anyway; None waits for
            ever.
        """
        with self._changed:
            ready = self._ready_at()
            until = min((time for time in (ready, at_most)
                         if time is not None), default=None)
            if self._closed or (until is not None and until <= now):
                return
            self._waiting_until = float('inf') if until is None else until
            self._changed.wait(None if until is None else until - now)
            self._waiting_until = None

    def ready_at(self) -> float | None:
        """Return the clock time of the next batch, None if nothing waits."""
        with self._changed:
            return self._ready_at()

    def close(self) -> int:
        """Drop everything, take no more marks and end any :meth:`wait`.

        :returns: the number of LPARs whose events were not answered.
        """
        with self._changed:
            dropped = self.unanswered() - (ALL in self._looks)
            self._closed = True
            self._looks.clear()
            self._heap.clear()
            self._changed.notify_all()
        return dropped

    def _mark(self, lpar: str, what: Mark, now: float) -> None:
        look = self._looks.get(lpar)
        if look is None:
            look = self._looks[lpar] = Look(lpar)
        if look.first is None:
            look.first = now
        look.marks |= what
        look.attempts = 0
        self._schedule(look, min(now + self._delay, look.first + self._cap))

    def _schedule(self, look: Look, due: float) -> None:
        look.due = due
        if look.busy or (look.queued is not None and look.queued <= due):
            return
        look.queued = due
        heapq.heappush(self._heap, (due, next(self._sequence), look))
        if len(self._heap) > 2 * len(self._looks) + 64:
            self._heap = [node for node in self._heap
                          if node[2].queued == node[0]]
            heapq.heapify(self._heap)

    def _head(self) -> bool:
        """Bring the next LPAR to the top of the heap; False if none waits."""
        heap = self._heap
        while heap:
            queued, _, look = heap[0]
            if look.queued != queued:
                heapq.heappop(heap)
            elif look.due > queued:
                look.queued = look.due
                heapq.heapreplace(
                    heap, (look.due, next(self._sequence), look))
            else:
                return True
        return False

    def _ready_at(self) -> float | None:
        if not self._head():
            return None
        return max(self._heap[0][0] + self._gather, self._not_before)

    def _notify(self) -> None:
        if self._waiting_until is not None:
            ready = self._ready_at()
            if ready is not None and ready < self._waiting_until:
                self._changed.notify_all()
