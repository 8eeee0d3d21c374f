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

import ddt
import mock
from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from nova import exception
from nova import objects
from nova.virt import event as virt_event
from oslo_config import cfg

from nova_powervm.tests import base
from nova_powervm.virt.powervm import lost_stop

_UUID = 'b4a3f0d5-7e0a-4d5f-9f0e-3a8c2d1b6e70'
_HOST = 'here'


@ddt.ddt
class CallbackTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.now = 0.0
        self.seconds = 61.0
        self.error = None
        self.told = []
        self.instance = mock.Mock(
            spec=objects.Instance, uuid=_UUID, host=_HOST,
            task_state=task_states.POWERING_OFF,
            vm_state=vm_states.ACTIVE, power_state=power_state.SHUTDOWN)
        self.find = self.enterContext(mock.patch.object(
            objects.Instance, 'get_by_uuid', return_value=self.instance))
        self.callback = lost_stop.Callback(
            self.handle, _HOST, lambda: self.now)

    def handle(self, event):
        self.told.append(event)
        self.now += self.seconds
        if self.error:
            raise self.error

    def tell(self):
        event = virt_event.LifecycleEvent(
            _UUID, virt_event.EVENT_LIFECYCLE_STOPPED)
        self.callback(event)
        self.assertEqual([event], self.told)

    def test_ended(self):
        self.tell()
        self.assertEqual(_UUID, self.find.call_args.args[1])
        self.assertIsNone(self.instance.task_state)
        self.instance.save.assert_called_once_with(
            expected_task_state=[task_states.POWERING_OFF])

    def test_nova_is_quick(self):
        self.seconds = 59.0
        self.tell()
        self.find.assert_not_called()

    def test_patient_option(self):
        # As oslo.messaging registers it.
        self._config.register_opt(
            cfg.IntOpt('rpc_response_timeout', default=100))
        self.tell()
        self.find.assert_not_called()

    @ddt.named_data(
        ('none', None, _HOST), ('another', task_states.REBOOTING, _HOST),
        ('moved', task_states.POWERING_OFF, 'elsewhere'))
    def test_left_alone(self, task_state, host):
        self.instance.task_state = task_state
        self.instance.host = host
        self.tell()
        self.instance.save.assert_not_called()

    def test_stop_by_a_user_is_slow(self):
        """Its guest shuts down while a call about an event is given up."""
        self.instance.power_state = power_state.RUNNING
        self.tell()
        self.instance.save.assert_not_called()
        self.assertEqual(task_states.POWERING_OFF, self.instance.task_state)

    def test_stop_of_what_was_started_elsewhere(self):
        self.instance.vm_state = vm_states.STOPPED
        self.instance.power_state = power_state.RUNNING
        self.tell()
        self.assertIsNone(self.instance.task_state)

    @ddt.named_data(
        ('gone', exception.InstanceNotFound(instance_id=_UUID)),
        ('away', OSError()))
    def test_record_cannot_be_read(self, error):
        self.find.side_effect = error
        self.tell()

    def test_task_ended_meanwhile(self):
        self.instance.save.side_effect = exception.UnexpectedTaskStateError(
            instance_uuid=_UUID, expected={}, actual={})
        self.tell()

    def test_what_nova_raises_goes_on(self):
        self.error = OSError('no answer')
        self.assertRaises(OSError, self.tell)
        self.assertIsNone(self.instance.task_state)
