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

"""Information about instances."""

import time

import ddt
import mock
from nova.compute import power_state
from nova.compute import vm_states
from nova import exception
from nova import objects
from nova.virt import hardware
from oslo_utils.fixture import uuidsentinel as uuids
from pypowervm import exceptions as pvm_exc

from nova_powervm.testing import internals
from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import listing
from nova_powervm.virt.powervm import vm

RUNNING = hardware.InstanceInfo(power_state.RUNNING)


@ddt.ddt
class GetInfoTestCase(driver_base.InstanceTestCase):
    """A running instance, and NovaLink lists and reads its LPAR."""

    def setUp(self):
        super().setUp()
        self.instance.vm_state = vm_states.ACTIVE
        self.instance.power_state = power_state.RUNNING
        self.states = {driver_base.LPAR_UUID: 'running'}
        self.read_all = self.patch_object(
            listing.Lister, 'read', side_effect=lambda: dict(self.states))
        # A driver has its method from the beginning.
        self.driver = self.replace_driver()

    def replace_driver(self):
        self.driver.cleanup_host('host')
        the_driver = driver.PowerVMDriver(mock.sentinel.virtapi)
        the_driver.init_host('host')
        self.addCleanup(the_driver.cleanup_host, 'host')
        return the_driver

    def get_info(self, **arguments):
        return self.driver.get_info(self.instance, **arguments)

    def test_nova_agrees_with_the_list(self):
        self.assertEqual(RUNNING, self.get_info())
        self.assertEqual([], self.called())

    def assert_read(self, **arguments):
        """The LPAR is read by itself."""
        info = hardware.InstanceInfo(power_state.SUSPENDED)
        self.calls.get_vm_info.return_value = info
        self.assertIs(info, self.get_info(**arguments))
        self.calls.get_vm_info.assert_called_once_with(
            self.driver.adapter, self.instance)

    def test_no_cache(self):
        self.assert_read(use_cache=False)
        self.read_all.assert_not_called()

    @ddt.named_data(
        ('another_power_state', 'not activated', {}),
        ('another_vm_state', 'running', {'vm_state': vm_states.STOPPED}),
        ('no_state', '', {}), ('unknown_state', 'weird', {}))
    def test_nova_would_act_upon_the_list(self, state, fields):
        self.states[driver_base.LPAR_UUID] = state
        self.instance.update(fields)
        self.assert_read()

    def test_list_lacks_the_lpar(self):
        self.states.clear()
        self.assert_read()

    @ddt.named_data(
        ('power_on', lambda driver, instance: driver.power_on(
            None, instance, None)),
        ('power_off', lambda driver, instance: driver.power_off(instance)),
        ('reboot', lambda driver, instance: driver.reboot(
            None, instance, None, 'HARD')),
        ('destroy', lambda driver, instance: driver.destroy(
            None, instance, None)))
    def test_nova_has_acted_since(self, act):
        self.get_info()
        act(self.driver, self.instance)
        self.assert_read()

    def test_nova_is_acting(self):
        """A list that was read before may be wrong already."""
        self.get_info()
        self.calls.power_off.side_effect = (
            lambda *args: self.assert_read())
        self.driver.power_off(self.instance)
        self.calls.get_vm_info.assert_called_once()

    def test_list_that_was_read_while_nova_acted(self):
        self.calls.power_off.side_effect = lambda *args: self.get_info()
        self.driver.power_off(self.instance)
        self.calls.get_vm_info.reset_mock()
        self.assert_read()

    def test_instances_share_a_list(self):
        other = base.make_instance(
            self.context, uuid=driver_base.LPAR_UUID.lower())
        other.vm_state, other.power_state = vm_states.ACTIVE, RUNNING.state
        self.get_info()
        self.assertEqual(RUNNING, self.driver.get_info(other))
        self.read_all.assert_called_once_with()

    def test_list_of_the_event_handler(self):
        now = time.monotonic()
        internals.handler_of(self.driver).listed = interfaces.Listed(
            now, now, dict(self.states))
        self.assertEqual(RUNNING, self.get_info())
        self.read_all.assert_not_called()

    def test_no_list(self):
        self.read_all.side_effect = pvm_exc.ConnectionError('refused')
        self.assertRaises(exception.HypervisorUnavailable, self.get_info)
        self.assertEqual([], self.called())

    @ddt.named_data(
        ('no_lpar', exception.InstanceNotFound(
            instance_id=driver_base.INSTANCE_UUID)),
        ('no_service', pvm_exc.ConnectionError('refused')))
    def test_read_fails(self, error):
        self.calls.get_vm_info.side_effect = error
        self.assertIs(error, self.assertRaises(
            type(error), self.get_info, use_cache=False))

    def test_instance_exists(self):
        self.calls.instance_exists.return_value = mock.sentinel.answer
        self.assertIs(mock.sentinel.answer,
                      self.driver.instance_exists(self.instance))


class NumberTestCase(driver_base.InstanceTestCase):

    def setUp(self):
        super().setUp()
        self.read = self.patch_object(self.driver._listing, 'get')
        self.read.return_value = {
            driver_base.LPAR_UUID: 'running', 'MANAGEMENT': 'running',
            '0C8BC782-E312-40F7-ACAD-81EB3B9FB06D': 'running'}
        self.uuids = self.patch_object(
            objects.InstanceList, 'get_uuids_by_host')

    def test_instances_with_an_lpar(self):
        """The management partition and foreign LPARs do not count."""
        self.uuids.return_value = [driver_base.INSTANCE_UUID, uuids.no_lpar]
        self.assertEqual(1, self.driver.get_num_instances())
        self.uuids.assert_called_once_with(mock.ANY, 'host')

    def test_no_list(self):
        """nova skips the round."""
        self.read.side_effect = exception.HypervisorUnavailable()
        self.assertRaises(exception.VirtDriverNotReady,
                          self.driver.get_num_instances)
        self.uuids.assert_not_called()


@ddt.ddt
class ListsTestCase(driver_base.InstanceTestCase):

    def setUp(self):
        super().setUp()
        lpars = [mock.Mock(uuid=driver_base.LPAR_UUID),
                 mock.Mock(uuid='0C8BC782-E312-40F7-ACAD-81EB3B9FB06D')]
        lpars[0].name, lpars[1].name = 'instance-1', 'foreign'
        self.get_lpars = self.patch_object(vm, 'get_lpars',
                                           return_value=lpars)

    def test_names(self):
        self.assertEqual(['instance-1', 'foreign'],
                         self.driver.list_instances())

    def test_uuids(self):
        """Each LPAR may be one of two instances."""
        self.assertEqual(
            {driver_base.LPAR_UUID.lower(), driver_base.INSTANCE_UUID,
             '0c8bc782-e312-40f7-acad-81eb3b9fb06d',
             '8c8bc782-e312-40f7-acad-81eb3b9fb06d'},
            set(self.driver.list_instance_uuids()))

    @ddt.data('list_instances', 'list_instance_uuids')
    def test_failure(self, method):
        """nova puts off what it wants the list for."""
        self.get_lpars.side_effect = pvm_exc.Error('down')
        self.assertRaises(exception.VirtDriverNotReady,
                          getattr(self.driver, method))
