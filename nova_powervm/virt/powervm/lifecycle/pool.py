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

"""The few threads that wait for NovaLink and for nova."""

import collections
from collections.abc import Callable
import enum
import threading
import time

from oslo_context import context
from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import threads
from nova_powervm.virt.powervm.lifecycle import traces

LOG = logging.getLogger(__name__)

Job = Callable[[], None]


class Lane(enum.Enum):
    """Kinds of jobs; a free thread takes the first that has one.

    But STORE and EMIT take turns: with one thread, and ever more of the one,
    the other would never be.

    SESSION: to renew a session, without which all else fails.
    RECONCILE: to observe LPARs and to decide.
    STORE: to store NVRAM, one at a time.
    EMIT: to hand an event to nova.
    """

    SESSION = enum.auto()
    RECONCILE = enum.auto()
    STORE = enum.auto()
    EMIT = enum.auto()


class Pool:
    """Runs jobs on a few threads, those of a lane in the order they come.

    A thread is started when a job finds all others at work, and stays.

    Thread-safe.

    :param workers: number of threads at most.
    :param thread_factory: called like ``threading.Thread``.
    :param statistics: where a job that raises is counted.
    """

    def __init__(self, workers: int,
                 thread_factory: Callable[..., threading.Thread],
                 statistics: stats.Statistics) -> None:
        self._workers = workers
        self._thread_factory = thread_factory
        self._stats = statistics
        self._changed = threading.Condition(threading.Lock())
        self._jobs: dict[Lane, collections.deque[Job]] = {
            lane: collections.deque() for lane in Lane}
        self._running: collections.Counter[Lane] = collections.Counter()
        self._order = list(Lane)
        self._limits = {**dict.fromkeys(Lane, 1), Lane.EMIT: workers}
        self._threads: list[threads.Thread] = []
        self._stopped = False

    @property
    def threads(self) -> int:
        """Number of threads started."""
        return len(self._threads)

    def reserve(self, is_needed: bool) -> None:
        """Keep a thread free of emits, if there is more than one."""
        self._limits[Lane.EMIT] = (
            max(self._workers - 1, 1) if is_needed else self._workers)

    def submit(self, lane: Lane, job: Job) -> None:
        """Run a job on one of the threads, unless stopped.

        It adds to the trace that the calling thread adds to, if any.

        :raises RuntimeError: if there is none and none can be started.
        """
        with self._changed:
            if self._stopped:
                return
            self._start_thread(1)
            self._jobs[lane].append(traces.bind(job))
            self._changed.notify()

    def check(self, now: float) -> None:
        """Replace threads that something killed, if jobs wait for them.

        :param now: ignored.
        :raises RuntimeError: if there is none and none can be started.
        """
        with self._changed:
            if any(self._jobs.values()):
                self._start_thread(0)

    def run_next(self) -> bool:
        """Run the next job here and now.

        :returns: False if there is none that may run.
        """
        with self._changed:
            found = self._take()
        if found is None:
            return False
        self._run_job(*found)
        return True

    def stop(self, timeout: float) -> None:
        """Drop the jobs that have not begun and end the threads.

        :param timeout: seconds to wait for jobs that have begun. A thread
            that needs longer ends when its job does.
        """
        with self._changed:
            self._stopped = True
            for jobs in self._jobs.values():
                jobs.clear()
            ending, self._threads = self._threads, []
            self._changed.notify_all()
        deadline = time.monotonic() + timeout
        for thread in ending:
            thread.join(max(deadline - time.monotonic(), 0.0))

    def _start_thread(self, new_jobs: int) -> None:
        """Start a thread, if all are at work."""
        self._threads = [thread for thread in self._threads
                         if thread.is_alive()]
        unfinished = new_jobs + self._running.total() + sum(
            map(len, self._jobs.values()))
        if len(self._threads) < min(unfinished, self._workers):
            try:
                self._threads.append(threads.Thread(
                    self._thread_factory, self._run,
                    'powervm-worker-%d' % len(self._threads)))
            except RuntimeError:
                # One that there is will do it later.
                if not self._threads:
                    raise

    def _run(self) -> None:
        while True:
            with self._changed:
                while (found := self._take()) is None:
                    if self._stopped:
                        return
                    self._changed.wait()
            self._run_job(*found)
            # Not kept while waiting for the next one.
            del found

    def _take(self) -> tuple[Lane, Job] | None:
        for lane in self._order:
            if self._jobs[lane] and self._running[lane] < self._limits[lane]:
                self._running[lane] += 1
                if lane in (Lane.STORE, Lane.EMIT):
                    self._order.remove(lane)
                    self._order.append(lane)
                return lane, self._jobs[lane].popleft()
        return None

    def _run_job(self, lane: Lane, job: Job) -> None:
        # What it logs would else have the request id of an earlier job.
        context.RequestContext()
        try:
            job()
        except Exception:
            self._stats.add(errors=1)
            messages.UNEXPECTED.log(
                LOG, exc_info=True, doing='working on PowerVM events')
        finally:
            with self._changed:
                self._running[lane] -= 1
                # A lane at its limit may have one more.
                self._changed.notify()
