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

import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import threads


class TestThread(base.TestCase):

    def test_life(self):
        ran, end = threading.Event(), threading.Event()
        made = []

        def factory(**kwargs):
            made.append(threading.Thread(**kwargs))
            # What join() does if it is given a time depends on the backend.
            made[0].join = mock.Mock(wraps=made[0].join)
            return made[0]

        def run():
            ran.set()
            end.wait(30)

        thread = threads.Thread(factory, run, 'a name')
        self.addCleanup(end.set)
        self.assertTrue(ran.wait(30))
        self.assertEqual('a name', made[0].name)
        self.assertTrue(made[0].daemon)
        self.assertTrue(thread.is_alive())
        thread.join(0.0)
        made[0].join.assert_not_called()
        self.assertTrue(made[0].is_alive())
        end.set()
        thread.join(30)
        made[0].join.assert_called_once_with()
        self.assertFalse(made[0].is_alive())
        self.assertFalse(thread.is_alive())
        thread.join(30)
        made[0].join.assert_called_once_with()


class TestEnd(base.TestCase):
    """A function that ends, run by the test itself."""

    def setUp(self):
        super().setUp()
        self.factory = mock.Mock()

    def run_to_the_end(self, error):
        thread = threads.Thread(
            self.factory, mock.Mock(side_effect=error), 'a name')
        self.assertTrue(thread.is_alive())
        self.assertRaises(
            error, self.factory.call_args.kwargs['target'])
        self.assertFalse(thread.is_alive())
        thread.join(30)
        self.factory.return_value.join.assert_called_once_with()

    def test_raises(self):
        self.run_to_the_end(ValueError)

    def test_killed(self):
        self.run_to_the_end(fakes.Killed)

    def test_cannot_be_started(self):
        self.factory.return_value.start.side_effect = RuntimeError
        self.assertRaises(RuntimeError, threads.Thread, self.factory,
                          mock.Mock(), 'a name')
