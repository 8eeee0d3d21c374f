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
from nova.compute import power_state
from nova import exception
from nova.virt import event as virt_event

from nova_powervm.testing import drivers
from nova_powervm.testing import novalink
from nova_powervm.tests import base

_LPAR = '0A000000-0000-4000-8000-000000000000'


class TestEventDriver(base.TestCase):

    def setUp(self):
        super().setUp()
        self.adapter = novalink.FakeAdapter({_LPAR: 'suspended'})
        self.driver = drivers.EventDriver(self.adapter)
        self.instance = base.make_instance(self.context, _LPAR.lower())

    def test_session(self):
        self.assertIs(self.adapter.session, self.driver.session)

    def test_get_info_reads(self):
        self.assertEqual(power_state.SUSPENDED,
                         self.driver.get_info(self.instance).state)
        self.assertEqual([_LPAR], self.adapter.reads)

    def test_events_reach_the_listener(self):
        event = virt_event.LifecycleEvent(
            self.instance.uuid, virt_event.EVENT_LIFECYCLE_STOPPED)
        self.driver.emit_event(event)
        listener = mock.Mock(side_effect=ZeroDivisionError)
        self.driver.register_event_listener(listener)
        self.driver.emit_event(event)
        listener.assert_called_once_with(event)

    @mock.patch('nova_powervm.virt.powervm.vm.power_off', autospec=True)
    @mock.patch('nova_powervm.virt.powervm.vm.power_on', autospec=True)
    def test_power(self, power_on, power_off):
        self.driver.power_on(self.context, self.instance, None)
        power_on.assert_called_once_with(self.adapter, self.instance)
        self.driver.power_off(self.instance, 60, 10)
        power_off.assert_called_once_with(
            self.adapter, self.instance, 60, 10)


class TestFakeDriver(base.TestCase):

    def setUp(self):
        super().setUp()
        self.driver = drivers.FakeDriver()
        # The LPAR's uuid lacks the instance's first bit.
        self.instance = base.make_instance(
            self.context, '8a000000-0000-4000-8000-000000000000')
        self.driver.lpars[_LPAR] = 'running'

    def test_power(self):
        self.driver.power_off(self.instance)
        self.assertEqual(power_state.SHUTDOWN,
                         self.driver.get_info(self.instance).state)
        self.driver.power_on(self.context, self.instance, None)
        self.assertEqual({_LPAR: 'running'}, self.driver.lpars)

    def test_reads_of_the_handler_only(self):
        self.driver.get_info(self.instance)
        self.assertEqual([], self.driver.adapter.reads)

    def test_no_such_lpar(self):
        self.driver.lpars.clear()
        self.assertRaises(exception.InstanceNotFound, self.driver.get_info,
                          self.instance)
        self.assertRaises(exception.InstanceNotFound, self.driver.power_off,
                          self.instance)
        self.assertEqual({}, self.driver.lpars)
