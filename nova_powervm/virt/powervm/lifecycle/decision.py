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

"""What follows from what NovaLink says, what nova says and what is remembered.

One pure function, :func:`decide`. The table of outcomes in the admin guide is
made from it.
"""

import dataclasses

from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import backoff
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import plans

_Absent = interfaces.Absent
_Again = plans.Again
_Case = plans.Case
_Outcome = plans.Outcome
_Plan = plans.Plan
_Policy = plans.Policy

# Seconds until an LPAR that is busy or in a passing state, or of which nova
# was told, is looked at again, at most.
WAIT_MOST = 300.0

# A task of nova that lost a call with its receiver goes on for another minute,
# [DEFAULT] rpc_response_timeout. So many looks at an LPAR that is busy are at
# most so many seconds apart, or event_delay, if that is longer.
BUSY_LOOKS = 13
BUSY_MOST = 15.0

# How often nova is told of a power state that it does not act on. It may have
# failed, or have registered its listener later.
EMITS_MOST = 4

# Seconds for which events about a state that was given up change nothing.
GIVEN_UP_SECONDS = 180.0

# Seconds until an event is answered once more, where agreement is not
# remembered.
RECHECK_SECONDS = 300.0


def decide(case: _Case, policy: _Policy, now: float) -> _Plan:
    """Decide about an LPAR. Pure.

    The power state and the NVRAM of an LPAR are decided about separately;
    they only share what was read.

    :param now: clock time, seconds.
    :returns: a plan; its outcome is ``ASK`` if nova's record is needed.
    """
    plan = (_Plan(_Outcome.NVRAM, remember=case.remembered)
            if case.power is None else compare(case, policy, now))
    if case.nvram is None or plan.outcome is _Outcome.ASK:
        return plan
    return _add_nvram(plan, case, policy, now)


def compare(case: _Case, policy: _Policy, now: float) -> _Plan:
    """Decide about the power state alone; see :func:`decide`."""
    state, record, remembered = (
        case.observed, case.recorded, case.remembered)
    if state is _Absent.GONE:
        return _Plan(_Outcome.GONE)
    if isinstance(state, _Absent):
        return _retry(case, state, now)
    power = agreement.power_of(state)
    if power is None:
        return _wait(_Outcome.TRANSIENT, case, policy, now)
    if record is _Absent.NOT_ASKED:
        if _is_trusted(remembered, power, policy, now):
            return _from_memory(remembered, policy, now)
        return _Plan(_Outcome.ASK, remember=remembered)
    if isinstance(record, _Absent):
        return _retry(case, record, now)
    # Before the host: an instance that is migrating here becomes ours when
    # its task ends.
    if record is not None and record.task_state is not None:
        return _wait(_Outcome.BUSY, case, policy, now)
    if record is None or record.host != policy.host:
        return _agreement(_Outcome.NOT_OURS, case, power, None, policy, now)
    if agreement.agrees(record.vm_state, record.power_state, power):
        return _agreement(
            _Outcome.NO_CHANGE, case, power, record.uuid, policy, now)
    return _disagreement(case, power, record, policy, now)


def _retry(case: _Case, why: _Absent, now: float) -> _Plan:
    trusted = (case.recorded is _Absent.NOT_ASKED
               or not isinstance(case.remembered, memory.Agreed))
    return _Plan(
        _Outcome.RETRY,
        power_again=again_after_failure(case.power, why, now),
        remember=case.remembered if trusted else None)


def again_after_failure(request: plans.Request | None, why: _Absent,
                        now: float) -> _Again:
    """Return when to look again after a read that failed.

    Where the service is away the queue pauses, and what waits for it is due
    at once, to make one batch when it is back.
    """
    attempts = request.attempts if request else 0
    if why is _Absent.AWAY:
        return _Again(now, attempts, answered=False)
    return _Again(backoff.meet(now, backoff.backoff(attempts)), attempts + 1,
                 answered=False)


def _wait(outcome: _Outcome, case: _Case, policy: _Policy, now: float
          ) -> _Plan:
    """Look again until something has ended, ever more rarely.

    Only the count of events is kept: an end that leads to the state that
    nova was told before is no reason to count anew.
    """
    attempts = case.power.attempts if case.power else 0
    wait = backoff.backoff(attempts, policy.delay, WAIT_MOST)
    if outcome is _Outcome.BUSY:
        often = max(policy.delay, BUSY_MOST)
        wait = min(wait, max(often, backoff.backoff(
            attempts + 1 - BUSY_LOOKS, often, WAIT_MOST)))
    return _Plan(
        outcome, _instance_here(case, policy),
        power_again=_Again(backoff.meet(now, wait), attempts + 1),
        remember=case.remembered if isinstance(
            case.remembered, memory.Emitted) else None)


