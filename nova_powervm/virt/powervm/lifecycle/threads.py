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

"""Threads that can be waited for, for a while, on every backend."""

from collections.abc import Callable
import threading
from typing import Any


class Thread:
    """Runs a function on a daemon thread of its own, at once.

    A daemon, because one that waits for a service must not keep nova-compute
    from ending.

    :param factory: called like ``threading.Thread``.
    :param target: what to run.
    :param name: the thread's name.
    """

    def __init__(self, factory: Callable[..., Any],
                 target: Callable[[], None], name: str) -> None:
        self._target = target
        self._ended = threading.Event()
        self._thread = factory(target=self._run, name=name, daemon=True)
        self._thread.start()

    def is_alive(self) -> bool:
        """Tell whether the function has not ended, by whatever way."""
        return not self._ended.is_set()

    def join(self, timeout: float) -> None:
        """Wait for the end of the function, for some seconds at most."""
        # Thread.join with a timeout raises eventlet's Timeout, which is no
        # Exception, under eventlet 0.41 on Python 3.13.
        if self._thread.is_alive() and self._ended.wait(timeout):
            self._thread.join()

    def _run(self) -> None:
        try:
            self._target()
        finally:
            self._ended.set()
