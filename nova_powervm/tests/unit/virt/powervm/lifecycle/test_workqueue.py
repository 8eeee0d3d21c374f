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
import testtools

from nova_powervm.virt.powervm.lifecycle import workitem
from nova_powervm.virt.powervm.lifecycle import workqueue

Request = workitem.Request


class TestCase(testtools.TestCase):
    """A queue that waits 10 s for the last add, and 1 s for others."""

    def setUp(self):
        super().setUp()
        self.queue = workqueue.WorkQueue(10.0, 40.0)

    def heap(self):
        return self.queue._waiting._prompt._heap

    def take(self, now):
        """Return the requests of a batch by key."""
        batch = self.queue.get_batch(now)
        requests = {request.key: request for request in batch}
        self.assertEqual(len(batch), len(requests))
        return requests

    def hand_out(self, *keys, added=0.0):
        """Add keys and let a worker have them."""
        self.queue.add(keys, added)
        self.assertEqual(set(keys), set(self.take(added + 11.0)))


class TestAdd(TestCase):

    def test_empty(self):
        self.assertEqual([], self.queue.get_batch(1e9))
        self.assertEqual(math.inf, self.queue.ready_at())
        self.assertEqual(0, len(self.queue))

    def test_due_after_the_delay_and_the_gathering(self):
        self.queue.add(['A'], 5.0)
        self.assertEqual(1, len(self.queue))
        self.assertEqual(16.0, self.queue.ready_at())
        self.assertEqual([], self.queue.get_batch(15.9))
        self.assertEqual([Request('A', 0, 5.0)], self.queue.get_batch(16.0))
        self.assertEqual(math.inf, self.queue.ready_at())

    def test_another_add_postpones(self):
        self.queue.add(['A'], 0.0)
        self.queue.add(['A'], 5.0)
        self.assertEqual(16.0, self.queue.ready_at())
        self.assertEqual([], self.queue.get_batch(15.9))
        self.assertEqual([Request('A', 0, 0.0)], self.queue.get_batch(16.0))

    def test_cap_includes_the_gathering(self):
        for now in range(0, 40, 5):
            self.queue.add(['A'], float(now))
        self.assertEqual(40.0, self.queue.ready_at())
        self.assertEqual([Request('A', 0, 0.0)], self.queue.get_batch(40.0))

    def test_cap_counts_from_the_first_add_since_a_worker_took_it(self):
        self.hand_out('A')
        self.queue.add(['A'], 30.0)
        self.queue.requeue('A', 20.0)
        self.queue.add(['A'], 38.0)
        self.assertEqual(49.0, self.queue.ready_at())

    def test_a_batch_is_all_that_is_due(self):
        self.queue.add(['A'], 0.0)
        self.queue.add(['B'], 1.0)
        self.queue.add(['C'], 1.1)
        self.assertEqual({'A', 'B'}, set(self.take(11.0)))
        self.assertEqual(12.1, self.queue.ready_at())

    def test_gathering_follows_what_is_due(self):
        # A wake-up for what was postponed since is no batch of its own.
        self.queue.add(['A', 'B'], 0.0)
        self.queue.add(['A'], 0.9)
        self.queue.add(['B'], 1.1)
        self.assertEqual({}, self.take(11.0))
        self.assertEqual({'A', 'B'}, set(self.take(11.9)))

    def test_decides_over_a_requeue(self):
        self.hand_out('A')
        self.queue.requeue('A', 500.0, 3)
        self.queue.add(['A'], 100.0)
        self.assertEqual([Request('A', 0, 100.0)],
                         self.queue.get_batch(111.0))
        self.queue.done('A')
        self.assertEqual([], self.queue.get_batch(1e9))

    def test_postpones_a_requeue(self):
        self.hand_out('A')
        self.queue.requeue('A', 30.0, 3)
        self.queue.add(['A'], 25.0)
        self.assertEqual([], self.queue.get_batch(35.9))
        self.assertEqual([Request('A', 0, 25.0)], self.queue.get_batch(36.0))


