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

import importlib.util
import types

import mock
from oslo_concurrency import lockutils

from benchmarks.comparison import releases
from benchmarks.controller import modules
from nova_powervm.testing import drivers
from nova_powervm.tests import base


class TestOurs(base.TestCase):

    def setUp(self):
        super().setUp()
        self.module = modules.Ours(drivers.FakeDriver(), 'host-7', 90.0, 3)
        self.addCleanup(self.module.handler.stop)

    def test_host_and_delay(self):
        module = mock.Mock()
        with mock.patch.object(modules.importlib, 'import_module',
                               return_value=module):
            modules.Ours('driver', 'host-7', 90.0, 3)
        module.make_conf.assert_called_once_with(
            'host-7', event_delay=90.0, event_max_delay=90.0,
            event_emit_workers=3)
        module.PowerVMNovaEventHandler.assert_called_once_with(
            'driver', conf=module.make_conf.return_value)

    def test_what_is_queued_or_confirmed_is_unfinished(self):
        handler = self.module.handler = mock.Mock()
        handler.statistics.as_dict.return_value = {
            'pending': 1, 'confirming': 2}
        self.assertEqual(2, self.module.unfinished())
        handler.statistics.as_dict.return_value = {
            'pending': 3, 'confirming': 2}
        self.assertEqual(3, self.module.unfinished())

    def test_resync(self):
        with mock.patch.object(self.module.handler.lifecycle, 'resync',
                               autospec=True) as resync:
            self.module.resync()
        resync.assert_called_once_with()

    def test_forget(self):
        with mock.patch.object(
                self.module.handler.lifecycle, 'forget_agreements',
                autospec=True) as forget:
            self.module.forget()
        forget.assert_called_once_with()


class TestRelease9(base.TestCase):

    def setUp(self):
        super().setUp()
        self.locks = []
        self.enterContext(mock.patch.object(
            lockutils, 'synchronized', side_effect=self.locks.append))
        self.loaded = []
        self.enterContext(mock.patch.object(
            importlib.util, 'find_spec', return_value=mock.Mock(
                loader=mock.Mock(exec_module=self.load))))
        self.enterContext(mock.patch.object(
            importlib.util, 'module_from_spec',
            side_effect=lambda spec: types.SimpleNamespace()))
        self.threads = {}

    def load(self, module):
        lockutils.synchronized('lock')
        self.greenthread = module.greenthread = mock.Mock()
        module.PowerVMNovaEventHandler = mock.Mock()
        handler = module.PowerVMNovaEventHandler.return_value
        handler._lifecycle_handler._delayed_event_threads = self.threads
        self.loaded.append(module)

    def test_each_host_has_a_module_and_locks_of_its_own(self):
        outside = lockutils.synchronized
        modules.Release9('driver', 'host-1', 2.0, 4)
        modules.Release9('driver', 'host-2', 2.0, 4)
        self.assertEqual(2, len(self.loaded))
        self.assertEqual(2, len(set(self.locks)))
        self.assertIs(outside, lockutils.synchronized)

    def test_delay(self):
        modules.Release9('driver', 'host-1', 2.0, 4)
        self.loaded[0].greenthread.spawn_after(15, 'work')
        self.greenthread.spawn_after.assert_called_once_with(2.0, 'work')

    def test_those_that_have_not_ended_are_unfinished(self):
        found = modules.Release9('driver', 'host-1', 2.0, 4)
        self.threads.update(a=mock.Mock(dead=True), b=mock.Mock(dead=False))
        self.assertEqual(1, found.unfinished())


class TestPrepare(base.TestCase):

    def setUp(self):
        super().setUp()
        self.prepare = self.enterContext(mock.patch.object(
            releases, 'prepare', autospec=True))

    def test_ours(self):
        self.assertIs(modules.Ours, modules.prepare(releases.OURS))

    def test_old(self):
        self.assertIs(modules.Release9, modules.prepare(releases.OLD))
        self.prepare.assert_called_once_with(releases.OLD)
