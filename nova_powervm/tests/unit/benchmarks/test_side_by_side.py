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

import multiprocessing
import pathlib
import signal

import fixtures
import mock

from benchmarks import side_by_side
from nova_powervm.testing import waiting
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks import jobs


class TestWorkers(base.TestCase):

    def test_results(self):
        with side_by_side.workers(2) as workers:
            found = dict(workers.run(abs, [-1, 2, -3]))
        self.assertEqual({-1: 1, 2: 2, -3: 3}, found)

    def test_error(self):
        def fail():
            with side_by_side.workers(1) as workers:
                list(workers.run(int, ['x']))
        self.assertRaises(ValueError, fail)
        self.assertEqual([], multiprocessing.active_children())

    def test_interrupted(self):
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).join('file'))

        def interrupt():
            with side_by_side.workers(2) as workers:
                for _ in workers.run(jobs.wait, [path, None]):
                    waiting.wait_until(path.exists, 'the other job')
                    raise KeyboardInterrupt
        self.assertRaises(KeyboardInterrupt, interrupt)
        self.assertEqual('interrupted', path.read_text())
        self.assertEqual([], multiprocessing.active_children())

    def test_idle_worker_goes_on(self):
        # It may be reading what another worker needs whole.
        interruption = side_by_side._Interruption
        with (mock.patch.multiple(interruption, came=False, at_work=False),
              mock.patch.object(side_by_side.signal, 'signal')):
            interruption.interrupt(signal.SIGTERM, None)
            self.assertRaises(KeyboardInterrupt, interruption.do, abs, -1)
