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

import math
import threading

import ddt
import mock

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import listener
from nova_powervm.virt.powervm.lifecycle import loop
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import pool
from nova_powervm.virt.powervm.lifecycle import workqueue

DELAY = 15.0


class LoopCase(fakes.TestCase):
    """A loop on a thread that the test runs itself, if it does.

    :ivar batches: runs a batch; called by the pool.
    """

    def setUp(self):
        super().setUp()
        self.queue = workqueue.WorkQueue(DELAY, 60.0)
        self.memory = mock.Mock()
        self.memory.expire.return_value = math.inf
        self.batches = mock.Mock(side_effect=self.take_batch)
        self.check = mock.Mock()
        self.other_check = mock.Mock()
        self.factory = mock.Mock()
        self.pool = pool.Pool(1, mock.Mock(), self.stats)
        self.loop = self.make_loop(self.factory)

    def make_loop(self, factory):
        return loop.Loop(
            self.queue, self.memory, self.pool, self.batches,
            (self.check, self.other_check), self.stats, self.clock, factory)

    def take_batch(self):
        for request in self.queue.get_batch(self.clock.now):
            self.queue.done(request.key)

    def add(self, key='key'):
        """Add a key and let it become due."""
        self.queue.add([key], self.clock.now)
        self.clock.advance(DELAY * 2)

    def run_thread(self, *waits):
        """Do what the thread does, for as long as it waits.

        :param waits: what happens during each wait. The loop is stopped
            during the last one.
        :returns: for each wait, for how long and whether for a batch.
        """
        happens = iter(waits)
        seen = []

        def wait(now, until, for_batch=True):
            self.assertEqual(self.clock.now, now)
            seen.append((until - now, for_batch))
            what = next(happens, None)
            if what is None:
                self.loop.stop(0.0)
            else:
                what()

        with mock.patch.object(self.queue, 'wait', wait):
            self.loop._run()
        return seen


@ddt.ddt
class TestErrors(LoopCase):
    """Whatever is raised, the loop goes on."""

    def fail(self, what):
        """Let something raise; return it."""
        if what == 'the dispatch':
            self.pool.submit = mock.Mock()
        work = {'a check': self.check,
                'the expiry': self.memory.expire,
                'the dispatch': self.pool.submit}[what]
        work.side_effect = ValueError(what)
        self.add()
        return work

    @ddt.data('a check', 'the expiry', 'the dispatch')
    def test_logged_once_and_counted_each_time(self, what):
        self.fail(what)
        for _ in range(5):
            self.loop.step()
            self.clock.advance(listener.CHECK_SECONDS)
        self.assertLogged(messages.UNEXPECTED)
        self.assertEqual({'errors': 5}, self.counters())

    @ddt.data('a check', 'the expiry', 'the dispatch')
    def test_logged_again_after_it_succeeded(self, what):
        work = self.fail(what)
        for error in (ValueError, None, ValueError):
            work.side_effect = error
            self.loop.step()
            self.loop._reconciling = False
            self.clock.advance(listener.CHECK_SECONDS)
        self.assertLogged(messages.UNEXPECTED, messages.UNEXPECTED)

    @ddt.data('a check', 'the expiry', 'the dispatch')
    def test_the_rest_is_done(self, what):
        self.fail(what)
        self.loop.step()
        self.check.assert_called_once_with(self.clock.now)
        self.other_check.assert_called_once_with(self.clock.now)
        self.memory.expire.assert_called_once_with(self.clock.now)
        self.assertEqual(what != 'the dispatch', self.loop._reconciling)

    def test_each_kind_is_logged_once(self):
        self.fail('a check')
        self.fail('the expiry')
        for _ in range(3):
            self.loop.step()
            self.clock.advance(listener.CHECK_SECONDS)
        self.assertLogged(messages.UNEXPECTED, messages.UNEXPECTED)
        self.assertEqual({'errors': 6}, self.counters())

    @ddt.data('the expiry', 'the dispatch')
    def test_backed_off(self, what):
        work = self.fail(what)

        # However long a check is away.
        waits = []
        for _ in range(8):
            waits.extend(self.run_thread())
            self.loop._stopped = False
            self.clock.advance(1.0)
        self.assertEqual([(seconds, False) for seconds in (
            1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0)], waits)
        work.side_effect = None
        self.run_thread()
        work.side_effect = ValueError
        self.loop._stopped = self.loop._reconciling = False
        self.assertEqual([(1.0, False)], self.run_thread())

    def test_no_thread_for_a_batch(self):
        self.pool = pool.Pool(
            1, mock.Mock(side_effect=RuntimeError), self.stats)
        self.loop = self.make_loop(self.factory)
        self.add()
        self.loop.step()
        self.assertEqual({'errors': 1}, self.counters())
        self.pool._thread_factory = mock.Mock()
        self.loop.step()
        self.assertTrue(self.pool.run_next())
        self.batches.assert_called_once_with()


