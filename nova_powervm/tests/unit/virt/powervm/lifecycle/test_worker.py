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

import mock

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import worker


class TestWorker(base.TestCase):
    """The loop, run by the test itself."""

    def setUp(self):
        super().setUp()
        self.pending = mock.Mock()
        self.cache = mock.Mock()
        self.comparison = mock.Mock()
        self.thread = mock.Mock()
        self.thread.is_alive.return_value = False
        self.now = 5.0
        self.check = mock.Mock(side_effect=lambda now: now + 10.0)
        self.factory = mock.Mock(return_value=self.thread)
        self.worker = worker.Worker(
            self.pending, self.cache, self.comparison, self.check,
            lambda: self.now, self.factory)

    def test_loop(self):
        rounds = iter([['look'], [], ['other']])
        self.pending.take.side_effect = lambda now: next(rounds)

        expiries = iter([None, 14.0, 99.0])
        self.cache.expires_at.side_effect = lambda: next(expiries)
        waits = []

        def wait(now, at_most):
            waits.append((now, at_most))
            self.now += 9.0
            if self.pending.wait.call_count == 3:
                self.worker.stop(0)

        self.pending.wait.side_effect = wait
        self.worker.start()
        self.factory.call_args.kwargs['target']()
        self.assertEqual([mock.call(['look']), mock.call(['other'])],
                         self.comparison.run.call_args_list)
        self.assertEqual(3, self.cache.expire.call_count)
        self.assertEqual([(5.0, 15.0), (14.0, 14.0), (23.0, 33.0)], waits)
        self.assertEqual([mock.call(5.0), mock.call(23.0)],
                         self.check.call_args_list)

    def test_started_once(self):
        for _ in range(2):
            self.worker.start()
        self.factory.assert_called_once()
        self.assertTrue(self.factory.call_args.kwargs['daemon'])
        self.assertTrue(self.worker.started)

    def test_not_started_after_stop(self):
        self.worker.stop(1.0)
        self.worker.start()
        self.factory.assert_not_called()
        self.assertFalse(self.worker.started)

    def test_thread_that_cannot_be_started(self):
        self.thread.start.side_effect = RuntimeError
        self.assertRaises(RuntimeError, self.worker.start)
        self.assertFalse(self.worker.started)
        self.thread.start.side_effect = None
        self.worker.start()
        self.assertTrue(self.worker.started)
