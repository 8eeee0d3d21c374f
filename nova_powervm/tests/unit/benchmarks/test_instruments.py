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

import itertools
import threading

import mock
from pypowervm import adapter as pvm_adapter

from benchmarks import instruments
from nova_powervm.tests import base


class Handler(pvm_adapter.WrapperEventHandler):

    def __init__(self):
        self.seen = []
        self.error = None

    def process(self, events):
        self.seen.append(events)
        if self.error:
            raise self.error


def event(uri):
    made = mock.Mock()
    made.element.findtext.side_effect = {'EventData': uri}.get
    return made


class TestPollTimer(base.TestCase):

    def setUp(self):
        super().setUp()
        self.handler = Handler()
        self.timer = instruments.PollTimer(self.handler)
        clock = self.enterContext(mock.patch.object(instruments, 'time'))
        # Each call takes 1,000 us of wall and 600 of CPU time.
        clock.perf_counter_ns.side_effect = itertools.count(0, 1_000_000)
        clock.thread_time_ns.side_effect = itertools.count(0, 600_000)
        clock.monotonic.side_effect = itertools.count(100.0)
        # For 250 us of them other processes have the CPUs.
        self.queued = self.enterContext(mock.patch.object(
            instruments, '_queued_ns',
            side_effect=itertools.count(0, 250_000)))

    def test_per_event(self):
        batches = [[event('a'), event('b')], [event('a')]]
        for events in batches:
            self.handler.process(events)
        self.assertEqual(batches, self.handler.seen)
        self.assertEqual(
            {'events': 3, 'wall_us': 2000 / 3, 'held_us': 500.0,
             'cpu_us': 400.0}, self.timer.as_dict())

    def test_held_at_least_while_it_runs(self):
        self.queued.side_effect = itertools.count(0, 900_000)
        self.handler.process([event('a')])
        self.assertEqual(600.0, self.timer.as_dict()['held_us'])

    def test_first_due_is_of_the_lpar_that_fell_silent_first(self):
        for events in ([event('a'), event('b')], [event('c')], [event('a')]):
            self.handler.process(events)
        # b was heard of last in the first batch, at 100.
        self.assertEqual(115.0, self.timer.first_due(15.0))

    def test_heartbeats_are_passed_on_and_not_counted(self):
        self.handler.process([])
        self.assertEqual([[]], self.handler.seen)
        self.assertEqual(0, self.timer.as_dict()['events'])

    def test_error_passes_and_is_timed(self):
        self.handler.error = ValueError()
        self.assertRaises(ValueError, self.handler.process, [event('a')])
        self.assertEqual(1000.0, self.timer.as_dict()['wall_us'])

    def test_reset(self):
        self.handler.process([event('a')])
        self.timer.reset()
        self.assertEqual({'events': 0, 'held_us': 0, 'wall_us': 0,
                          'cpu_us': 0}, self.timer.as_dict())
        self.assertEqual({}, self.timer.last_heard)


class TestThreadWatch(base.TestCase):

    def setUp(self):
        super().setUp()
        self.end = threading.Event()
        self.threads = []
        self.addCleanup(self.stop)
        self.start(threading.Thread(target=self.end.wait))
        self.watch = instruments.ThreadWatch()

    def start(self, thread):
        thread.start()
        self.threads.append(thread)

    def stop(self):
        self.end.set()
        for thread in self.threads:
            thread.join()

    def test_peak(self):
        for name in ('one', 'two'):
            self.start(threading.Thread(target=self.end.wait, name=name))
        self.watch.sample()
        self.stop()
        self.watch.sample()
        self.assertEqual(2, self.watch.peak)
        self.assertEqual({'one', 'two'}, self.watch.names)

    def test_poll_thread_of_pypowervm_is_left_out(self):
        with mock.patch.object(pvm_adapter._EventPollThread, 'run',
                               lambda thread: self.end.wait()):
            self.start(pvm_adapter._EventPollThread(None))
            self.watch.sample()
        self.assertEqual(0, self.watch.peak)


class TestQueued(base.TestCase):

    def read(self, **kwargs):
        with mock.patch.object(instruments, 'open', create=True, **kwargs):
            return instruments._queued_ns()

    def test_of_the_kernel(self):
        self.assertGreaterEqual(instruments._queued_ns(), 0)
        self.assertEqual(17, self.read(
            new=mock.mock_open(read_data='4711 17 3\n')))

    def test_kernel_without_statistics(self):
        self.assertEqual(0, self.read(side_effect=FileNotFoundError))


class TestMemory(base.TestCase):

    def test_of_this_process(self):
        now = instruments.memory()
        self.assertGreater(now['rss'], 2 ** 20)
        self.assertGreaterEqual(now['peak'], now['rss'])
