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

import queue
import threading

import mock

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import emitter


class TestEmitter(base.TestCase):

    def test_jobs_on_few_threads(self):
        emit = emitter.Emitter(3)
        self.addCleanup(emit.stop, 30)
        names, lock = set(), threading.Lock()
        together = threading.Barrier(3)
        done = threading.Semaphore(0)

        def job():
            together.wait(30)
            with lock:
                names.add(threading.current_thread().name)
            done.release()

        for _ in range(9):
            emit.submit(job)
        for _ in range(9):
            self.assertTrue(done.acquire(timeout=30))
        self.assertEqual(
            {'powervm-emit-0', 'powervm-emit-1', 'powervm-emit-2'}, names)
        self.assertEqual(3, emit.threads)

    def test_no_more_threads_than_jobs(self):
        emit = emitter.Emitter(4)
        self.addCleanup(emit.stop, 30)
        done = threading.Event()
        emit.submit(done.set)
        self.assertTrue(done.wait(30))
        self.assertEqual(1, emit.threads)

    def test_a_job_that_raises(self):
        emit = emitter.Emitter(1)
        self.addCleanup(emit.stop, 30)
        done = threading.Event()
        emit.submit(mock.Mock(side_effect=ValueError('broken job')))
        emit.submit(done.set)
        self.assertTrue(done.wait(30))
        self.assertEqual(1, self.log.output.count('broken job'))

    def test_stop_drops_jobs_and_ends_threads(self):
        emit = emitter.Emitter(1)
        started, release = threading.Event(), threading.Event()
        dropped = mock.Mock()

        def job():
            started.set()
            release.wait(30)

        emit.submit(job)
        emit.submit(dropped)
        self.assertTrue(started.wait(30))
        thread, = (thread for thread in threading.enumerate()
                   if thread.name == 'powervm-emit-0')
        # Does not wait for a job that takes longer than that.
        emit.stop(0.0)
        self.assertTrue(thread.is_alive())
        release.set()
        thread.join(30)
        self.assertFalse(thread.is_alive())
        emit.submit(dropped)
        dropped.assert_not_called()
        self.assertEqual(0, emit.threads)

    def test_thread_that_cannot_be_started(self):
        thread = mock.Mock()
        thread.start.side_effect = RuntimeError("can't start new thread")
        jobs = queue.Queue()
        emit = emitter.Emitter(2, lambda **_: thread, lambda: jobs)
        self.assertRaises(RuntimeError, emit.submit, mock.Mock())
        self.assertTrue(jobs.empty())
        self.assertEqual(0, emit.threads)
        # If there is another, that one does it.
        thread.start.side_effect = None
        emit.submit(mock.Mock())
        thread.start.side_effect = RuntimeError
        emit.submit(mock.Mock())
        self.assertEqual(2, jobs.qsize())
        self.assertEqual(1, emit.threads)
