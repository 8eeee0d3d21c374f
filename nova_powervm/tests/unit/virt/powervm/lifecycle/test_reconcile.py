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


"""A batch: nothing that is raised loses a request or harms others."""

import logging

import ddt
from nova.compute import power_state
from nova.virt import event as virt_event

from nova_powervm.tests.unit.virt.powervm.lifecycle import core
from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import workitem

A, B, C = fakes.A, fakes.B, fakes.C
POWER, NVRAM = core.PowerKey(A), core.NvramKey(A)
RUNNING, OFF = power_state.RUNNING, power_state.SHUTDOWN
STOPPED = virt_event.EVENT_LIFECYCLE_STOPPED
Request = workitem.Request

# Keys are added at 1000 and due 16.5 seconds later; 1 second later, rounded,
# they are tried again.
ADDED, NOW, RETRY = 1000.0, 1016.5, 1018.0


class TestCase(core.TestCase):

    def setUp(self):
        super().setUp()
        # nova agrees about A and B.
        self.states.states = {A: 'running', B: 'running'}
        self.records.records = {A: core.record('a'), B: core.record('b')}

    def decide(self, *failing, failure=ValueError):
        """Let decisions about LPARs fail."""
        def decide(case, policy, now, _decide=decision.decide):
            if case.lpar in failing:
                raise failure
            return _decide(case, policy, now)
        self.useFixture(fakes.fixtures.MockPatchObject(
            decision, 'decide', decide))


@ddt.ddt
class TestBatch(TestCase):

    def test_nothing_due(self):
        self.reconciler.run()
        self.queue.add([POWER], self.clock())
        self.reconciler.run()
        self.assertEqual({}, self.counters())
        self.assertEqual([], self.logs.records)

    def test_agreement(self):
        self.reconcile(POWER)
        self.assertEqual(memory.Agreed(RUNNING, 'a', NOW + 600),
                         self.memory.get(A))
        self.assertEqual({'batches': 1, 'lpars': 1, 'no_change': 1},
                         self.counters())
        self.assertWaiting(NOW + 600, Request(POWER, 0, None))

    def test_disagreement(self):
        self.states.states[B] = 'not activated'
        self.reconcile(POWER, core.PowerKey(B))
        self.assertEqual([('b', STOPPED)], self.driver.emitted)
        self.assertEqual(
            {'batches': 1, 'lpars': 2, 'no_change': 1, 'emitted': 1},
            self.counters())

    def test_only_what_is_needed_is_looked_up(self):
        self.memory.put(A, memory.Agreed(RUNNING, 'a', 2000.0))
        self.reconcile(POWER, core.PowerKey(B), core.PowerKey(C))
        # C is gone.
        self.assertEqual([[B]], self.records.lookups)
        self.assertEqual(
            {'batches': 1, 'lpars': 3, 'no_change': 1, 'cached': 1,
             'gone': 1}, self.counters())

    def test_both_aspects_are_one_case(self):
        self.reconcile(POWER, NVRAM)
        self.assertEqual([[A]], self.records.lookups)
        self.assertEqual(['a'], self.driver.stored)
        self.assertEqual({'batches': 1, 'lpars': 1, 'no_change': 1,
                          'nvram_stored': 1}, self.counters())
        self.assertWaiting(NOW + 600, Request(POWER, 0, None))

    def test_nvram_alone(self):
        self.reconcile(NVRAM)
        self.assertEqual(['a'], self.driver.stored)
        self.assertIsNone(self.memory.get(A))
        self.assertDone()

    def test_no_store(self):
        self.driver.manager.return_value = None
        self.reconcile(POWER, NVRAM)
        self.assertEqual({'batches': 1, 'lpars': 1, 'no_change': 1},
                         self.counters())
        self.assertWaiting(NOW + 600, Request(POWER, 0, None))

    def test_agreement_that_is_dropped_meanwhile_is_not_remembered(self):
        find = self.records.find

        def act(lpars):
            self.memory.forget_agreement(A)
            return find(lpars)
        self.records.find = act
        self.reconcile(POWER)
        self.assertIsNone(self.memory.get(A))

    @ddt.named_data(('novalink', 'states'), ('nova', 'records'))
    def test_service_away(self, service):
        getattr(self, service).resume_at = 1042.0
        self.reconcile(POWER)
        self.queue.add([core.PowerKey(B)], NOW)
        self.assertEqual(1042.0, self.queue.ready_at())

    def test_lpar_is_deleted_while_its_event_is_emitted(self):
        def delete(event):
            self.memory.forget(A)
            self.queue.drop(POWER)
        self.driver.emit.side_effect = delete
        self.states.states[A] = 'not activated'
        self.reconcile(POWER)
        self.assertIsNone(self.memory.get(A))
        self.assertDone()


