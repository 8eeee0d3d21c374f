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

import contextlib
import sys

import mock
from nova.compute import manager as nova_manager
from nova.compute import power_state
from nova import rpc
from nova.virt import event as virtevent

from benchmarks.controller import fleet
from benchmarks.controller import nova_side
from benchmarks.controller import novalink
from nova_powervm.tests import base


class _Calls:
    """Notes who made the calls."""

    def __init__(self):
        self.origin = 'module'

    @contextlib.contextmanager
    def as_nova(self):
        self.origin = 'nova'
        yield
        self.origin = 'module'


class TestNovaSide(base.TestCase):

    def setUp(self):
        super().setUp()
        self.calls = _Calls()
        self.lpars = fleet.lpars(0, 2)
        self.uuid = fleet.instances(self.lpars)[1]
        self.adapter = novalink.Adapter(self.lpars)
        self.driver = nova_side.HostDriver(self.adapter, self.calls)
        self.enterContext(mock.patch.object(
            rpc, 'get_notifier', autospec=True))
        # Only nova 34 has it.
        self.enterContext(mock.patch.dict(
            sys.modules, {'nova.compute.share_management': mock.Mock()}))
        self.enterContext(mock.patch.object(
            nova_side.manila, 'API', autospec=True))
        self.manager = nova_side.Manager(self.driver, self.calls, 'host-0')

    def test_nova_is_told(self):
        heard = []
        self.driver.register_event_listener(
            lambda event: heard.append((event, self.calls.origin)))
        event = virtevent.LifecycleEvent(
            self.uuid, virtevent.EVENT_LIFECYCLE_STOPPED)
        self.driver.emit_event(event)
        self.assertEqual([(event, 'nova')], heard)
        self.assertEqual(1, self.driver.emits)

    def test_power_state_is_the_lpars(self):
        self.adapter.switch(novalink.State.NOT_ACTIVATED)
        self.assertEqual(power_state.SHUTDOWN, self.driver.get_info(
            base.make_instance(self.context, self.uuid)).state)

    def test_stop_is_novas(self):
        origins = []
        with mock.patch.object(
                nova_manager.ComputeManager, 'stop_instance',
                side_effect=lambda *args: origins.append(
                    (self.calls.origin, self.manager.stopping))):
            self.manager.stop_instance('context', 'instance', True)
        self.assertEqual([('nova', 1)], origins)
        self.assertEqual(1, len(self.manager.stops))
        self.assertEqual(0, self.manager.stopping)

    def test_stop_that_failed(self):
        with mock.patch.object(nova_manager.ComputeManager, 'stop_instance',
                               side_effect=ValueError):
            self.assertRaises(ValueError, self.manager.stop_instance,
                              'context', 'instance', True)
        self.assertEqual([], self.manager.stops)
        self.assertEqual(0, self.manager.stopping)

    def test_messages_for_the_host(self):
        with mock.patch.object(rpc, 'get_server', autospec=True) as server:
            self.manager.serve()
        target, endpoints, _ = server.call_args.args
        self.assertEqual(('compute', 'host-0'),
                         (target.topic, target.server))
        self.assertEqual([self.manager], endpoints)
        server.return_value.start.assert_called_once_with()
