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

"""Event queues of the REST service, one for each client.

A client is one application id.
"""

import collections
from collections.abc import Callable
import time
from typing import NamedTuple

from nova_powervm.sim import settings

# The service forgets a client that has not polled for so long. When the client
# comes back, it gets a NEW_CLIENT, as from a real host after a restart.
IDLE_SECONDS = 600.0


class Event(NamedTuple):
    """An event, with the fields of the REST service's Event element."""

    event_id: int
    event_type: str
    data: str
    detail: str


class _Queue:
    """Events that one client has not fetched yet."""

    def __init__(self) -> None:
        self.events: collections.deque[Event] = collections.deque()
        self.waiters: set[Callable[[], None]] = set()
        self.last_used = 0.0


class EventQueues:
    """Delivers each event to every known client, in order and once.

    Not thread-safe: only the thread of the server's loop may call it.

    :param config: has the size of a queue.
    :param now: a monotonic clock, seconds.
    """

    def __init__(self, config: settings.Settings,
                 now: Callable[[], float]) -> None:
        self._config = config
        self._now = now
        self._queues: dict[str, _Queue] = {}
        # Captured ids start at the service's start in milliseconds of the
        # epoch and are consecutive.
        self._next_id = int(time.time() * 1000)

    def publish(self, event_type: str, data: str = '',
                detail: str = '') -> Event:
        """Add an event to the queue of every known client."""
        event = self._event(event_type, data, detail)
        for queue in self._queues.values():
            if len(queue.events) >= self._config.event_queue_size:
                queue.events.clear()
                queue.events.append(self._event('MISSING_EVENTS'))
            queue.events.append(event)
            for wake in tuple(queue.waiters):
                wake()
        return event

    def fetch(self, application_id: str, limit: int) -> list[Event]:
        """Remove and return at most ``limit`` events of a client's queue.

        The first event of a new client is a NEW_CLIENT.
        """
        queue = self._queue(application_id)
        count = min(limit, len(queue.events))
        return [queue.events.popleft() for _ in range(count)]

    def restart(self, new_client: bool) -> None:
        """Drop all queued events.

        :param new_client: also forget the clients, so that each gets a
            NEW_CLIENT when it comes back; if False, no event reports the
            loss.
        """
        for queue in self._queues.values():
            queue.events.clear()
        if new_client:
            self._queues.clear()

    def add_waiter(self, application_id: str,
                   wake: Callable[[], None]) -> None:
        """Call ``wake`` on each event for this client, until removed."""
        self._queue(application_id).waiters.add(wake)

    def remove_waiter(self, application_id: str,
                      wake: Callable[[], None]) -> None:
        """Undo :meth:`add_waiter`."""
        self._queue(application_id).waiters.discard(wake)

    def _queue(self, application_id: str) -> _Queue:
        queue = self._queues.get(application_id)
        if queue is None:
            self._forget_idle_clients()
            queue = self._queues[application_id] = _Queue()
            queue.events.append(self._event('NEW_CLIENT'))
        queue.last_used = self._now()
        return queue

    def _forget_idle_clients(self) -> None:
        oldest = self._now() - IDLE_SECONDS
        self._queues = {
            key: queue for key, queue in self._queues.items()
            if queue.waiters or queue.last_used >= oldest}

    def _event(self, event_type: str, data: str = '',
               detail: str = '') -> Event:
        event = Event(self._next_id, event_type, data, detail)
        self._next_id += 1
        return event
