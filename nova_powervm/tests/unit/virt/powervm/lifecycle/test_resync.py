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


"""A resync: all instances of this host, beside what is due."""

import ddt
from nova.compute import power_state
from nova.virt import event as virt_event

from nova_powervm.tests.unit.virt.powervm.lifecycle import core
from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import workitem

A, B, C = fakes.A, fakes.B, fakes.C
POWER, RESYNC = core.PowerKey(A), core.RESYNC
RUNNING, OFF = power_state.RUNNING, power_state.SHUTDOWN
STOPPED = virt_event.EVENT_LIFECYCLE_STOPPED
Request = workitem.Request

# Keys are added at 1000 and due 16.5 seconds later; 1 second later, rounded,
# they are tried again.
ADDED, NOW, RETRY = 1000.0, 1016.5, 1018.0


class TestCase(core.TestCase):

    def setUp(self):
        super().setUp()
        self.states.states = {A: 'running', B: 'running'}
        self.records.records = {A: core.record('a'), B: core.record('b')}


@ddt.ddt
class TestAll(TestCase):

    def test_agreement_is_remembered(self):
        self.reconcile(RESYNC)
        self.assertEqual(
            [memory.Agreed(RUNNING, uuid, NOW + 600) for uuid in 'ab'],
            [self.memory.get(A), self.memory.get(B)])
        self.assertEqual({'batches': 1, 'resyncs': 1}, self.counters())
        self.assertLogged(messages.RESYNCED)
        self.assertDone()

    def test_disagreement_is_emitted(self):
        self.states.states[B] = 'not activated'
        self.reconcile(RESYNC)
        self.assertEqual([('b', STOPPED)], self.driver.emitted)
        self.assertEqual([], self.records.lookups)
        self.assertEqual(
            {'batches': 1, 'resyncs': 1, 'lpars': 1, 'emitted': 1},
            self.counters())
        # Its confirmation.
        self.assertWaiting(1035.0, Request(core.PowerKey(B), 0, None))

    def test_what_was_emitted_before_counts(self):
        self.states.states[B] = 'not activated'
        self.memory.put(B, memory.Emitted(OFF, 4))
        self.reconcile(RESYNC)
        self.assertEqual([], self.driver.emitted)
        self.assertEqual({'given_up': 1}, self.counters('given_up'))

    @ddt.named_data(
        ('busy', 'running', core.record('a', task_state='rebooting')),
        ('transient', 'suspending', core.record('a')))
    def test_unsettled_is_looked_at_again(self, state, record):
        self.states.states[A] = state
        self.records.records[A] = record
        self.memory.put(A, memory.Agreed(RUNNING, 'a', 2000.0))
        self.reconcile(RESYNC)
        self.assertIsNone(self.memory.get(A))
        # After one delay, rounded.
        self.assertWaiting(1035.0, Request(POWER, 1, None))

    def test_lpar_that_is_not_listed_is_looked_at_by_itself(self):
        del self.states.states[A]
        self.reconcile(RESYNC)
        self.assertWaiting(NOW + 16.5, Request(POWER, 0, NOW))

    def test_lpar_of_nobody(self):
        self.states.states[C] = 'running'
        self.reconcile(RESYNC)
        self.assertIsNone(self.memory.get(C))
        self.assertDone()


class TestBeside(TestCase):
    """LPARs that are due as well, wait or are worked on."""

    def test_due(self):
        self.states.states[A] = 'not activated'
        self.reconcile(RESYNC, POWER)
        self.assertEqual([('a', STOPPED)], self.driver.emitted)
        self.assertEqual([], self.records.lookups)
        self.assertEqual({'lpars': 1}, self.counters('lpars'))
        # Its confirmation; it was not asked for once more.
        self.assertWaiting(1035.0, Request(POWER, 0, None))

    def test_due_and_foreign(self):
        self.states.states[C] = 'running'
        self.reconcile(RESYNC, core.PowerKey(C))
        self.assertEqual([[C]], self.records.lookups)
        self.assertEqual({'not_ours': 1}, self.counters('not_ours'))

    def test_due_and_not_listed(self):
        self.reconcile(RESYNC, core.PowerKey(C))
        self.assertEqual({'gone': 1}, self.counters('gone'))
        self.assertDone()

    def test_nvram_is_due(self):
        self.states.states[A] = 'not activated'
        self.reconcile(RESYNC, core.NvramKey(A))
        self.assertEqual(['a'], self.driver.stored)
        self.assertEqual([('a', STOPPED)], self.driver.emitted)

    def test_waiting(self):
        # It is looked at soon, and not by what is remembered.
        self.memory.put(A, memory.Agreed(RUNNING, 'a', 2000.0))
        self.states.states[A] = 'not activated'
        self.take(POWER)
        self.queue.requeue(POWER, 2000.0)
        self.reconcile(RESYNC)
        self.assertEqual([], self.driver.emitted)
        self.assertIsNone(self.memory.get(A))
        now = self.clock()
        self.assertWaiting(now + 16.5, Request(POWER, 0, now))

    def test_being_worked_on(self):
        self.states.states[A] = 'not activated'
        self.take(POWER)
        self.queue.add([RESYNC], NOW)
        self.clock.now = self.queue.ready_at()
        self.reconciler.run()
        self.run_pool()
        self.assertEqual([], self.driver.emitted)
        self.queue.done(POWER)
        now = self.clock()
        self.assertWaiting(now + 16.5, Request(POWER, 0, now))


