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


"""pypowervm's event listener, as the watchdog handles it."""

import contextlib
from typing import Any

from pypowervm import adapter as pvm_adapter

# Seconds after which a poll has failed, where the driver has not set it. On a
# connection whose other end is gone pypowervm would wait for 20 minutes.
_TIMEOUT_SECONDS = 45.0


def listener_of(session: Any) -> Any:
    """Return a session's event listener, None if there is none yet."""
    if not isinstance(session, pvm_adapter.Session) or not (
            session.has_event_listener):
        return None
    return session.get_event_listener()


def bound(listener: Any) -> None:
    """Let no poll take much longer than NovaLink keeps one waiting."""
    timeout = listener.timeout
    if not isinstance(timeout, int | float) or timeout > _TIMEOUT_SECONDS:
        listener.timeout = _TIMEOUT_SECONDS


def restart(listener: Any) -> None:
    """Make the listener start another thread.

    It does so for its first subscriber, so all of them leave, and come back
    in the same order even if no thread can be started. Who unsubscribes
    meanwhile waits, so as not to find itself missing and to come back with
    the others.

    :raises RuntimeError: if the listener is in use: pypowervm holds its lock
        while handlers work, for as long as one of them hangs.
    :raises Exception: if no thread can be started.
    """
    lock = getattr(listener, '_lock', None)
    with contextlib.ExitStack() as restored:
        if lock is not None:
            if not lock.acquire(blocking=False):
                raise RuntimeError('the event listener is in use')
            restored.callback(lock.release)
        for handler in reversed(list(listener.handlers)):
            with contextlib.suppress(ValueError):
                listener.unsubscribe(handler)
                restored.callback(listener.subscribe, handler)
