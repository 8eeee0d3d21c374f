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

"""When to ask again, and how not to fill the log meanwhile."""

from collections.abc import Callable

from oslo_log import log as logging

LOG = logging.getLogger(__name__)

# Seconds until the next attempt, doubled each time, and the most of it.
_FIRST = 1.0
_MOST = 60.0


def backoff(attempts: int, first: float = _FIRST,
            most: float = _MOST) -> float:
    """Return ``first`` doubled ``attempts`` times, but ``most`` at most."""
    return min(first * 2.0 ** min(attempts, 32), most)


class Outage:
    """Something that fails for a while: one log line at each end of it.

    For one thread only.

    :param begins: the line at its beginning; the error follows.
    :param ends: the line at its end; its length follows.
    :param jitter: returns a number in [0, 1). Many computes that lost one
        controller must not come back to it all at once.
    """

    def __init__(self, begins: str, ends: str,
                 jitter: Callable[[], float] = lambda: 0.0) -> None:
        self._begins = begins + ': %.200s'
        self._ends = ends + ' after %.1f seconds; attempts that failed: %d'
        self._jitter = jitter
        self._failures = 0
        self._since = 0.0

    def failed(self, error: object, now: float) -> float:
        """Note a failure.

        :param error: what the attempt came to.
        :param now: clock time, seconds.
        :returns: clock time of the next attempt.
        """
        if not self._failures:
            self._since = now
            LOG.warning(self._begins, error)
        delay = backoff(self._failures)
        self._failures += 1
        return now + delay * (1.0 - self._jitter() / 4)

    def over(self, now: float) -> None:
        """Note that it does not fail, or no longer."""
        if self._failures:
            LOG.info(self._ends, now - self._since, self._failures)
            self._failures = 0
