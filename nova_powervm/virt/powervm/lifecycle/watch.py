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
import contextlib
import threading
from typing import Any
import weakref

from oslo_log import log as logging
from pypowervm import adapter as pvm_adapter

from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import stats

LOG = logging.getLogger(__name__)

# Seconds between checks.
_INTERVAL = 10.0

# Seconds without the end of a poll after which something is wrong: a poll
# takes some 10 s, and pypowervm waits 5 s after one that failed.
_SILENCE = 60.0

# Seconds after which a poll has failed, where the driver has not set it. On a
# connection whose other end is gone pypowervm would wait for 20 minutes.
_POLL_TIMEOUT = 45.0


class ListenerWatch:
    """Notices when events stop to come, and has them come again.

    pypowervm calls its handlers after each poll, also after one that brought
    nothing or failed: a heartbeat. Its thread may end for good, silently (an
    answer without a feed does it), and it may poll for ever in vain, when
    NovaLink refused to let the session log on again.

    :meth:`beat` is called on pypowervm's thread, the rest on one other.

    :param driver: its ``session``, if it has one, has the event listener. If
        the session counts ``interruptions`` of its polls and says whether it
        is ``lost``, these are heeded; the driver's ``renew_session()`` is
        called for one that is.
    :param statistics: where it is counted.
    :param clock: monotonic clock, seconds.
    :param resync: called when events may have been lost.
    """

    def __init__(self, driver: Any, statistics: stats.Statistics,
                 clock: Callable[[], float],
                 resync: Callable[[], None]) -> None:
        self._driver = driver
        self._stats = statistics
        self._clock = clock
        self._resync = resync
        self._poller: threading.Thread | None = None
        self._handler: Callable[[], Any] | None = None
        self._last_beat = self._waiting_since = clock()
        self._silent = False
        self._interruptions = 0
        self._renewals_failed = 0
        self._not_before = 0.0

    def beat(self, handler: Any) -> None:
        """Note that a poll has ended.

        :param handler: whom pypowervm called.
        """
        self._poller = threading.current_thread()
        self._handler = weakref.ref(handler)
        self._last_beat = self._waiting_since = self._clock()

    def check(self, now: float) -> float:
        """Look after the listener.

        :param now: clock time, seconds.
        :returns: clock time of the next check.
        """
        try:
            self._look_after(_listener(self._session), now)
        except Exception:
            LOG.exception("pypowervm's polls for events could not be looked "
                          'after; this is tried again')
        return now + _INTERVAL

    @property
    def _session(self) -> Any:
        return getattr(self._driver, 'session', None)

    def _look_after(self, listener: Any, now: float) -> None:
        if listener is not None:
            if not self._is_subscribed(listener):
                # Nobody's business any more, or another handler's.
                return
            _bound_polls(listener)
        self._check_silence(now)
        if getattr(self._session, 'lost', False) is True:
            self._renew(now)
        elif self._poll_thread_is_dead(now):
            self._revive(listener)
        self._check_interruptions()

    def _is_subscribed(self, listener: Any) -> bool:
        if self._handler is None:
            return bool(listener.handlers)
        return self._handler() in listener.handlers

    def _check_silence(self, now: float) -> None:
        if now - self._last_beat < _SILENCE:
            if self._silent:
                LOG.info('Polls for PowerVM events end again')
            self._silent = False
        elif not self._silent and now - self._waiting_since >= _SILENCE:
            self._silent = True
            self._stats.add(silences=1)
            LOG.warning('No poll for PowerVM events has ended for %d seconds',
                        now - self._last_beat)

    def _poll_thread_is_dead(self, now: float) -> bool:
        if self._poller is not None:
            # One that another took the place of may be the last that called.
            return (not self._poller.is_alive()
                    and now - self._last_beat >= 2 * _INTERVAL)
        # It may have died before it called anybody.
        return now - self._waiting_since >= _SILENCE

    def _revive(self, listener: Any) -> None:
        """Have the listener start another thread.

        It does so for its first subscriber, so all of them have to leave.
        """
        if listener is None:
            return
        LOG.warning("pypowervm's polls for events have ended; they are begun "
                    'again')
        # All of them come back, even if no thread can be started.
        with contextlib.ExitStack() as subscriptions:
            for handler in reversed(list(listener.handlers)):
                # But for those that are leaving just now.
                with contextlib.suppress(ValueError):
                    listener.unsubscribe(handler)
                    subscriptions.callback(listener.subscribe, handler)
        self._stats.add(revivals=1)
        self._begin_anew()

    def _renew(self, now: float) -> None:
        renew = getattr(self._driver, 'renew_session', None)
        if renew is None or now < self._not_before:
            return
        try:
            renew()
        except Exception as error:
            if not self._renewals_failed:
                LOG.warning('The session with NovaLink is lost, and another '
                            'cannot be had yet: %s', error)
            self._not_before = now + outage.backoff(self._renewals_failed)
            self._renewals_failed += 1
        else:
            LOG.info('The session with NovaLink was lost; there is a new one')
            self._renewals_failed = 0
            self._interruptions = 0
            self._stats.add(sessions_renewed=1)
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._poller = None
        self._waiting_since = self._clock()
        self._resync()

    def _check_interruptions(self) -> None:
        count = getattr(self._session, 'interruptions', 0)
        if isinstance(count, int) and count != self._interruptions:
            self._interruptions = count
            self._stats.add(interruptions=1)
            LOG.info('Polls for PowerVM events had failed and succeed again')
            self._resync()


def _bound_polls(listener: Any) -> None:
    timeout = listener.timeout
    if not isinstance(timeout, int | float) or timeout > _POLL_TIMEOUT:
        listener.timeout = _POLL_TIMEOUT


def _listener(session: Any) -> Any:
    """Return a session's event listener, None if there is none yet."""
    if not isinstance(session, pvm_adapter.Session) or not (
            session.has_event_listener):
        return None
    return session.get_event_listener()
