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

"""Events of the demo's own, to tell which others have come."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from pypowervm import adapter

_EVENT_TYPE = 'CUSTOM_CLIENT_EVENT'
_PREFIX = 'nova-powervm-demo/'


class Markers(adapter.RawEventHandler):
    """Tells when all events that were sent before some moment have come.

    NovaLink's events come in the order in which they are sent, and pypowervm
    calls its subscribers one after the other: what was subscribed before this
    has seen all that came before a marker.

    :param send: sends events, such as ``Control.send_events``.
    """

    def __init__(self, send: Callable[[list[dict[str, str]]], Any]) -> None:
        self._send = send
        self._sent = 0
        self._last = 0
        self._others = 0

    @property
    def others(self) -> int:
        """Number of events that have come and were no markers."""
        return self._others

    @property
    def missing(self) -> bool:
        """Whether the last marker that was sent has not come yet."""
        return self._last < self._sent

    def send(self) -> None:
        """Send a marker; for one thread."""
        self._sent += 1
        self._send([{'type': _EVENT_TYPE,
                     'data': '%s%d' % (_PREFIX, self._sent)}])

    def process(self, events: Collection[Mapping[str, str | None]]) -> None:
        """Look for markers among events.

        :param events: mappings with ``EventType`` and ``EventData``.
        """
        for event in events:
            data = event['EventData'] or ''
            if event['EventType'] == _EVENT_TYPE and data.startswith(_PREFIX):
                self._last = int(data.removeprefix(_PREFIX))
            else:
                self._others += 1
