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
from nova_powervm.virt.powervm.lifecycle import threads


class TestThread(base.TestCase):

    def test_join(self):
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
        self.assertTrue(ran.wait(30))
        self.assertEqual('a name', made[0].name)
        self.assertTrue(made[0].daemon)
        thread.join(0.0)
        made[0].join.assert_not_called()
        self.assertTrue(made[0].is_alive())
        end.set()
        thread.join(30)
        made[0].join.assert_called_once_with()
        self.assertFalse(made[0].is_alive())
        thread.join(30)

    def test_function_that_raises(self):
        factory = mock.Mock()
        thread = threads.Thread(
            factory, mock.Mock(side_effect=ValueError), 'a name')
        self.assertRaises(ValueError, factory.call_args.kwargs['target'])
        thread.join(30)
        factory.return_value.join.assert_called_once_with()
