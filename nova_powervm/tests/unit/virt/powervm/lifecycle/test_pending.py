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

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import pending

STATE, NVRAM = pending.Mark.STATE, pending.Mark.NVRAM


class TestPendingSet(base.TestCase):

    def setUp(self):
        super().setUp()
        self.pending = pending.PendingSet(10.0, 40.0)

    def take(self, now):
        return {look.lpar: look for look in self.pending.take(now)}

    def test_empty(self):
        self.assertEqual({}, self.take(1e9))
        self.assertIsNone(self.pending.ready_at())
        self.assertEqual(0, len(self.pending))

    def test_marks_merge(self):
        self.pending.mark([('A', STATE), ('A', NVRAM), ('B', NVRAM)], 0.0)
        looks = self.take(11.0)
        self.assertEqual(STATE | NVRAM, looks['A'].taken)
        self.assertEqual(NVRAM, looks['B'].taken)
        self.assertEqual(0.0, looks['A'].since)

    def test_ready_gathers(self):
        self.pending.mark([('A', STATE)], 0.0)
        self.pending.mark([('B', STATE)], 0.5)
        self.assertEqual(11.0, self.pending.ready_at())
        self.assertEqual({'A', 'B'}, set(self.take(11.0)))

    def test_gathering_follows_what_is_due(self):
        # A wake-up for what was postponed since is no batch of its own.
        self.pending.mark([('A', STATE), ('B', STATE)], 0.0)
        self.pending.mark([('A', STATE)], 0.9)
        self.pending.mark([('B', STATE)], 1.1)
        self.assertEqual({}, self.take(11.0))
        self.assertEqual({'A', 'B'}, set(self.take(11.9)))

    def test_cap_includes_the_gathering(self):
        for now in range(0, 40, 5):
            self.pending.mark([('A', STATE)], float(now))
        self.assertEqual(40.0, self.pending.ready_at())

    def test_taken_is_not_handed_out_again(self):
        self.pending.mark([('A', STATE)], 0.0)
        look = self.take(11.0)['A']
        self.pending.mark([('A', NVRAM)], 10.0)
        self.assertEqual({}, self.take(1e9))
        self.assertEqual(1, self.pending.unanswered())
        self.pending.finish(look)
        self.assertEqual({}, self.take(20.9))
        self.assertEqual(NVRAM, self.take(21.0)['A'].taken)

    def test_finish_forgets(self):
        self.pending.mark([('A', STATE)], 0.0)
        self.pending.finish(self.take(11.0)['A'])
        self.assertEqual(0, len(self.pending))
        self.assertIsNone(self.pending.ready_at())

    def test_again(self):
        self.pending.mark([('A', STATE)], 0.0)
        self.pending.finish(self.take(11.0)['A'], 30.0, NVRAM, 3)
        self.assertEqual(0, self.pending.unanswered())
        self.assertEqual({}, self.take(29.0))
        look = self.take(30.0)['A']
        self.assertEqual((NVRAM, 3, None),
                         (look.taken, look.attempts, look.since))

    def test_again_unanswered(self):
        self.pending.mark([('A', STATE)], 0.0)
        self.pending.finish(self.take(11.0)['A'], 30.0, answered=False)
        self.assertEqual(1, self.pending.unanswered())
        self.assertEqual(0.0, self.take(30.0)['A'].since)

    def test_event_decides_over_again(self):
        for later in (12.0, 1000.0):
            self.pending.mark([('A', STATE)], 0.0)
            look = self.take(11.0)['A']
            self.pending.mark([('A', STATE)], 11.0)
            self.pending.finish(look, later, NVRAM, 5)
            self.assertEqual({}, self.take(21.9))
            look = self.take(22.0)['A']
            self.assertEqual(STATE | NVRAM, look.taken)
            self.assertEqual(0, look.attempts)
            self.pending.finish(look)

    def test_event_moves_a_later_look_forward(self):
        self.pending.mark([('A', STATE)], 0.0)
        self.pending.finish(self.take(11.0)['A'], 500.0)
        self.pending.mark([('A', STATE)], 100.0)
        self.assertEqual({'A'}, set(self.take(111.0)))
        self.assertEqual({}, self.take(600.0))

    def test_forget(self):
        self.pending.mark([('A', STATE), ('B', STATE)], 0.0)
        self.pending.forget('A')
        self.pending.forget('C')
        self.assertEqual({'B'}, set(self.take(11.0)))

    def test_forget_and_mark_again(self):
        self.pending.mark([('A', STATE)], 0.0)
        self.pending.forget('A')
        self.pending.mark([('A', STATE)], 5.0)
        self.assertEqual({}, self.take(11.0))
        self.assertEqual({'A'}, set(self.take(16.0)))

    def test_forget_while_taken(self):
        self.pending.mark([('A', STATE)], 0.0)
        look = self.take(11.0)['A']
        self.pending.mark([('A', STATE)], 10.0)
        self.pending.forget('A')
        self.assertEqual(1, len(self.pending))
        self.pending.finish(look)
        self.assertEqual(0, len(self.pending))

    def test_pause(self):
        self.pending.mark([('A', STATE)], 0.0)
        self.pending.pause(50.0)
        self.assertEqual(50.0, self.pending.ready_at())
        self.assertEqual({}, self.take(49.9))
        self.assertEqual({'A'}, set(self.take(50.0)))

    def test_heap_is_bounded(self):
        self.pending.mark([('A', STATE), ('B', STATE)], 0.0)
        looks = self.take(11.0)
        self.pending.finish(looks['B'], 5e5)
        self.pending.finish(looks['A'])
        self.pending.mark([('A', STATE)], 0.0)
        now = 11.0
        for _ in range(10000):
            # Each round leaves a node far ahead, behind that of B.
            self.pending.finish(self.take(now)['A'], now + 1e6)
            self.pending.mark([('A', STATE)], now)
            now += 11.0
        self.assertLess(len(self.pending._heap), 100)
        self.assertEqual({'A'}, set(self.take(now)))

    def test_marks_cost_no_memory(self):
        for now in range(10000):
            self.pending.mark([('A', STATE)], now / 1000)
        self.assertEqual(1, len(self.pending._heap))

    def test_close(self):
        self.pending.mark([('A', STATE), ('B', STATE), ('C', STATE)], 0.0)
        looks = self.take(11.0)
        self.pending.finish(looks['A'], 20.0)
        self.assertEqual(2, self.pending.close())
        self.pending.finish(looks['B'], 20.0)
        self.pending.mark([('D', STATE)], 20.0)
        self.assertEqual(0, len(self.pending))
        self.assertEqual({}, self.take(1e9))


