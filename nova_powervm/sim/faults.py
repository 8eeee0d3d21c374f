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

"""Injected faults: which requests, responses and events they hit.

A fault is injected for one kind of request. It ends when it has hit a number
of times, after a time, or when it is cleared. This module decides what a
fault hits; the handlers and :mod:`nova_powervm.sim.fault_responses` act on
it.
"""

import collections
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
import copy
import dataclasses
import random
from typing import Any

from nova_powervm.sim import events
from nova_powervm.sim import lpar as lpar_mod

#: Replace the response; the request has no effect.
REQUEST_FAULTS = ('unavailable', 'unavailable_bare', 'unauthorized',
                  'not_modified', 'hang', 'vios_busy', 'etag_mismatch',
                  'no_space')
#: Damage a response that has a body; the request has had its effect.
RESPONSE_FAULTS = ('cut', 'truncated', 'garbage', 'empty')
#: Change which LPARs a listing contains.
LISTING_FAULTS = ('partial', 'stale')
#: Hit an upload when half of it has come.
UPLOAD_FAULTS = ('cut_upload', 'unauthorized_upload')
#: Hit events on their way to a client.
EVENT_FAULTS = ('duplicate', 'reorder', 'drop', 'lose')

ANY = '*'
EVENT = 'event'
UPLOAD = 'file_upload'
LISTING_KINDS = ('quick_all', 'lpar_feed')


@dataclasses.dataclass
class Fault:
    """An injected fault.

    :ivar left: how often it still hits; None for no limit.
    :ivar until: clock time at which it ends; None for no limit.
    :ivar lpars: the LPARs as they were when it was injected.
    """

    kind: str
    name: str
    left: int | None
    until: float | None
    probability: float
    lpars: list[lpar_mod.Lpar]


class Faults:
    """The injected faults, and how often each has hit.

    Not thread-safe: only the thread of the server's loop may call it.

    :param kinds: the kinds of requests; may grow.
    :param now: a monotonic clock, seconds.
    :param rng: decides where a probability is given, and shuffles events.
    """

    def __init__(self, kinds: Collection[str], now: Callable[[], float],
                 rng: random.Random) -> None:
        self.counts: dict[str, collections.Counter[str]] = {}
        self._kinds = kinds
        self._now = now
        self._rng = rng
        self._faults: list[Fault] = []

    def inject(self, kind: str, name: str,
               lpars: Iterable[lpar_mod.Lpar] = (), *,
               count: int | None = None, seconds: float | None = None,
               probability: float = 1.0) -> None:
        """Inject a fault.

        :param kind: a kind of request; :data:`ANY` for all; :data:`EVENT`
            for events on their way to clients.
        :param lpars: the LPARs that a stale listing shows.
        :param count: how often it hits; None for no limit.
        :param seconds: how long it lasts; None until it is cleared.
        :param probability: the share of requests or events that it hits.
        :raises ValueError: if a value is invalid, or if the kind cannot have
            this fault.
        """
        self._validate(kind, name)
        if count is not None and not (_is_number(count) and count >= 1):
            raise ValueError(f'count: {count!r} is not 1 or more')
        if seconds is not None and not (_is_number(seconds) and seconds > 0):
            raise ValueError(f'seconds: {seconds!r} is not more than 0')
        if not (_is_number(probability) and 0 < probability <= 1):
            raise ValueError(
                f'probability: {probability!r} is not in (0, 1]')
        # Copies, which do not change with the host's LPARs.
        copies = [copy.copy(lpar) for lpar in lpars] if name == 'stale' else []
        until = None if seconds is None else self._now() + seconds
        self._faults.append(
            Fault(kind, name, count, until, probability, copies))

    def clear(self) -> None:
        """End all faults; keep the counts."""
        self._faults.clear()

    def count(self, kind: str, name: str) -> None:
        """Count a hit of a fault."""
        self.counts.setdefault(kind, collections.Counter())[name] += 1

    def trigger(self, kind: str, names: Iterable[str]) -> Fault | None:
        """Return the fault that hits now, if any, and count the hit.

        :param kind: the kind of the request.
        :param names: the faults that can hit at this point.
        """
        now = self._now()
        self._faults = [fault for fault in self._faults
                        if fault.until is None or now < fault.until]
        for fault in self._faults:
            if (fault.name in names and fault.kind in (kind, ANY)
                    and self._rng.random() < fault.probability):
                self._use(fault)
                self.count(kind, fault.name)
                return fault
        return None

    def apply_to_listing(self, kind: str, lpars: Iterable[lpar_mod.Lpar]
                         ) -> Iterable[lpar_mod.Lpar]:
        """Return the LPARs that a listing shows."""
        fault = self.trigger(kind, LISTING_FAULTS)
        if fault is None:
            return lpars
        if fault.name == 'stale':
            return fault.lpars
        # The first is the management partition, which no client manages.
        return list(lpars)[::2]

    def apply_to_events(self, fetched: Iterable[events.Event]
                        ) -> list[events.Event]:
        """Return the events that reach a client."""
        delivered: list[events.Event] = []
        for event in fetched:
            # Never a NEW_CLIENT: without it pypowervm assumes that another
            # client has its application id, and gives up.
            fault = (None if event.event_type == 'NEW_CLIENT' else
                     self.trigger(EVENT, ('duplicate', 'drop', 'lose')))
            name = fault and fault.name
            if name == 'lose':
                delivered.append(event._replace(
                    event_type='MISSING_EVENTS', data='', detail=''))
            elif name != 'drop':
                delivered += [event] * (2 if name == 'duplicate' else 1)
        if len(delivered) > 1 and self.trigger(EVENT, ('reorder',)):
            self._rng.shuffle(delivered)
        return delivered

    def _use(self, fault: Fault) -> None:
        if fault.left is not None:
            fault.left -= 1
            if not fault.left:
                self._faults.remove(fault)

    def _validate(self, kind: str, name: str) -> None:
        known = {ANY, EVENT, *self._kinds}
        if kind not in known:
            raise ValueError(
                f'kind: {kind!r} is none of {", ".join(sorted(known))}')
        names = names_of(kind)
        if name not in names:
            raise ValueError(f'fault: {kind} has no fault {name!r}; '
                             f'it has {", ".join(names)}')


def names_of(kind: str) -> tuple[str, ...]:
    """Return the faults that a kind of request, or an event, can have."""
    if kind == EVENT:
        return EVENT_FAULTS
    if kind in LISTING_KINDS:
        return REQUEST_FAULTS + RESPONSE_FAULTS + LISTING_FAULTS
    if kind == UPLOAD:
        return REQUEST_FAULTS + RESPONSE_FAULTS + UPLOAD_FAULTS
    return REQUEST_FAULTS + RESPONSE_FAULTS


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
