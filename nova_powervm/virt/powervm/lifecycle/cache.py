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

"""What was last found out about LPARs, for as long as it may be trusted."""

import threading
from typing import NamedTuple


class Known(NamedTuple):
    """What a look found.

    :ivar power: nova power state of the LPAR to which nova has nothing to
        learn: its record agrees, or the LPAR is not its business here.
    :ivar instance_uuid: the LPAR's instance, None if it has none.
    :ivar expires: clock time, seconds.
    """

    power: int
    instance_uuid: str | None
    expires: float


class StateCache:
    """Remembers for each LPAR what nova need not be asked again.

    Thread-safe. A result that was on its way while its LPAR was dropped is
    not kept, since it may be older than what the drop announced.

    :param ttl: seconds for which an entry is trusted; 0 keeps nothing.
    """

    def __init__(self, ttl: float) -> None:
        self._ttl = ttl
        self._lock = threading.Lock()
        # In the order in which they expire, since all live equally long.
        self._known: dict[str, Known] = {}
        # What was dropped since the batch began that is being worked on.
        self._in_batch = False
        self._dropped: set[str] = set()
        self._cleared = False

    def __len__(self) -> int:
        return len(self._known)

    def expire(self, now: float) -> None:
        """Forget what has expired by ``now``, a clock time in seconds."""
        with self._lock:
            while self._known:
                lpar, known = next(iter(self._known.items()))
                if known.expires > now:
                    break
                del self._known[lpar]

    def begin(self) -> None:
        """Begin a batch: from here on a drop also bars a later put."""
        with self._lock:
            self._in_batch = True

    def end(self) -> None:
        """End the batch."""
        with self._lock:
            self._in_batch = self._cleared = False
            self._dropped.clear()

    def get(self, lpar: str) -> Known | None:
        """Return what is known of an LPAR, None if nothing is."""
        return self._known.get(lpar)

    def put(self, lpar: str, power: int, instance_uuid: str | None,
            now: float) -> Known | None:
        """Keep what a look in this batch found.

        :param now: clock time of the look, seconds.
        :returns: what is kept, None if nothing is.
        """
        with self._lock:
            self._known.pop(lpar, None)
            if not self._ttl or self._cleared or lpar in self._dropped:
                return None
            known = Known(power, instance_uuid, now + self._ttl)
            self._known[lpar] = known
            return known

    def drop(self, lpar: str) -> None:
        """Forget one LPAR."""
        with self._lock:
            self._known.pop(lpar, None)
            if self._in_batch:
                self._dropped.add(lpar)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._known.clear()
            self._cleared = self._in_batch

    def expires_at(self) -> float | None:
        """Return when the next entry expires, None if there is none."""
        with self._lock:
            known = next(iter(self._known.values()), None)
        return known.expires if known else None
