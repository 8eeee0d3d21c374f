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

"""What release 9.0.0 would have called for the same events.

Its event handler delayed what it did about an LPAR until no PartitionState
event had come for a while, and then looked at that LPAR alone:

* one REST read of the LPAR's state,
* one lookup of the instance by the LPAR's uuid, and, where PowerVM has
  cleared the uuid's first bit, which is not to be seen on the LPAR, a second
  one by the uuid with that bit set.

The rule is applied to the events that come while the demo runs, with the
demo's delay. What nova itself calls for each event that it is handed is the
same for both, and left out for both.
"""

from collections.abc import Collection
from collections.abc import Mapping
import threading
import time

from pypowervm import adapter

_IGNORED_TYPES = ('NEW_CLIENT', 'CACHE_CLEARED', 'DELETE_URI')


def needs_second_lookup(instance_uuid: str) -> bool:
    """Tell whether PowerVM clears the first bit of an instance's uuid."""
    return int(instance_uuid[0], 16) >= 8


class Release9(adapter.RawEventHandler):
    """Counts the looks at LPARs by the rule above. Thread-safe.

    It is subscribed beside the handler of the driver and gets what pypowervm
    has parsed anyway.

    :param delay: seconds without an event after which 9.0.0 would look.
    """

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._looks: dict[str, int] = {}

    def process(self, events: Collection[Mapping[str, str | None]]) -> None:
        """Note events.

        :param events: mappings with ``EventType``, ``EventData`` and
            ``EventDetail``.
        """
        now = time.monotonic()
        with self._lock:
            for event in events:
                if event['EventType'] not in _IGNORED_TYPES and (
                        'PartitionState'
                        in (event['EventDetail'] or '').split(',')):
                    self._note(event['EventData'] or '', now)

    def _note(self, uri: str, now: float) -> None:
        kind, _, lpar = uri.rpartition('/')
        if not kind.endswith('/LogicalPartition'):
            return
        last = self._last.get(lpar)
        if last is None or now - last > self._delay:
            self._looks[lpar] = self._looks.get(lpar, 0) + 1
        self._last[lpar] = now

    def looks(self) -> dict[str, int]:
        """Return how often 9.0.0 would have looked, by LPAR uuid."""
        with self._lock:
            return dict(self._looks)
