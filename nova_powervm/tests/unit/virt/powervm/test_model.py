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


"""The event module in random worlds; see :mod:`.model.machine`.

The worlds are the same in each run. For others, and as many as is liked:
``tox -e worlds``.
"""

import dataclasses
import unittest

import hypothesis
from hypothesis import stateful
import mock
from nova.compute import power_state
from nova.compute import task_states

from nova_powervm.tests.unit.virt.powervm.model import machine
from nova_powervm.tests.unit.virt.powervm.model import novalink
from nova_powervm.tests.unit.virt.powervm.model import simulation
from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import apply
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import lpar_states
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import resync
from nova_powervm.virt.powervm.lifecycle import workqueue


class TestModel(unittest.TestCase):
    """The module as it is."""

    def test_model(self):
        stateful.run_state_machine_as_test(
            machine.Machine, settings=machine.settings(
                max_examples=60, derandomize=True))


def _without_resync(self, request, listing):
    self._queue.done(request.key)
    return resync.Compared({})


def _without_retry(case, why, now):
    return plans.Plan(plans.Outcome.RETRY, remember=case.remembered)


def _without_isolation(self, lpars, answers):
    return {lpar: self._read_one(lpar) for lpar in lpars}


_add = workqueue.WorkQueue._add


def _without_dirty_flag(self, key, now, patience):
    item = self._items.get(key)
    if item is None or not item.processing:
        _add(self, key, now, patience)


def _without_confirmation(self, lpar, request, state, plan):
    self._hand_to_nova(lpar, request, state, plan)
    self._queue.done(request.key)


def _by_power_state_alone(vm_state, recorded, power):
    return recorded in (power, power_state.SHUTDOWN if (
        power == power_state.CRASHED) else power)


_from_memory = decision._from_memory


def _without_verification(entry, policy, now):
    plan = _from_memory(entry, policy, now)
    return dataclasses.replace(
        plan, power_again=plans.Again(entry.expires), remember=entry)


def _lost_events(sim):
    sim.held = True
    sim.change('A', 'not activated')
    sim.lose('MISSING_EVENTS')


def _failed_read(sim):
    sim.change('A', 'not activated')
    sim.novalink.error = novalink.ERRORS['refused']
    sim.wait(20)


def _one_that_hangs(sim):
    sim.novalink.answers['B'] = 'hangs'
    sim.change('B', 'running')
    sim.change('A', 'not activated')
    sim.novalink.listing = 'hangs'


def _event_while_worked_on(sim):
    # Nothing is known of it. An event without news, and another one while it
    # is worked on.
    sim.handler.lifecycle.forget_agreements()
    sim.change('A', 'running')
    sim.stage.place = 'NovaLink'
    sim.wait(20)
    sim.change('A', 'not activated')


def _deaf_nova(sim):
    sim.nova.listens = False
    sim.change('A', 'not activated')
    sim.wait(20)


def _lost_stop(sim):
    sim.nova.loses_stops = True
    sim.change('A', 'not activated')
    sim.wait(20)


def _start_that_is_undone(sim):
    # It is known to be off.
    sim.change('B', 'not activated')
    sim.wait(20)
    sim.operate_and_undo('B', task_states.POWERING_ON, 'not activated')


#: By name: what the module lacks, by what place and replacement; the shortest
#: example in which that shows; a seed with which the machine finds it soon.
MUTATIONS = {
    'resync': (
        resync.Resync, 'run', _without_resync, _lost_events, 1),
    'retry': (
        decision, '_retry', _without_retry, _failed_read, 1),
    'isolation': (
        lpar_states.LparStates, '_read_each', _without_isolation,
        _one_that_hangs, 4),
    'dirty_flag': (
        workqueue.WorkQueue, '_add', _without_dirty_flag,
        _event_while_worked_on, 14),
    'confirmation': (
        apply.Applier, '_emit', _without_confirmation, _deaf_nova, 3),
    'vm_state': (
        agreement, 'agrees', _by_power_state_alone, _lost_stop, 1),
    'verification': (
        decision, '_from_memory', _without_verification,
        _start_that_is_undone, 3),
}

#: Worlds of one seed, and how many seeds are tried one after the other until
#: the machine finds it: hypothesis also draws on constants of whatever is
#: loaded, so that a seed is no promise.
WORLDS, SEEDS = 60, 50


def settle(example):
    """Let an example happen and come to rest."""
    sim = simulation.Simulation()
    try:
        sim.wait(20)
        example(sim)
        sim.settle()
    finally:
        sim.close()


def search(first_seed):
    """Run random worlds until one fails, and no longer than that."""
    for seed in range(first_seed, first_seed + SEEDS):
        run_worlds(seed)


def run_worlds(seed):
    @hypothesis.seed(seed)
    class Seeded(machine.Machine):
        pass

    stateful.run_state_machine_as_test(Seeded, settings=machine.settings(
        max_examples=WORLDS, phases=[hypothesis.Phase.generate]))


class TestMutations(unittest.TestCase):
    """What the module would do wrong without one of its parts.

    Each is found by the machine, and by the shortest example of what it
    found, which the module as it is passes.
    """

    def check(self, name):
        owner, attribute, replacement, example, seed = MUTATIONS[name]
        settle(example)
        with mock.patch.object(owner, attribute, replacement):
            self.assertRaisesRegex(
                AssertionError, 'nova believes that', settle, example)
            self.assertRaises(AssertionError, search, seed)

    def test_no_resync(self):
        self.check('resync')

    def test_no_retry(self):
        self.check('retry')

    def test_no_isolation(self):
        self.check('isolation')

    def test_no_dirty_flag(self):
        self.check('dirty_flag')

    def test_no_confirmation(self):
        self.check('confirmation')

    def test_no_vm_state(self):
        self.check('vm_state')

    def test_no_verification(self):
        self.check('verification')
