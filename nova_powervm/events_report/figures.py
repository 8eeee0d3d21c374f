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

"""What the lines of one host, or of all, add up to."""

import collections
from collections.abc import Callable
import heapq
import logging
from typing import Any
from typing import NamedTuple

from nova_powervm.events_report import churn
from nova_powervm.events_report import lines
from nova_powervm.events_report import outages
from nova_powervm.events_report import timeline
from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import histogram
from nova_powervm.virt.powervm.lifecycle import messages

#: A batch that began so many milliseconds after it was due was late.
LATE_MS = 1000
#: So many of the worst batches are kept.
WORST = 10

_KNOWN = frozenset((*batch_fields.NUMBERS, *batch_fields.WAITS,
                    *batch_fields.WORDS))
# Lines that are counted elsewhere, or say nothing of what went wrong.
_ROUTINE = {'BATCH', 'DECIDED', 'EMITTING', 'TRACED'}
_CALLS = ('lookup', 'rest')
# Longer texts are no name of an outcome.
_NAME_MOST = 30
_OUTCOMES_MOST = 50


class WorstBatch(NamedTuple):
    """A batch that was late or over its budget; the worst is the greatest.

    :ivar worst_ms: the longer of both times below.
    :ivar late_ms: how long after it was due it began.
    :ivar slowest_ms: what the longest of its calls took.
    :ivar time: of its line, seconds; 0 if the log does not say.
    :ivar over: what was over its budget.
    """

    worst_ms: int
    late_ms: int
    slowest_ms: int
    lpars: int
    time: float
    over: str


