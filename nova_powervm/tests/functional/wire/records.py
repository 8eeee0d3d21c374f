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


"""Nova as far as the event module has to do with it, in memory."""

import mock
from nova.compute import power_state
from nova import objects
from nova.virt import event as virt_event

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import conductor
from nova_powervm.virt.powervm import vm

_TOLD = {virt_event.EVENT_LIFECYCLE_STARTED: power_state.RUNNING,
         virt_event.EVENT_LIFECYCLE_STOPPED: power_state.SHUTDOWN,
         virt_event.EVENT_LIFECYCLE_SUSPENDED: power_state.SUSPENDED}


class Nova:
    """Nova's records, with the conduct of its manager.

    :param driver: its adapter is used, the one that it has at the time.
    """

    def __init__(self, driver):
        self._driver = driver
        self.instances = {}
        self.lookups = 0
        #: uuid and power state of each event
        self.events = []

    def use_in(self, test):
        """Have nova's objects read from here for the length of a test."""
        for name in ('get_by_filters', 'get_by_host'):
            patcher = mock.patch.object(
                objects.InstanceList, name, getattr(self, name))
            patcher.start()
            test.addCleanup(patcher.stop)

    def add(self, lpars, power, **fields):
        """Make records of LPARs: two forms of their uuids in turn."""
        for lpar in lpars:
            uuid = conductor.candidate_uuids(lpar)[len(self.instances) % 2]
            self.instances[uuid] = objects.Instance(**{
                'uuid': uuid, 'host': world.HOST, 'task_state': None,
                'power_state': power, **fields})

    def find(self, lpar):
        """Return an LPAR's instance."""
        return next(self.instances[uuid]
                    for uuid in conductor.candidate_uuids(lpar)
                    if uuid in self.instances)

    def power_states(self, lpars):
        return [self.find(lpar).power_state for lpar in lpars]

    def get_by_filters(self, context, filters, expected_attrs):
        self.lookups += 1
        return [instance.obj_clone() for uuid in filters['uuid']
                if (instance := self.instances.get(uuid)) is not None]

    def get_by_host(self, context, host, expected_attrs):
        return [instance.obj_clone()
                for instance in list(self.instances.values())
                if instance.host == host]

    def emit_event(self, lifecycle_event):
        """Take an event as nova's manager does."""
        told = _TOLD[lifecycle_event.get_transition()]
        instance = self.instances[lifecycle_event.get_instance_uuid()]
        self.events.append((instance.uuid, told))
        info = vm.get_vm_info(self._driver.adapter, instance)
        if instance.task_state is None and info.state == told:
            instance.power_state = told
