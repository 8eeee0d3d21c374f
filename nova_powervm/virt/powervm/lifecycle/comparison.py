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

"""Comparing a batch of LPARs with nova's records, and acting on it."""

import collections
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

from nova_powervm.virt.powervm.lifecycle import cache
from nova_powervm.virt.powervm.lifecycle import conductor
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import emitter
from nova_powervm.virt.powervm.lifecycle import hypervisor
from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import pending
from nova_powervm.virt.powervm.lifecycle import stats

LOG = logging.getLogger(__name__)

_NO_ANSWER = decision.Absent.NO_ANSWER
_Outcome = decision.Outcome
_Mark = pending.Mark

# Seconds until another look at an LPAR whose instance has a task, at most.
_TASK_MOST = 300.0

# Seconds until another look at an LPAR with nothing to tell, where what was
# found is not kept for longer.
_AGAIN = 300.0

# How often nova is told of a state that it does not take over. It may have
# failed, or have registered its listener later than we told it.
_TELLINGS = 4


@dataclasses.dataclass
class _Batch:
    """One batch on its way.

    :ivar left: the looks that nothing was decided about yet.
    :ivar claimed: how many LPARs a resync added to it.
    :ivar nova_down: whether nova did not answer.
    :ivar resume: clock time of the next attempt, if a service failed.
    :ivar outcomes: how often each outcome occurred, by its name.
    """

    now: float
    left: dict[str, pending.Look]
    nvram_mgr: Any
    claimed: int = 0
    nova_down: bool = False
    resume: float | None = None
    outcomes: collections.Counter[str] = dataclasses.field(
        default_factory=collections.Counter)

    def wants_state(self, look: pending.Look) -> bool:
        return _Mark.STATE in look.taken

    def wants_nvram(self, look: pending.Look) -> bool:
        return _Mark.NVRAM in look.taken and self.nvram_mgr is not None


@dataclasses.dataclass(slots=True)
class _Action:
    """What is to be done about one LPAR.

    Refers to the instance by its uuid, since a thousand of these may wait.
    """

    look: pending.Look
    state: Any = None
    instance_uuid: str | None = None
    transition: int | None = None
    confirm: float = 0.0
    nvram_mgr: Any = None
    again: float | None = None
    marks: _Mark = _Mark.NOTHING
    attempts: int = 0
    answered: bool = True


