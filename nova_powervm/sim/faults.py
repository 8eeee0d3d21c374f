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


"""What goes wrong on purpose: which requests, answers and events, and how.

A fault is set for one kind of request and lasts until it has happened a
number of times, until a time is up, or until it is cleared. This module says
what is to happen; :mod:`nova_powervm.sim.rest` makes it happen.
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

#: Instead of an answer; the request has no effect.
REFUSALS = ('unavailable', 'unavailable_bare', 'unauthorized',
            'not_modified', 'hang')
#: To an answer that has a body; the request has had its effect.
SPOILERS = ('cut', 'truncated', 'garbage', 'empty')
#: To a listing of LPARs.
LISTINGS = ('partial', 'stale')
#: To events on their way to a client.
DELIVERIES = ('duplicate', 'reorder', 'drop', 'lose')

ANY = '*'
EVENT = 'event'
LISTING_KINDS = ('quick_all', 'lpar_feed')


@dataclasses.dataclass
class Rule:
    """One fault as it was set.

    :ivar left: how often it still happens; None for as often as it can.
    :ivar until: clock time at which it ends, or None.
    :ivar lpars: the LPARs as they were when the fault was set.
    """

    kind: str
    fault: str
    left: int | None
    until: float | None
    probability: float
    lpars: list[lpar_mod.Lpar]


class Faults:
    """The faults that are set, and how often each has happened.

    Not thread-safe: everything happens in the thread of the server's loop.

    :param kinds: kinds of requests that there are; may grow.
    :param now: a monotonic clock, seconds.
    :param chance: what decides where a probability is given, and the order
        of events that are reordered.
    """

    def __init__(self, kinds: Collection[str], now: Callable[[], float],
                 chance: random.Random) -> None:
        self.injected: dict[str, collections.Counter[str]] = {}
        self._kinds = kinds
        self._now = now
        self._chance = chance
        self._rules: list[Rule] = []

    def inject(self, kind: str, fault: str,
               lpars: Iterable[lpar_mod.Lpar] = (), *,
               count: int | None = None, seconds: float | None = None,
               probability: float = 1.0) -> None:
        """Set a fault.

        :param kind: kind of request; :data:`ANY` for all; :data:`EVENT` for
            events on their way to clients.
        :param lpars: what a stale listing goes on to show.
        :param count: how often it happens; None for as often as it can.
        :param seconds: for how long; None until it is cleared.
        :param probability: the share of occasions on which it happens.
        :raises ValueError: for what there is not, or does not go together.
        """
        self._check(kind, fault)
        if count is not None and not (_is_number(count) and count >= 1):
            raise ValueError(f'count: {count!r} is not 1 or more')
        if seconds is not None and not (_is_number(seconds) and seconds > 0):
            raise ValueError(f'seconds: {seconds!r} is not more than 0')
        if not (_is_number(probability) and 0 < probability <= 1):
            raise ValueError(
                f'probability: {probability!r} is not in (0, 1]')
        # Their own copies, which do not change any more.
        kept = [copy.copy(lpar) for lpar in lpars] if fault == 'stale' else []
        until = None if seconds is None else self._now() + seconds
        self._rules.append(
            Rule(kind, fault, count, until, probability, kept))

    def clear(self) -> None:
        """End all faults."""
        self._rules.clear()

    def count(self, kind: str, fault: str) -> None:
        """Note that a fault has happened."""
        self.injected.setdefault(kind, collections.Counter())[fault] += 1

    def draw(self, kind: str, among: Iterable[str]) -> Rule | None:
        """Say whether a fault happens now, and count it if one does.

        :param kind: what it would happen to.
        :param among: the faults that can happen here.
        """
        now = self._now()
        self._rules = [rule for rule in self._rules
                       if rule.until is None or now < rule.until]
        for rule in self._rules:
            if (rule.fault in among and rule.kind in (kind, ANY)
                    and self._chance.random() < rule.probability):
                self._use(rule)
                self.count(kind, rule.fault)
                return rule
        return None

    def listing(self, kind: str, lpars: Iterable[lpar_mod.Lpar]
                ) -> Iterable[lpar_mod.Lpar]:
        """Give the LPARs that a listing has."""
        rule = self.draw(kind, LISTINGS)
        if rule is None:
            return lpars
        if rule.fault == 'stale':
            return rule.lpars
        # The first is the management partition, of which nobody asks.
        return list(lpars)[::2]

    def deliver(self, found: Iterable[events.Event]) -> list[events.Event]:
        """Give what reaches a client of the events that it was to get."""
        delivered: list[events.Event] = []
        for event in found:
            # Without it pypowervm takes the application id for somebody
            # else's and gives up.
            rule = None if event.event_type == 'NEW_CLIENT' else self.draw(
                EVENT, ('duplicate', 'drop', 'lose'))
            fault = rule and rule.fault
            if fault == 'lose':
                delivered.append(event._replace(
                    event_type='MISSING_EVENTS', data='', detail=''))
            elif fault != 'drop':
                delivered += [event] * (2 if fault == 'duplicate' else 1)
        if len(delivered) > 1 and self.draw(EVENT, ('reorder',)):
            self._chance.shuffle(delivered)
        return delivered

    def _use(self, rule: Rule) -> None:
        if rule.left is not None:
            rule.left -= 1
            if not rule.left:
                self._rules.remove(rule)

    def _check(self, kind: str, fault: str) -> None:
        if kind == EVENT:
            known: tuple[str, ...] = DELIVERIES
        elif kind in LISTING_KINDS:
            known = REFUSALS + SPOILERS + LISTINGS
        elif kind == ANY or kind in self._kinds:
            known = REFUSALS + SPOILERS
        else:
            raise ValueError(
                f'kind: {kind!r} is none of {ANY}, {EVENT}, '
                f'{", ".join(sorted(set(self._kinds)))}')
        if fault not in known:
            raise ValueError(f'fault: {fault!r} does not happen to {kind}; '
                             f'there are: {", ".join(known)}')


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