def _is_trusted(entry: memory.Entry | None, power: int, policy: _Policy,
                now: float) -> bool:
    if not isinstance(entry, memory.Agreed) or entry.power != power:
        return False
    # A batch may come a little sooner than the time that was asked for.
    return now < entry.expires and (
        entry.verify_at is None or now < entry.verify_at - policy.delay / 2)


def _from_memory(entry: memory.Entry | None, policy: _Policy, now: float
                 ) -> _Plan:
    """Answer from an agreement, and verify that answer within four delays.

    nova may have acted on the LPAR without our knowledge. It has not where
    it has no instance: a new one has a new LPAR.
    """
    assert isinstance(entry, memory.Agreed)  # noqa: S101
    if entry.instance_uuid is None:
        return _Plan(_Outcome.CACHED, power_again=_Again(entry.expires),
                    remember=entry)
    verify_at = (backoff.meet(now, 2 * policy.delay)
                 if entry.verify_at is None else entry.verify_at)
    return _Plan(_Outcome.CACHED, entry.instance_uuid,
                power_again=_Again(verify_at),
                remember=entry._replace(verify_at=verify_at))


def _agreement(outcome: _Outcome, case: _Case, power: int,
               instance_uuid: str | None, policy: _Policy, now: float
               ) -> _Plan:
    """Remember that nova has nothing to learn.

    What was read may have been older than the event. That heals by one more
    look when the agreement expires.
    """
    expires = now + policy.ttl if policy.ttl else now + RECHECK_SECONDS
    event = case.power is not None and case.power.since is not None
    return _Plan(
        outcome, instance_uuid,
        power_again=_Again(expires) if event else None,
        remember=memory.Agreed(power, instance_uuid, expires)
        if policy.ttl else None)


def _disagreement(case: _Case, power: int, record: interfaces.Record,
                  policy: _Policy, now: float) -> _Plan:
    """Emit an event, unless that was done in vain before."""
    before = case.remembered
    this = memory.GivenUp(power, record.vm_state, record.power_state,
                          now + GIVEN_UP_SECONDS)
    if isinstance(before, memory.GivenUp) and (
            before[:-1] == this[:-1] and now < before.expires):
        return _Plan(_Outcome.GIVEN_UP, record.uuid, remember=before)
    times, since = 0, case.power.since if case.power else None
    if isinstance(before, memory.Emitted) and before.power == power:
        times, since = before.times, before.since
    if times >= EMITS_MOST:
        return _Plan(_Outcome.GIVEN_UP, record.uuid, remember=this)
    wait = backoff.backoff(times, policy.delay, WAIT_MOST)
    return _Plan(
        _Outcome.EMIT, record.uuid, agreement.transition(power),
        power_again=_Again(backoff.meet(now, wait)),
        remember=memory.Emitted(power, times + 1, since))


def _instance_here(case: _Case, policy: _Policy) -> str | None:
    """Return the instance of this host that an LPAR stands for."""
    record, remembered = case.recorded, case.remembered
    if isinstance(record, interfaces.Record):
        return record.uuid if record.host == policy.host else None
    if record is _Absent.NOT_ASKED and isinstance(remembered, memory.Agreed):
        return remembered.instance_uuid
    return None


def _add_nvram(plan: _Plan, case: _Case, policy: _Policy, now: float
               ) -> _Plan:
    """Decide about the NVRAM as well."""
    if case.observed is _Absent.GONE:
        return plan
    absent = (case.observed if isinstance(case.observed, _Absent)
              else case.recorded)
    if isinstance(absent, _Absent):
        fresh = (isinstance(case.remembered, memory.Agreed)
                 and now < case.remembered.expires)
        if absent is not _Absent.NOT_ASKED:
            return dataclasses.replace(plan, nvram_again=again_after_failure(
                case.nvram, absent, now))
        if not fresh:
            return dataclasses.replace(plan, outcome=_Outcome.ASK)
    uuid = _instance_here(case, policy)
    if uuid is not None:
        return dataclasses.replace(
            plan, instance_uuid=uuid, store_nvram=True)
    record = case.recorded
    if plan.outcome is _Outcome.NVRAM and policy.ttl and (
            record is None or (isinstance(record, interfaces.Record)
                               and record.task_state is None)):
        # The next event of a foreign LPAR costs no lookup.
        plan = dataclasses.replace(plan, remember=memory.Agreed(
            None, None, now + policy.ttl))
    return plan
