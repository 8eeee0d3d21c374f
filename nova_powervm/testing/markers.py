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


"""Events of a test's own, by which it knows that all earlier ones have come.

NovaLink's events come in the order in which they were sent, and pypowervm
calls its subscribers one after the other.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
from typing import Any
import uuid

from pypowervm import adapter

from nova_powervm.testing import waiting

_EVENT_TYPE = 'CUSTOM_CLIENT_EVENT'


class Markers(adapter.RawEventHandler):
    """Sends markers, and tells whether they have come.

    Every handler that was subscribed before this one has been called with all
    events that were sent before a marker, once that marker has come.

    :param send: sends events, as ``nova_powervm.sim.client.Control`` does
        with ``send_events``.
    """

    def __init__(self, send: Callable[[list[dict[str, str]]], Any]) -> None:
        self._send = send
        self._prefix = 'marker/%s/' % uuid.uuid4()
        self._sent = 0
        self._last = 0
        self._others = 0

    @property
    def others(self) -> int:
        """Number of events that have come and were not markers of this."""
        return self._others

    @property
    def missing(self) -> bool:
        """Whether the last marker that was sent has not come yet."""
        return self._last < self._sent

    def send(self) -> None:
        """Send a marker; for one thread."""
        self._sent += 1
        self._send([{'type': _EVENT_TYPE,
                     'data': '%s%d' % (self._prefix, self._sent)}])

    def wait(self, **waiting_options: Any) -> None:
        """Send a marker and wait until it has come.

        :param waiting_options: keyword arguments of
            :func:`nova_powervm.testing.waiting.wait_until`.
        :raises nova_powervm.testing.waiting.TimedOut: if it does not come.
        """
        self.send()
        waiting.wait_until(lambda: not self.missing,
                           'all events sent so far', **waiting_options)

    def process(self, events: Collection[Mapping[str, str | None]]) -> None:
        """Look for markers among events; pypowervm calls this.

        :param events: mappings with ``EventType`` and ``EventData``.
        """
        for event in events:
            data = event['EventData'] or ''
            if (event['EventType'] == _EVENT_TYPE
                    and data.startswith(self._prefix)):
                self._last = int(data.removeprefix(self._prefix))
            else:
                self._others += 1


@contextlib.contextmanager
def subscribed(listener: Any, send: Callable[[list[dict[str, str]]], Any]
               ) -> Iterator[Markers]:
    """Subscribe markers to an event listener for the length of a block."""
    markers = Markers(send)
    listener.subscribe(markers)
    try:
        yield markers
    finally:
        listener.unsubscribe(markers)


def wait_for_events(listener: Any,
                    send: Callable[[list[dict[str, str]]], Any],
                    **waiting_options: Any) -> None:
    """Wait until all events that were sent so far have come.

    :param listener: pypowervm's event listener.
    :param send: as for :class:`Markers`.
    :param waiting_options: as for :meth:`Markers.wait`.
    """
    with subscribed(listener, send) as markers:
        markers.wait(**waiting_options)