class TestWait(base.TestCase):
    """Waiting, on a real thread: it is woken, or returns at once."""

    def setUp(self):
        super().setUp()
        self.pending = pending.PendingSet(10.0, 40.0)

    def wait_on_a_thread(self, now, at_most):
        """Return an event that is set when the wait is over."""
        over = threading.Event()

        def wait():
            self.pending.wait(now, at_most)
            over.set()

        thread = threading.Thread(target=wait)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.pending.close)
        while self.pending._waiting_until is None and thread.is_alive():
            pass
        return over

    def test_returns_when_ready(self):
        self.pending.mark([('A', STATE)], 0.0)
        self.pending.wait(11.0, None)

    def test_returns_when_time_is_up(self):
        self.pending.wait(11.0, 11.0)

    def test_returns_when_closed(self):
        self.pending.close()
        self.pending.wait(0.0, None)

    def test_close_wakes(self):
        over = self.wait_on_a_thread(0.0, None)
        self.pending.close()
        self.assertTrue(over.wait(30))

    def test_mark_wakes(self):
        over = self.wait_on_a_thread(0.0, None)
        self.pending.mark([('A', STATE)], 0.0)
        self.assertTrue(over.wait(30))

    def test_a_later_mark_does_not_wake(self):
        self.pending.mark([('A', STATE)], 0.0)
        over = self.wait_on_a_thread(-1e6, None)
        self.pending.mark([('B', STATE)], 5.0)
        self.assertFalse(over.wait(0.05))
