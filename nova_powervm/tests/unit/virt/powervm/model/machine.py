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

"""Worlds that hypothesis makes up, and what must hold in them.

A world (see :mod:`.simulation`) is disturbed step by step, and let come to
rest: services answer, tasks end, events are delivered. Then nova, told the
state of each LPAR whose instance is here, would do nothing, or a warning has
named the instance; also while some LPARs or records, or only lists of them,
still cannot be read. In the end the module keeps nothing. What it emits is
judged all the while.

Not all of it can be promised:

* Where events were lost and nothing says so, or nova's record was changed
  without a task or an event, the module need not know before the next event
  of that LPAR, or the next comparison of all instances. Losses that must heal
  by themselves are those that an event tells of, those while polls failed,
  their thread was dead or the session lost, and those while the module was
  stopped.
* A deletion drops what is queued for its LPAR, so it may not come after the
  events that follow it. All others may come in any order, and repeatedly.
* nova may be wrong about an LPAR that it did not act on before, when it was
  told several times; a warning names it. Events about that state are not
  answered for some minutes.
"""

import functools

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st
from nova.compute import task_states
from nova.compute import vm_states
from nova import objects

from nova_powervm.tests.unit.virt.powervm.model import nova
from nova_powervm.tests.unit.virt.powervm.model import novalink
from nova_powervm.tests.unit.virt.powervm.model import simulation
from nova_powervm.tests.unit.virt.powervm.model import slots

objects.register_all()

#: Kinds of rules besides the most basic ones. A world has some of them; with
#: all of them each fault would soon be healed by something else.
KINDS = ('answers', 'disorder', 'lpars', 'outages', 'resyncs', 'rests',
         'silence', 'tasks', 'unfinished')

#: Seconds that pass after a step: none; less than the delay of an event, and
#: more; more than its greatest delay; until the longest back-off.
WAITS = (0, 5, 20, 70, 400)

STATES = ('running', 'not activated', 'suspended', 'error', 'shutting down',
          'Unknown', 'levitating')
_OPERATIONS = ((task_states.POWERING_ON, 'not activated'),
               (task_states.POWERING_OFF, 'running'))


def _one_of(what):
    """Choose from what the machine's property holds at the time."""
    return st.runner().flatmap(
        lambda machine: st.sampled_from(getattr(machine, what)))


def rule(kind=None, of=None, when=None, **arguments):
    """Declare a rule: for one of the LPARs in ``of``, and only ``when``."""
    if of is not None:
        arguments['slot'] = _one_of(of)

    def declare(function):
        @functools.wraps(function)
        def step(self, then, **arguments):
            function(self, **arguments)
            self.world.wait(then)
            self.world.check()

        return stateful.rule(
            then=st.sampled_from(WAITS), **arguments)(
                stateful.precondition(lambda self: (
                    (kind is None or kind in self.kinds)
                    and (of is None or getattr(self, of))
                    and (when is None or when(self))))(step))

    return declare


