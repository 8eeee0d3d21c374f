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


"""Time that is a number, and work that waits in it without threads.

Work that has to wait runs on a greenlet of its own, so the event module's
code can be called as it is: what would block its thread lets time pass.
"""

from collections.abc import Callable
import heapq
import itertools
import math
from typing import Any

import greenlet


class Interruption:
    """Ends the simulation at a signal.

    What a signal's handler raises is lost if it comes within the callback of
    a weak reference, of which there are many.
    """

    def __init__(self) -> None:
        self.wanted = False

    def __call__(self, *_: object) -> None:
        self.wanted = True

    def check(self) -> None:
        """Raise KeyboardInterrupt if there was a signal."""
        if self.wanted:
            self.wanted = False
            raise KeyboardInterrupt


interruption = Interruption()


class Task(greenlet.greenlet):
    """Work that can wait.

    :ivar owner: whose work it is; None for nobody's.
    """

    owner: Any = None


def current() -> Any:
    """Return whose work runs."""
    return getattr(greenlet.getcurrent(), 'owner', None)


class Engine:
    """Runs what is to happen, in the order of its time.

    What is to happen at the same time happens in the order in which it was
    asked for, so the same world does the same twice.

    :ivar now: seconds since the beginning.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Callable[[], object]]] = []
        self._sequence = itertools.count()
        self._hub = greenlet.getcurrent()

    def at(self, when: float, work: Callable[[], object]) -> None:
        """Do something at a time, or now if that has passed."""
        if when < math.inf:
            heapq.heappush(self._heap, (
                max(when, self.now), next(self._sequence), work))

    def start(self, work: Callable[[], object], owner: Any) -> None:
        """Do what may wait, now and until it waits for the first time."""
        task = Task(work, self._hub)
        task.owner = owner
        task.switch()

    def wait(self, tell: Callable[[Callable[[Any], None]], object]) -> Any:
        """Wait until somebody calls a function, and return its argument.

        :param tell: called with that function. It must be called once, later.
        """
        task = greenlet.getcurrent()
        tell(task.switch)
        return self._hub.switch()

    def run(self, until: float, ended: Callable[[], bool] = lambda: False
            ) -> None:
        """Let time pass.

        :param ended: whether to stop sooner; asked every second.
        """
        check_at = self.now
        while self._heap and self._heap[0][0] <= until:
            interruption.check()
            when, _, work = heapq.heappop(self._heap)
            self.now = when
            work()
            if when >= check_at:
                check_at = when + 1.0
                if ended():
                    return
        self.now = until
