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

import threading

import ddt
import mock

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import pool

SESSION, RECONCILE, STORE, EMIT = (
    pool.Lane.SESSION, pool.Lane.RECONCILE, pool.Lane.STORE, pool.Lane.EMIT)


class PoolCase(fakes.TestCase):
    """A pool of threads that the test runs itself, if it does.

    :ivar threads: the arguments with which each thread was made.
    :ivar start: of all threads.
    """

    workers = 3

    def setUp(self):
        super().setUp()
        self.threads = []
        self.start = mock.Mock()
        self.pool = self.make_pool()

    def make_pool(self, workers=None):
        def factory(**kwargs):
            self.threads.append(kwargs)
            return mock.Mock(start=self.start)

        return pool.Pool(workers or self.workers, factory, self.stats)

    def run_thread(self, number):
        """Do what a thread does, until it ends."""
        self.threads[number]['target']()

    def stopping(self, *_):
        """A job: the last one."""
        self.pool.stop(0.0)


@ddt.ddt
class TestLanes(PoolCase):

    def setUp(self):
        super().setUp()
        self.order = []

    def submit(self, *jobs):
        for lane, name in jobs:
            self.pool.submit(lane, lambda name=name: self.order.append(name))

    def begin_together(self, lane):
        """Return how many of 9 jobs of a lane run at the same time."""
        running = []

        def job():
            running.append(lane)
            self.pool.run_next()

        for _ in range(9):
            self.pool.submit(lane, job)
        self.pool.run_next()
        return len(running)

    def test_nothing_to_do(self):
        self.assertFalse(self.pool.run_next())

    def test_first_lane_first(self):
        self.submit((EMIT, 'emit'), (STORE, 'store'),
                    (RECONCILE, 'reconcile'), (SESSION, 'session'))
        while self.pool.run_next():
            pass
        self.assertEqual(
            ['session', 'reconcile', 'store', 'emit'], self.order)

    def test_stores_and_emits_take_turns(self):
        # With one thread, neither waits for all of the other kind.
        self.submit(*((lane, (lane, number)) for lane in (STORE, EMIT)
                      for number in range(2)))
        while self.pool.run_next():
            pass
        self.assertEqual([(STORE, 0), (EMIT, 0), (STORE, 1), (EMIT, 1)],
                         self.order)

    def test_a_lane_in_order(self):
        self.submit(*((EMIT, number) for number in range(5)))
        while self.pool.run_next():
            pass
        self.assertEqual(list(range(5)), self.order)

    @ddt.named_data(('session', SESSION), ('reconcile', RECONCILE),
                    ('store', STORE))
    def test_one_at_a_time(self, lane):
        self.assertEqual(1, self.begin_together(lane))
        # The next one may run now.
        self.assertTrue(self.pool.run_next())

    @ddt.named_data(('all', False, 3, 3), ('one_fewer', True, 3, 2),
                    ('one_fewer_of_two', True, 2, 1),
                    ('the_only_one', True, 1, 1))
    def test_emits_at_a_time(self, reserved, workers, most):
        self.pool = self.make_pool(workers)
        self.pool.reserve(reserved)
        self.assertEqual(most, self.begin_together(EMIT))

    def test_no_longer_reserved(self):
        self.pool.reserve(True)
        self.pool.reserve(False)
        self.assertEqual(3, self.begin_together(EMIT))

    def test_a_lane_at_its_limit_stops_no_other(self):
        def store():
            self.pool.run_next()
            self.order.append('stored')

        self.pool.submit(STORE, store)
        self.submit((STORE, 'store'), (EMIT, 'emit'))
        self.pool.run_next()
        self.assertEqual(['emit', 'stored'], self.order)


@ddt.ddt
class TestJobsThatRaise(PoolCase):

    @ddt.data(*pool.Lane)
    def test_logged_counted_and_the_lane_freed(self, lane):
        after = mock.Mock()
        self.pool.submit(lane, mock.Mock(side_effect=ValueError))
        self.pool.submit(lane, after)
        self.assertTrue(self.pool.run_next())
        self.assertLogged(messages.UNEXPECTED)
        self.assertEqual({'errors': 1}, self.counters())
        self.pool.run_next()
        after.assert_called_once_with()

    def test_the_thread_goes_on(self):
        self.pool.submit(EMIT, mock.Mock(side_effect=ValueError))
        self.pool.submit(EMIT, self.stopping)
        self.run_thread(0)
        self.assertEqual({'errors': 1}, self.counters())

    @ddt.data(*pool.Lane)
    def test_killed(self, lane):
        after = mock.Mock()
        self.pool.submit(lane, mock.Mock(side_effect=fakes.Killed))
        self.pool.submit(lane, after)
        self.assertRaises(fakes.Killed, self.pool.run_next)
        self.pool.run_next()
        after.assert_called_once_with()


