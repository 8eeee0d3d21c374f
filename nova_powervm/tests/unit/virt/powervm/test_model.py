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

"""The event module in worlds that hypothesis makes up, and what must hold.

A world (see ``simulation``) is disturbed step by step, and let come to rest:
services answer, tasks end, events are delivered. Then nova's power state of
each instance here must be the LPAR's, or a warning has named the instance;
also while some LPARs, or only the lists of them, still cannot be read. In the
end the module keeps nothing. What it tells nova is judged all the
while.

Not all of it can be promised:

* Where events were lost and nothing says so, or nova's record was changed
  without a task or an event, the module need not know before the next event
  of that LPAR, or the next comparison of all instances. Losses that must heal
  by themselves are those that an event tells of, those while polls failed,
  their thread was dead or the session lost, and those while the module was
  stopped.
* While what the module knows of an LPAR has not expired, an event after which
  the LPAR has the power state that it knows makes it ask nova nothing. A
  record that changed meanwhile is found out when that knowledge expires.
* A deletion drops what is pending for its LPAR, so it may not come after the
  events that follow it. All others may come in any order, and repeatedly.

The worlds are the same in each run. For others, and as many as is liked, set
NOVA_POWERVM_MODEL_EXAMPLES to their number; 1,000 take about a minute.
"""

import functools
import os
import unittest

import hypothesis
from hypothesis import stateful
from hypothesis import strategies as st
import mock
from nova import objects
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.tests.unit.virt.powervm import simulation
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import comparison
from nova_powervm.virt.powervm.lifecycle import hypervisor
from nova_powervm.virt.powervm.lifecycle import pending

objects.register_all()


def _one_of(what):
    """Choose from what the machine's property holds at the time."""
    return st.runner().flatmap(
        lambda machine: st.sampled_from(getattr(machine, what)))


#: Kinds of rules besides the most basic ones. A world has some of them; with
#: all of them each fault would soon be healed by something else.
KINDS = ('answers', 'disorder', 'lpars', 'outages', 'resyncs', 'silence',
         'tasks', 'unfinished')

#: Seconds that pass after a step: none; less than the delay of an event, and
#: more; more than its greatest delay; until the longest back-off.
WAITS = (0, 5, 20, 70, 400)

STATES = ('running', 'not activated', 'suspended', 'error', 'shutting down',
          'Unknown')


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


def _error(what):
    return {'no': None,
            'refused': pvm_exceptions.ConnectionError('refused'),
            'unavailable': world.http_error(503),
            'unauthorized': world.http_error(401)}[what]


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
            slot for slot in 'ABCD'
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
        return self._slots(
            lpar=False, record=True, host=simulation.ELSEWHERE)

    @property
    def idle(self):
        return self._slots(record=True, host=world.HOST, task=False)

    @property
    def at_work(self):
        return self._slots(record=True, task=True)

    @property
    def coming(self):
        return self._slots(lpar=True, record=True, task=True,
                           host=simulation.ELSEWHERE)

    @property
    def going(self):
        return [slot for slot in self._slots(
            lpar=True, record=True, task=True, host=world.HOST)
            if self.world.records[slot].task_state == 'migrating']

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
        self.world.place = place
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

    # Nova.

    @rule('tasks', of='idle', task=st.sampled_from((
        'powering-off', 'rebooting', 'migrating')),
        when=lambda self: self.world.conductor_up)
    def begin(self, slot, task):
        self.world.begin(slot, task)

    @rule(of='at_work', stale=st.booleans(),
          when=lambda self: self.world.conductor_up)
    def end(self, slot, stale):
        self.world.end(slot, stale)

    @rule('silence', of='idle')
    def forget_power(self, slot):
        self.world.forget_power(slot)

    @rule('outages', listens=st.booleans())
    def nova_listens(self, listens):
        self.world.nova_listens = listens

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
        'no', 'refused', 'unavailable', 'unauthorized')))
    def rest(self, error):
        self.world.rest_error = _error(error)

    @rule('outages', up=st.booleans())
    def conductor(self, up):
        self.world.conductor_up = up

    @rule('answers', what=st.sampled_from((
        'offered', 'absent', 'no JSON', 'empty', 'fails', 'nor a feed',
        'unavailable', 'hangs')))
    def listing(self, what):
        self.world.listing = what

    @rule('answers', slot=st.sampled_from('ABCD'), answer=st.sampled_from((
        None, 'not listed', 'null', 'empty', 'fails', 'unavailable',
        'hangs')))
    def answer(self, slot, answer):
        self.world.answers.pop(slot, None)
        if answer:
            self.world.answers[slot] = answer

    @rule('answers', readable=st.booleans())
    def read_host(self, readable):
        self.world.host_readable = readable

    @rule('resyncs', when=lambda self: self.world.polls, what=st.sampled_from((
        'end_polls', 'lose_session', 'interrupt')))
    def deafen(self, what):
        getattr(self.world, what)()

    # The module.

    @rule()
    def wait(self):
        pass

    @rule()
    def settle(self):
        self.world.settle()

    @rule('unfinished', place=st.sampled_from(simulation.PLACES))
    def stall(self, place):
        self.world.place = place

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
    """Return settings for a run that is the same each time."""
    return hypothesis.settings(
        stateful_step_count=50, deadline=None, database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck), **kwargs)


