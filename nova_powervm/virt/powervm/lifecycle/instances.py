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

"""Looking up nova's records of LPARs, many with one call."""

import collections
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import dataclasses
from typing import Any

from nova import context as nova_context
from nova import objects
import oslo_messaging

from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import traces
from nova_powervm.virt.powervm.lifecycle import uuids

_Absent = interfaces.Absent

# Lookups that may fail one after the other, until nova as a whole is taken to
# fail: enough to get from the largest batch down to a single instance.
_FAILURES_MOST = 12

_NO_ANSWER = (oslo_messaging.MessagingTimeout,
              oslo_messaging.MessageDeliveryFailure)


@dataclasses.dataclass(frozen=True)
class Found:
    """What nova said.

    :ivar records: of each LPAR that was asked for.
    :ivar resume_at: clock time of the next attempt if nova is away.
    """

    records: dict[interfaces.LparUuid, interfaces.Recorded]
    resume_at: float | None = None


def _is_about_nova(error: Exception) -> bool:
    """Tell whether all lookups fail, rather than the one with some record."""
    # What a remote error was there, or an error here.
    kind = getattr(error, 'exc_type', None) or type(error).__name__
    return isinstance(error, _NO_ANSWER) or kind.startswith('DB')


class Instances:
    """Looks up the instances of LPARs.

    For one thread at a time, but for :meth:`forget` and :meth:`check`. One
    admin context is made and kept.

    :param host: the name by which nova knows this host; of two instances
        that an LPAR may stand for, the one here is meant.
    :param batch_size: LPARs in one lookup.
    :param statistics: where lookups are counted.
    :param clock: monotonic clock, seconds.
    :param jitter: returns a number in [0, 1).
    """

    def __init__(self, host: str, batch_size: int,
                 statistics: stats.Statistics, clock: Callable[[], float],
                 jitter: Callable[[], float]) -> None:
        self._host = host
        self._batch_size = batch_size
        self._stats = statistics
        self._clock = clock
        self._context: Any = None
        # LPARs whose lookup failed while others succeeded.
        self._unreadable: set[interfaces.LparUuid] = set()
        self._nova = outage.Outage(
            messages.CONDUCTOR_AWAY, messages.CONDUCTOR_BACK,
            messages.CONDUCTOR_LATE, jitter, outage.SERVICE_MOST)
        self._single = outage.Outage(
            messages.INSTANCE_UNREADABLE, messages.INSTANCES_READABLE)

    def forget(self, lpar: interfaces.LparUuid) -> None:
        """Expect no record of an LPAR any more: it was deleted."""
        self._unreadable.discard(lpar)

    def check(self, now: float) -> None:
        """Log if an answer is late. Waits for nothing."""
        self._nova.check(now)

    def find(self, lpars: Sequence[interfaces.LparUuid]) -> Found:
        """Look up the instances of LPARs.

        One record that nova cannot read fails the lookup of its whole batch.
        So a batch that fails is halved, unless nova as a whole fails.

        :returns: what nova said; ``Absent.UNREAD`` for an LPAR whose lookup
            fails by itself, and ``Absent.AWAY`` for all that were not looked
            up if nova is away.
        """
        records: dict[interfaces.LparUuid, interfaces.Recorded] = {}
        for hidden in False, True:
            missing = [lpar for lpar in lpars if records.get(lpar) is None]
            resume_at = (self._find_halving(missing, hidden, records)
                         if missing else None)
            if resume_at is not None:
                # That there is no instance shows only with both lookups.
                return Found({lpar: records.get(lpar) or _Absent.AWAY
                              for lpar in lpars}, resume_at)
        return Found(records)

    def _find_halving(
            self, lpars: Sequence[interfaces.LparUuid], hidden: bool,
            records: dict[interfaces.LparUuid, interfaces.Recorded]
            ) -> float | None:
        """Look up LPARs, a batch at a time, and halve batches that fail.

        :param records: gets what is found.
        :returns: None, or if nova is away when to try again.
        """
        left = collections.deque(self._batches(lpars))
        # Hidden instances are looked for only after an answer.
        failures, answered = 0, hidden
        while left:
            batch = left.popleft()
            began = self._clock()
            try:
                records.update(self._find(batch, hidden))
                failures, answered = 0, True
            except Exception as error:
                expected = batch[0] in self._unreadable
                failures += not expected
                last = not (answered or left or len(batch) > 1 or expected)
                if last or failures > _FAILURES_MOST or _is_about_nova(error):
                    return self._away(error, began)
                if len(batch) > 1:
                    half = len(batch) // 2
                    left.extendleft((batch[half:], batch[:half]))
                else:
                    records[batch[0]] = _Absent.UNREAD
                    self._note_unreadable(batch[0], error, began)
        if answered:
            self._nova.over(self._clock())
        if not self._unreadable:
            self._single.over(self._clock())
        return None

    def find_all(self) -> dict[interfaces.LparUuid, interfaces.Record]:
        """Look up this host's instances with one call to nova-conductor.

        :raises interfaces.NovaAway: if no lookup would succeed.
        :raises Exception: whatever nova raises if only this one fails.
        """
        began = self._clock()
        try:
            with traces.point('lookup', lpars='all'), self._lookup():
                instances = objects.InstanceList.get_by_host(
                    self._admin_context(), self._host, expected_attrs=[])
        except Exception as error:
            if _is_about_nova(error):
                raise interfaces.NovaAway(self._away(error, began)) from error
            raise
        self._nova.over(self._clock())
        return {uuids.lpar_uuid(instance.uuid): _record(instance)
                for instance in instances}

    def _batches(self, lpars: Sequence[interfaces.LparUuid]
                 ) -> Iterator[list[interfaces.LparUuid]]:
        """Divide LPARs; those that failed by themselves come last, alone."""
        good = [lpar for lpar in lpars if lpar not in self._unreadable]
        for start in range(0, len(good), self._batch_size):
            yield good[start:start + self._batch_size]
        yield from ([lpar] for lpar in lpars if lpar in self._unreadable)

    def _find(self, lpars: Sequence[interfaces.LparUuid], hidden: bool
              ) -> dict[interfaces.LparUuid, interfaces.Record | None]:
        """Look up LPARs with one call.

        :param hidden: whether to look among the hidden instances, as those
            of an unfinished move between cells are, or among the others.
            nova's periodic task sees both, and soft-deleted ones.
        """
        candidates = {lpar: uuids.candidate_uuids(lpar) for lpar in lpars}
        with traces.point('lookup', lpars=len(lpars)), self._lookup():
            instances = objects.InstanceList.get_by_filters(
                self._admin_context(),
                {'uuid': [uuid for pair in candidates.values()
                          for uuid in pair],
                 'deleted': False, 'soft_deleted': True,
                 **({'hidden': True} if hidden else {})},
                expected_attrs=[])
        by_uuid = {instance.uuid: _record(instance) for instance in instances}
        found = {}
        for lpar, pair in candidates.items():
            both = [by_uuid[uuid] for uuid in pair if uuid in by_uuid]
            both.sort(key=lambda record: record.host != self._host)
            found[lpar] = next(iter(both), None)
        self._unreadable.difference_update(found)
        return found

    @contextlib.contextmanager
    def _lookup(self) -> Iterator[None]:
        """Count what is asked of nova."""
        start = self._clock()
        self._nova.begin(start)
        failed = 1
        try:
            yield
            failed = 0
        finally:
            self._nova.end()
            seconds = self._clock() - start
            self._stats.timed('lookup', seconds)
            self._stats.add(lookups=1, lookups_failed=failed,
                            lookup_seconds=seconds)

    def _away(self, error: Exception, began: float) -> float:
        self._nova.begin(began)
        return self._nova.failed(error, self._clock(), None if isinstance(
            error, _NO_ANSWER) else messages.CONDUCTOR_FAILS)

    def _note_unreadable(self, lpar: interfaces.LparUuid, error: Exception,
                         began: float) -> None:
        self._unreadable.add(lpar)
        self._single.begin(began)
        self._single.failed('%s: %s' % (lpar, error), self._clock())

    def _admin_context(self) -> Any:
        """Return the context of all lookups, also for the log."""
        if self._context is None:
            self._context = nova_context.get_admin_context()
        self._context.update_store()
        return self._context


def _record(instance: Any) -> interfaces.Record:
    return interfaces.Record(
        instance.uuid, instance.host, instance.vm_state,
        instance.power_state, instance.task_state)
