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

"""What fails for a while: when to try again, and one log line at each end."""

from collections.abc import Callable
import threading

from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import backoff
from nova_powervm.virt.powervm.lifecycle import messages

LOG = logging.getLogger(__name__)

# Seconds after which an attempt that has not ended is worth a line.
LATE_SECONDS = 10.0

# Seconds between two attempts at a service that is away, at most. One attempt
# finds out for all that waits, so it may be frequent: nova-compute itself
# calls nova-conductor every 10 s. But not where attempts end without an
# answer: each leaves a call that the service still works on, and if it is
# slow because of too many calls, it would never recover.
SERVICE_MOST = 15.0

# The share of each wait that is random.
JITTER = 0.5

# Number and seconds of the outages that are over, and what goes on, by the
# line at the end of each kind.
_over: dict[messages.Line, tuple[int, float]] = {}
_going: dict[messages.Line, int] = {}
_lock = threading.Lock()


def history() -> dict[str, tuple[int, float, bool]]:
    """Return the outages of this process so far.

    Takes no lock: a Guru Meditation Report asks.

    :returns: by the words of ``messages.OUTAGES`` how many are over, their
        seconds, and whether one goes on.
    """
    found = {}
    for what, (_, back) in messages.OUTAGES.items():
        number, seconds = _over.get(back, (0, 0.0))
        if number or _going.get(back):
            found[what] = number, seconds, bool(_going.get(back))
    return found


def _begin(back: messages.Line) -> None:
    with _lock:
        _going[back] = _going.get(back, 0) + 1


def _end(back: messages.Line, seconds: float) -> None:
    with _lock:
        number, before = _over.get(back, (0, 0.0))
        _over[back] = number + 1, before + seconds
        _going[back] = _going.get(back, 1) - 1


class Outage:
    """Counts attempts at something that fails, and logs both ends.

    An outage begins with the beginning of the first attempt that fails.

    Thread-safe.

    :param away: logged when it begins; has the field ``error``.
    :param back: logged when it ends; has ``seconds`` and ``attempts``.
    :param late: logged once for an attempt that takes long; ``seconds``.
    :param jitter: returns a number in [0, 1). Many computes that lost one
        controller must not come back to it all at once.
    :param most: seconds between two attempts at most, if they fail soon.
    """

    def __init__(self, away: messages.Line, back: messages.Line,
                 late: messages.Line | None = None,
                 jitter: Callable[[], float] = lambda: 0.0,
                 most: float = backoff.MOST) -> None:
        self._away = away
        self._back = back
        self._late = late
        self._jitter = jitter
        self._most = most
        self._lock = threading.Lock()
        # When the attempt began that is on its way, and when the outage did.
        self._began: float | None = None
        self._since: float | None = None
        self._failures = 0

    def begin(self, now: float) -> None:
        """Note that an attempt begins.

        :param now: clock time, seconds.
        """
        with self._lock:
            self._began = now

    def end(self) -> None:
        """Note that the attempt has ended and told nothing."""
        with self._lock:
            self._began = None

    def failed(self, error: object, now: float,
               away: messages.Line | None = None) -> float:
        """Note that the attempt failed.

        :param error: why.
        :param away: logged in the place of the usual line.
        :returns: clock time of the next attempt.
        """
        with self._lock:
            first = self._since is None
            if first:
                self._since = now if self._began is None else self._began
            silent = (self._began is not None
                      and now - self._began >= LATE_SECONDS)
            self._began = None
            wait = backoff.backoff(
                self._failures, most=backoff.MOST if silent else self._most)
            self._failures += 1
        if first:
            _begin(self._back)
            (away or self._away).log(LOG, error=error)
        return now + wait * (1.0 - self._jitter() * JITTER)

    def over(self, now: float) -> None:
        """Note that the attempt succeeded."""
        with self._lock:
            since, failures = self._since, self._failures
            self._since = self._began = None
            self._failures = 0
        if since is not None:
            _end(self._back, now - since)
            self._back.log(LOG, seconds=now - since, attempts=failures)

    def check(self, now: float) -> None:
        """Log an attempt that has not ended for long; once an outage."""
        with self._lock:
            began = self._began
            if (began is None or self._late is None
                    or self._since is not None
                    or now - began < LATE_SECONDS):
                return
            self._since = began
        _begin(self._back)
        self._late.log(LOG, seconds=now - began)
