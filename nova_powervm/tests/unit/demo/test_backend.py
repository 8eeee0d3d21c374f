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

import os
import sys
import types

import fixtures
import mock
import testtools

from nova_powervm.demo import backend


class TestSelect(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.EnvironmentVariable(
            'OS_NOVA_DISABLE_EVENTLET_PATCHING'))
        self.nova = types.SimpleNamespace(
            patch=mock.Mock(), is_patched=mock.Mock(return_value=False))
        patcher = mock.patch.dict(sys.modules, {
            'nova': types.SimpleNamespace(monkey_patch=self.nova)})
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_threading(self):
        backend.select('threading')
        self.assertEqual(
            'true', os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'])
        self.nova.patch.assert_called_once_with('threading')

    def test_eventlet(self):
        self.nova.is_patched.return_value = True
        backend.select('eventlet')
        self.assertEqual(
            'false', os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'])
        self.nova.patch.assert_called_once_with('eventlet')

    def test_the_process_runs_the_other_one(self):
        self.assertRaisesRegex(
            RuntimeError, 'does not run on eventlet',
            backend.select, 'eventlet')