@ddt.ddt
class TestFailures(TestCase):

    def fail_states(self, failure):
        self.states.failure = failure

    def fail_records(self, failure):
        self.records.failure = failure

    def fail_memory(self, failure):
        self.useFixture(fakes.fixtures.MockPatchObject(
            self.memory, 'get', side_effect=failure))

    def fail_decisions(self, failure):
        self.decide(A, failure=failure)

    def fail_accounts(self, failure):
        self.useFixture(fakes.fixtures.MockPatchObject(
            self.reconciler._accounts, 'settle', side_effect=failure))

    wheres = ddt.named_data(
        ('states', fail_states), ('records', fail_records),
        ('memory', fail_memory), ('decisions', fail_decisions),
        ('accounts', fail_accounts))

    @wheres
    def test_error(self, break_it):
        break_it(self, ValueError())
        self.reconcile(POWER, NVRAM)
        self.assertEqual(1, self.counters()['errors'])
        self.assertEqual(2, self.counters()['retry'])
        self.assertLogged(messages.UNEXPECTED)
        self.assertWaiting(RETRY, Request(POWER, 1, ADDED),
                           Request(NVRAM, 1, ADDED))

    @wheres
    def test_same_error_again(self, break_it):
        break_it(self, ValueError())
        self.reconcile(POWER)
        self.clock.now = self.queue.ready_at()
        self.reconciler.run()
        self.assertEqual([logging.ERROR, logging.DEBUG], [
            record.levelno for record in self.logs.of(messages.UNEXPECTED)])
        # Two seconds later, rounded.
        self.assertWaiting(1020.0, Request(POWER, 2, ADDED))

    @wheres
    def test_killed(self, break_it):
        break_it(self, fakes.Killed())
        self.assertRaises(fakes.Killed, self.reconcile, POWER, NVRAM)
        self.assertWaiting(RETRY, Request(POWER, 1, ADDED),
                           Request(NVRAM, 1, ADDED))

    def test_store_cannot_be_told(self):
        self.driver.manager.side_effect = ValueError
        self.reconcile(POWER, NVRAM)
        self.assertLogged(messages.STORE_FAILED)
        # The power state does not wait for it.
        self.assertIsNotNone(self.memory.get(A))
        self.assertEqual(RETRY, self.queue.ready_at())
        self.assertEqual([Request(NVRAM, 1, ADDED)],
                         self.queue.get_batch(RETRY))

    def test_decision_about_one_of_many(self):
        self.decide(A)
        self.states.states[B] = 'not activated'
        self.reconcile(POWER, core.PowerKey(B))
        self.assertEqual([('b', STOPPED)], self.driver.emitted)
        self.assertEqual(1, self.counters()['errors'])
        self.assertEqual(RETRY, self.queue.ready_at())
        self.assertEqual([Request(POWER, 1, ADDED)],
                         self.queue.get_batch(RETRY))

    def test_decision_about_one_of_many_after_the_lookup(self):
        self.decide(A)
        self.states.states[A] = self.states.states[B] = 'not activated'
        self.reconcile(core.PowerKey(B), POWER, core.PowerKey(C))
        self.assertEqual([('b', STOPPED)], self.driver.emitted)
        self.assertEqual([Request(POWER, 1, ADDED)],
                         self.queue.get_batch(RETRY))

    def test_no_thread(self):
        self.break_pool()
        self.states.states[A] = 'not activated'
        self.reconcile(POWER, NVRAM)
        self.assertLogged(*[messages.UNEXPECTED] * 2, messages.BATCH)
        self.assertWaiting(RETRY, Request(NVRAM, 1, ADDED),
                           Request(POWER, 1, ADDED))

    def test_emit_and_store(self):
        self.driver.emit.side_effect = ValueError
        self.driver.store_failure = ValueError()
        self.states.states[A] = 'not activated'
        self.reconcile(POWER, NVRAM)
        self.assertEqual({'emit_failed': 1, 'nvram_failed': 1},
                         self.counters('emit_failed', 'nvram_failed'))
        self.assertWaiting(RETRY, Request(NVRAM, 1, ADDED),
                           Request(POWER, 1, ADDED))