class Figures:
    """Adds up lines.

    :ivar first: time of the first line, seconds; None if none has a time.
    :ivar last: that of the last one.
    :ivar totals: sums of the fields of batches.
    :ivar outcomes: LPARs by outcome.
    :ivar times: how long things took, by the names of ``batch_fields.TIMES``.
    :ivar oldest_wait_ms: the longest of all batches.
    :ivar late: number of batches that were late.
    :ivar over: batches by what was over their budget.
    :ivar worst: the worst of both, in no order.
    :ivar unlogged: batches that are not in the log, by their numbers.
    :ivar others: other lines, by name.
    """

    def __init__(self) -> None:
        self.first: float | None = None
        self.last: float | None = None
        self.batches = 0
        self.told = 0
        self.totals = dict.fromkeys(batch_fields.NUMBERS, 0)
        self.outcomes: collections.Counter[str] = collections.Counter()
        self.times = {name: histogram.Histogram()
                      for name in batch_fields.TIMES}
        self.oldest_wait_ms = 0
        self.late = 0
        self.over: collections.Counter[str] = collections.Counter()
        self.worst: list[WorstBatch] = []
        self.unlogged = 0
        self.others: collections.Counter[str] = collections.Counter()
        self.churn = churn.Churn()
        self.outages = outages.Outages()
        self.timeline = timeline.Timeline()
        self._batch = 0
        self._adders: dict[str, Callable[[float | None, lines.Fields], None]]
        self._adders = {
            'BATCH': self._add_batch, 'DECIDED': self._add_decision,
            'EMITTING': self._add_event, 'GIVEN_UP': self._add_given_up}

    def add(self, time: float | None, name: str, fields: lines.Fields
            ) -> None:
        """Add a line.

        :param time: seconds; None if the log does not say.
        :param name: of the line in ``lifecycle.messages``.
        :raises ValueError: if the fields of a batch make no sense.
        """
        adder = self._adders.get(name)
        if adder is not None:
            adder(time, fields)
        if time is not None:
            if self.first is None or time < self.first:
                self.first = time
            if self.last is None or time > self.last:
                self.last = time
        if name not in _ROUTINE:
            self.others[name] += 1
            if time is not None:
                self._add_outage(time, name, fields)

    def merge(self, other: 'Figures') -> None:
        """Add what another one has added up; outages stay apart."""
        bounds = [bound for bound in (self.first, self.last, other.first,
                                      other.last) if bound is not None]
        self.first = min(bounds, default=None)
        self.last = max(bounds, default=None)
        self.batches += other.batches
        self.told += other.told
        self.late += other.late
        self.unlogged += other.unlogged
        self.oldest_wait_ms = max(self.oldest_wait_ms, other.oldest_wait_ms)
        for name, count in other.totals.items():
            self.totals[name] += count
        for mine, its in ((self.outcomes, other.outcomes),
                          (self.over, other.over),
                          (self.others, other.others)):
            mine.update(its)
        for name, times in other.times.items():
            self.times[name].merge(times)
        self.worst = heapq.nlargest(WORST, self.worst + other.worst)
        self.churn.merge(other.churn)
        self.timeline.merge(other.timeline)

    def _add_batch(self, time: float | None, fields: lines.Fields) -> None:
        # All of it is read before anything is added.
        numbers = {name: int(fields[name]) for name in batch_fields.NUMBERS}
        outcomes = {name: int(count) for name, count in fields.items()
                    if name not in _KNOWN}
        late_ms = int(fields['late_ms'])
        wait_ms = int(fields['oldest_wait_ms'])
        packed = fields['times']
        times = ([] if packed == batch_fields.NO_TIMES
                 else list(histogram.unpack(packed)))
        self.batches += 1
        for name, number in numbers.items():
            self.totals[name] += number
        for name, count in outcomes.items():
            if len(name) <= _NAME_MOST and (
                    name in self.outcomes
                    or len(self.outcomes) < _OUTCOMES_MOST):
                self.outcomes[name] += count
        slowest = 0.0
        for name, values in times:
            if (found := self.times.get(name)) is not None:
                for seconds, count in values:
                    found.add(seconds, count)
                if name in _CALLS:
                    slowest = max(slowest, values[-1][0])
        self.oldest_wait_ms = max(self.oldest_wait_ms, wait_ms)
        self._note_number(numbers['batch'])
        self._judge(time, numbers['lpars'], late_ms, round(slowest * 1000),
                    fields['over'])
        if time is not None:
            self.timeline.add(time, 'events', numbers['events'])
            self.timeline.add(time, 'lpars', numbers['lpars'])
            self.timeline.add(time, timeline.SLOWEST, slowest)

    def _note_number(self, number: int) -> None:
        """Count batches whose lines are missing; nova-compute may restart."""
        before = self._batch if number > self._batch else 0
        # The log may begin in the middle.
        if self.batches > 1 or number == 1:
            self.unlogged += number - before - 1
        self._batch = number

    def _judge(self, time: float | None, lpars: int, late_ms: int,
               slowest_ms: int, over: str) -> None:
        is_over = over != batch_fields.WITHIN
        if is_over:
            for kind in over.split('+')[:3]:
                self.over[kind[:_NAME_MOST]] += 1
        if late_ms > LATE_MS:
            self.late += 1
        elif not is_over:
            return
        one = WorstBatch(max(late_ms, slowest_ms), late_ms, slowest_ms, lpars,
                         time or 0.0, over[:_NAME_MOST * 2])
        if len(self.worst) < WORST:
            heapq.heappush(self.worst, one)
        else:
            heapq.heappushpop(self.worst, one)

    def _add_decision(self, time: float | None, fields: lines.Fields
                      ) -> None:
        self.churn.of(fields['lpar']).looks += 1

    def _add_event(self, time: float | None, fields: lines.Fields) -> None:
        self.told += 1
        self.churn.of(fields['lpar']).told += 1
        if time is not None:
            self.timeline.add(time, 'told', 1)

    def _add_given_up(self, time: float | None, fields: lines.Fields
                      ) -> None:
        self.churn.of(fields['lpar']).given_up += 1

    def _add_outage(self, time: float, name: str, fields: lines.Fields
                    ) -> None:
        if (what := outages.BEGINS.get(name)) is not None:
            self.outages.begin(what, time)
        elif (what := outages.ENDS.get(name)) is not None:
            seconds, attempts = fields.get('seconds'), fields.get('attempts')
            self.outages.end(
                what, time, None if seconds is None else float(seconds),
                None if attempts is None else int(attempts))


def warnings(counts: collections.Counter[str]) -> dict[str, Any]:
    """Return those counts of lines that are of warnings and errors."""
    declared = messages.lines()
    return {name: count for name, count in counts.most_common()
            if declared[name].level >= logging.WARNING}
