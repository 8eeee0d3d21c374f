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

"""Comparing all instances of this host, after events may have been lost."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import instances
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import workitem
from nova_powervm.virt.powervm.lifecycle import workqueue

LOG = logging.getLogger(__name__)


class Compared(NamedTuple):
    """What nova said of all instances.

    :ivar records: by LPAR; empty if they, or the listing, could not be read.
        The LPARs of the batch do not wait for them.
    :ivar resume_at: clock time of the next attempt if nova is away.
    """

    records: dict[interfaces.LparUuid, interfaces.Record]
    resume_at: float | None = None


def add(queue: workqueue.WorkQueue[interfaces.Key],
        keys: Iterable[interfaces.Key], now: float, jitter: float) -> int:
    """Add keys to a queue, a resync with patience of up to one delay.

    All hosts may be started at once, or their NovaLinks be updated, and each
    resync is a call that takes nova-conductor long. One that comes together
    with LPARs that are due saves their lookups.

    :param now: clock time, seconds.
    :param jitter: in [0, 1), at random.
    :returns: how many LPARs the other keys are about.
    """
    wanted = set(keys)
    of_lpars = [key for key in wanted
                if not isinstance(key, interfaces.ResyncKey)]
    queue.add(of_lpars, now)
    queue.add(wanted.difference(of_lpars), now, jitter * queue.delay)
    return len({key.lpar for key in of_lpars})


class Resync:
    """Compares a list of all LPARs with nova's records of this host.

    An LPAR that the list lacks is looked at by itself.

    For one thread at a time.

    :param queue: where LPARs are asked for that are to be looked at.
    :param known: what is remembered of LPARs.
    :param found: reads nova's records.
    :param policy: see :class:`.plans.Policy`.
    :param statistics: where it is counted.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, queue: workqueue.WorkQueue[interfaces.Key],
                 known: memory.Memory, found: instances.Instances,
                 policy: plans.Policy, statistics: stats.Statistics,
                 clock: Callable[[], float]) -> None:
        self._queue = queue
        self._memory = known
        self._instances = found
        self._policy = policy
        self._stats = statistics
        self._clock = clock
        self._outage = outage.Outage(
            messages.HOST_UNREADABLE, messages.HOST_READABLE)
        # Whether LPARs were asked for one by one instead, for this request.
        self._asked_each = False

    def run(self, request: workitem.Request[interfaces.Key],
            listing: interfaces.Listing | None) -> Compared:
        """Read nova's records, or requeue the request.

        :param listing: None if it could not be read.
        """
        began = self._clock()
        self._asked_each &= request.attempts > 0
        again = decision.again_after_failure(
            request, interfaces.Absent.UNREAD, began).at
        records = resume_at = None
        if listing is not None:
            self._outage.begin(began)
            try:
                records = self._instances.find_all()
            except interfaces.NovaAway as away:
                # The queue pauses until then, and that outage has its lines.
                self._outage.end()
                again = resume_at = away.resume_at
            except Exception as error:
                again = self._outage.failed(error, self._clock())
                self._ask_each(listing)
        if listing is None or records is None:
            self._stats.add(resyncs_failed=1)
            self._queue.requeue(
                request.key, again, request.attempts + 1, answered=False)
            return Compared({}, resume_at)
        self._outage.over(self._clock())
        self._stats.add(resyncs=1)
        messages.RESYNCED.log(
            LOG, instances=len(records), lpars=len(listing))
        return Compared(records)

    def _ask_each(self, listing: interfaces.Listing) -> None:
        """Have all LPARs looked at, once for each request for a resync.

        One record that nova cannot read fails the lookup of all, for ever.
        Lookups of some find out whose it is.
        """
        if not self._asked_each:
            self._asked_each = True
            self._queue.add(map(interfaces.PowerKey, listing), self._clock())

    def disagreeing(self, records: dict[interfaces.LparUuid,
                                        interfaces.Record],
                    listing: interfaces.Listing,
                    due: set[interfaces.LparUuid]
                    ) -> Iterator[plans.Case]:
        """Yield the LPARs that need more than to be remembered.

        Their keys were handed out by the queue.

        :param due: LPARs that the batch compares anyway.
        """
        now = self._clock()
        missing = []
        for lpar, record in records.items():
            if lpar in due:
                continue
            if lpar not in listing:
                missing.append(interfaces.PowerKey(lpar))
                continue
            case = plans.Case(lpar, None, None, listing[lpar], record)
            plan = self._compare(case, now)
            if plan is not None and plan.outcome is plans.Outcome.NO_CHANGE:
                self._memory.put(lpar, plan.remember)
            elif (one := self._claim(case)) is not None:
                yield one
        self._queue.add(missing, now)

    def _compare(self, case: plans.Case, now: float) -> plans.Plan | None:
        """Return what to do about an LPAR, None if that is not known.

        One that cannot be decided about must not end the resync: the batch
        tries it again, logs why, and retries that LPAR alone.
        """
        try:
            return decision.compare(case, self._policy, now)
        except Exception:
            return None

    def _claim(self, case: plans.Case) -> plans.Case | None:
        """Add an LPAR to the batch, unless it waits or a worker has it.

        One that waits is looked at soon, and not by what is remembered.
        """
        self._memory.forget_agreement(case.lpar)
        key = interfaces.PowerKey(case.lpar)
        request = self._queue.get(key)
        if request is None:
            self._queue.add([key], self._clock())
            return None
        return plans.Case(
            case.lpar, request, None, case.observed, case.recorded,
            self._memory.get(case.lpar))