class TestSteps(LoopCase):

    def test_a_batch_that_is_due(self):
        self.queue.add(['key'], self.clock.now)
        self.loop.step()
        self.assertFalse(self.pool.run_next())
        self.clock.advance(DELAY * 2)
        self.loop.step()
        # It is the pool's to do it.
        self.batches.assert_not_called()
        self.assertTrue(self.pool.run_next())
        self.batches.assert_called_once_with()
        self.loop.step()
        self.assertFalse(self.pool.run_next())

    def test_one_batch_at_a_time(self):
        self.add('one')
        self.loop.step()
        self.loop.step()
        self.assertTrue(self.pool.run_next())
        self.assertFalse(self.pool.run_next())
        self.add('another')
        self.loop.step()
        self.assertTrue(self.pool.run_next())

    def test_a_batch_that_raises(self):
        self.batches.side_effect = ValueError
        self.add()
        self.loop.step()
        self.pool.run_next()
        self.batches.side_effect = None
        self.loop.step()
        self.assertTrue(self.pool.run_next())
        self.assertEqual(2, self.batches.call_count)

    def test_a_batch_that_is_killed(self):
        self.batches.side_effect = fakes.Killed
        self.add()
        self.loop.step()
        self.assertRaises(fakes.Killed, self.pool.run_next)
        self.loop.step()
        self.assertRaises(fakes.Killed, self.pool.run_next)

    def test_checks_now_and_then(self):
        for seconds in (0.0, 9.9, 0.1, 9.9, 0.1):
            self.clock.advance(seconds)
            self.loop.step()
        self.assertEqual(
            [mock.call(1000.0), mock.call(1010.0), mock.call(1020.0)],
            self.check.call_args_list)
        self.assertEqual(self.check.call_args_list,
                         self.other_check.call_args_list)


class TestWaits(LoopCase):

    def test_until_the_next_check(self):
        self.assertEqual(
            [(10.0, True), (4.0, True), (10.0, True)],
            self.run_thread(lambda: self.clock.advance(6.0),
                            lambda: self.clock.advance(4.0)))

    def test_until_something_expires(self):
        self.memory.expire.return_value = self.clock.now + 3.0
        self.assertEqual([(3.0, True)], self.run_thread())

    def test_not_for_a_batch_while_one_runs(self):
        self.add('one')
        self.add('another')
        self.assertEqual(
            [(10.0, False), (10.0, False), (10.0, True)],
            self.run_thread(
                lambda: None,
                # Its end wakes the loop, which then finds the other one.
                lambda: self.assertTrue(self.pool.run_next())))

    def test_the_end_of_a_batch_wakes_the_loop(self):
        self.add()
        self.loop.step()
        self.pool.run_next()
        # It ended before the loop waited: it does not wait at all.
        with mock.patch.object(self.queue._changed, 'wait') as wait:
            self.queue.wait(self.clock.now, math.inf, for_batch=False)
            wait.assert_not_called()
            self.queue.wait(self.clock.now, math.inf, for_batch=False)
            wait.assert_called_once_with(math.inf)


class TestThread(LoopCase):

    def test_started_once(self):
        self.assertFalse(self.loop.alive)
        self.loop.start()
        self.loop.start()
        self.factory.assert_called_once()
        self.assertEqual('powervm-lifecycle',
                         self.factory.call_args.kwargs['name'])
        self.assertTrue(self.loop.alive)

    def test_killed(self):
        self.loop.start()
        self.check.side_effect = fakes.Killed
        self.assertRaises(
            fakes.Killed, self.factory.call_args.kwargs['target'])
        self.assertFalse(self.loop.alive)
        self.loop.start()
        self.assertTrue(self.loop.alive)
        self.assertEqual(2, self.factory.call_count)

    def test_none_can_be_started(self):
        self.factory.return_value.start.side_effect = RuntimeError
        for _ in range(3):
            self.loop.start()
        self.assertFalse(self.loop.alive)
        self.assertLogged(messages.UNEXPECTED)
        self.assertEqual({'errors': 3}, self.counters())
        self.factory.return_value.start.side_effect = None
        self.loop.start()
        self.assertTrue(self.loop.alive)

    def test_none_can_be_started_again(self):
        self.factory.return_value.start.side_effect = RuntimeError
        self.loop.start()
        self.factory.return_value.start.side_effect = None
        self.loop.start()
        self.check.side_effect = fakes.Killed
        self.assertRaises(
            fakes.Killed, self.factory.call_args.kwargs['target'])
        self.factory.return_value.start.side_effect = RuntimeError
        self.loop.start()
        self.assertLogged(messages.UNEXPECTED, messages.UNEXPECTED)

    def test_not_started_after_stop(self):
        self.loop.stop(1.0)
        self.loop.start()
        self.factory.assert_not_called()
        self.assertFalse(self.loop.alive)


class TestRealThread(LoopCase):

    def setUp(self):
        super().setUp()
        self.made = []
        self.loop = self.make_loop(self.make_thread)
        self.addCleanup(self.loop.stop, 30)

    def make_thread(self, **kwargs):
        self.made.append(threading.Thread(**kwargs))
        return self.made[-1]

    def start(self):
        """Start the thread and let it wait."""
        waits = threading.Semaphore(0)
        wait = self.queue._changed.wait

        def and_wait(seconds):
            waits.release()
            # The clock stands still; only a wake-up may end this.
            wait(30)

        self.queue._changed.wait = and_wait
        self.loop.start()
        self.assertTrue(waits.acquire(timeout=30))
        return waits

    def test_stop_wakes_and_ends_it(self):
        self.start()
        self.loop.stop(30)
        self.assertFalse(self.made[0].is_alive())

    def test_does_not_spin_while_a_batch_runs(self):
        self.add('one')
        waits = self.start()
        self.add('another')
        self.queue.add(['third'], self.clock.now)
        self.assertFalse(waits.acquire(timeout=0.2))
        self.assertEqual(1, self.memory.expire.call_count)
        # Its end wakes the loop, which dispatches the next one.
        self.assertTrue(self.pool.run_next())
        self.assertTrue(waits.acquire(timeout=30))
