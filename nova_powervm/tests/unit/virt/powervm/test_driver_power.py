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

"""Power operations, and what the event handler learns of them."""

import ddt
import mock
from nova.compute import task_states
from nova import exception

from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import vm


@ddt.ddt
class PowerTestCase(driver_base.InstanceTestCase):

    def test_power_on(self):
        self.driver.power_on(self.context, self.instance, [])
        self.calls.power_on.assert_called_once_with(
            self.driver.adapter, self.instance)

    def test_hard_power_off(self):
        self.driver.power_off(self.instance)
        self.calls.power_off.assert_called_once_with(
            self.driver.adapter, self.instance, 0, 0)

    def test_soft_power_off(self):
        self.driver.power_off(self.instance, 60, 10)
        self.calls.power_off.assert_called_once_with(
            self.driver.adapter, self.instance, 60, 10)

    def reboot(self, reboot_type):
        self.driver.reboot(self.context, self.instance, [], reboot_type)

    def assert_rebooted(self, hard, timeout):
        self.calls.reboot.assert_called_once_with(
            self.driver.adapter, self.instance, hard=hard, timeout=timeout)

    def test_soft_reboot_with_the_timeout_of_nova(self):
        self.flags(shutdown_timeout=33)
        self.reboot('SOFT')
        self.assert_rebooted(False, 33)

    def test_soft_reboot_with_the_timeout_of_the_image(self):
        self.instance.system_metadata['image_os_shutdown_timeout'] = '240'
        self.reboot('SOFT')
        self.assert_rebooted(False, 240)

    def test_hard_reboot(self):
        self.reboot('HARD')
        self.assert_rebooted(True, mock.ANY)

    def test_reboot_without_an_lpar(self):
        # nova records no fault for an InstanceNotFound.
        error = exception.InstanceNotFound(
            instance_id=driver_base.INSTANCE_UUID)
        self.calls.reboot.side_effect = error
        e = self.assertRaises(exception.InstanceRebootFailure, self.reboot,
                              'HARD')
        self.assertIs(error, e.__cause__)
        self.assertIn(driver_base.LPAR_UUID, e.kwargs['reason'])

    @ddt.data(task_states.RESCUING, task_states.SHELVING,
              task_states.RESIZE_MIGRATING)
    def test_power_off_for_what_is_refused_then(self, task_state):
        self.instance.task_state = task_state
        self.assertRaises(exception.InstancePowerOffFailure,
                          self.driver.power_off, self.instance, 60, 10)
        self.assertEqual([], self.called())

    @ddt.data(None, task_states.POWERING_OFF, task_states.DELETING,
              task_states.SOFT_DELETING, task_states.SHELVING_OFFLOADING)
    def test_power_off_for_anything_else(self, task_state):
        self.instance.task_state = task_state
        self.driver.power_off(self.instance, 60, 10)
        self.assertEqual(['power_off'], self.called())


@ddt.ddt
class AgreementTestCase(driver_base.InstanceTestCase):
    """nova acts on an LPAR, so the event handler forgets its agreement."""

    def setUp(self):
        super().setUp()
        self.flags(group='powervm', bare_lpars=True)
        self.driver._event_handler = self.handler = mock.Mock(
            spec=['process', 'forget_agreement'])
        self.lpar = vm.get_pvm_uuid(self.instance)

    def act(self, operation):
        arguments = {
            'spawn': (self.context, self.instance, None, [], None, {}),
            'destroy': (self.context, self.instance, []),
            'power_on': (self.context, self.instance, []),
            'power_off': (self.instance,),
            'reboot': (self.context, self.instance, [], 'HARD')}[operation]
        getattr(self.driver, operation)(*arguments)

    @ddt.named_data(
        ('spawn', 'spawn', 'power_on'), ('destroy', 'destroy', 'power_off'),
        ('power_on', 'power_on', 'power_on'),
        ('power_off', 'power_off', 'power_off'),
        ('reboot', 'reboot', 'reboot'))
    def test_before_and_after(self, operation, function):
        counts = []
        getattr(self.calls, function).side_effect = lambda *_, **__: (
            counts.append(self.handler.forget_agreement.call_count))
        self.act(operation)
        self.assertEqual([1], counts)
        self.assertEqual([mock.call(self.lpar)] * 2,
                         self.handler.forget_agreement.call_args_list)

    def test_after_a_failure(self):
        self.calls.power_on.side_effect = exception.InstancePowerOnFailure(
            reason='no')
        self.assertRaises(exception.InstancePowerOnFailure, self.act,
                          'power_on')
        self.assertEqual(2, self.handler.forget_agreement.call_count)

    def test_handler_without_forget_agreement(self):
        self.driver._event_handler = driver_base.Handler(self.driver)
        self.act('power_on')
        self.calls.power_on.assert_called_once()
