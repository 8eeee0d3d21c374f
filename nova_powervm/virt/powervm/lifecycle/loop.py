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

"""The thread that says what is to be done now; it waits for no service."""

from collections.abc import Callable
import math
import threading

from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import backoff
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import listener
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import pool
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import threads
from nova_powervm.virt.powervm.lifecycle import workqueue

LOG = logging.getLogger(__name__)


class Loop:
    """Starts a batch when one is due, and makes the regular checks.

    Nothing that is raised on it ends it: what failed is done again, a little
    later. If it is killed, the next :meth:`start` replaces it.

    :param queue: says when a batch is due.
    :param known: what is remembered, and expires.
    :param workers: runs the batches.
    :param reconcile: takes and deals with a batch; one at a time.
    :param checks: called with the clock time, every few seconds.
    :param statistics: where errors are counted.
    :param clock: monotonic clock, seconds.
    :param thread_factory: called like ``threading.Thread``.
    """

    def __init__(self, queue: workqueue.WorkQueue[interfaces.Key],
                 known: memory.Memory, workers: pool.Pool,
                 reconcile: Callable[[], None],
                 checks: tuple[Callable[[float], None], ...],
                 statistics: stats.Statistics, clock: Callable[[], float],
                 thread_factory: Callable[..., threading.Thread]) -> None:
        self._queue = queue
        self._memory = known
        self._pool = workers
        self._reconcile = reconcile
        self._checks = checks
        self._stats = statistics
        self._clock = clock
        self._thread_factory = thread_factory
        self._lock = threading.Lock()
        self._thread: threads.Thread | None = None
        self._stopped = False
        self._reconciling = False
        self._check_at = -math.inf
        self._expires_at = math.inf
        # How many steps in a row had an error, and what fails.
        self._errors = 0
        self._failing: set[Callable[[float], None]] = set()
        self._start_failed = False

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def start(self) -> None:
        """Start the thread, unless it runs or was stopped.

        If it cannot be started now, that is left to the next call.
        """
        if self.alive:
            return
        try:
            with self._lock:
                if not self.alive and not self._stopped:
                    self._thread = threads.Thread(
                        self._thread_factory, self._run, 'powervm-lifecycle')
            self._start_failed = False
        except Exception:
            self._stats.add(errors=1)
            # Each poll for events tries it again.
            if not self._start_failed:
                messages.UNEXPECTED.log(
                    LOG, exc_info=True, doing='starting a thread')
            self._start_failed = True

    def stop(self, timeout: float) -> None:
        """End the thread.

        :param timeout: seconds to wait for it.
        """
        with self._lock:
            self._stopped = True
            thread, self._thread = self._thread, None
        self._queue.wake()
        if thread is not None:
            thread.join(timeout)

    def step(self) -> None:
        """Do what is due; tests call it in the thread's place."""
        failed = False
        now = self._clock()
        if now >= self._check_at:
            self._check_at = now + listener.CHECK_SECONDS
            for check in self._checks:
                failed |= not self._attempt(check, now)
        failed |= not self._attempt(self._expire, now)
        failed |= not self._attempt(self._dispatch, now)
        self._errors = self._errors + 1 if failed else 0

    def _run(self) -> None:
        while not self._stopped:
            self.step()
            now = self._clock()
            until = min(self._check_at, self._expires_at)
            if self._errors:
                until = now + backoff.backoff(self._errors - 1)
            self._queue.wait(now, until, for_batch=not (
                self._errors or self._reconciling))

    def _attempt(self, work: Callable[[float], None], now: float) -> bool:
        """Do some work; return whether it raised nothing."""
        try:
            work(now)
        except Exception:
            self._stats.add(errors=1)
            # The same again says nothing new.
            if work not in self._failing:
                messages.UNEXPECTED.log(
                    LOG, exc_info=True, doing='looking after PowerVM events')
            self._failing.add(work)
            return False
        self._failing.discard(work)
        return True

    def _expire(self, now: float) -> None:
        self._expires_at = self._memory.expire(now)

    def _dispatch(self, now: float) -> None:
        if not self._reconciling and self._queue.ready_at() <= now:
            self._reconciling = True
            try:
                self._pool.submit(pool.Lane.RECONCILE, self._run_batch)
            except BaseException:
                self._reconciling = False
                raise

    def _run_batch(self) -> None:
        try:
            self._reconcile()
        finally:
            self._reconciling = False
            self._queue.wake()
