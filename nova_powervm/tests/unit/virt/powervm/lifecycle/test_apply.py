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


"""Carrying out plans, and what happens if that fails."""

import dataclasses
import logging

import ddt
import mock
from nova.compute import power_state
from nova.virt import event as virt_event
from oslo_context import context as oslo_context

from nova_powervm.tests.unit.virt.powervm.lifecycle import core
from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import apply
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import workitem

A, B = fakes.A, fakes.B
POWER, NVRAM = core.PowerKey(A), core.NvramKey(A)
OFF = power_state.SHUTDOWN
Again, Outcome, Plan, Request = (
    plans.Again, plans.Outcome, plans.Plan, workitem.Request)

# Keys are added at 1000 and due 16.5 seconds later.
ADDED, NOW = 1000.0, 1016.5

EMITTED = memory.Emitted(OFF, 1)
AGREED = memory.Agreed(OFF, 'i', 1600.0)
EMIT = Plan(Outcome.EMIT, 'i', agreement.Transition.STOPPED,
            power_again=Again(1035.0), remember=EMITTED)
STORE = Plan(Outcome.NVRAM, 'i', store_nvram=True)
EVENT = ('i', virt_event.EVENT_LIFECYCLE_STOPPED)

levels = ddt.named_data(('first', 0, logging.ERROR),
                        ('repeated', 1, logging.DEBUG))


class TestCase(core.TestCase):

    def setUp(self):
        super().setUp()
        self.applier = apply.Applier(
            self.driver, self.queue, self.memory, self.pool, self.stats,
            core.POLICY.delay, self.clock)

    def case(self, attempts=0, remembered=None):
        """Take the power state of an LPAR and return its case."""
        request, = self.take(POWER)
        return plans.Case(A, request._replace(attempts=attempts), None,
                          'not activated', None, remembered)

    def nvram_case(self, attempts=0, remembered=None):
        """Take the NVRAM of an LPAR and return its case."""
        request, = self.take(NVRAM)
        return plans.Case(A, None, request._replace(attempts=attempts),
                          'not activated', None, remembered)

    def assertRetried(self, key, attempts=0):
        """Fail if a key is not to be tried again after a back-off."""
        at = {0: 1018.0, 1: 1018.0}[attempts]
        self.assertWaiting(at, Request(key, attempts + 1, ADDED))

    def assertLevel(self, line, level):
        """Fail if a line was not logged once, at a level."""
        self.assertEqual([level], [
            record.levelno for record in self.logs.of(line)])


@ddt.ddt
class TestEmit(TestCase):

    def test_comes_later(self):
        self.memory.put(A, AGREED)
        self.applier.apply(self.case(), EMIT)
        self.assertEqual([], self.driver.emitted)
        self.assertIsNone(self.memory.get(A))
        # Nobody gets the key while its event is on its way.
        self.queue.add([POWER], NOW)
        self.assertEqual([], self.queue.get_batch(NOW + 100))

    def test_confirmed(self):
        self.applier.apply(self.case(), EMIT)
        self.run_pool()
        self.assertEqual([EVENT], self.driver.emitted)
        self.assertEqual(EMITTED, self.memory.get(A))
        self.assertEqual({'emitted': 1}, self.counters())
        self.assertLogged(messages.EMITTING)
        self.assertWaiting(1035.0, Request(POWER, 0, None))

    @ddt.named_data(('first', 1, ADDED, [16500.0 + 2000]),
                    ('again', 2, ADDED, []), ('no_event', 1, None, []))
    def test_times(self, times, since, told):
        self.driver.emit.side_effect = lambda event: self.clock.advance(2.0)
        self.applier.apply(self.case(), dataclasses.replace(
            EMIT, remember=memory.Emitted(OFF, times, since)))
        self.run_pool()
        found = self.stats.times()
        self.assertEqual(2000.0, found['emit']['slowest_ms'])
        self.assertEqual(told, [figures['slowest_ms'] for name, figures
                                in found.items() if name == 'told'])

    @ddt.named_data(('in_time', 18.5, 1035.0), ('a_little', 19.0, 1050.0),
                    ('one_delay', 33.5, 1050.0), ('much', 100.0, 1125.0))
    def test_late_confirmations_are_rounded(self, seconds, at):
        self.driver.emit.side_effect = (
            lambda event: self.clock.advance(seconds))
        self.applier.apply(self.case(), EMIT)
        self.run_pool()
        self.assertWaiting(at, Request(POWER, 0, None))

    @levels
    def test_fails(self, attempts, level):
        self.driver.emit.side_effect = ValueError
        before = memory.Emitted(OFF, 3)
        self.memory.put(A, before)
        self.applier.apply(self.case(attempts), EMIT)
        self.run_pool()
        self.assertEqual(before, self.memory.get(A))
        self.assertEqual({'emit_failed': 1}, self.counters())
        self.assertLevel(messages.EMIT_FAILED, level)
        self.assertRetried(POWER, attempts)

    def test_killed(self):
        self.driver.emit.side_effect = fakes.Killed
        self.applier.apply(self.case(), EMIT)
        self.assertRaises(fakes.Killed, self.run_pool)
        self.assertRetried(POWER)

    @ddt.named_data(('succeeds', None), ('fails', ValueError))
    def test_lpar_is_deleted_meanwhile(self, failure):
        def delete(event):
            self.memory.forget(A)
            self.queue.drop(POWER)
            if failure:
                raise failure
        self.driver.emit.side_effect = delete
        self.memory.put(A, memory.Emitted(OFF, 3))
        self.applier.apply(self.case(), EMIT)
        self.run_pool()
        self.assertIsNone(self.memory.get(A))
        self.assertDone()

    def test_event_comes_meanwhile(self):
        self.driver.emit.side_effect = (
            lambda event: self.queue.add([POWER], self.clock()))
        self.applier.apply(self.case(), EMIT)
        self.run_pool()
        self.assertWaiting(NOW + 16.5, Request(POWER, 0, NOW))

    def test_context_is_a_new_one(self):
        seen = []
        self.driver.emit.side_effect = lambda event: seen.append(
            oslo_context.get_current().request_id)
        for request in self.take(POWER, core.PowerKey(B)):
            self.applier.apply(plans.Case(
                request.key.lpar, request, None, 'not activated'), EMIT)
        self.run_pool()
        self.assertEqual(2, len(set(seen)))


