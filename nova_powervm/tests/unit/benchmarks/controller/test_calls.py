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
import oslo_messaging

from benchmarks.controller import calls
from nova_powervm.tests import base


class TestCalls(base.TestCase):

    def setUp(self):
        super().setUp()
        self.api = mock.Mock()
        self.calls = calls.Calls(self.api)
        self.clock = self.enterContext(mock.patch.object(
            calls.time, 'monotonic', side_effect=range(100)))

    def call(self):
        return self.calls.object_class_action_versions(
            'context', 'InstanceList', 'get_by_host', 'versions', ('host',),
            {})

    def test_class_method(self):
        self.assertEqual(
            self.api.object_class_action_versions.return_value, self.call())
        self.api.object_class_action_versions.assert_called_once_with(
            'context', 'InstanceList', 'get_by_host', 'versions', ('host',),
            {})
        self.assertEqual([('module', 'InstanceList.get_by_host', 0, 1)],
                         self.calls.take())

    def test_method(self):
        instance = mock.Mock()
        instance.obj_name.return_value = 'Instance'
        self.assertEqual(
            self.api.object_action.return_value, self.calls.object_action(
                'context', instance, 'save', (), {}))
        self.api.object_action.assert_called_once_with(
            'context', instance, 'save', (), {})
        self.assertEqual([('module', 'Instance.save', 0, 1)],
                         self.calls.take())

    def test_backport(self):
        instance = mock.Mock()
        self.assertEqual(
            self.api.object_backport_versions.return_value,
            self.calls.object_backport_versions('context', instance, {}))
        self.assertEqual(1, len(self.calls.take()))

    def test_nova_calls(self):
        with self.calls.as_nova():
            self.call()
        self.call()
        self.assertEqual(['nova', 'module'],
                         [call[0] for call in self.calls.take()])

    def test_taken_once(self):
        self.call()
        self.calls.take()
        self.assertEqual([], self.calls.take())

    def test_running(self):
        self.api.object_class_action_versions.side_effect = (
            lambda *args: self.calls.running)
        self.assertEqual(1, self.call())
        self.assertEqual(0, self.calls.running)

    def test_no_answer_in_time(self):
        self.api.object_class_action_versions.side_effect = (
            oslo_messaging.MessagingTimeout)
        self.assertRaises(oslo_messaging.MessagingTimeout, self.call)
        self.assertEqual(1, self.calls.timeouts)
        self.assertEqual(0, self.calls.running)
        self.assertEqual(1, len(self.calls.take()))

    def test_another_error(self):
        self.api.object_class_action_versions.side_effect = ValueError
        self.assertRaises(ValueError, self.call)
        self.assertEqual(0, self.calls.timeouts)
        self.assertEqual(0, self.calls.running)
