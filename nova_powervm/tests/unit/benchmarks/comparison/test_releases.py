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


import importlib
import types

import ddt
import mock

from benchmarks.comparison import dialogue
from benchmarks.comparison import releases
from nova_powervm.testing import processes
from nova_powervm.tests import base


@ddt.ddt
class TestReleases(base.TestCase):

    @ddt.named_data(
        ['old', releases.OLD, 'eventlet'], ['ours', 'threading', 'threading'],
        ['ours_eventlet', 'eventlet', 'eventlet'])
    def test_backend(self, name, expected):
        self.assertEqual(expected, releases.backend(name))


class TestRelease9(base.TestCase):

    def setUp(self):
        super().setUp()
        self.threads = {}
        self.greenthread = mock.Mock()
        self.event = types.SimpleNamespace(
            greenthread=self.greenthread, PowerVMNovaEventHandler=mock.Mock())
        lifecycle = self.event.PowerVMNovaEventHandler()._lifecycle_handler
        lifecycle._delayed_event_threads = self.threads
        self.enterContext(mock.patch.object(
            importlib, 'import_module', return_value=self.event))

    def test_delay(self):
        releases.Release9(None, None, 2.0)
        self.event.greenthread.spawn_after(15, 'work', 'lpar')
        self.greenthread.spawn_after.assert_called_once_with(
            2.0, 'work', 'lpar')

    def test_its_own_delay(self):
        releases.Release9(None, None, 15.0)
        self.assertIs(self.greenthread, self.event.greenthread)

    def test_unfinished_are_those_that_have_not_ended(self):
        found = releases.Release9(None, None, 2.0)
        self.threads.update(
            one=mock.Mock(dead=True), two=mock.Mock(dead=False))
        self.assertEqual(1, found.unfinished())


class TestDialogue(base.TestCase):

    def setUp(self):
        super().setUp()
        self.process = mock.Mock()
        self.child = dialogue.Dialogue(
            'threading', None, {'log': '/none', 'limit': 3.0})
        self.enterContext(mock.patch.object(
            processes.Child, '_running', return_value=self.process))
        self.select = self.enterContext(mock.patch.object(
            dialogue.select, 'select', return_value=([1], [], [])))

    def test_answer(self):
        self.process.stdout.readline.return_value = '{"a": 1}\n'
        self.assertEqual({'a': 1}, self.child.ask('settle', events=7))
        self.process.stdin.write.assert_called_once_with(
            '{"op": "settle", "events": 7}\n')

    def test_ended(self):
        self.process.stdin.write.side_effect = BrokenPipeError
        self.process.stdout.readline.return_value = ''
        self.assertRaises(processes.ProcessError, self.child.ask, 'settle')

    def test_silent(self):
        self.select.return_value = [], [], []
        self.assertRaises(processes.ProcessError, self.child.ask, 'settle')
        self.process.stdout.readline.assert_not_called()