class Machine(stateful.RuleBasedStateMachine):
    """Disturbs a world."""

    def __init__(self):
        super().__init__()
        self.world = None
        self.kinds = frozenset()

    @stateful.initialize(ttl=st.sampled_from((simulation.TTL, 0)),
                         kinds=st.frozensets(
                             st.sampled_from(KINDS), max_size=4),
                         started=st.booleans())
    def begin_world(self, ttl, kinds, started):
        self.kinds = kinds
        self.world = simulation.Simulation(ttl)
        if started:
            # The resync of the start would hide what comes before it.
            self.world.wait(20)

    def teardown(self):
        if self.world is not None:
            try:
                self.world.settle()
            finally:
                self.world.close()
            self.world.check()

    # What there is to choose from.

    def _slots(self, lpar=None, record=None, host=None, task=None):
        return [
            slot for slot in slots.SLOTS
            if lpar in (None, slot in self.world.lpars)
            and record in (None, slot in self.world.records)
            and (host is None
                 or self.world.records[slot].host == host)
            and (task is None
                 or (self.world.records[slot].task_state is not None) is task)]

    @property
    def lpars(self):
        return self._slots(lpar=True)

    @property
    def vacant(self):
        return [slot for slot in self._slots(lpar=False)
                if slot not in self.away]

    @property
    def away(self):
        return self._slots(lpar=False, record=True, host=nova.ELSEWHERE)

    @property
    def idle(self):
        return self._slots(record=True, host=nova.HOST, task=False)

    @property
    def idle_lpars(self):
        return self._slots(lpar=True, record=True, host=nova.HOST, task=False)

    @property
    def at_work(self):
        return self._slots(record=True, task=True)

    @property
    def coming(self):
        return self._slots(lpar=True, record=True, task=True,
                           host=nova.ELSEWHERE)

    @property
    def going(self):
        return [slot for slot in self._slots(
            lpar=True, record=True, task=True, host=nova.HOST)
            if self.world.records[slot].task_state == task_states.MIGRATING]

    @property
    def nova_works(self):
        return self.world.nova.error is None

    # LPARs and instances.

    @rule(of='lpars', state=st.sampled_from(STATES),
          events=st.sampled_from((1, 12)))
    def change(self, slot, state, events):
        self.world.change(slot, state, events)

    @rule('unfinished', of='lpars', state=st.sampled_from(STATES),
          place=st.sampled_from(simulation.PLACES))
    def change_meanwhile(self, slot, state, place):
        # An event without news, and another one while it is worked on.
        self.world.change(slot, self.world.lpars[slot])
        self.world.stage.place = place
        self.world.wait(20)
        self.world.change(slot, state)

    @rule('lpars', of='vacant', spawn=st.booleans())
    def create(self, slot, spawn):
        self.world.create(slot, spawn)

    @rule('lpars', of='lpars', what=st.sampled_from((
        'LPAR', 'instance', 'both')))
    def remove(self, slot, what):
        self.world.remove(slot, what)

    @rule('lpars', of='lpars')
    def replace(self, slot):
        self.world.remove(slot, 'LPAR')
        self.world.create(slot, spawn=False)

    @rule('lpars', of='away')
    def come(self, slot):
        self.world.come(slot)

    @rule(of='coming', stale=st.booleans())
    def arrive(self, slot, stale):
        self.world.arrive(slot, stale)

    @rule(of='going')
    def depart(self, slot):
        self.world.depart(slot)

    # nova.

    @rule('tasks', of='idle', task=st.sampled_from((
        task_states.POWERING_OFF, task_states.POWERING_ON,
        task_states.REBOOTING, task_states.MIGRATING)),
        when=lambda self: self.nova_works)
    def begin(self, slot, task):
        self.world.begin(slot, task)

    @rule(of='at_work', stale=st.booleans(),
          when=lambda self: self.nova_works)
    def end(self, slot, stale):
        self.world.end(slot, stale)

    @rule('tasks', of='idle_lpars', operation=st.sampled_from(_OPERATIONS),
          when=lambda self: self.nova_works)
    def operate_and_undo(self, slot, operation):
        self.world.operate_and_undo(slot, *operation)

    @rule('silence', of='idle', vm_state=st.sampled_from((
        vm_states.ACTIVE, vm_states.STOPPED, vm_states.PAUSED,
        vm_states.ERROR)))
    def forget_power(self, slot, vm_state):
        self.world.forget_power(slot, vm_state)

    @rule('outages', listens=st.booleans())
    def nova_listens(self, listens):
        self.world.nova.listens = listens

    @rule('outages', lost=st.booleans())
    def stops_get_lost(self, lost):
        self.world.nova.loses_stops = lost

    # Events.

    @rule(when=lambda self: self.kinds & {'disorder', 'silence', 'resyncs'})
    def hold(self):
        self.world.held = True

    @rule('disorder', when=lambda self: self.world.polls and self.world.events,
          how=st.sampled_from(('doubled', 'backwards', 'again later')))
    def release(self, how):
        self.world.held = False
        self.world.poll(how)

    @rule('resyncs', notice=st.sampled_from((
        'MISSING_EVENTS', 'NEW_CLIENT', 'CACHE_CLEARED')))
    def lose(self, notice):
        self.world.lose(notice)

    @rule('silence', when=lambda self: self.world.events)
    def lose_silently(self):
        self.world.lose()

    # Services.

    @rule('outages', error=st.sampled_from((
        None, 'refused', 'unavailable', 'unauthorized', 'hangs')))
    def rest(self, error):
        self.world.novalink.error = novalink.ERRORS.get(error)

    @rule('outages', error=st.sampled_from((None, *nova.ERRORS)))
    def conductor(self, error):
        self.world.nova.error = error

    @rule('answers', what=st.sampled_from(novalink.LISTINGS))
    def listing(self, what):
        self.world.novalink.listing = what

    @rule('answers', slot=st.sampled_from(slots.SLOTS),
          answer=st.sampled_from((None, *novalink.ANSWERS)))
    def answer(self, slot, answer):
        self.world.novalink.answers.pop(slot, None)
        if answer:
            self.world.novalink.answers[slot] = answer

    @rule('answers', readable=st.booleans())
    def read_host(self, readable):
        self.world.nova.host_readable = readable

    @rule('answers', slot=st.sampled_from(slots.SLOTS))
    def unreadable(self, slot):
        self.world.nova.unreadable ^= {slot}

    @rule('resyncs', when=lambda self: self.world.polls, what=st.sampled_from((
        'end_polls', 'lose_session', 'interrupt')))
    def deafen(self, what):
        getattr(self.world, what)()

    # The module.

    @rule()
    def wait(self):
        pass

    @rule('rests')
    def settle(self):
        self.world.settle()

    @rule('unfinished', place=st.sampled_from(simulation.PLACES))
    def stall(self, place):
        self.world.stage.place = place

    @rule('unfinished')
    def resume(self):
        self.world.resume()

    @rule('resyncs', when=lambda self: self.world.handler is not None)
    def stop(self):
        self.world.stop()

    @rule(when=lambda self: self.world.handler is None)
    def start(self):
        self.world.start()


def settings(**kwargs):
    """Return settings for a run without a database or a deadline."""
    return hypothesis.settings(
        stateful_step_count=50, deadline=None, database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck), **kwargs)


def run(worlds, seed):
    """Run random worlds.

    :param seed: the same worlds for the same seed.
    :raises Exception: what was wrong in the simplest world that fails.
    """
    @hypothesis.seed(seed)
    class Seeded(Machine):
        pass

    stateful.run_state_machine_as_test(
        Seeded, settings=settings(max_examples=worlds))
