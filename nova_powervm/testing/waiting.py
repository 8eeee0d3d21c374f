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


"""Waiting for a condition."""

from collections.abc import Callable
import time
from typing import TypeVar

_T = TypeVar('_T')

# Seconds between two checks of a condition, and until a wait fails.
INTERVAL = 0.02
TIMEOUT = 60.0


class TimedOut(AssertionError):
    """A condition did not hold in time: a failure of the test that waited."""


def wait_until(condition: Callable[[], _T], what: str, *,
               timeout: float = TIMEOUT,
               details: Callable[[], object] | None = None,
               pause: Callable[[], object] = lambda: time.sleep(INTERVAL),
               clock: Callable[[], float] = time.monotonic) -> _T:
    """Wait until a condition holds.

    The condition is checked once more after the deadline, so a pause that took
    too long does not make a wait fail.

    :param condition: called again and again until its result is true.
    :param what: what is waited for, for the failure's text.
    :param timeout: seconds after which the wait fails.
    :param details: called when the wait fails; its result goes into the
        failure's text.
    :param pause: called between two checks.
    :param clock: monotonic clock, seconds.
    :returns: the result that was true.
    :raises TimedOut: if the condition does not hold in time.
    """
    deadline = clock() + timeout
    while True:
        late = clock() >= deadline
        result = condition()
        if result:
            return result
        if late:
            words = 'waited %g s in vain for: %s' % (timeout, what)
            if details is not None:
                words += '; %s' % (details(),)
            raise TimedOut(words)
        pause()
