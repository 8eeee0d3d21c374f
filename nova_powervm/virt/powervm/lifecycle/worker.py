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

"""The thread on which everything between ingest and emission happens."""

from collections.abc import Callable
import threading
from typing import Any

from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import cache
from nova_powervm.virt.powervm.lifecycle import comparison
from nova_powervm.virt.powervm.lifecycle import pending
from nova_powervm.virt.powervm.lifecycle import threads

LOG = logging.getLogger(__name__)


class Worker:
    """Takes what is due and has it compared, on one thread.

    :param pending_set: says what is due.
    :param state_cache: has entries that expire.
    :param compare: does the work.
    :param check: called from time to time with the clock time; returns when
        to call it again.
    :param clock: monotonic clock, seconds.
    :param thread_factory: called like ``threading.Thread``.
    """

    def __init__(self, pending_set: pending.PendingSet,
                 state_cache: cache.StateCache,
                 compare: comparison.Comparison,
                 check: Callable[[float], float],
                 clock: Callable[[], float],
                 thread_factory: Callable[..., Any]) -> None:
        self._pending = pending_set
        self._cache = state_cache
        self._comparison = compare
        self._check = check
        self._check_at = 0.0
        self._clock = clock
        self._thread_factory = thread_factory
        self._lock = threading.Lock()
        self._thread: threads.Thread | None = None
        self._stopped = False

    @property
    def started(self) -> bool:
        """Whether the thread was started, and not stopped since."""
        return self._thread is not None

    def start(self) -> None:
        """Start the thread, unless it was started or stopped before."""
        with self._lock:
            if self._thread is None and not self._stopped:
                self._thread = threads.Thread(
                    self._thread_factory, self._run, 'powervm-lifecycle')

    def stop(self, timeout: float) -> None:
        """End the thread, whose pending set was closed before.

        :param timeout: seconds to wait for a read that has begun. A thread
            that needs longer ends when its read does.
        """
        with self._lock:
            self._stopped = True
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout)

    def run_due(self) -> None:
        """Look at all that is due now; tests call it in the thread's place."""
        now = self._clock()
        if now >= self._check_at:
            self._check_at = self._check(now)
        self._cache.expire(now)
        looks = self._pending.take(now)
        if looks:
            self._comparison.run(looks)

    def _run(self) -> None:
        while not self._stopped:
            self.run_due()
            expiry = self._cache.expires_at()
            self._pending.wait(self._clock(), self._check_at if expiry is None
                               else min(expiry, self._check_at))
