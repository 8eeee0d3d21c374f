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

"""The threads that hand events to nova."""

from collections.abc import Callable
import queue
import threading
import time
from typing import Any

from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import threads

LOG = logging.getLogger(__name__)


class Emitter:
    """A few threads that do jobs in the order in which they come.

    nova works in the thread that hands it an event, so that one thread would
    make a mass crash wait for each instance in turn. A thread is started
    when a job finds all others at work, and stays.

    Thread-safe.

    :param workers: number of threads at most.
    :param thread_factory: called like ``threading.Thread``.
    :param queue_factory: called like ``queue.Queue``.
    """

    def __init__(self, workers: int,
                 thread_factory: Callable[..., Any] = threading.Thread,
                 queue_factory: Callable[[], Any] = queue.Queue) -> None:
        self._workers = workers
        self._thread_factory = thread_factory
        self._jobs = queue_factory()
        self._lock = threading.Lock()
        self._unfinished = 0
        self._threads: list[threads.Thread] = []
        self._stopped = False

    @property
    def threads(self) -> int:
        """Number of threads started."""
        return len(self._threads)

    def submit(self, job: Callable[[], None]) -> None:
        """Have a job done by one of the threads, unless stopped.

        :raises RuntimeError: if there is none and none can be started.
        """
        with self._lock:
            if self._stopped:
                return
            if len(self._threads) < min(self._unfinished + 1, self._workers):
                try:
                    self._threads.append(threads.Thread(
                        self._thread_factory, self._run,
                        'powervm-emit-%d' % len(self._threads)))
                except RuntimeError:
                    # One that there is will do it later.
                    if not self._threads:
                        raise
            self._unfinished += 1
            self._jobs.put(job)

    def stop(self, timeout: float) -> None:
        """Drop the jobs that have not begun and end the threads.

        :param timeout: seconds to wait for jobs that have begun. A thread
            that needs longer ends when its job does.
        """
        with self._lock:
            self._stopped = True
            ending, self._threads = self._threads, []
            try:
                while True:
                    self._jobs.get_nowait()
            except queue.Empty:
                pass
            for _ in ending:
                self._jobs.put(None)
        deadline = time.monotonic() + timeout
        for thread in ending:
            thread.join(max(deadline - time.monotonic(), 0.0))

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                LOG.exception('A PowerVM event could not be handed to nova')
            # Not kept while waiting for the next one.
            job = None
            with self._lock:
                self._unfinished -= 1
