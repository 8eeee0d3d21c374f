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
import logging

import ddt
import mock
from nova.compute import manager
from nova import exception
from nova.network import model
from nova import objects

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import vif_events


@ddt.ddt
class WaitForPluggingTestCase(driver_base.TestCase):
    """Waits as nova-compute does."""

    def setUp(self):
        super().setUp()
        self.instance = base.make_instance(self.context)
        self.compute = mock.Mock(instance_events=manager.InstanceEvents())
        self.virtapi = manager.ComputeVirtAPI(self.compute)
        self.vifs = [model.VIF(id='1', active=False),
                     model.VIF(id='2', active=True)]

    def wait(self, *statuses):
        """Plug ports; meanwhile neutron sends events for port 1."""
        with vif_events.wait_for_plugging(
                self.virtapi, self.instance, self.vifs):
            for status in statuses:
                event = objects.InstanceExternalEvent(
                    name='network-vif-plugged', tag='1', status=status)
                manager.ComputeManager._process_instance_event(
                    self.compute, self.instance, event)

    def late(self):
        """Let the events be late."""
        @contextlib.contextmanager
        def wait(*args, **kwargs):
            yield
            raise vif_events._event_timeout()()
        self.patch_object(self.virtapi, 'wait_for_instance_event', new=wait)

    def test_waits_for_ports_that_are_not_active(self):
        self.flags(vif_plugging_timeout=60)
        self.wait('completed')
        self.assertEqual([], self.logged(logging.WARNING))

    @ddt.named_data(('off', 0, False), ('all_active', 60, True))
    def test_waits_for_nothing(self, timeout, active):
        self.flags(vif_plugging_timeout=timeout)
        self.vifs[0]['active'] = active
        self.wait()
        self.assertEqual([], self.logged(logging.WARNING))

    def test_fails(self):
        self.flags(vif_plugging_is_fatal=True)
        self.assertRaises(exception.VirtualInterfaceCreateException,
                          self.wait, 'failed')

    def test_fails_but_is_not_fatal(self):
        self.flags(vif_plugging_is_fatal=False)
        self.wait('failed')
        self.assertEqual(1, len(self.logged(logging.ERROR)))

    def test_late(self):
        self.flags(vif_plugging_is_fatal=True)
        self.late()
        self.assertRaises(exception.VirtualInterfaceCreateException,
                          self.wait)

    def test_late_but_is_not_fatal(self):
        self.flags(vif_plugging_is_fatal=False)
        self.late()
        self.wait()
        self.assertEqual(1, len(self.logged(logging.WARNING)))

    def test_plugging_that_failed_is_not_waited_for(self):
        def plug():
            with vif_events.wait_for_plugging(
                    self.virtapi, self.instance, self.vifs):
                raise exception.VirtualInterfacePlugException()

        self.assertRaises(exception.VirtualInterfacePlugException, plug)
