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
        self._last_beat = clock()
        self._silent = False
        self._interruptions = 0
        self._renewals_failed = 0
        self._not_before = 0.0

    def beat(self) -> None:
        """Note that a poll has ended."""
        self._poller = threading.current_thread()
        self._last_beat = self._clock()

    def check(self, now: float) -> float:
        """Look after the listener.

        :param now: clock time, seconds.
        :returns: clock time of the next check.
        """
        session = getattr(self._driver, 'session', None)
        self._check_silence(now)
        try:
            if getattr(session, 'lost', False) is True:
                self._renew(now)
            elif self._poll_thread_is_dead():
                self._revive(session)
            self._check_interruptions(session)
            self._bound_polls(session)
        except Exception:
            LOG.exception("pypowervm's polls for events could not be looked "
                          'after; this is tried again')
        return now + _INTERVAL

    def _check_silence(self, now: float) -> None:
        silent = now - self._last_beat >= _SILENCE
        if silent and not self._silent:
            self._stats.add(silences=1)
            LOG.warning('No poll for PowerVM events has ended for %d seconds',
                        now - self._last_beat)
        elif self._silent and not silent:
            LOG.info('Polls for PowerVM events end again')
        self._silent = silent

    def _poll_thread_is_dead(self) -> bool:
        if self._poller is not None:
            return not self._poller.is_alive()
        # It may have died before it called anybody.
        return self._silent

    def _revive(self, session: Any) -> None:
        """Have the listener start another thread.

        It does so for its first subscriber, so all of them have to leave.
        """
        listener = _listener(session)
        if listener is None:
            return
        LOG.warning("pypowervm's polls for events have ended; they are begun "
                    'again')
        # Each of them, even if a thread cannot be started for the first.
        with contextlib.ExitStack() as subscriptions:
            for handler in reversed(listener.handlers):
                subscriptions.callback(listener.subscribe, handler)
            for handler in list(listener.handlers):
                listener.unsubscribe(handler)
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
            LOG.warning('The session with NovaLink was lost; there is a new '
                        'one')
            self._renewals_failed = 0
            self._interruptions = 0
            self._stats.add(sessions_renewed=1)
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._poller = None
        self._last_beat = self._clock()
        self._resync()

    def _check_interruptions(self, session: Any) -> None:
        count = getattr(session, 'interruptions', 0)
        if isinstance(count, int) and count != self._interruptions:
            self._interruptions = count
            self._stats.add(interruptions=1)
            LOG.info('Polls for PowerVM events had failed and succeed again')
            self._resync()

    @staticmethod
    def _bound_polls(session: Any) -> None:
        listener = _listener(session)
        if listener is not None and listener.timeout > _POLL_TIMEOUT:
            listener.timeout = _POLL_TIMEOUT


def _listener(session: Any) -> Any:
    """Return a session's event listener, None if there is none yet."""
    if not isinstance(session, pvm_adapter.Session) or not (
            session.has_event_listener):
        return None
    return session.get_event_listener()
