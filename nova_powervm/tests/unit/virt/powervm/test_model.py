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

The examples are the same in each run. For a long run with others, set
``MODEL_EXAMPLES`` to their number.
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
from nova_powervm.virt.powervm.lifecycle import pending

objects.register_all()


def one_of(what):
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
        arguments['slot'] = one_of(of)

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

    @rule('disorder', held=st.booleans())
    def hold(self, held):
        self.world.held = held

    @rule('disorder', when=lambda self: self.world.polls and self.world.events,
          how=st.sampled_from(('in order', 'doubled', 'backwards',
                               'again later')))
    def poll(self, how):
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
        'offered', 'absent', 'no JSON', 'empty', 'fails', 'nor a feed')))
    def listing(self, what):
        self.world.listing = what

    @rule('answers', slot=st.sampled_from('ABCD'), answer=st.sampled_from((
        None, 'not listed', 'null', 'empty', 'fails')))
    def answer(self, slot, answer):
        self.world.answers.pop(slot, None)
        if answer:
            self.world.answers[slot] = answer

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


_EXAMPLES = int(os.environ.get('MODEL_EXAMPLES', '0'))

TestModel = Machine.TestCase
TestModel.settings = hypothesis.settings(
    max_examples=_EXAMPLES or 100, stateful_step_count=40, deadline=None,
    derandomize=not _EXAMPLES, database=None,
    suppress_health_check=list(hypothesis.HealthCheck))


def _no_resync(self, batch, resync, listing):
    del batch.left[resync.lpar]
    self._pending.finish(resync)
    return {}


def _no_dirty_flag(self, lpar, what, now):
    look = self._looks.get(lpar)
    if look is None or not look.busy:
        _mark(self, lpar, what, now)


def _no_confirmation(self, action):
    _emit(self, action)
    action.again = None
    action.marks = pending.Mark.NOTHING


_mark = pending.PendingSet._mark
_emit = comparison.Comparison._emit


class TestMutations(unittest.TestCase):
    """Without any one of its parts the module fails the same model."""

    def assertFound(self, target, name, mutation):
        settings = hypothesis.settings(
            TestModel.settings, max_examples=3000, stateful_step_count=30,
            derandomize=True, phases=[hypothesis.Phase.generate],
            print_blob=False)
        with mock.patch.object(target, name, mutation):
            self.assertRaises(
                AssertionError, stateful.run_state_machine_as_test, Machine,
                settings=settings)

    def test_no_resync(self):
        self.assertFound(comparison.Comparison, '_resync', _no_resync)

    def test_no_retry(self):
        self.assertFound(comparison.Comparison, '_retry',
                         lambda *args, **kwargs: None)

    def test_no_dirty_flag(self):
        self.assertFound(pending.PendingSet, '_mark', _no_dirty_flag)

    def test_no_confirmation(self):
        self.assertFound(comparison.Comparison, '_emit', _no_confirmation)
