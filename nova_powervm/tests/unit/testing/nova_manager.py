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


"""nova's own compute manager, asked what it does about a power state."""

import itertools

import mock
from nova.compute import manager
from nova.compute import power_state
from nova.compute import vm_states
from nova import objects
from nova.virt import hardware

VM_STATES = sorted(value for name, value in vars(vm_states).items()
                   if name.isupper() and isinstance(value, str))
# Those that the driver reports.
POWERS = {
    'running': power_state.RUNNING, 'not activated': power_state.SHUTDOWN,
    'suspended': power_state.SUSPENDED, 'error': power_state.SHUTDOWN,
    'Unknown': power_state.NOSTATE}
#: Named cases for ddt: name, vm_state and LPAR state.
CASES = [['%s_%s' % (vm_state, lpar_state), vm_state, lpar_state]
         for vm_state, lpar_state in itertools.product(VM_STATES, POWERS)]


class _Manager(manager.ComputeManager):

    def __init__(self, host, power):
        # Without the base class's: that wants other services.
        self.host = host
        self.driver = mock.Mock()
        self.driver.get_info.return_value = hardware.InstanceInfo(power)
        self.compute_api = mock.Mock()


def asks_for(context, vm_state, recorded, power, host='here'):
    """Return what nova does when it learns of a power state.

    :param recorded: the power state that its record has.
    :param power: the one that the driver reports.
    :returns: whether it saves, and the names of the API calls that it makes.
    """
    instance = objects.Instance(
        context, uuid='0a000000-0000-4000-8000-000000000000', host=host,
        vm_state=vm_state, task_state=None, power_state=recorded,
        shutdown_terminate=False)
    instance.obj_reset_changes()
    nova = _Manager(host, power)
    with (mock.patch.object(objects.Instance, 'refresh'),
          mock.patch.object(objects.Instance, 'save') as save):
        nova._sync_instance_power_state(context, instance, power)
    return save.called, [call[0] for call in nova.compute_api.method_calls]