class TestFailures(TestCase):

    def test_no_list(self):
        self.states.listed = False
        self.reconcile(RESYNC)
        self.assertEqual({'resyncs_failed': 1},
                         self.counters('resyncs_failed'))
        self.assertLogged()
        self.assertWaiting(RETRY, Request(RESYNC, 1, ADDED))

    def test_no_list_again(self):
        self.states.listed = False
        self.reconcile(RESYNC)
        self.clock.now = self.queue.ready_at()
        self.reconciler.run()
        self.assertWaiting(1020.0, Request(RESYNC, 2, ADDED))

    def test_no_records(self):
        self.records.failure = ValueError()
        self.reconcile(RESYNC)
        self.assertEqual({'resyncs_failed': 1},
                         self.counters('resyncs_failed'))
        self.assertLogged(messages.HOST_UNREADABLE)
        self.assertEqual([Request(RESYNC, 1, ADDED)],
                         self.queue.get_batch(NOW + 1.0))
        self.queue.done(RESYNC)
        # All LPARs, as if each had sent an event.
        self.assertWaiting(NOW + 16.5, *(
            Request(core.PowerKey(lpar), 0, NOW) for lpar in (A, B)))

    def test_records_come_back(self):
        self.states.states.clear()
        self.records.records.clear()
        self.records.failure = ValueError()
        self.reconcile(RESYNC)
        self.clock.now = self.queue.ready_at()
        self.reconciler.run()
        self.records.failure = None
        self.clock.now = self.queue.ready_at()
        self.reconciler.run()
        self.assertLogged(messages.HOST_UNREADABLE, messages.HOST_READABLE,
                          messages.RESYNCED)
        self.assertEqual({'resyncs_failed': 2, 'resyncs': 1}, self.counters(
            'resyncs_failed', 'resyncs'))
        self.assertDone()

    def test_outage_begins_with_the_attempt(self):
        def find_all(_find_all=self.records.find_all):
            self.clock.advance(60.0)
            return _find_all()
        self.records.find_all = find_all
        self.records.failure = ValueError()
        self.reconcile(RESYNC)
        self.records.failure = None
        self.clock.now = self.queue.ready_at()
        self.reconciler.run()
        # Two attempts, and a second between them.
        record, = self.logs.of(messages.HOST_READABLE)
        self.assertEqual({'seconds': 121.0, 'attempts': 1}, record.args)

    def test_what_is_due_does_not_wait_for_it(self):
        self.states.listed = False
        self.states.states[A] = 'not activated'
        self.reconcile(RESYNC, POWER)
        self.assertEqual([('a', STOPPED)], self.driver.emitted)
        self.assertEqual([Request(RESYNC, 1, ADDED)],
                         self.queue.get_batch(RETRY))

    def test_unexpected(self):
        self.states.failure = ValueError()
        self.reconcile(RESYNC, POWER)
        self.assertLogged(messages.UNEXPECTED)
        self.assertWaiting(RETRY, Request(RESYNC, 1, ADDED),
                           Request(POWER, 1, ADDED))

    def test_decision_about_one_of_many(self):
        self.states.states[B] = 'not activated'

        def compare(case, policy, now, _compare=decision.compare):
            if case.lpar == A:
                raise ValueError
            return _compare(case, policy, now)
        self.useFixture(fakes.fixtures.MockPatchObject(
            decision, 'compare', compare))
        self.reconcile(RESYNC)
        self.assertEqual([('b', STOPPED)], self.driver.emitted)
        self.assertEqual({'errors': 1, 'resyncs': 1},
                         self.counters('errors', 'resyncs'))
        self.assertEqual([Request(POWER, 1, None)],
                         self.queue.get_batch(RETRY))