@ddt.ddt
class TestStore(TestCase):

    def test_comes_later(self):
        self.applier.apply(self.nvram_case(), STORE)
        self.assertEqual([], self.driver.stored)
        self.run_pool()
        self.assertEqual(['i'], self.driver.stored)
        self.assertEqual({'nvram_stored': 1}, self.counters())
        self.assertDone()

    @levels
    def test_fails(self, attempts, level):
        self.driver.store_failure = ValueError()
        self.applier.apply(self.nvram_case(attempts), STORE)
        self.run_pool()
        self.assertEqual({'nvram_failed': 1}, self.counters())
        self.assertLevel(messages.STORE_FAILED, level)
        self.assertRetried(NVRAM, attempts)

    def test_driver_cannot_tell_the_store(self):
        self.driver.manager.side_effect = ValueError
        self.applier.apply(self.nvram_case(), STORE)
        self.run_pool()
        self.assertEqual({'nvram_failed': 1}, self.counters())
        self.assertRetried(NVRAM)

    def test_store_is_gone(self):
        self.driver.manager.return_value = None
        self.applier.apply(self.nvram_case(), STORE)
        self.run_pool()
        self.assertEqual({}, self.counters())
        self.assertDone()

    def test_killed(self):
        self.driver.store_failure = fakes.Killed()
        self.applier.apply(self.nvram_case(), STORE)
        self.assertRaises(fakes.Killed, self.run_pool)
        self.assertRetried(NVRAM)

    def test_nothing_to_store(self):
        self.applier.apply(self.nvram_case(), Plan(Outcome.NVRAM))
        self.assertDone()

    def test_later(self):
        self.applier.apply(self.nvram_case(), Plan(
            Outcome.NVRAM, nvram_again=Again(1030.0, 2, answered=False)))
        self.assertWaiting(1030.0, Request(NVRAM, 2, ADDED))

    def test_both_have_their_own_time(self):
        self.driver.store_failure = ValueError()
        power, nvram = self.take(POWER, NVRAM)
        self.applier.apply(
            plans.Case(A, power, nvram, 'not activated'), Plan(
                Outcome.NO_CHANGE, 'i', store_nvram=True,
                power_again=Again(1600.0), remember=AGREED))
        self.run_pool()
        self.assertEqual(AGREED, self.memory.get(A))
        self.assertEqual(1018.0, self.queue.ready_at())
        self.assertEqual([Request(NVRAM, 1, ADDED)],
                         self.queue.get_batch(1018.0))
        self.queue.done(NVRAM)
        self.assertWaiting(1600.0, Request(POWER, 0, None))


