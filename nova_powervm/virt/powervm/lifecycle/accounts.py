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

"""What batches do and cost: counted, compared with the budget and logged."""

import collections
from collections.abc import Callable
from collections.abc import Collection
import dataclasses

from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import budget
from nova_powervm.virt.powervm.lifecycle import histogram
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import stats

LOG = logging.getLogger(__name__)

_Outcome = plans.Outcome

# Outcomes of a batch that is worth a line to an operator, as is what nova
# took and what it was seen to agree to.
_NEWS = {_Outcome.EMIT, _Outcome.GIVEN_UP}
_TIMES_OF_NEWS = {'told', 'agreed'}
_NOT_COUNTED = {_Outcome.EMIT, _Outcome.NVRAM, _Outcome.ASK}
_CALLS = ('rest', 'lookup')

# Seconds for which a warning about the budget is not repeated.
_QUIET_SECONDS = 60.0
_WARNINGS = {
    budget.Kind.LOOKUPS: (messages.OVER_LOOKUPS, 'over_lookups'),
    budget.Kind.READS: (messages.OVER_READS, 'over_reads'),
    budget.Kind.SLOW: (messages.SLOW_CALL, 'over_slow')}


@dataclasses.dataclass(frozen=True)
class Batch:
    """A batch on its way.

    :ivar oldest_wait: seconds since the oldest event that it answers.
    :ivar late: seconds since it was due.
    :ivar resync: whether all instances are compared as well.
    :ivar few: LPARs that are still read one by one.
    :ivar outcomes: what was decided so far.
    """

    oldest_wait: float
    late: float
    resync: bool
    few: int
    before: dict[str, float]
    outcomes: collections.Counter[_Outcome] = dataclasses.field(
        default_factory=collections.Counter)


class Accounts:
    """Keeps the accounts of batches, one at a time.

    :param policy: see :class:`.plans.Policy`.
    :param statistics: where they are counted.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, policy: plans.Policy, statistics: stats.Statistics,
                 clock: Callable[[], float]) -> None:
        self._batch_size = policy.batch_size
        self._stats = statistics
        self._clock = clock
        # How many events the lines of all batches so far have told.
        self._events = 0.0
        self._quiet_until: dict[budget.Kind, float] = {}

    def open(self, requests: Collection[plans.Request], ready_at: float,
             few: int) -> Batch:
        """Begin a batch.

        :param ready_at: clock time since which it was due.
        :param few: LPARs that are still read one by one.
        """
        now = self._clock()
        return Batch(
            now - min((request.since for request in requests
                       if request.since is not None), default=now),
            max(now - ready_at, 0.0),
            any(isinstance(request.key, interfaces.ResyncKey)
                for request in requests), few, self._stats.counters())

    def settle(self, batch: Batch, case: plans.Case, plan: plans.Plan
               ) -> None:
        """Note what was decided about an LPAR."""
        batch.outcomes[plan.outcome] += 1
        self._stats.busiest.add(case.lpar)
        told, state = case.remembered, case.observed
        if (plan.outcome is _Outcome.NO_CHANGE
                and isinstance(told, memory.Emitted)
                and told.since is not None
                and not isinstance(state, interfaces.Absent)
                and told.power == agreement.power_of(state)):
            self._stats.timed('agreed', self._clock() - told.since)

    def close(self, batch: Batch) -> None:
        """Count a batch, log one line about it, and warn of its costs."""
        lpars = batch.outcomes.total()
        self._stats.add(batches=1, lpars=lpars, **{
            outcome.name.lower(): count
            for outcome, count in batch.outcomes.items()
            if outcome not in _NOT_COUNTED})
        times = self._stats.take_times()
        after = self._stats.counters()
        spent = {name: after[name] - batch.before[name] for name in after}
        excesses = budget.excesses(budget.Work(
            lpars, batch.outcomes[_Outcome.GONE],
            batch.outcomes[_Outcome.NOT_OURS], batch.resync,
            self._batch_size, batch.few), budget.Spent(
                int(spent['lookups']), int(spent['rest_reads']),
                max(times[name].slowest for name in _CALLS)))
        line = messages.BATCH
        if not (batch.outcomes.keys() & _NEWS
                or any(times[name] for name in _TIMES_OF_NEWS)):
            line = dataclasses.replace(line, level=logging.DEBUG)
        line.log(
            LOG, batch=after['batches'], events=after['events'] - self._events,
            lpars=lpars, rest_reads=spent['rest_reads'],
            rest_failed=spent['rest_failed'],
            rest_ms=spent['rest_seconds'] * 1000, lookups=spent['lookups'],
            lookups_failed=spent['lookups_failed'],
            lookup_ms=spent['lookup_seconds'] * 1000,
            outcomes=_words(batch.outcomes),
            oldest_wait_ms=batch.oldest_wait * 1000,
            late_ms=batch.late * 1000,
            over='+'.join(excess.kind.value for excess in excesses)
            or batch_fields.WITHIN,
            times=histogram.pack(times) or batch_fields.NO_TIMES)
        self._events = after['events']
        for excess in excesses:
            self._warn(excess, lpars)

    def _warn(self, excess: budget.Excess, lpars: int) -> None:
        """Count that a batch was over its budget, and log that at times."""
        line, counter = _WARNINGS[excess.kind]
        self._stats.add(**{counter: 1})
        now = self._clock()
        if now >= self._quiet_until.get(excess.kind, now):
            self._quiet_until[excess.kind] = now + _QUIET_SECONDS
            line.log(LOG, lpars=lpars, spent=excess.spent,
                     limit=excess.limit)


def _words(outcomes: collections.Counter[_Outcome]) -> str:
    return ' '.join(sorted('%s=%d' % (outcome.name.lower(), count)
                           for outcome, count in outcomes.items()))
