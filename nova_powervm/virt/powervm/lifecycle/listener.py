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

"""Watching the thread on which pypowervm polls for events."""

from collections.abc import Callable
import threading
from typing import Any
import weakref

from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import backoff
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import polls
from nova_powervm.virt.powervm.lifecycle import stats

LOG = logging.getLogger(__name__)

# Seconds between checks.
CHECK_SECONDS = 10.0

# Seconds without a poll that succeeds after which something is wrong: a poll
# takes some 10 s, and pypowervm waits 5 s after one that failed.
SILENCE_SECONDS = 60.0


class Watchdog:
    """Notices when events stop to come, and makes them come again.

    pypowervm calls its handlers after each poll, also after one that brought
    nothing or failed: a heartbeat. Its thread may die silently (an answer
    without a feed does it), and it may poll for ever in vain, when NovaLink
    refuses to let the session log on again.

    Whether beats are to be expected follows from who is registered: the
    handler itself or, if it was not when the last beat arrived, those that
    were, one of which passed it on. Without either there is nothing to watch.

    :meth:`beat` is called on pypowervm's thread, :meth:`check` on another;
    neither waits for a service.

    :param driver: its ``session``, if it has one, has the event listener. If
        the session counts ``interruptions`` of its polls, says whether
        ``polls_fail`` and whether it is ``lost``, these are heeded; the
        driver's ``renew_session()`` is called for one that is.
    :param statistics: where it is counted.
    :param clock: monotonic clock, seconds.
    :param resync: called when events may have been lost.
    :param run: runs a job that waits for NovaLink, elsewhere.
    """

    def __init__(self, driver: interfaces.Driver,
                 statistics: stats.Statistics, clock: Callable[[], float],
                 resync: Callable[[], None],
                 run: Callable[[Callable[[], None]], None]) -> None:
        self._driver = driver
        self._stats = statistics
        self._clock = clock
        self._resync = resync
        self._run = run
        # Guards who is subscribed, against a stop in the middle of a restart.
        self._lock = threading.Lock()
        self._stopped = False
        self._handler: Callable[[], Any] = lambda: None
        self._sources: weakref.WeakSet[Any] = weakref.WeakSet()
        self._poller: threading.Thread | None = None
        self._last_beat = self._waiting_since = self._last_success = clock()
        self._silent = False
        self._silent_since = 0.0
        self._interruptions = 0
        self._failures = 0
        self._not_before = 0.0
        self._renewing = False

    def watch(self, handler: Any) -> None:
        """Expect beats while a handler is registered with the listener."""
        self._handler = weakref.ref(handler)

    def beat(self) -> None:
        """Note that a poll has ended, well or not."""
        now = self._clock()
        self._poller = threading.current_thread()
        self._last_beat = self._waiting_since = now
        if getattr(self._session, 'polls_fail', False) is not True:
            self._last_success = now
        listener = polls.listener_of(self._session)
        if listener is not None:
            own = self._handler()
            registered = list(listener.handlers)
            self._sources = weakref.WeakSet(
                [own] if own in registered else registered)

    def check(self, now: float) -> None:
        """Look after the listener.

        :param now: clock time, seconds.
        :raises Exception: whatever a listener raises that is broken.
        """
        listener = polls.listener_of(self._session)
        if self._stopped or not self._expects_beats(listener):
            self._waiting_since = self._last_success = now
            self._silent = False
            return
        if listener is not None:
            polls.bound(listener)
        self._check_silence(now)
        if getattr(self._session, 'lost', False) is True:
            self._renew(now)
        elif listener is not None and self._is_dead(now):
            self._restart(listener, now)
        self._check_interruptions()

    def stop(self) -> None:
        """Watch no longer; waits for the end of a restart."""
        with self._lock:
            self._stopped = True

    @property
    def _session(self) -> Any:
        return getattr(self._driver, 'session', None)

    def _expects_beats(self, listener: Any) -> bool:
        if listener is None:
            return self._poller is not None
        registered = list(listener.handlers)
        return self._handler() in registered or any(
            source in registered for source in list(self._sources))

    def _check_silence(self, now: float) -> None:
        silence = now - self._last_success
        if silence < SILENCE_SECONDS:
            if self._silent:
                messages.POLLS_HEARD.log(
                    LOG, seconds=self._last_success - self._silent_since)
            self._silent = False
        elif not self._silent:
            self._silent = True
            self._silent_since = self._last_success
            self._stats.add(silences=1)
            messages.POLLS_SILENT.log(LOG, seconds=silence)

    def _is_dead(self, now: float) -> bool:
        if now < self._not_before:
            return False
        if self._poller is not None:
            # One that another took the place of may be the last that called.
            return (not self._poller.is_alive()
                    and now - self._last_beat >= 2 * CHECK_SECONDS)
        # It may have died before it called anybody.
        return now - self._waiting_since >= SILENCE_SECONDS

    def _restart(self, listener: Any, now: float) -> None:
        if self._poller is not None:
            self._failures = 0
            messages.POLL_THREAD_DEAD.log(LOG)
        try:
            with self._lock:
                if self._stopped:
                    return
                polls.restart(listener)
        except Exception as error:
            if not self._failures:
                messages.POLL_THREAD_GONE.log(LOG, error=error)
            self._not_before = now + backoff.backoff(self._failures)
            self._failures += 1
            self._poller = None
            self._waiting_since = now - SILENCE_SECONDS
        else:
            self._failures = 0
            self._stats.add(poll_restarts=1)
            self._begin_anew(now)

    def _renew(self, now: float) -> None:
        if self._renewing or now < self._not_before or not hasattr(
                self._driver, 'renew_session'):
            return
        self._renewing = True
        try:
            self._run(self._renew_session)
        except Exception:
            self._renewing = False
            raise

    def _renew_session(self) -> None:
        """Log on anew, however long that takes."""
        try:
            getattr(self._driver, 'renew_session')()  # noqa: B009
        except Exception as error:
            if not self._failures:
                messages.SESSION_LOST.log(LOG, error=error)
            self._not_before = self._clock() + backoff.backoff(self._failures)
            self._failures += 1
        else:
            messages.SESSION_RENEWED.log(LOG)
            self._failures = 0
            self._interruptions = 0
            self._stats.add(sessions_renewed=1)
            self._begin_anew(self._clock())
        finally:
            self._renewing = False

    def _begin_anew(self, now: float) -> None:
        self._poller = None
        self._waiting_since = now
        self._resync()

    def _check_interruptions(self) -> None:
        count = getattr(self._session, 'interruptions', 0)
        if isinstance(count, int) and count != self._interruptions:
            self._interruptions = count
            self._stats.add(interruptions=1)
            messages.POLLS_RECOVERED.log(LOG)
            self._resync()
