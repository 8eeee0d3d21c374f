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

"""One batch of LPARs: observe, decide, apply."""

from collections.abc import Callable
from collections.abc import Iterable
import dataclasses

from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import accounts
from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import apply
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import instances
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import lpar_states
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import pool
from nova_powervm.virt.powervm.lifecycle import resync
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import traces
from nova_powervm.virt.powervm.lifecycle import workitem
from nova_powervm.virt.powervm.lifecycle import workqueue

LOG = logging.getLogger(__name__)

_Outcome = plans.Outcome
Request = workitem.Request[interfaces.Key]

# Nonsense may take any form: so many states are named, and no more.
_UNKNOWN_MOST = 100


class Reconciler:
    """Takes what is due, compares NovaLink with nova, and acts.

    Every key that it gets goes back to the queue, whatever happens.

    For one thread at a time.

    :param driver: emits events and stores NVRAM.
    :param queue: says what is due.
    :param known: what is remembered of LPARs.
    :param states: reads what NovaLink says.
    :param records: reads what nova says.
    :param workers: run what waits for a service.
    :param policy: see :class:`.plans.Policy`.
    :param statistics: where all of it is counted.
    :param clock: monotonic clock, seconds.
    :param tracer: traces batches.
    """

    def __init__(self, driver: interfaces.Driver,
                 queue: workqueue.WorkQueue[interfaces.Key],
                 known: memory.Memory, states: lpar_states.LparStates,
                 records: instances.Instances, workers: pool.Pool,
                 policy: plans.Policy, statistics: stats.Statistics,
                 clock: Callable[[], float], tracer: traces.Tracer) -> None:
        self._queue = queue
        self._memory = known
        self._states = states
        self._instances = records
        self._resync = resync.Resync(
            queue, known, records, policy, statistics, clock)
        self._applier = apply.Applier(
            driver, queue, known, workers, statistics, policy.delay, clock)
        self._accounts = accounts.Accounts(policy, statistics, clock)
        self._policy = policy
        self._stats = statistics
        self._clock = clock
        self._tracer = tracer
        self._unknown_states: set[str] = set()

    def run(self) -> None:
        """Take what is due and deal with it."""
        ready_at = self._queue.ready_at()
        requests = self._queue.get_batch(self._clock())
        if not requests:
            return
        left = {request.key: request for request in requests}
        batch = self._accounts.open(requests, ready_at, self._states.few())
        try:
            with (self._tracer.batch(requests=len(requests)),
                  self._memory.batch()):
                self._reconcile(left, batch)
        except Exception:
            self._complain('comparing LPARs with nova', left.values())
        finally:
            for request in left.values():
                self._applier.retry(request)
                batch.outcomes[_Outcome.RETRY] += 1
            self._forget_deleted(requests)
        self._accounts.close(batch)

    def _reconcile(self, left: dict[interfaces.Key, Request],
                   batch: accounts.Batch) -> None:
        """Deal with requests, and take each from ``left`` when it is done."""
        full = left.get(interfaces.ResyncKey())
        due = self._cases(left)
        seen = self._states.observe(list(due), full is not None)
        if seen.resume_at is not None:
            self._queue.pause(seen.resume_at)
        cases = [dataclasses.replace(
            case, observed=seen.states[case.lpar],
            remembered=self._memory.get(case.lpar)) for case in due.values()]
        resume_at = None
        if full is not None:
            records, resume_at = self._resync.run(full, seen.listing)
            cases = [dataclasses.replace(
                case, recorded=records.get(case.lpar, case.recorded))
                for case in cases]
            if records and seen.listing is not None:
                due_power = {case.lpar for case in cases
                             if case.power is not None}
                for case in self._resync.disagreeing(
                        records, seen.listing, due_power):
                    assert case.power is not None  # noqa: S101
                    left[case.power.key] = case.power
                    cases.append(case)
            self._queue.done(full.key)
            left.pop(full.key)
        asked = [case for case in cases
                 if not self._settle(case, left, batch)]
        found = self._ask([case.lpar for case in asked], resume_at)
        if found.resume_at is not None:
            self._queue.pause(found.resume_at)
        for case in asked:
            self._settle(dataclasses.replace(
                case, recorded=found.records[case.lpar]), left, batch)

    def _forget_deleted(self, requests: Iterable[Request]) -> None:
        """Expect no answer about LPARs that nobody asks for any more.

        Those that failed to be read and that NovaLink told of, or answered,
        that they were deleted, perhaps while the read was on its way.
        """
        for request in requests:
            key = request.key
            if not isinstance(key, interfaces.ResyncKey) and not (
                    interfaces.PowerKey(key.lpar) in self._queue
                    or interfaces.NvramKey(key.lpar) in self._queue):
                self._states.forget(key.lpar)
                self._instances.forget(key.lpar)

    def _ask(self, lpars: list[interfaces.LparUuid],
             resume_at: float | None) -> instances.Found:
        """Read nova's records, unless nova was just found to be away."""
        if lpars and resume_at is None:
            return self._instances.find(lpars)
        return instances.Found(dict.fromkeys(
            lpars, interfaces.Absent.AWAY), resume_at)

    def _cases(self, requests: dict[interfaces.Key, Request]
               ) -> dict[interfaces.LparUuid, plans.Case]:
        """Return what is due of each LPAR."""
        due: dict[interfaces.LparUuid, plans.Case] = {}
        nvram = []
        for key, request in requests.items():
            if isinstance(key, interfaces.PowerKey):
                due[key.lpar] = plans.Case(key.lpar, request, None)
            elif isinstance(key, interfaces.NvramKey):
                nvram.append((key, request))
        # Also without such requests: a thread is kept free for those to come.
        can_store = self._applier.can_store([request for _, request in nvram])
        for key, request in nvram:
            if can_store:
                case = due.get(key.lpar) or plans.Case(key.lpar, None, None)
                due[key.lpar] = dataclasses.replace(case, nvram=request)
            else:
                del requests[key]
        return due

    def _settle(self, case: plans.Case,
                left: dict[interfaces.Key, Request],
                batch: accounts.Batch) -> bool:
        """Decide about an LPAR and act; False if nova has to be asked.

        One that cannot be decided about is left to be retried.
        """
        try:
            plan = decision.decide(case, self._policy, self._clock())
        except Exception:
            self._complain('deciding about LPAR %s' % case.lpar, [
                request for request in (case.power, case.nvram) if request])
            return True
        if plan.outcome is _Outcome.ASK:
            return False
        self._note_unknown(case)
        self._accounts.settle(batch, case, plan)
        for request in filter(None, (case.power, case.nvram)):
            left.pop(request.key)
        self._applier.apply(case, plan)
        return True

    def _complain(self, doing: str, requests: Iterable[Request]) -> None:
        """Log the exception that is being handled; its repetitions less."""
        line = messages.UNEXPECTED
        if all(request.attempts for request in requests):
            line = dataclasses.replace(line, level=logging.DEBUG)
        line.log(LOG, exc_info=True, doing=doing)
        self._stats.add(errors=1)

    def _note_unknown(self, case: plans.Case) -> None:
        state = case.observed
        if isinstance(state, interfaces.Absent) or (
                agreement.is_known_state(state)):
            return
        self._stats.add(unknown_states=1)
        if state not in self._unknown_states and (
                len(self._unknown_states) < _UNKNOWN_MOST):
            self._unknown_states.add(state)
            messages.UNKNOWN_STATE.log(LOG, lpar=case.lpar, state=state)