class Comparison:
    """Reads both sides of a batch, decides for each LPAR, and acts.

    For one thread only; what it acts through has threads of its own. Every
    look that it is given goes back to the pending set, whatever happens.

    :param driver: its ``emit_event`` and ``nvram_mgr`` are used.
    :param host: name under which nova knows this host.
    :param pending_set: where the looks come from and go back to.
    :param state_cache: what nova need not be asked again.
    :param states: reads LPAR states.
    :param instances: reads nova's records.
    :param emit: the threads that hand events to nova.
    :param statistics: where all of it is counted.
    :param delay: seconds until another look at an LPAR with a task.
    :param batch_size: LPARs in one lookup of instances.
    :param clock: monotonic clock, seconds.
    :param jitter: returns a number in [0, 1).
    """

    def __init__(self, driver: Any, host: str, *,
                 pending_set: pending.PendingSet,
                 state_cache: cache.StateCache,
                 states: hypervisor.StateReader,
                 instances: conductor.InstanceReader,
                 emit: emitter.Emitter,
                 statistics: stats.Statistics,
                 delay: float,
                 batch_size: int,
                 clock: Callable[[], float],
                 jitter: Callable[[], float]) -> None:
        self._driver = driver
        self._host = host
        self._pending = pending_set
        self._cache = state_cache
        self._states = states
        self._instances = instances
        self._emitter = emit
        self._stats = statistics
        self._delay = delay
        self._batch_size = batch_size
        self._clock = clock
        self._rest = outage.Outage(
            'NovaLink does not answer; PowerVM events wait until it does',
            'NovaLink answers again', jitter)
        self._nova = outage.Outage(
            'nova-conductor does not answer; PowerVM events wait until it '
            'does', 'nova-conductor answers again', jitter)
        self._all_of_nova = outage.Outage(
            "This host's instances could not all be read from nova; they are "
            'compared when that succeeds',
            "This host's instances could all be read from nova", jitter)

    def run(self, looks: Sequence[pending.Look]) -> None:
        """Look at LPARs that the pending set handed out."""
        batch = _Batch(self._clock(), {look.lpar: look for look in looks},
                       getattr(self._driver, 'nvram_mgr', None))
        before = self._stats.counters()
        waited = max((batch.now - look.since for look in looks
                      if look.since is not None), default=0.0)
        self._cache.begin()
        try:
            self._compare(batch)
        except Exception:
            again = batch.left and all(
                look.attempts for look in batch.left.values())
            LOG.log(logging.DEBUG if again else logging.ERROR,
                    'LPARs could not be compared with nova; they are looked '
                    'at again', exc_info=True)
        finally:
            self._cache.end()
            for look in batch.left.values():
                self._pending.finish(
                    look, batch.now + outage.backoff(look.attempts),
                    look.taken, look.attempts + 1, answered=False)
                batch.outcomes['retry'] += 1
            if batch.resume is not None:
                self._pending.pause(batch.resume)
        lpars = sum(look.lpar != pending.ALL for look in looks)
        self._report(batch, lpars + batch.claimed, waited, before)

    def _compare(self, batch: _Batch) -> None:
        resync = batch.left.get(pending.ALL)
        states, listing = self._read_states(batch, resync is not None)
        here = {} if resync is None else self._resync(batch, resync, listing)
        unknown = []
        for look in list(batch.left.values()):
            state = states.get(look.lpar)
            known = self._cache.get(look.lpar)
            if look.lpar in here:
                self._settle(batch, look, state, here[look.lpar], None)
            elif self._must_ask(batch, look, state, known):
                unknown.append(look)
            else:
                self._settle(batch, look, state, None, known)
        deferred: Sequence[pending.Look] = ()
        for start in range(0, len(unknown), self._batch_size):
            chunk = unknown[start:start + self._batch_size]
            instances = {} if batch.nova_down else self._find_instances(
                batch, [look.lpar for look in chunk])
            if batch.nova_down and not deferred:
                # Put back behind the others, which may succeed without it.
                deferred = chunk
                continue
            for look in chunk:
                self._settle(batch, look, states.get(look.lpar),
                             instances.get(look.lpar, _NO_ANSWER), None)
        for look in deferred:
            self._settle(
                batch, look, states.get(look.lpar), _NO_ANSWER, None)

    def _resync(self, batch: _Batch, resync: pending.Look,
                listing: dict[str, Any] | None) -> dict[str, Any]:
        """Compare all instances of this host with a listing of all LPARs.

        An instance that disagrees goes the way of an LPAR that sent an
        event. One whose LPAR the listing lacks is looked at by itself. If
        the comparison cannot be made, the LPARs of the batch do not wait for
        it.

        :param listing: None if it could not be read.
        :returns: nova's records by LPAR uuid; none if they or the listing
            could not be read, and the resync is made again.
        """
        here: dict[str, Any] | None = None
        again = batch.now + outage.backoff(resync.attempts)
        if listing is not None:
            try:
                with self._lookup():
                    here = self._instances.find_all()
            except Exception as error:
                again = self._all_of_nova.failed(error, self._clock())
            else:
                self._all_of_nova.over(self._clock())
        if listing is None or here is None:
            self._stats.add(resyncs_failed=1)
            del batch.left[resync.lpar]
            self._pending.finish(resync, again, _Mark.RESYNC,
                                 resync.attempts + 1, answered=False)
            return {}
        for lpar, instance in here.items():
            if lpar in batch.left and batch.wants_state(batch.left[lpar]):
                continue
            if lpar not in listing:
                self._pending.mark([(lpar, _Mark.STATE)], batch.now)
                continue
            state = listing[lpar]
            verdict = decision.decide(state, instance, self._host)
            if verdict.outcome is _Outcome.NO_CHANGE:
                self._cache.put(lpar, verdict.power, instance.uuid, batch.now)
                continue
            # One that waits is looked at soon, and not by what is known.
            self._cache.drop(lpar)
            look = self._pending.claim(lpar, batch.now)
            if look is not None:
                batch.claimed += 1
                batch.left[lpar] = look
                self._settle(batch, look, state, instance, None)
        del batch.left[resync.lpar]
        self._pending.finish(resync)
        self._stats.add(resyncs=1)
        LOG.info('All %d instances of this host were compared with %d LPARs',
                 len(here), len(listing))
        return here

    def _read_states(self, batch: _Batch, everything: bool
                     ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Return the states of the batch's LPARs, and a listing of all."""
        lpars = [look.lpar for look in batch.left.values()
                 if batch.wants_state(look)]
        if not lpars and not everything:
            return {}, None
        try:
            states, listing = self._states.read(lpars, everything)
        except Exception as error:
            batch.resume = self._rest.failed(error, self._clock())
            return dict.fromkeys(lpars, _NO_ANSWER), None
        if listing is not None or set(states.values()) - {_NO_ANSWER}:
            self._rest.over(self._clock())
        return states, listing

    def _find_instances(self, batch: _Batch, lpars: Sequence[str]
                        ) -> dict[str, Any]:
        """Ask nova; return nothing and set ``nova_down`` on a failure."""
        try:
            with self._lookup():
                instances = self._instances.find(lpars)
        except Exception as error:
            batch.nova_down = True
            batch.resume = self._nova.failed(error, self._clock())
            return {}
        self._nova.over(self._clock())
        return instances

    @contextlib.contextmanager
    def _lookup(self) -> Iterator[None]:
        """Count what is asked of nova."""
        start = self._clock()
        failed = 1
        try:
            yield
            failed = 0
        finally:
            self._stats.add(lookups=1, lookups_failed=failed,
                            lookup_seconds=self._clock() - start)

    def _must_ask(self, batch: _Batch, look: pending.Look, state: Any,
                  known: cache.Known | None) -> bool:
        """Tell whether nova has to be asked about an LPAR."""
        if state is decision.Absent.GONE:
            return False
        if batch.wants_nvram(look) and known is None:
            return True
        power = decision.settled_power_state(state)
        return power is not None and (known is None or known.power != power)

    def _settle(self, batch: _Batch, look: pending.Look, state: Any,
                instance: Any, known: cache.Known | None) -> None:
        """Decide about one LPAR and do what follows.

        :param instance: what nova answered; without meaning if ``known``
            says all that there is to say.
        """
        action = _Action(look, state)
        if known is not None:
            action.instance_uuid = known.instance_uuid
        elif instance is not None and instance is not _NO_ANSWER:
            action.instance_uuid = instance.uuid
        if batch.wants_state(look):
            power = decision.settled_power_state(state)
            if known is not None and known.power == power:
                look.told = None
                # Nova's record may change unseen: once more when this
                # knowledge has expired, in one batch with the others.
                action.again, action.marks = known.expires, _Mark.STATE
                batch.outcomes['known'] += 1
                LOG.debug('LPAR %s is %.100r: KNOWN', look.lpar, state,
                          instance_uuid=known.instance_uuid)
            else:
                self._decide(batch, action, instance)
        if batch.wants_nvram(look):
            if instance is _NO_ANSWER:
                self._retry(action, _Mark.NVRAM, batch.now, batch.resume)
            elif action.instance_uuid is not None:
                action.nvram_mgr = batch.nvram_mgr
        if action.transition is None and action.nvram_mgr is None:
            self._finish(action)
        else:
            self._emitter.submit(functools.partial(self._act, action))
        del batch.left[look.lpar]

    def _decide(self, batch: _Batch, action: _Action, instance: Any) -> None:
        look, state = action.look, action.state
        verdict = decision.decide(state, instance, self._host)
        outcome = verdict.outcome
        LOG.debug('LPAR %s is %.100r: %s', look.lpar, state, outcome.name,
                  instance=instance if action.instance_uuid else None)
        if outcome is _Outcome.EMITTED:
            self._tell(batch, action, verdict, instance)
            return
        batch.outcomes[outcome.name.lower()] += 1
        if outcome in (_Outcome.NO_CHANGE, _Outcome.NOT_OURS):
            look.told = None
            known = self._cache.put(look.lpar, verdict.power,
                                    action.instance_uuid, batch.now)
            if look.since is not None:
                # An answer may have been older than the event. What follows
                # from that heals, at the price of one more look.
                self._look_again(
                    action, known.expires if known is not None
                    else batch.now + _AGAIN, _Mark.STATE)
        elif outcome is _Outcome.RETRY:
            self._retry(action, _Mark.STATE, batch.now, batch.resume)
        else:
            self._cache.drop(look.lpar)
            if outcome is not _Outcome.GONE:
                self._look_again(
                    action, batch.now + outage.backoff(
                        look.attempts, self._delay, _TASK_MOST),
                    _Mark.STATE, look.attempts + 1)
        if outcome is _Outcome.UNSETTLED and not (
                state is None or decision.is_known_state(state)):
            self._stats.add(unknown_states=1)

    def _tell(self, batch: _Batch, action: _Action,
              verdict: decision.Decision, instance: Any) -> None:
        """Have nova told of a state, unless that was done in vain."""
        look = action.look
        if look.told != verdict.power:
            look.told, look.tellings = verdict.power, 0
        if look.tellings < _TELLINGS:
            batch.outcomes['emitted'] += 1
            self._cache.drop(look.lpar)
            action.transition = verdict.transition
            action.confirm = batch.now + outage.backoff(
                look.tellings, self._delay, _TASK_MOST)
            return
        LOG.warning(
            'nova was told %d times that LPAR %s is %s, yet its record has '
            'the power state %s; its periodic comparison is left to see to '
            'it', look.tellings, look.lpar, action.state,
            power_state.STATE_MAP.get(instance.power_state),
            instance=instance)
        batch.outcomes['unconfirmed'] += 1
        look.told = None
        # More events of this state are no reason to begin anew.
        self._cache.put(look.lpar, verdict.power, instance.uuid, batch.now)

    @staticmethod
    def _look_again(action: _Action, when: float, marks: _Mark,
                    attempts: int = 0) -> None:
        """Have an LPAR looked at again, at the sooner of several times."""
        action.again = when if action.again is None else min(
            when, action.again)
        action.marks |= marks
        action.attempts = max(action.attempts, attempts)

    def _retry(self, action: _Action, marks: _Mark, now: float,
               resume: float | None = None) -> None:
        """Have something looked at again because it failed.

        :param resume: when a service that does not answer is tried again.
            All that waits for it is due at once, to make one batch then.
        """
        action.answered = False
        attempts = action.look.attempts
        if resume is not None:
            self._look_again(action, now, marks, attempts)
        else:
            self._look_again(action, now + outage.backoff(attempts), marks,
                             attempts + 1)

    def _act(self, action: _Action) -> None:
        """Tell nova and the NVRAM store. On one of the emitter's threads."""
        try:
            if action.transition is not None:
                self._emit(action)
            if action.nvram_mgr is not None:
                self._store_nvram(action)
        finally:
            self._finish(action)

    def _emit(self, action: _Action) -> None:
        event = virt_event.LifecycleEvent(
            action.instance_uuid, action.transition)
        LOG.info('LPAR %s is %s: telling nova that it has %s',
                 action.look.lpar, action.state, event.get_name().lower(),
                 instance_uuid=action.instance_uuid)
        try:
            self._driver.emit_event(event)
        except Exception:
            self._complain(action, 'The driver could not emit a lifecycle '
                                   'event; this is tried again')
            self._stats.add(emit_failed=1)
            self._retry(action, _Mark.STATE, self._clock())
        else:
            self._stats.add(emitted=1)
            action.look.tellings += 1
            # The driver cannot tell whether nova took it; its record can.
            # After a crash of many it takes long until the last was told:
            # whole delays later, so that few batches confirm all of them.
            late = max(self._clock() - action.confirm, 0.0)
            self._look_again(
                action, action.confirm
                + math.ceil(late / self._delay) * self._delay, _Mark.STATE)

    def _store_nvram(self, action: _Action) -> None:
        try:
            action.nvram_mgr.store(action.instance_uuid)
        except Exception:
            self._complain(action, 'The NVRAM store refused an instance; '
                                   'this is tried again')
            self._stats.add(nvram_failed=1)
            self._retry(action, _Mark.NVRAM, self._clock())
        else:
            self._stats.add(nvram_stored=1)

    @staticmethod
    def _complain(action: _Action, what: str) -> None:
        """Log the exception that is being handled; its repetitions less."""
        LOG.log(logging.DEBUG if action.look.attempts else logging.ERROR,
                what, exc_info=True, instance_uuid=action.instance_uuid)

    def _finish(self, action: _Action) -> None:
        self._pending.finish(
            action.look, action.again, action.marks, action.attempts,
            action.answered)

    def _report(self, batch: _Batch, lpars: int, waited: float,
                before: dict[str, float]) -> None:
        """Count the batch, and log one line if it came to anything."""
        outcomes = batch.outcomes
        self._stats.add(batches=1, lpars=lpars, **{
            name: count for name, count in outcomes.items()
            if name != 'emitted'})
        after = self._stats.counters()
        spent = {name: after[name] - before[name] for name in (
            'rest_reads', 'rest_seconds', 'lookups', 'lookup_seconds')}
        LOG.log(
            logging.DEBUG if set(outcomes) <= {'retry'} else logging.INFO,
            'PowerVM events: lpars=%d rest_reads=%d rest_ms=%d lookups=%d '
            'lookup_ms=%d %s oldest_wait_ms=%d', lpars,
            spent['rest_reads'], spent['rest_seconds'] * 1000,
            spent['lookups'], spent['lookup_seconds'] * 1000,
            ' '.join('%s=%d' % item for item in sorted(outcomes.items())),
            waited * 1000)
