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

"""Carrying out what was decided."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import dataclasses
import functools
import math
from typing import Any

from nova.compute import power_state
from nova.virt import event as virt_event
from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import pool
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import traces
from nova_powervm.virt.powervm.lifecycle import workitem
from nova_powervm.virt.powervm.lifecycle import workqueue

LOG = logging.getLogger(__name__)

_Outcome = plans.Outcome
Request = workitem.Request[interfaces.Key]


class Applier:
    """Emits, stores, remembers and requeues, as plans say.

    What waits for a service runs on the pool; there is at most one event for
    an LPAR on its way, because its key comes back to the queue only then.

    :param driver: its ``emit_event`` and ``nvram_mgr`` are used.
    :param queue: where the keys come from and go back to.
    :param known: what is remembered of LPARs.
    :param workers: runs what waits.
    :param statistics: where it is counted.
    :param delay: seconds by which confirmations are apart.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, driver: interfaces.Driver,
                 queue: workqueue.WorkQueue[interfaces.Key],
                 known: memory.Memory, workers: pool.Pool,
                 statistics: stats.Statistics, delay: float,
                 clock: Callable[[], float]) -> None:
        self._driver = driver
        self._queue = queue
        self._memory = known
        self._pool = workers
        self._stats = statistics
        self._delay = delay
        self._clock = clock

    def can_store(self, requests: Sequence[Request]) -> bool:
        """Tell whether there is a store for NVRAM.

        :param requests: those that want it. They are finished if there is
            none, and retried if the driver cannot tell.
        """
        try:
            manager = getattr(self._driver, 'nvram_mgr', None)
        except Exception:
            if requests:
                self._complain(messages.STORE_FAILED, requests[0], None)
            for request in requests:
                self.retry(request)
            return False
        # Emits can all wait for a nova-conductor that hangs, which is no
        # reason to lose NVRAM.
        self._pool.reserve(manager is not None)
        if manager is None:
            for request in requests:
                self._queue.done(request.key)
        return manager is not None

    def apply(self, case: plans.Case, plan: plans.Plan) -> None:
        """Carry out a plan; what waits for a service comes later.

        What fails unexpectedly is retried.
        """
        LOG.debug(messages.DECIDED.text, {
            'lpar': case.lpar, 'state': case.observed,
            'outcome': plan.outcome.name}, instance_uuid=plan.instance_uuid)
        if case.nvram is not None:
            with self._retried(case.nvram, plan):
                self._apply_nvram(case.nvram, plan)
        if case.power is None:
            # What a plan does not change may have changed since: nova may
            # have been told meanwhile.
            if plan.remember is not case.remembered:
                self._memory.put(case.lpar, plan.remember)
        else:
            with self._retried(case.power, plan):
                self._apply_power(case, case.power, plan)

    def _apply_nvram(self, request: Request, plan: plans.Plan) -> None:
        if plan.store_nvram:
            self._pool.submit(pool.Lane.STORE, functools.partial(
                self._store, request, plan.instance_uuid))
        else:
            self._finish(request.key, plan.nvram_again)

    def _apply_power(self, case: plans.Case, request: Request,
                     plan: plans.Plan) -> None:
        if plan.transition is not None:
            self._memory.forget_agreement(case.lpar)
            self._pool.submit(pool.Lane.EMIT, functools.partial(
                self._emit, case.lpar, request, str(case.observed), plan))
            return
        if plan.outcome is _Outcome.GIVEN_UP and (
                plan.remember is not case.remembered):
            self._warn(case, plan)
        self._remember(case.lpar, request, plan, plan.power_again)

    @contextlib.contextmanager
    def _retried(self, request: Request, plan: plans.Plan
                 ) -> Iterator[None]:
        """Retry what is raised in; what ends the thread goes on."""
        applied = False
        try:
            yield
            applied = True
        except Exception:
            self._stats.add(errors=1)
            self._complain(messages.UNEXPECTED, request, plan.instance_uuid,
                           doing='applying a decision')
        finally:
            if not applied:
                self.retry(request)

    def retry(self, request: Request,
              why: interfaces.Absent = interfaces.Absent.UNREAD) -> None:
        """Look again after something failed."""
        self._finish(request.key, decision.again_after_failure(
            request, why, self._clock()))

    def _emit(self, lpar: interfaces.LparUuid, request: Request, state: str,
              plan: plans.Plan) -> None:
        """Emit an event; its confirmation, or a retry, follows."""
        with self._retried(request, plan):
            if self._hand_to_nova(lpar, request, state, plan) and (
                    plan.power_again is not None):
                self._remember(lpar, request, plan, plans.Again(
                    self._not_before_now(plan.power_again.at)))
            else:
                self.retry(request)

    def _hand_to_nova(self, lpar: interfaces.LparUuid, request: Request,
                      state: str, plan: plans.Plan) -> bool:
        assert plan.transition is not None  # noqa: S101
        event = virt_event.LifecycleEvent(
            plan.instance_uuid, plan.transition.event)
        fields: dict[str, Any] = {
            'lpar': lpar, 'state': state, 'event': event.get_name()}
        messages.EMITTING.log(LOG, instance_uuid=plan.instance_uuid, **fields)
        began = self._clock()
        try:
            with traces.point('emit', instance=plan.instance_uuid, **fields):
                self._driver.emit_event(event)
        except Exception:
            self._stats.add(emit_failed=1)
            self._complain(messages.EMIT_FAILED, request, plan.instance_uuid)
            return False
        self._stats.add(emitted=1)
        now = self._clock()
        self._stats.timed('emit', now - began)
        told = plan.remember
        if (isinstance(told, memory.Emitted) and told.times == 1
                and told.since is not None):
            self._stats.timed('told', now - told.since)
        return True

    def _not_before_now(self, when: float) -> float:
        """Return ``when``, or whole delays later if that has passed.

        After a crash of many it takes long until nova was told of the last.
        Few batches confirm all of them.
        """
        late = max(self._clock() - when, 0.0)
        return when + math.ceil(late / self._delay) * self._delay

    def _store(self, request: Request, instance_uuid: str | None) -> None:
        """Hand NVRAM to the store, or retry later."""
        stored = False
        try:
            manager = getattr(self._driver, 'nvram_mgr', None)
            if manager is not None:
                manager.store(instance_uuid)
                self._stats.add(nvram_stored=1)
            stored = True
        except Exception:
            self._stats.add(nvram_failed=1)
            self._complain(messages.STORE_FAILED, request, instance_uuid)
        finally:
            if stored:
                self._queue.done(request.key)
            else:
                self.retry(request)

    @staticmethod
    def _complain(line: messages.Line, request: Request,
                  instance_uuid: str | None, **fields: Any) -> None:
        """Log the exception that is being handled; its repetitions less."""
        if request.attempts:
            line = dataclasses.replace(line, level=logging.DEBUG)
        line.log(LOG, exc_info=True, instance_uuid=instance_uuid, **fields)

    def _remember(self, lpar: interfaces.LparUuid, request: Request,
                  plan: plans.Plan, again: plans.Again | None) -> None:
        """Remember what the plan says, and look again if that is needed."""
        self._memory.put(lpar, plan.remember)
        if not self._finish(request.key, again) and again is not None:
            # The LPAR was deleted meanwhile.
            self._memory.forget(lpar)

    def _finish(self, key: interfaces.Key, again: plans.Again | None
                ) -> bool:
        if again is None:
            self._queue.done(key)
            return False
        return self._queue.requeue(
            key, again.at, again.attempts, again.answered)

    def _warn(self, case: plans.Case, plan: plans.Plan) -> None:
        given_up = plan.remember
        assert isinstance(given_up, memory.GivenUp)  # noqa: S101
        messages.GIVEN_UP.log(
            LOG, times=decision.EMITS_MOST, lpar=case.lpar,
            state=case.observed, vm_state=given_up.vm_state,
            power_state=power_state.STATE_MAP.get(given_up.recorded),
            instance_uuid=plan.instance_uuid)