@ddt.ddt
class TestCanStore(TestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fakes.fixtures.MockPatchObject(self.pool, 'reserve'))

    def can_store(self):
        return self.applier.can_store(
            self.take(NVRAM, core.NvramKey(B)))

    def test_yes(self):
        self.assertTrue(self.can_store())
        self.pool.reserve.assert_called_once_with(True)
        self.assertEqual(2, len(self.queue))

    def test_no(self):
        self.driver.manager.return_value = None
        self.assertFalse(self.can_store())
        self.pool.reserve.assert_called_once_with(False)
        self.assertDone()

    def test_driver_cannot_tell(self):
        self.driver.manager.side_effect = ValueError
        self.assertFalse(self.can_store())
        self.assertLogged(messages.STORE_FAILED)
        self.assertWaiting(1018.0, Request(NVRAM, 1, ADDED),
                           Request(core.NvramKey(B), 1, ADDED))


@ddt.ddt
class TestRetry(TestCase):
    """Whatever is raised, the key goes back to the queue."""

    @ddt.named_data(('first', 0, logging.ERROR),
                    ('repeated', 1, logging.DEBUG))
    def test_no_thread_for_an_event(self, attempts, level):
        self.break_pool()
        self.applier.apply(self.case(attempts), EMIT)
        self.assertEqual({'errors': 1}, self.counters())
        self.assertLevel(messages.UNEXPECTED, level)
        self.assertRetried(POWER, attempts)

    @levels
    def test_no_thread_for_a_store(self, attempts, level):
        self.break_pool()
        self.applier.apply(self.nvram_case(attempts), STORE)
        self.assertEqual({'errors': 1}, self.counters())
        self.assertLevel(messages.UNEXPECTED, level)
        self.assertRetried(NVRAM, attempts)

    @ddt.named_data(('emit', EMIT), ('no_change', Plan(
        Outcome.NO_CHANGE, 'i', remember=AGREED)))
    def test_memory_fails(self, plan):
        with mock.patch.object(self.memory, 'put', side_effect=ValueError):
            self.applier.apply(self.case(), plan)
            self.run_pool()
        self.assertEqual(1, self.counters()['errors'])
        self.assertLogged(*[messages.EMITTING] * len(self.driver.emitted),
                          messages.UNEXPECTED)
        self.assertRetried(POWER)

    @ddt.named_data(('error', ValueError), ('killed', fakes.Killed))
    def test_complaint_fails(self, failure):
        self.break_pool()
        case = self.case()
        with mock.patch.object(messages.Line, 'log', side_effect=failure):
            self.assertRaises(failure, self.applier.apply, case, EMIT)
        self.assertRetried(POWER)


@ddt.ddt
class TestRemember(TestCase):

    def test_looked_at_again(self):
        self.applier.apply(self.case(), Plan(
            Outcome.NO_CHANGE, 'i', power_again=Again(1600.0),
            remember=AGREED))
        self.assertEqual(AGREED, self.memory.get(A))
        self.assertWaiting(1600.0, Request(POWER, 0, None))

    def test_never_again(self):
        self.memory.put(A, EMITTED)
        self.applier.apply(self.case(), Plan(Outcome.GONE))
        self.assertIsNone(self.memory.get(A))
        self.assertDone()

    def test_lpar_is_deleted_meanwhile(self):
        case = self.case()
        self.queue.drop(POWER)
        self.applier.apply(case, Plan(
            Outcome.BUSY, 'i', power_again=Again(1030.0), remember=EMITTED))
        self.assertIsNone(self.memory.get(A))
        self.assertDone()

    def test_nvram_alone_changes_nothing(self):
        case = self.nvram_case(remembered=AGREED)
        self.memory.put(A, EMITTED)
        self.applier.apply(case, Plan(Outcome.NVRAM, remember=AGREED))
        self.assertEqual(EMITTED, self.memory.get(A))

    def test_nvram_of_a_foreign_lpar(self):
        foreign = memory.Agreed(None, None, 1600.0)
        self.applier.apply(
            self.nvram_case(), Plan(Outcome.NVRAM, remember=foreign))
        self.assertEqual(foreign, self.memory.get(A))


class TestGivenUp(TestCase):

    def setUp(self):
        super().setUp()
        self.entry = memory.GivenUp(OFF, 'active', OFF, 1180.0)
        self.plan = Plan(Outcome.GIVEN_UP, 'i', remember=self.entry)

    def test_warned(self):
        self.applier.apply(self.case(remembered=EMITTED), self.plan)
        self.assertLogged(messages.GIVEN_UP)
        self.assertEqual(
            {'times': 4, 'lpar': A, 'state': 'not activated',
             'vm_state': 'active', 'power_state': 'shutdown'},
            self.logs.of(messages.GIVEN_UP)[0].args)
        self.assertEqual(self.entry, self.memory.get(A))
        self.assertDone()

    def test_only_once(self):
        self.applier.apply(self.case(remembered=self.entry), self.plan)
        self.assertLogged()
        self.assertEqual(self.entry, self.memory.get(A))
