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

"""What is remembered of LPARs, for as long as it may be trusted."""

import collections
from collections.abc import Iterator
import contextlib
import math
import threading
from typing import NamedTuple

from nova_powervm.virt.powervm.lifecycle import interfaces


class Agreed(NamedTuple):
    """nova has nothing to learn about an LPAR in this power state.

    :ivar power: the LPAR's nova power state; None stands for none.
    :ivar instance_uuid: None if the LPAR is not an instance of this host.
    :ivar expires: clock time, seconds.
    :ivar verify_at: clock time at which nova is asked again, since an event
        was answered from this entry; None if none was.
    """

    power: int | None
    instance_uuid: str | None
    expires: float
    verify_at: float | None = None


class Emitted(NamedTuple):
    """Events for this power state were emitted; nova does not agree yet.

    :ivar since: clock time of the first event of the LPAR that led to it,
        None if there was none.
    """

    power: int
    times: int
    since: float | None = None


class GivenUp(NamedTuple):
    """nova was told this power state in vain.

    :ivar vm_state: what nova's record had then, as ``recorded``, its power
        state. Another record is a reason to begin anew.
    :ivar expires: clock time, seconds, from which on an event is.
    """

    power: int
    vm_state: str | None
    recorded: int | None
    expires: float


Entry = Agreed | Emitted | GivenUp


class Memory:
    """Remembers one entry for each LPAR.

    An agreement is true only while neither side moves, so whoever learns of
    a move drops it. What a batch found out is not remembered if it was
    dropped while the batch was on its way.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Those of one kind live equally long: the first expires first. A
        # plain dict would look for its first entry among all that were
        # removed before it, at each wake-up and for each that expires.
        self._entries: dict[type, collections.OrderedDict[
            interfaces.LparUuid, Entry]] = {
                kind: collections.OrderedDict()
                for kind in (Agreed, Emitted, GivenUp)}
        # What was dropped since the batch began.
        self._in_batch = False
        self._dropped: set[interfaces.LparUuid] = set()
        self._cleared = False

    def agreed(self) -> int:
        """Return for how many LPARs nova is known to agree."""
        return len(self._entries[Agreed])

    def unconfirmed(self) -> int:
        """Return for how many LPARs nova was told, and is not seen to agree.

        Those that were given up are not among them.
        """
        return len(self._entries[Emitted])

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """Heed what is dropped from here on; one batch at a time."""
        with self._lock:
            self._in_batch = True
        try:
            yield
        finally:
            with self._lock:
                self._in_batch = self._cleared = False
                self._dropped.clear()

    def get(self, lpar: interfaces.LparUuid) -> Entry | None:
        """Return what is remembered of an LPAR."""
        for entries in self._entries.values():
            if (entry := entries.get(lpar)) is not None:
                return entry
        return None

    def put(self, lpar: interfaces.LparUuid, entry: Entry | None) -> None:
        """Remember an entry of an LPAR instead of any other; None forgets."""
        with self._lock:
            self._pop(lpar)
            if entry is None or (isinstance(entry, Agreed) and (
                    self._cleared or lpar in self._dropped)):
                return
            self._entries[type(entry)][lpar] = entry

    def forget(self, lpar: interfaces.LparUuid) -> None:
        """Drop all that is remembered of an LPAR."""
        with self._lock:
            self._pop(lpar)
            self._note_drop(lpar)

    def forget_agreement(self, lpar: interfaces.LparUuid) -> None:
        """Drop it if nova was known to agree: one of both has moved."""
        with self._lock:
            self._entries[Agreed].pop(lpar, None)
            self._note_drop(lpar)

    def forget_conclusions(self, lpar: interfaces.LparUuid) -> None:
        """Drop what was concluded of an LPAR: nova has moved, or it has.

        That nova agrees, and that it was told in vain. What is to be
        confirmed is looked at in any case.
        """
        with self._lock:
            self._entries[GivenUp].pop(lpar, None)
        self.forget_agreement(lpar)

    def forget_agreements(self) -> None:
        """Drop for all LPARs that nova is known to agree."""
        with self._lock:
            self._entries[Agreed].clear()
            self._cleared = self._in_batch

    def clear(self) -> None:
        """Drop all that is remembered."""
        with self._lock:
            for entries in self._entries.values():
                entries.clear()
            self._cleared = self._in_batch

    def expire(self, now: float) -> float:
        """Drop what has expired.

        :param now: clock time, seconds.
        :returns: clock time at which the next entry expires, or infinity.
        """
        following = math.inf
        with self._lock:
            for kind in (Agreed, GivenUp):
                entries = self._entries[kind]
                while entries:
                    lpar, entry = next(iter(entries.items()))
                    expires = getattr(entry, 'expires', math.inf)
                    if expires > now:
                        following = min(following, expires)
                        break
                    del entries[lpar]
        return following

    def _pop(self, lpar: interfaces.LparUuid) -> None:
        for entries in self._entries.values():
            entries.pop(lpar, None)

    def _note_drop(self, lpar: interfaces.LparUuid) -> None:
        if self._in_batch:
            self._dropped.add(lpar)