class TestModel(unittest.TestCase):
    """The module as it is."""

    def test_model(self):
        examples = int(os.environ.get('NOVA_POWERVM_MODEL_EXAMPLES', 0))
        stateful.run_state_machine_as_test(Machine, settings=settings(
            max_examples=examples or 100, derandomize=not examples))


def _without_resync(self, batch, resync, listing):
    del batch.left[resync.lpar]
    self._pending.finish(resync)
    return {}


_mark = pending.PendingSet._mark


def _without_dirty_flag(self, lpar, what, now):
    look = self._looks.get(lpar)
    if look is None or not look.busy:
        _mark(self, lpar, what, now)


_emit = comparison.Comparison._emit


def _without_confirmation(self, action):
    _emit(self, action)
    action.again = None
    action.marks = pending.Mark.NOTHING


def _without_isolation(self, lpars, answers):
    return {lpar: self._read_one(lpar) for lpar in lpars}


class TestMutations(unittest.TestCase):
    """What the module would do wrong without one of its parts.

    Each is found by the same machine, and by the shortest example of what it
    found, which the module as it is passes.
    """

    def check(self, mutation, example, seed):
        # Each is found within some hundred worlds; with its seed, soon.
        @hypothesis.seed(seed)
        class Seeded(Machine):
            pass

        self.settle(example)
        with mutation:
            self.assertRaisesRegex(
                AssertionError, 'nova believes that A', self.settle, example)
            self.assertRaises(
                AssertionError, stateful.run_state_machine_as_test, Seeded,
                settings=settings(max_examples=1000,
                                  phases=[hypothesis.Phase.generate]))

    def settle(self, example):
        sim = simulation.Simulation()
        try:
            sim.wait(20)
            example(sim)
            sim.settle()
        finally:
            sim.close()

    def test_no_resync(self):
        def example(sim):
            sim.held = True
            sim.change('A', 'not activated')
            sim.lose('MISSING_EVENTS')

        self.check(mock.patch.object(
            comparison.Comparison, '_resync', _without_resync), example, 8)

    def test_no_retry(self):
        def example(sim):
            sim.change('A', 'not activated')
            sim.rest_error = _error('refused')
            sim.wait(20)

        self.check(mock.patch.object(
            comparison.Comparison, '_retry', lambda *_, **__: None),
            example, 8)

    def test_no_isolation(self):
        def example(sim):
            sim.answers['B'] = 'hangs'
            sim.change('B', 'running')
            sim.change('A', 'not activated')
            sim.listing = 'hangs'

        self.check(mock.patch.object(
            hypervisor.StateReader, '_read_each', _without_isolation),
            example, 25)

    def test_no_dirty_flag(self):
        def example(sim):
            # An event without news, and another one while it is worked on.
            sim.change('A', 'running')
            sim.place = 'NovaLink'
            sim.wait(20)
            sim.change('A', 'not activated')

        self.check(mock.patch.object(
            pending.PendingSet, '_mark', _without_dirty_flag), example, 13)

    def test_no_confirmation(self):
        def example(sim):
            sim.nova_listens = False
            sim.change('A', 'not activated')
            sim.wait(20)

        self.check(mock.patch.object(
            comparison.Comparison, '_emit', _without_confirmation),
            example, 8)