class TestThreads(PoolCase):

    def kill(self, number):
        """End a thread as eventlet may do it."""
        self.pool.submit(SESSION, mock.Mock(side_effect=fakes.Killed))
        self.assertRaises(fakes.Killed, self.run_thread, number)

    def test_none_without_a_job(self):
        self.assertEqual(0, self.pool.threads)
        self.assertEqual([], self.threads)

    def test_one_for_each_job_that_waits(self):
        for count in (1, 2, 3, 3):
            self.pool.submit(EMIT, mock.Mock())
            self.assertEqual(count, self.pool.threads)
        self.assertEqual(
            ['powervm-worker-%d' % number for number in range(3)],
            [thread['name'] for thread in self.threads])
        self.assertTrue(all(thread['daemon'] for thread in self.threads))

    def test_one_that_waits_does_the_next_job(self):
        for _ in range(5):
            self.pool.submit(EMIT, mock.Mock())
            self.pool.run_next()
        self.assertEqual(1, self.pool.threads)

    def test_one_that_works_does_not(self):
        self.pool.submit(EMIT, lambda: self.pool.submit(EMIT, mock.Mock()))
        self.pool.run_next()
        self.assertEqual(2, self.pool.threads)

    def test_replaced_if_killed(self):
        self.pool.submit(EMIT, mock.Mock())
        self.kill(0)
        started = len(self.threads)
        for _ in range(3):
            self.pool.submit(EMIT, mock.Mock())
        self.assertEqual(3, self.pool.threads)
        self.assertLess(started, len(self.threads))

    def test_replaced_if_killed_while_jobs_wait(self):
        self.pool = self.make_pool(1)
        done = mock.Mock(side_effect=self.stopping)
        self.pool.submit(EMIT, done)
        self.kill(0)
        # Nobody submits another job: they wait for those that wait.
        self.pool.check(0.0)
        self.assertEqual(1, self.pool.threads)
        self.run_thread(1)
        done.assert_called_once_with()

    def test_check_of_a_pool_that_has_nothing_to_do(self):
        self.kill(0)
        self.pool.check(0.0)
        self.assertEqual(1, len(self.threads))

    def test_check_of_a_pool_that_was_stopped(self):
        def job():
            self.pool.stop(0.0)
            self.pool.check(0.0)

        self.pool.submit(EMIT, job)
        self.pool.run_next()
        self.assertEqual(1, len(self.threads))

    def test_none_can_be_started(self):
        self.start.side_effect = RuntimeError
        job = mock.Mock()
        self.assertRaises(RuntimeError, self.pool.submit, EMIT, job)
        # Who submitted it knows that it will not run.
        self.assertFalse(self.pool.run_next())
        self.assertEqual(0, self.pool.threads)
        self.start.side_effect = None
        self.pool.submit(EMIT, job)
        self.assertEqual(1, self.pool.threads)

    def test_no_second_one_can_be_started(self):
        self.pool.submit(EMIT, mock.Mock())
        self.start.side_effect = RuntimeError
        self.pool.submit(EMIT, self.stopping)
        self.assertEqual(1, self.pool.threads)
        self.run_thread(0)
        self.assertEqual({}, self.counters())

    def test_none_can_be_started_instead(self):
        self.kill(0)
        self.start.side_effect = RuntimeError
        self.assertRaises(
            RuntimeError, self.pool.submit, EMIT, mock.Mock())


class TestStop(PoolCase):

    def test_drops_what_has_not_begun(self):
        dropped = mock.Mock()
        for lane in pool.Lane:
            self.pool.submit(lane, dropped)
        self.pool.stop(0.0)
        self.assertFalse(self.pool.run_next())
        self.assertEqual(0, self.pool.threads)
        dropped.assert_not_called()

    def test_takes_no_more_jobs(self):
        self.pool.stop(0.0)
        self.pool.submit(EMIT, mock.Mock())
        self.assertFalse(self.pool.run_next())
        self.assertEqual([], self.threads)

    def test_twice(self):
        self.pool.submit(EMIT, mock.Mock())
        self.pool.stop(0.0)
        self.pool.stop(0.0)
        self.run_thread(0)


class TestRealThreads(fakes.TestCase):

    def setUp(self):
        super().setUp()
        self.made = []
        self.pool = pool.Pool(3, self.make_thread, self.stats)
        self.addCleanup(self.pool.stop, 30)

    def make_thread(self, **kwargs):
        self.made.append(threading.Thread(**kwargs))
        return self.made[-1]

    def test_jobs_beside_each_other(self):
        together = threading.Barrier(3)
        done = threading.Semaphore(0)

        def job():
            together.wait(30)
            done.release()

        for _ in range(9):
            self.pool.submit(EMIT, job)
        self.assertEqual([True] * 9, [
            done.acquire(timeout=30) for _ in range(9)])
        self.assertEqual(3, len(self.made))

    def test_stop_waits_no_longer_than_it_may(self):
        begun, release = threading.Event(), threading.Event()
        self.addCleanup(release.set)

        def job():
            begun.set()
            release.wait(30)

        self.pool.submit(EMIT, job)
        self.assertTrue(begun.wait(30))
        self.pool.stop(0.0)
        self.assertTrue(self.made[0].is_alive())
        release.set()
        self.made[0].join(30)
        self.assertFalse(self.made[0].is_alive())

    def test_stop_waits_for_a_job(self):
        begun = threading.Event()
        over = []

        def job():
            begun.set()
            # Until stop() is waiting: it drops what has not begun.
            while self.pool._jobs[SESSION]:
                threading.Event().wait(0.001)
            over.append(True)

        self.pool.submit(EMIT, job)
        self.assertTrue(begun.wait(30))
        with self.pool._changed:
            self.pool._jobs[SESSION].append(mock.Mock())
        self.pool.stop(30)
        self.assertEqual([True], over)
        self.assertFalse(self.made[0].is_alive())

    def test_an_idle_thread_is_woken_by_a_job_and_by_stop(self):
        for _ in range(3):
            done = threading.Event()
            self.pool.submit(STORE, done.set)
            self.assertTrue(done.wait(30))
        self.pool.stop(30)
        self.assertEqual([], [
            thread for thread in self.made if thread.is_alive()])
