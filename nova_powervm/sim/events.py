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

"""The event streams of the REST service, one for each application id."""

import collections
from collections.abc import Callable
import time
from typing import NamedTuple

from nova_powervm.sim import settings

# A client that has not polled for so long is forgotten, like on a real host
# that was restarted: when it comes back it is a NEW_CLIENT.
IDLE_SECONDS = 600.0


class Event(NamedTuple):
    """One event; the fields of the REST service's Event element."""

    event_id: int
    event_type: str
    data: str
    detail: str


class _Stream:
    """What one application id has not fetched yet."""

    def __init__(self) -> None:
        self.pending: collections.deque[Event] = collections.deque()
        self.waiters: set[Callable[[], None]] = set()
        self.last_used = 0.0


class EventBus:
    """Hands each event to every known client, in order and once.

    Not thread-safe: everything happens in the thread of the server's loop.

    :param config: gives the size of a client's queue.
    :param now: a monotonic clock, seconds.
    """

    def __init__(self, config: settings.Settings,
                 now: Callable[[], float]) -> None:
        self._config = config
        self._now = now
        self._streams: dict[str, _Stream] = {}
        # Captured ids are milliseconds of the epoch at the service's start,
        # then consecutive.
        self._next_id = int(time.time() * 1000)

    def post(self, event_type: str, data: str = '',
             detail: str = '') -> Event:
        """Send an event to every client that has polled before."""
        event = self._event(event_type, data, detail)
        for stream in self._streams.values():
            if len(stream.pending) >= self._config.event_queue_size:
                stream.pending.clear()
                stream.pending.append(self._event('MISSING_EVENTS'))
            stream.pending.append(event)
            for wake in tuple(stream.waiters):
                wake()
        return event

    def take(self, application_id: str, limit: int) -> list[Event]:
        """Give at most ``limit`` events that this client has not seen.

        A client that was unknown is welcomed by a NEW_CLIENT.
        """
        stream = self._stream(application_id)
        count = min(limit, len(stream.pending))
        return [stream.pending.popleft() for _ in range(count)]

    def restart(self, new_client: bool) -> None:
        """Lose all events that were not fetched yet.

        :param new_client: lose the clients too, so that each is welcomed by
            a NEW_CLIENT when it comes back; otherwise it learns of nothing.
        """
        for stream in self._streams.values():
            stream.pending.clear()
        if new_client:
            self._streams.clear()

    def add_waiter(self, application_id: str,
                   wake: Callable[[], None]) -> None:
        """Have ``wake`` called whenever an event comes for this client."""
        self._stream(application_id).waiters.add(wake)

    def remove_waiter(self, application_id: str,
                      wake: Callable[[], None]) -> None:
        """Undo add_waiter."""
        self._stream(application_id).waiters.discard(wake)

    def _stream(self, application_id: str) -> _Stream:
        stream = self._streams.get(application_id)
        if stream is None:
            self._forget_idle()
            stream = self._streams[application_id] = _Stream()
            stream.pending.append(self._event('NEW_CLIENT'))
        stream.last_used = self._now()
        return stream

    def _forget_idle(self) -> None:
        oldest = self._now() - IDLE_SECONDS
        self._streams = {
            key: stream for key, stream in self._streams.items()
            if stream.waiters or stream.last_used >= oldest}

    def _event(self, event_type: str, data: str = '',
               detail: str = '') -> Event:
        event = Event(self._next_id, event_type, data, detail)
        self._next_id += 1
        return event
