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

"""Threads that die, or that cannot be started."""


import ddt
import mock

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN

_LIFECYCLE = 'nova_powervm.virt.powervm.lifecycle.'

@ddt.ddt
class TestThreadsThatDie(world.World):

    def setUp(self):
        super().setUp()
        # Each test counts them by itself.
        self.errors = None

    def kill(self, thread):
        """Let a thread begin, and have it killed at once."""
        with mock.patch.object(novalink.Clock, '__call__',
                               side_effect=SystemExit):
            self.assertRaises(SystemExit, thread.target)

    @ddt.data('an event', 'a poll', 'a resync')
    def test_the_loop_is_revived_by(self, what):
        self.kill(self.threads[0])
        self.assertFalse(self.handler.lifecycle.loop.alive)
        {'an event': lambda: self.send(self.add()),
         'a poll': lambda: self.handler.process([]),
         'a resync': self.handler.resync}[what]()
        self.assertEqual([self.threads[0].name] * 2, [
            thread.name for thread in self.threads
            if thread.name == self.threads[0].name])
        self.assertTrue(self.handler.lifecycle.loop.alive)

    def test_a_loop_that_was_stopped_is_not_revived(self):
        self.handler.stop()
        before = len(self.threads)
        self.handler.process([])
        self.handler.resync()
        self.send(self.add())
        self.assertEqual(before, len(self.threads))

    def test_a_worker_is_replaced(self):
        lpar = self.add('not activated')
        self.send(lpar)
        self.clock.now += world.DELAY
        self.handler.lifecycle.loop.step()
        worker = self.threads[-1]
        with mock.patch.object(self.adapter, 'read', side_effect=SystemExit):
            self.assertRaises(SystemExit, worker.target)
        threads = self.count('threads')
        self.clock.now += 1.5
        self.handler.lifecycle.loop.step()
        self.assertIsNot(worker, self.threads[-1])
        self.assertEqual(threads, self.count('threads'))


class TestTheOnlyWorkerDies(world.World):

    options = (('event_emit_workers', 1),)

    def test_while_a_batch_waits_for_it(self):
        lpars = self.add_many(2, 'not activated')
        loop = self.handler.lifecycle.loop

        def killed():
            # Another batch becomes due meanwhile.
            self.send(lpars[1])
            self.clock.now += world.DELAY
            loop.step()
            raise SystemExit

        self.during_emit(killed)
        self.send(lpars[0])
        self.clock.now += world.DELAY
        loop.step()
        self.assertRaises(SystemExit, self.threads[-1].target)
        before = len(self.threads)
        self.clock.now += 20
        # No job is submitted: that of the batch is.
        loop.step()
        self.assertEqual(['powervm-worker-0'], [
            thread.name for thread in self.threads[before:]])
        self.run_due()
        self.assertEqual(2, len(self.emitted))


@ddt.ddt
class TestNoMoreThreads(world.World):
    """No thread can be started for a while."""

    def setUp(self):
        super().setUp()
        # Each test counts them by itself.
        self.errors = None

    def make_handler(self):
        self.fails = False
        return super().make_handler()

    def _thread(self, **kwargs):
        if self.fails:
            raise RuntimeError("can't start new thread")
        return super()._thread(**kwargs)

    def test_from_the_beginning(self):
        self.fails = True
        lpar = self.add('not activated')
        self.handler = self.start_handler()
        self.begin()
        for _ in range(10):
            self.handler.process([])
        self.assertEqual(10, self.count('errors'))
        self.fails = False
        self.handler.process([])
        self.assertTrue(self.handler.lifecycle.loop.alive)
        self.advance(world.DELAY)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_logged_once(self):
        self.fails = True
        self.logs.clear()
        self.handler = self.start_handler()
        for _ in range(10):
            self.handler.process([])
            self.send(self.add())
        self.assertLogged(messages.UNEXPECTED)

    def test_to_replace_the_loop(self):
        with mock.patch.object(novalink.Clock, '__call__',
                               side_effect=SystemExit):
            self.assertRaises(SystemExit, self.threads[0].target)
        self.fails = True
        lpar = self.add('not activated')
        self.send(lpar)
        # A resync would not know of the events' order; none is needed.
        self.assertEqual(1, self.count('pending'))
        self.fails = False
        self.handler.process([])
        self.advance(world.DELAY)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_for_a_batch(self):
        self.handler = self.start_handler()
        self.begin()
        self.fails = True
        lpar = self.add('not activated')
        self.advance(world.DELAY)
        self.assertErrors()
        self.assertEqual([], self.adapter.reads)
        self.fails = False
        self.wait(2)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_for_events_to_emit(self):
        # The thread of the batch does it, one event after the other.
        self.fails = True
        lpars = self.add_many(5, 'not activated')
        self.look(*lpars)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))
        self.assertEqual(0, self.count('errors'))