class TestPatience(TestCase):

    def test_alone(self):
        self.queue.add(['a'], 0.0, patience=5.0)
        self.assertEqual(16.0, self.queue.ready_at())
        self.assertEqual({}, self.take(15.9))
        self.assertEqual({'a'}, set(self.take(16.0)))

    def test_with_others(self):
        self.queue.add(['a'], 0.0, patience=5.0)
        self.queue.add(['b'], 0.5)
        self.assertEqual({'a', 'b'}, set(self.take(11.5)))
        self.assertEqual(math.inf, self.queue.ready_at())

    def test_not_before_it_is_due(self):
        self.queue.add(['b'], 0.0)
        self.queue.add(['a'], 5.0, patience=5.0)
        self.assertEqual({'b'}, set(self.take(11.0)))
        self.assertEqual(21.0, self.queue.ready_at())

    def test_another_add_decides(self):
        self.queue.add(['a'], 0.0)
        self.queue.add(['a'], 0.0, patience=5.0)
        self.assertEqual(16.0, self.queue.ready_at())
        self.queue.add(['a'], 0.0)
        self.assertEqual(11.0, self.queue.ready_at())

    def test_added_while_a_worker_has_it(self):
        self.hand_out('a')
        self.queue.add(['a'], 11.0, patience=5.0)
        self.queue.done('a')
        self.assertEqual(27.0, self.queue.ready_at())

    def test_not_after_a_requeue(self):
        self.queue.add(['a'], 0.0, patience=5.0)
        self.take(16.0)
        self.queue.requeue('a', 30.0)
        self.assertEqual(30.0, self.queue.ready_at())

    def test_dropped(self):
        self.queue.add(['a'], 0.0, patience=5.0)
        self.queue.drop('a')
        self.queue.add(['a'], 0.0)
        self.assertEqual(11.0, self.queue.ready_at())


@ddt.ddt
class TestProcessing(TestCase):
    """Each key is with one worker at a time."""

    def test_added_meanwhile(self):
        self.hand_out('A')
        self.queue.add(['A'], 10.0)
        self.assertEqual([], self.queue.get_batch(1e9))
        self.queue.done('A')
        self.assertEqual([], self.queue.get_batch(20.9))
        self.assertEqual([Request('A', 0, 10.0)], self.queue.get_batch(21.0))

    def test_postponed_meanwhile(self):
        self.hand_out('A')
        self.queue.add(['A'], 20.0)
        self.queue.add(['A'], 25.0)
        self.queue.done('A')
        self.assertEqual(36.0, self.queue.ready_at())

    def test_get(self):
        self.assertEqual(Request('A', 0, None), self.queue.get('A'))
        self.assertEqual(1, len(self.queue))
        self.assertEqual([], self.queue.get_batch(1e9))
        self.queue.done('A')
        self.assertEqual(0, len(self.queue))

    def test_get_is_handed_out_once(self):
        self.queue.get('A')
        self.assertIsNone(self.queue.get('A'))
        self.queue.add(['A'], 0.0)
        self.assertEqual([], self.queue.get_batch(1e9))
        self.queue.done('A')
        self.assertEqual({'A'}, set(self.take(11.0)))

    def test_get_one_that_waits(self):
        self.queue.add(['A'], 0.0)
        self.assertIsNone(self.queue.get('A'))
        self.assertEqual({'A'}, set(self.take(11.0)))

    def test_get_one_that_was_requeued(self):
        self.hand_out('A')
        self.queue.requeue('A', 30.0, 2)
        self.assertIsNone(self.queue.get('A'))
        self.assertEqual([Request('A', 2, None)], self.queue.get_batch(30.0))

    def test_get_one_that_a_worker_has(self):
        self.hand_out('A')
        self.assertIsNone(self.queue.get('A'))
        self.queue.done('A')
        self.assertEqual([], self.queue.get_batch(1e9))

    def test_done(self):
        self.hand_out('A')
        self.queue.done('A')
        self.assertEqual(0, len(self.queue))
        self.assertEqual(math.inf, self.queue.ready_at())

    def test_requeue(self):
        self.hand_out('A')
        self.assertTrue(self.queue.requeue('A', 30.0, 3))
        self.assertEqual(30.0, self.queue.ready_at())
        self.assertEqual([], self.queue.get_batch(29.9))
        self.assertEqual([Request('A', 3, None)], self.queue.get_batch(30.0))

    def test_requeue_in_vain_counts_from_nothing(self):
        self.hand_out('A')
        self.queue.requeue('A', 30.0)
        self.assertEqual([Request('A', 0, None)], self.queue.get_batch(30.0))

    def test_requeue_unanswered(self):
        self.hand_out('A')
        self.queue.requeue('A', 30.0, answered=False)
        self.assertEqual([Request('A', 0, 0.0)], self.queue.get_batch(30.0))

    def test_the_oldest_add_that_is_not_answered(self):
        self.hand_out('A')
        self.queue.requeue('A', 30.0, answered=False)
        self.queue.add(['A'], 20.0)
        self.assertEqual([Request('A', 0, 0.0)], self.queue.get_batch(31.0))

    def test_adds_that_were_answered_are_not_answered_again(self):
        self.hand_out('A')
        self.queue.requeue('A', 30.0, answered=False)
        self.take(30.0)
        self.queue.requeue('A', 60.0)
        self.assertEqual([Request('A', 0, None)], self.queue.get_batch(60.0))

    @ddt.named_data(('sooner', 12.0), ('later', 1000.0))
    def test_an_add_meanwhile_decides(self, when):
        self.hand_out('A')
        self.queue.add(['A'], 11.0)
        self.assertTrue(self.queue.requeue('A', when, 5))
        self.assertEqual([], self.queue.get_batch(21.9))
        self.assertEqual([Request('A', 0, 11.0)], self.queue.get_batch(22.0))

    @ddt.named_data(('unknown', 'B'), ('waiting', 'A'))
    def test_back_from_nobody(self, key):
        self.queue.add(['A'], 0.0)
        self.assertFalse(self.queue.requeue(key, 1.0, 7))
        self.queue.done(key)
        self.assertEqual([Request('A', 0, 0.0)], self.queue.get_batch(11.0))