@ddt.ddt
class TestBatchLine(TestCase):

    def level(self):
        record, = self.logs.of(messages.BATCH)
        return record.levelno

    def test_emit(self):
        self.states.states[A] = 'not activated'
        self.reconcile(POWER, core.PowerKey(B))
        self.assertEqual(logging.INFO, self.level())

    def test_given_up(self):
        self.states.states[A] = 'not activated'
        self.memory.put(A, memory.Emitted(OFF, 4))
        self.reconcile(POWER, core.PowerKey(B))
        self.assertEqual(logging.INFO, self.level())

    @ddt.named_data(
        ('no_change', 'running', core.record('a')),
        ('not_ours', 'running', None),
        ('busy', 'running', core.record('a', task_state='rebooting')),
        ('transient', 'suspending', None),
        ('gone', interfaces.Absent.GONE, None),
        ('retry', interfaces.Absent.UNREAD, None))
    def test_no_news(self, state, record):
        self.states.states[A] = state
        self.records.records[A] = record
        self.reconcile(POWER)
        self.assertEqual(logging.DEBUG, self.level())

    def test_cached(self):
        self.memory.put(A, memory.Agreed(RUNNING, 'a', 2000.0))
        self.reconcile(POWER)
        self.assertEqual(logging.DEBUG, self.level())

    def test_nvram(self):
        self.reconcile(NVRAM)
        self.assertEqual(logging.DEBUG, self.level())

    def test_what_it_says(self):
        def observe(lpars, everything, _observe=self.states.observe):
            self.stats.add(rest_reads=3, rest_seconds=0.5)
            return _observe(lpars, everything)
        self.states.observe = observe
        self.stats.add(rest_reads=7, rest_seconds=7, lookups=7)
        self.reconcile(POWER, core.PowerKey(B))
        record, = self.logs.of(messages.BATCH)
        self.assertEqual(
            {'batch': 1, 'events': 0, 'lpars': 2, 'rest_reads': 3,
             'rest_failed': 0, 'rest_ms': 500.0, 'lookups': 0,
             'lookups_failed': 0, 'lookup_ms': 0.0,
             'outcomes': 'no_change=2', 'oldest_wait_ms': 16500.0,
             'late_ms': 0.0, 'over': 'reads', 'times': 'none'}, record.args)


class TestUnknownStates(TestCase):

    def test_each_is_named_once(self):
        self.states.states = {A: 'haunted', B: 'haunted', C: 'cursed'}
        self.reconcile(POWER, core.PowerKey(B))
        self.reconcile(POWER, core.PowerKey(C))
        self.assertEqual(['haunted', 'cursed'], [
            record.args['state']
            for record in self.logs.of(messages.UNKNOWN_STATE)])
        self.assertEqual({'unknown_states': 4},
                         self.counters('unknown_states'))

    def test_not_more_than_a_hundred(self):
        lpars = [fakes.lpar(number) for number in range(120)]
        self.states.states = {lpar: 'x' + lpar for lpar in lpars}
        self.reconcile(*map(core.PowerKey, lpars))
        self.assertEqual(100, self.logs.count(messages.UNKNOWN_STATE))
        self.assertEqual({'unknown_states': 120},
                         self.counters('unknown_states'))

    def test_known(self):
        self.states.states = {A: 'Suspending', B: '',
                              C: interfaces.Absent.UNREAD}
        self.reconcile(POWER, core.PowerKey(B), core.PowerKey(C))
        self.assertEqual({'unknown_states': 0},
                         self.counters('unknown_states'))
