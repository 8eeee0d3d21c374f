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

"""The threads are few, are started late, and end."""

import threading

import mock
from oslo_context import context as oslo_context

from nova_powervm.testing import internals
from nova_powervm.testing import waiting
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN

# Seconds that a test waits for another thread, at most.
_TIMEOUT = 30


class TestThreads(world.World):

    def make_handler(self):
        # With no thread from its resync.
        handler = self.start_handler()
        self.begin(handler)
        return handler

    def names(self):
        return [thread.name for thread in self.threads]

    def test_started_when_needed(self):
        self.assertEqual(['powervm-lifecycle'], self.names())
        self.send(self.add('not activated'))
        self.assertEqual(['powervm-lifecycle'], self.names())
        self.advance(world.DELAY)
        self.assertEqual(
            ['powervm-lifecycle', 'powervm-worker-0', 'powervm-worker-1'],
            self.names())

    def test_one_is_enough_for_what_is_done_in_turn(self):
        for _ in range(3):
            self.look(*self.add_many(5))
        self.assertEqual(2, self.count('threads'))

    def test_few(self):
        lpars = self.add_many(50, 'not activated')
        for _ in range(3):
            self.look(*lpars)
        self.assertEqual(5, len(self.threads))
        self.assertEqual(5, self.count('threads'))

    def test_stop(self):
        self.nova.faults.deaf = True
        self.look(self.add(), self.add('not activated'))
        self.assertEqual([1, 1], [
            self.count('agreed'), self.count('confirming')])
        self.begin()
        self.threads.clear()
        self.send(self.add('not activated'))
        self.handler.stop()
        self.send(self.add('not activated'))
        self.handler.resync()
        self.advance(world.DELAY)
        self.assertEqual([0] * 4, [
            self.count('scheduled'), self.count('threads'),
            self.count('agreed'), self.count('confirming')])
        self.assertEqual([], self.threads)
        self.assertEqual([], self.adapter.reads)

    def test_what_stop_says(self):
        self.send(*self.add_many(2))
        self.handler.stop()
        # And the resync of the start.
        record, = self.logs.of(messages.STOPPED)
        self.assertEqual({'dropped': 3}, record.args)

    def test_stop_again(self):
        self.handler.stop()
        self.handler.stop()
        self.assertLogged(messages.STOPPED)

    def test_stop_without_anything_dropped(self):
        self.advance(world.DELAY)
        self.handler.stop()
        self.assertLogged(messages.STOPPED, 0)

    def test_stop_drops_what_is_being_worked_on(self):
        self.advance(world.DELAY)
        self.during_emit(self.handler.stop)
        self.look(*self.add_many(3, 'not activated'))
        self.assertEqual(1, len(self.emitted))
        self.assertEqual([0, 0], [
            self.count('scheduled'), self.count('confirming')])


class TestOptions(world.World):

    options = (('event_emit_workers', 1),)

    def test_one_worker(self):
        lpars = self.add_many(5, 'not activated')
        self.look(*lpars)
        self.assertEqual(2, self.count('threads'))
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))

    def test_one_worker_stores_nvram(self):
        store = self.add_store()
        lpar = self.add('not activated')
        self.look(lpar, detail='NVRAM,PartitionState')
        self.assertEmitted((lpar, SHUTDOWN))
        store.assert_called_once()


class TestContexts(world.World):
    """Each job of a thread logs under a request id of its own."""

    def setUp(self):
        super().setUp()
        self.requests = []
        emit = self.driver.emit_event

        def emit_event(lifecycle_event):
            self.note()
            emit(lifecycle_event)

        self.driver.emit_event = emit_event

    def note(self, *args):
        self.requests.append(oslo_context.get_current().request_id)

    def test_events(self):
        self.look(*self.add_many(5, 'not activated'))
        self.assertEqual(5, len(set(self.requests)))
        self.assertNotIn(self.nova.contexts[0].request_id, self.requests)

    def test_log_lines_of_events(self):
        logged = []
        log = messages.Line.log

        def note(line, *args, **kwargs):
            if line is messages.EMITTING:
                logged.append(oslo_context.get_current().request_id)
            log(line, *args, **kwargs)

        with mock.patch.object(messages.Line, 'log', note):
            self.look(*self.add_many(3, 'not activated'))
        self.assertEqual(3, len(logged))
        self.assertEqual(self.requests, logged)

    def test_lookups(self):
        # They have the one of the context that is kept.
        for _ in range(2):
            self.during_lookup(self.note)
            self.look(self.add())
        self.assertEqual(
            [self.nova.contexts[0].request_id] * 2, self.requests)

    def test_reads(self):
        # They may follow an event on its thread.
        self.look(self.add('not activated'))
        self.during_read(self.note)
        self.look(self.add('not activated'))
        self.assertEqual(3, len(set(self.requests)))

    def test_stores(self):
        self.add_store().side_effect = self.note
        lpars = self.add_many(2)
        self.look(*lpars, self.add('not activated'), detail='NVRAM')
        self.look(self.add('not activated'))
        self.assertEqual(4, len(set(self.requests)))


class TestRealThreads(world.World):
    """With real threads and a real clock.

    The tests wait for the shortest delay there is.
    """

    def setUp(self):
        super().setUp()
        self.handler = event.PowerVMNovaEventHandler(
            self.driver, conf=world.make_conf(event_delay=0.1))
        self.addCleanup(self.handler.stop)
        self.released = threading.Event()
        self.addCleanup(self.released.set)

    def make_handler(self):
        return None

    def holding(self, owner, name):
        """Let calls hang until the test ends; return what says so."""
        entered = threading.Event()
        call = getattr(owner, name)

        def hang(*args, **kwargs):
            entered.set()
            self.released.wait(_TIMEOUT)
            return call(*args, **kwargs)

        patcher = mock.patch.object(owner, name, hang)
        patcher.start()
        self.addCleanup(patcher.stop)
        return entered

    def own_threads(self):
        return {thread.name for thread in threading.enumerate()
                if thread.name.startswith(internals.THREADS)}

    def test_events_are_emitted(self):
        lpar = self.add('not activated')
        self.send(lpar)
        waiting.wait_until(lambda: self.emitted, 'an event')
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertIn('powervm-lifecycle', self.own_threads())
        self.handler.stop()
        self.assertEqual(set(), self.own_threads())

    def test_stop_while_a_service_hangs(self):
        entered = self.holding(self.adapter, 'read')
        self.send(self.add('not activated'))
        self.assertTrue(entered.wait(_TIMEOUT))
        with mock.patch.object(event, '_STOP_TIMEOUT', 0.01):
            self.handler.stop()
        self.released.set()
        waiting.wait_until(lambda: not self.own_threads(), 'no thread')
        self.assertEmitted()

    def test_nvram_is_stored_while_nova_hangs(self):
        store = self.add_store()
        stored = threading.Event()
        store.side_effect = lambda uuid: stored.set()
        entered = self.holding(self.driver, 'emit_event')
        self.send(*self.add_many(10, 'not activated'))
        self.assertTrue(entered.wait(_TIMEOUT))
        self.send(self.add(), detail='NVRAM')
        self.assertTrue(stored.wait(_TIMEOUT))
        self.assertEqual([], self.emitted)