class TestDrop(TestCase):

    def test_one_that_waits(self):
        self.queue.add(['A', 'B'], 0.0)
        self.queue.drop('A')
        self.queue.drop('C')
        self.assertEqual(1, len(self.queue))
        self.assertEqual({'B'}, set(self.take(11.0)))

    def test_added_again(self):
        self.queue.add(['A'], 0.0)
        self.queue.drop('A')
        self.queue.add(['A'], 5.0)
        self.assertEqual([], self.queue.get_batch(15.9))
        self.assertEqual([Request('A', 0, 5.0)], self.queue.get_batch(16.0))

    def test_one_that_a_worker_has(self):
        self.hand_out('A')
        self.queue.add(['A'], 10.0)
        self.queue.drop('A')
        self.assertEqual(1, len(self.queue))
        self.assertFalse(self.queue.requeue('A', 30.0, answered=False))
        self.assertEqual(0, len(self.queue))
        self.assertEqual([], self.queue.get_batch(1e9))

    def test_one_that_a_worker_has_and_that_comes_back(self):
        self.hand_out('A')
        self.queue.drop('A')
        self.queue.add(['A'], 15.0)
        self.assertTrue(self.queue.requeue('A', 20.0, 3, answered=False))
        self.assertEqual([Request('A', 0, 15.0)], self.queue.get_batch(26.0))

    def test_is_over_with_the_worker(self):
        self.hand_out('A')
        self.queue.drop('A')
        self.queue.done('A')
        self.hand_out('A', added=20.0)
        self.assertTrue(self.queue.requeue('A', 40.0))


class TestPause(TestCase):

    def test_pause(self):
        self.queue.add(['A'], 0.0)
        self.queue.pause(50.0)
        self.queue.add(['B'], 20.0)
        self.assertEqual(50.0, self.queue.ready_at())
        self.assertEqual({}, self.take(49.9))
        self.assertEqual({'A', 'B'}, set(self.take(50.0)))

    def test_is_over(self):
        self.queue.pause(5.0)
        self.queue.add(['A'], 0.0)
        self.assertEqual(11.0, self.queue.ready_at())


@ddt.ddt
class TestUnanswered(TestCase):

    def test_empty(self):
        self.assertEqual(0, self.queue.unanswered())

    def test_waits(self):
        self.queue.add(['A'], 0.0)
        self.assertEqual(1, self.queue.unanswered())

    def test_with_a_worker(self):
        self.queue.get('A')
        self.assertEqual(1, self.queue.unanswered())

    @ddt.named_data(('answered', True, 0), ('unanswered', False, 1))
    def test_requeued(self, answered, count):
        self.hand_out('A')
        self.queue.requeue('A', 30.0, answered=answered)
        self.assertEqual(count, self.queue.unanswered())


