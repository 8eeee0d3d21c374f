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

"""What the unit tests of the driver share."""

import mock
from pypowervm import adapter as pvm_adapter
from pypowervm.wrappers import managed_system

from nova_powervm.testing import logs
from nova_powervm.testing import novalink
from nova_powervm.tests import base
from nova_powervm.virt.powervm import building
from nova_powervm.virt.powervm import compute_service
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm import handlers
from nova_powervm.virt.powervm import session as pvm_session
from nova_powervm.virt.powervm import vm

# The same instance and LPAR: PowerVM clears the first bit of the uuid.
INSTANCE_UUID = 'c1d5b3a0-29a9-4a44-8a0c-7fd6a1a5d2f3'
LPAR_UUID = '41D5B3A0-29A9-4A44-8A0C-7FD6A1A5D2F3'


class TestCase(base.TestCase):
    """A test that keeps the log records of the driver."""

    def setUp(self):
        super().setUp()
        self.logs = self.useFixture(logs.Logs())

    def patch_object(self, target, name, **kwargs):
        """Patch an attribute for the length of the test."""
        patcher = mock.patch.object(target, name, **kwargs)
        self.addCleanup(patcher.stop)
        return patcher.start()

    def logged(self, level):
        """Return the records of a level, oldest first."""
        return [record for record in self.logs.records
                if record.levelno == level]


class Handler(pvm_adapter.WrapperEventHandler):
    """An event handler with only what every handler has."""

    def __init__(self, the_driver):
        self.driver = the_driver
        self.adapter = the_driver.adapter

    def process(self, events):
        pass


class StoppableHandler(Handler):

    stopped = False

    def stop(self):
        self.stopped = True


def make_system(name, uuid):
    """Return a stand-in for the wrapper of a managed system."""
    system = mock.Mock(spec=managed_system.System, uuid=uuid)
    system.system_name = name
    system.refresh.return_value = system
    return system


class DriverTestCase(TestCase):
    """A driver whose sessions, managed system and handler are stand-ins.

    ``sessions`` and ``listeners`` are those that the driver opened, in order.
    """

    def setUp(self):
        super().setUp()
        self.system = make_system('first', 'system-1')
        self.sessions = []
        self.listeners = []
        # What the listeners of the next sessions fail with.
        self.listener_errors = []
        self.open_session = self.patch_object(
            pvm_session, 'Session', side_effect=self.make_session)
        self.get_systems = self.patch_object(
            managed_system.System, 'get', return_value=[self.system])
        self.compute_service = self.patch_object(
            compute_service, 'ComputeService', autospec=True)
        self.load_handler = self.patch_object(
            handlers, 'load', return_value=StoppableHandler)
        # What is more than an LPAR is tested in test_building.
        self.make_builder = self.patch_object(
            building, 'make', side_effect=lambda virtapi, adapter, system:
            building.Builder(virtapi, adapter, system.uuid, None, None))
        self.driver = driver.PowerVMDriver(mock.sentinel.virtapi)

    def make_session(self, **kwargs):
        session = novalink.FakeSession()
        self.sessions.append(session)
        self.listeners.append(session.get_event_listener())
        if self.listener_errors:
            session.get_event_listener = mock.Mock(
                side_effect=self.listener_errors.pop(0))
        return session

    def assert_disconnected(self):
        """Assert that the driver keeps nothing of a connection."""
        self.assertIsNone(self.driver.session)
        self.assertIsNone(self.driver.adapter)
        self.assertIsNone(self.driver.host_wrapper)
        for listener in self.listeners:
            self.assertEqual([], listener.handlers)


class InstanceTestCase(DriverTestCase):
    """A driver after init_host, an instance, and stand-ins for vm.

    ``calls`` records the calls of all functions of vm in one list.
    """

    def setUp(self):
        super().setUp()
        self.driver.init_host('host')
        self.instance = base.make_instance(self.context, uuid=INSTANCE_UUID)
        self.calls = mock.Mock()
        for name in ('create_lpar', 'delete_lpar', 'power_on', 'power_off',
                     'reboot', 'get_vm_info', 'instance_exists'):
            self.calls.attach_mock(
                self.patch_object(vm, name, autospec=True), name)

    def called(self):
        """Return the names of the functions called, in order."""
        return [call[0] for call in self.calls.mock_calls]
