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

import gc
import signal
import subprocess
import sys
import threading

import ddt
import mock
from oslo_reports import guru_meditation_report

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm.lifecycle import interrupted
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import stats


def sections():
    """Return the functions that write the section of a report."""
    return [generator for title, generator
            in guru_meditation_report.TextGuruMeditation.persistent_sections
            if title == 'PowerVM events']


def report():
    """Return the text of the section."""
    generator, = sections()
    model = generator()
    model.set_current_view_type('text')
    return str(model)


class ImpatientLock:
    """A lock that raises where another one would wait for ever."""

    def __init__(self):
        self._held = False

    def locked(self):
        return self._held

    def __enter__(self):
        if self._held:
            raise AssertionError('deadlock')
        self._held = True

    def __exit__(self, *args):
        self._held = False


class Counters(dict):
    """Counters that call something in the middle of each change."""

    def __init__(self, counters, interrupt):
        super().__init__(counters)
        self._interrupt = interrupt

    def __setitem__(self, name, value):
        self._interrupt()
        super().__setitem__(name, value)


class TestStatistics(base.TestCase):

    def setUp(self):
        super().setUp()
        self.stats = stats.Statistics({'pending': lambda: 7})

    def test_all_counters_at_the_start(self):
        self.assertEqual(dict.fromkeys(stats.COUNTERS, 0),
                         self.stats.counters())

    def test_counters_and_gauges(self):
        self.stats.add(events=2, lookup_seconds=0.5)
        self.stats.add(events=1)
        values = self.stats.as_dict()
        self.assertEqual(
            {**dict.fromkeys(stats.COUNTERS, 0), 'events': 3,
             'lookup_seconds': 0.5, 'pending': 7}, values)
        self.assertNotIn('pending', self.stats.counters())

    def test_no_such_counter(self):
        self.assertRaises(KeyError, self.stats.add, nonsense=1)

    def test_what_is_returned_is_a_copy(self):
        self.stats.counters()['events'] = 9
        self.assertEqual(0, self.stats.counters()['events'])

    def test_times(self):
        self.stats.timed('rest', 0.5)
        self.stats.timed('told', 20.0)
        self.assertEqual(['rest', 'told'], list(self.stats.times()))
        self.assertEqual(20000, self.stats.times()['told']['slowest_ms'])

    def test_times_are_taken_once(self):
        self.stats.timed('rest', 0.5)
        self.assertTrue(self.stats.take_times()['rest'])
        self.assertFalse(self.stats.take_times()['rest'])
        self.assertEqual(1, self.stats.times()['rest']['count'])

    def test_lock_is_held_while_counters_change(self):
        held = []
        self.stats._lock = ImpatientLock()
        self.stats._counters = Counters(
            self.stats._counters,
            lambda: held.append(self.stats._lock.locked()))
        self.stats.add(events=1, batches=1)
        self.assertEqual([True, True], held)
        self.assertFalse(self.stats._lock.locked())


class TestReport(base.TestCase):

    def test_comes_and_goes_with_the_handlers(self):
        gc.collect()
        statistics = stats.Statistics({'pending': lambda: 424242})
        text = report()
        self.assertIn('pending = 424242', text)
        self.assertIn('lookups_failed = 0', text)
        del statistics
        gc.collect()
        self.assertNotIn('424242', report())

    def test_times(self):
        statistics = stats.Statistics({'pending': lambda: 424242})
        statistics.timed('lookup', 4.5)
        text = report()
        self.assertIn('lookup, times', text)
        self.assertIn('slowest_ms = 4500.0', text)

    def test_lpars(self):
        statistics = stats.Statistics({'pending': lambda: 424242})
        statistics.busiest.add('AN-LPAR')
        self.assertIn('AN-LPAR = 1', report())

    def test_of_two_handlers(self):
        both = [stats.Statistics({'pending': lambda: 424241}),
                stats.Statistics({'pending': lambda: 424242})]
        text = report()
        self.assertEqual(2, len(both))
        self.assertIn('pending = 424241', text)
        self.assertIn('pending = 424242', text)


@ddt.ddt
class TestInterrupted(base.TestCase):
    """A report is written by a signal handler, which interrupts anything."""

    def test_add(self):
        texts = []
        self.addCleanup(signal.signal, signal.SIGUSR2, signal.signal(
            signal.SIGUSR2, lambda *_: texts.append(report())))
        statistics = stats.Statistics({'pending': lambda: 424242})
        statistics._lock = ImpatientLock()
        statistics._counters = Counters(
            statistics._counters,
            lambda: signal.raise_signal(signal.SIGUSR2))
        statistics.add(events=1, batches=1)
        self.assertEqual(2, len(texts))
        self.assertIn('pending = 424242', texts[1])
        self.assertEqual(1, statistics.counters()['events'])

    def test_whatever_is_locked(self):
        handler = event.PowerVMLifecycleEventHandler(
            mock.Mock(session=None), thread_factory=mock.Mock())
        self.addCleanup(handler.stop)
        over = threading.Event()

        def read():
            handler.statistics.as_dict()
            over.set()

        with (handler.statistics._lock, handler._queue._changed,
              handler._memory._lock, handler.workers._changed,
              handler.loop._lock, handler.watchdog._lock):
            threading.Thread(target=read, daemon=True).start()
            self.assertTrue(over.wait(30))

    @ddt.named_data(('threading', 'threading'), ('eventlet', 'eventlet'))
    def test_a_process_of_its_own(self, backend):
        ended = subprocess.run(
            [sys.executable, '-m', interrupted.__name__, backend],
            capture_output=True, text=True, timeout=60)
        self.assertEqual('done 2 3\n', ended.stdout, ended.stderr)
        self.assertEqual(3, ended.stderr.count('pending = 424242'))