class TestMemory(TestCase):

    def test_heap_is_bounded(self):
        self.hand_out('A', 'B')
        self.queue.requeue('B', 5e5)
        self.queue.done('A')
        most = 0
        for now in range(20, 2000, 12):
            # Each round leaves a node far ahead, behind that of B.
            self.hand_out('A', added=float(now))
            self.queue.requeue('A', now + 1e6)
            most = max(most, len(self.heap()))
        self.assertEqual(2 * 2 + 64, most)
        self.assertEqual({'A', 'B'}, set(self.take(1e9)))

    def test_order_survives_a_smaller_heap(self):
        whens = {key: key * 37 % 200 + 100.0 for key in range(200)}
        for key, when in whens.items():
            self.queue.get(key)
            self.queue.requeue(key, when)
        left = {key: when for key, when in whens.items() if key % 10 == 3}
        for key in whens.keys() - left.keys():
            self.queue.drop(key)
        self.hand_out('A')
        self.assertEqual(len(left), len(self.heap()))
        taken = []
        while (now := self.queue.ready_at()) < math.inf:
            taken += self.take(now)
        self.assertEqual(sorted(left, key=left.get), taken)

    def test_adds_cost_no_memory(self):
        for now in range(10000):
            self.queue.add(['A'], now / 1000)
        self.assertEqual(1, len(self.heap()))

    def test_nor_do_adds_at_the_same_time(self):
        self.queue.add(['A', 'A'], 0.0)
        self.assertEqual(1, len(self.heap()))

    def test_nothing_stays(self):
        self.hand_out('A')
        self.queue.done('A')
        self.queue.add(['B'], 0.0)
        self.queue.drop('B')
        self.assertEqual(math.inf, self.queue.ready_at())
        self.assertEqual([], self.heap())


class TestClose(TestCase):

    def test_drops_what_was_not_answered(self):
        self.hand_out('A', 'B')
        self.queue.requeue('A', 30.0)
        self.queue.add(['C'], 12.0)
        self.assertEqual(2, self.queue.close())
        self.assertEqual(0, len(self.queue))
        self.assertEqual([], self.heap())

    def test_accepts_no_more(self):
        self.hand_out('A')
        self.queue.close()
        self.queue.add(['B'], 20.0)
        self.assertIsNone(self.queue.get('C'))
        self.queue.done('A')
        self.assertFalse(self.queue.requeue('A', 20.0))
        self.assertEqual(0, len(self.queue))
        self.assertEqual([], self.queue.get_batch(1e9))


@ddt.ddt
class TestWait(TestCase):
    """Waiting, without a thread: what happens meanwhile is done here.

    ``waits`` has the seconds of each wait, ``notified`` counts what would
    have ended it.
    """

    def setUp(self):
        super().setUp()
        self.waits = []
        self.notified = mock.Mock()
        self.during = mock.Mock()
        changed = self.queue._changed
        changed.notify_all = self.notified

        def wait(seconds):
            self.waits.append(seconds)
            changed.release()
            try:
                self.during()
            finally:
                changed.acquire()

        changed.wait = wait

    def test_until_a_time(self):
        self.queue.wait(3.0, 10.0)
        self.assertEqual([7.0], self.waits)

    def test_until_a_batch(self):
        self.queue.add(['A'], 0.0)
        self.queue.wait(3.0, 100.0)
        self.assertEqual([8.0], self.waits)

    def test_until_a_time_before_a_batch(self):
        self.queue.add(['A'], 0.0)
        self.queue.wait(3.0, 10.0)
        self.assertEqual([7.0], self.waits)

    def test_not_for_a_batch(self):
        self.queue.add(['A'], 0.0)
        self.queue.wait(50.0, 100.0, for_batch=False)
        self.assertEqual([50.0], self.waits)

    def test_a_batch_is_ready(self):
        self.queue.add(['A'], 0.0)
        self.queue.wait(11.0, 100.0)
        self.assertEqual([], self.waits)

    @ddt.named_data(('over', 4.0), ('just_over', 5.0))
    def test_the_time(self, until):
        self.queue.wait(5.0, until)
        self.assertEqual([], self.waits)

    def test_closed(self):
        self.queue.close()
        self.queue.wait(0.0, 10.0)
        self.assertEqual([], self.waits)

    def test_a_wake_before_it_is_not_lost(self):
        self.queue.wake()
        self.queue.wait(0.0, 10.0)
        self.assertEqual([], self.waits)

    def test_a_wake_ends_one_wait(self):
        self.queue.wake()
        self.queue.wait(0.0, 10.0)
        self.queue.wait(0.0, 10.0)
        self.assertEqual([10.0], self.waits)

    def test_a_wake_meanwhile_ends_that_wait_alone(self):
        self.during.side_effect = self.queue.wake
        self.queue.wait(0.0, 10.0)
        self.assertEqual(1, self.notified.call_count)
        self.queue.wait(0.0, 20.0)
        self.assertEqual([10.0, 20.0], self.waits)

    def test_closed_meanwhile(self):
        self.during.side_effect = self.queue.close
        self.queue.wait(0.0, 10.0)
        self.assertEqual(1, self.notified.call_count)

    @ddt.named_data(('sooner', 11.1, 1), ('at_that_time', 11.0, 0),
                    ('later', 10.9, 0))
    def test_added_meanwhile(self, until, notified):
        self.during.side_effect = lambda: self.queue.add(['A'], 0.0)
        self.queue.wait(0.0, until)
        self.assertEqual(notified, self.notified.call_count)

    @ddt.named_data(('sooner', 29.9, 1), ('at_that_time', 30.0, 0))
    def test_requeued_meanwhile(self, when, notified):
        self.queue.get('A')
        self.during.side_effect = lambda: self.queue.requeue('A', when)
        self.queue.wait(0.0, 30.0)
        self.assertEqual(notified, self.notified.call_count)

    def test_done_meanwhile(self):
        self.queue.get('A')
        self.queue.add(['A'], 0.0)
        self.during.side_effect = lambda: self.queue.done('A')
        self.queue.wait(0.0, 30.0)
        self.assertEqual(1, self.notified.call_count)

    def test_done_meanwhile_and_not_wanted(self):
        self.queue.get('A')
        self.during.side_effect = lambda: self.queue.done('A')
        self.queue.wait(0.0, 30.0)
        self.assertEqual(0, self.notified.call_count)

    def test_added_while_no_batch_is_waited_for(self):
        self.during.side_effect = lambda: self.queue.add(['A'], 0.0)
        self.queue.wait(0.0, 30.0, for_batch=False)
        self.assertEqual(0, self.notified.call_count)

    def test_added_while_nobody_waits(self):
        self.queue.wait(0.0, 30.0)
        self.queue.add(['A'], 0.0)
        self.assertEqual(0, self.notified.call_count)


