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

"""Runs what mostly waits in several processes at a time."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent import futures
import contextlib
import multiprocessing
import signal
from typing import Any


class Workers:
    """Processes that do jobs; see :func:`workers`. For one thread."""

    def __init__(self, pool: futures.ProcessPoolExecutor) -> None:
        self._pool = pool

    def run(self, work: Callable[..., Any], jobs: Iterable[Any]
            ) -> Iterator[tuple[Any, Any]]:
        """Yield each job with its result, the first to end first.

        :param work: called with a job, in another process.
        :raises Exception: what the work raises.
        :raises concurrent.futures.BrokenExecutor: if a process is killed.
        """
        running = {self._pool.submit(_Interruption.do, work, job): job
                   for job in jobs}
        for done in futures.as_completed(running):
            yield running[done], done.result()


@contextlib.contextmanager
def workers(number: int) -> Iterator[Workers]:
    """Keep processes until the end, whatever that is.

    At an error, or at Ctrl-C, what they do is interrupted: they end it as a
    process of its own would at Ctrl-C.
    """
    pool = futures.ProcessPoolExecutor(
        number, multiprocessing.get_context('spawn'),
        initializer=_Interruption.heed)
    try:
        yield Workers(pool)
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _Interruption:
    """In a worker: it comes from the parent alone, and once."""

    came = False
    at_work = False

    @classmethod
    def heed(cls) -> None:
        """Let the worker do so."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, cls.interrupt)

    @classmethod
    def interrupt(cls, number: int, frame: object) -> None:
        """Interrupt what is done now.

        An idle worker ends as the pool does: amid reading from the pool, it
        would leave half a message to another worker.
        """
        signal.signal(number, signal.SIG_IGN)
        cls.came = True
        if cls.at_work:
            raise KeyboardInterrupt

    @classmethod
    def do(cls, work: Callable[..., Any], job: Any) -> Any:
        """Do a job, unless it was handed over before the interruption."""
        cls.at_work = True
        try:
            if cls.came:
                raise KeyboardInterrupt
            return work(job)
        finally:
            cls.at_work = False
