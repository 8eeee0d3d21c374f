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

Its event handler waited until an LPAR had sent no PartitionState event for a
while, and then asked about that LPAR alone:

* one REST read of the LPAR's state,
* one lookup of the instance by the LPAR's uuid, and, where PowerVM has
  cleared the first bit of the instance's uuid, a second one by the uuid with
  that bit set.

The demo applies this rule to the events that come while it runs, with its own
delay. What nova itself calls for each event that it is told is the same for
both, and left out for both.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
import threading
import time

from pypowervm import adapter

from nova_powervm.testing import internals

_IGNORED_TYPES = ('NEW_CLIENT', 'CACHE_CLEARED', 'DELETE_URI')


def needs_second_lookup(instance_uuid: str) -> bool:
    """Tell whether PowerVM clears the first bit of an instance's uuid."""
    return internals.lpar_uuid(instance_uuid) != instance_uuid.upper()


def lookups(instance_uuid: str | None) -> int:
    """Return how many lookups 9.0.0 made to find an LPAR's instance.

    :param instance_uuid: None for an LPAR without an instance, which it
        looked up by both uuids.
    """
    if instance_uuid is None:
        return 2
    return 1 + needs_second_lookup(instance_uuid)


class Release9(adapter.RawEventHandler):
    """Counts the reads of LPARs by the rule above. Thread-safe.

    Subscribe it beside the handler of the driver: it gets what pypowervm has
    parsed anyway.

    :param delay: seconds without an event after which 9.0.0 would read.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, delay: float,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._delay = delay
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._reads: dict[str, int] = {}

    def process(self, events: Collection[Mapping[str, str | None]]) -> None:
        """Apply the rule to events; pypowervm calls this.

        :param events: mappings with ``EventType``, ``EventData`` and
            ``EventDetail``.
        """
        now = self._clock()
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
            self._reads[lpar] = self._reads.get(lpar, 0) + 1
        self._last[lpar] = now

    def reads(self) -> dict[str, int]:
        """Return how often 9.0.0 would have read each LPAR, by uuid."""
        with self._lock:
            return dict(self._reads)