@ddt.ddt
class TestWaitOnAThread(TestCase):
    """Waiting for an hour, which something ends at once."""

    def end(self, how):
        thread = threading.Thread(
            target=self.queue.wait, args=[0.0, 3600.0])
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.queue.close)
        while self.queue._waits_until is None and thread.is_alive():
            pass
        how()
        thread.join(30)
        self.assertFalse(thread.is_alive())

    def test_wake(self):
        self.end(self.queue.wake)

    def test_close(self):
        self.end(self.queue.close)

    def test_add(self):
        self.end(lambda: self.queue.add(['A'], 0.0))


class Guarded(dict):
    """Items of a queue that note whether its lock is held."""

    def __init__(self, lock, items):
        super().__init__(items)
        self._lock = lock
        self.touches = []

    def get(self, *args):
        self.touches.append(self._lock.locked())
        return super().get(*args)

    def __contains__(self, key):
        self.touches.append(self._lock.locked())
        return super().__contains__(key)

    def __setitem__(self, key, value):
        self.touches.append(self._lock.locked())
        super().__setitem__(key, value)

    def __delitem__(self, key):
        self.touches.append(self._lock.locked())
        super().__delitem__(key)

    def clear(self):
        self.touches.append(self._lock.locked())
        super().clear()


@ddt.ddt
class TestLock(TestCase):

    @ddt.named_data(
        ('add', lambda queue: queue.add(['B'], 0.0)),
        ('add_again', lambda queue: queue.add(['A'], 0.0)),
        ('get', lambda queue: queue.get('B')),
        ('done', lambda queue: queue.done('taken')),
        ('requeue', lambda queue: queue.requeue('taken', 5.0)),
        ('drop', lambda queue: queue.drop('A')),
        ('close', lambda queue: queue.close()))
    def test_is_held_while_items_are_touched(self, touch):
        lock = threading.Lock()
        self.queue._changed = threading.Condition(lock)
        self.queue.add(['A'], 0.0)
        self.queue.get('taken')
        self.queue._items = Guarded(lock, self.queue._items)
        touch(self.queue)
        self.assertEqual({True}, set(self.queue._items.touches))
        self.assertFalse(lock.locked())

    @ddt.named_data(
        ('get_batch', lambda queue: queue.get_batch(11.0)),
        ('ready_at', lambda queue: queue.ready_at()))
    def test_is_held_while_the_heap_is_touched(self, touch):
        self.queue.add(['A'], 0.0)
        held = []
        first = self.queue._waiting.first

        def noting():
            held.append(self.queue._changed._lock.locked())
            return first()

        with mock.patch.object(self.queue._waiting, 'first', noting):
            touch(self.queue)
        self.assertEqual({True}, set(held))
