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

"""pypowervm's session, with an eye on what becomes of its requests."""

from collections.abc import Callable
import time
from typing import Any

from lxml import etree
from pypowervm import adapter as pvm_adapter
from pypowervm import const
from pypowervm import exceptions as pvm_exc

from nova_powervm.virt.powervm.lifecycle import reads

_EVENT_PATH = const.API_BASE_PATH + 'uom/Event'

# Seconds after which an event poll has failed. A poll takes some 10 s; on a
# connection whose other end is gone pypowervm would wait for 20 minutes.
_POLL_TIMEOUT = 45.0

# Seconds after which the read of a quick property has failed.
_QUICK_TIMEOUT = 30.0

# Seconds after which any other read has failed. pypowervm would wait for 20
# minutes, in which nova's periodic tasks would stand still.
_READ_TIMEOUT = 120.0

# Seconds for logging on: until it has ended, all other requests of the session
# wait for it. And for logging off, which pypowervm does when the session ends.
_LOGON_TIMEOUT = 30.0
_LOGOFF_TIMEOUT = 2.0


class Session(pvm_adapter.Session):
    """A session that says whether its event polls can be relied on.

    pypowervm hides a poll that failed from its event handlers; yet events may
    have been lost with it. And after NovaLink refused to let it log on again
    a session never recovers, which it tells nobody.

    :ivar interruptions: how often polls succeeded after some had failed.
    :ivar polls_fail: whether the last poll failed.
    :ivar lost: whether the session has become useless.
    :ivar away_since: clock time since which NovaLink has answered nothing,
        though it was asked; None if its last answer was one.

    :param clock: monotonic clock, seconds.
    :param kwargs: those of the base class.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic,
                 **kwargs: Any) -> None:
        self.interruptions = 0
        self.polls_fail = False
        self.lost = False
        self.away_since: float | None = None
        self._clock = clock
        self._answered_at = clock()
        super().__init__(**kwargs)
        # Whether NovaLink may have lost events since the last poll.
        self._suspect = False

    def request(self, method: str, path: str, *args: Any,
                **kwargs: Any) -> Any:
        """Send a request; see the base class."""
        if path == const.LOGON_PATH:
            kwargs['timeout'] = (
                _LOGOFF_TIMEOUT if method == 'DELETE' else _LOGON_TIMEOUT)
        elif '/quick/' in path and kwargs.get('timeout', -1) == -1:
            kwargs['timeout'] = _QUICK_TIMEOUT
        is_poll = path.startswith(_EVENT_PATH)
        if method == 'GET' and kwargs.get('timeout', -1) == -1:
            kwargs['timeout'] = _READ_TIMEOUT
        if is_poll and not 0 < (kwargs.get('timeout') or 0) < _POLL_TIMEOUT:
            # Also the first one, which pypowervm makes with the listener.
            kwargs['timeout'] = _POLL_TIMEOUT
        if kwargs.get('login'):
            # Again: the service forgot the token, and perhaps our queue.
            self._suspect = True
        began = self._clock()
        try:
            response = super().request(method, path, *args, **kwargs)
        except pvm_exc.Error as error:
            self._note_answer(reads.is_about_one(error), began)
            self._suspect |= is_poll
            self.polls_fail |= is_poll
            # pypowervm answers a 401 by logging on. One that gets this far
            # was NovaLink's answer to that, after which it never tries again.
            if isinstance(error, pvm_exc.HttpUnauth) and kwargs.get(
                    'relogin', True):
                self.lost = True
            raise
        self._note_answer(True, began)
        self.polls_fail &= not is_poll
        if is_poll and not _is_readable(response):
            # NovaLink takes its events for delivered, pypowervm drops them.
            self._suspect = True
        elif is_poll and self._suspect:
            self._suspect = False
            self.interruptions += 1
        return response

    def _note_answer(self, answered: bool, began: float) -> None:
        if answered:
            self.away_since = None
            self._answered_at = self._clock()
        elif self.away_since is None:
            # It may have answered others while this request was waiting.
            self.away_since = max(began, self._answered_at)


def _is_readable(response: Any) -> bool:
    """Tell whether pypowervm can read the answer to an event poll."""
    if response.status == const.HTTPStatus.OK_NO_CONTENT:
        return True
    try:
        etree.fromstring(response.body.encode('utf-8'))
    except (AttributeError, etree.LxmlError, ValueError):
        return False
    return True
