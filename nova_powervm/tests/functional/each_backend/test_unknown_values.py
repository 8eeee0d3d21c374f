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

"""PartitionStates that pypowervm does not know, read in every way."""

import ddt
from nova.compute import power_state

from nova_powervm.tests import base
from nova_powervm.tests.functional.each_backend import case
from nova_powervm.tests.functional.each_backend import events_case
from nova_powervm.virt.powervm import driver

_NEW = 'invented later'


class TestReads(case.WireTestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator(poll_seconds=0.5)

    def test_driver(self):
        self.flags(host='host')
        self.flags(group='powervm', rest_port=self.simulator.port,
                   bare_lpars=True,
                   rest_connect_tries=1)
        pvm_driver = driver.PowerVMDriver(None)
        self.addCleanup(pvm_driver.cleanup_host, 'host')
        pvm_driver.init_host('host')
        uuid, = self.control.add_lpars(1, state=_NEW)
        instance = base.make_instance(self.context, uuid=uuid.lower())
        self.assertEqual(
            power_state.NOSTATE,
            pvm_driver.get_info(instance, use_cache=False).state)
        self.assertTrue(pvm_driver.instance_exists(instance))
        self.assertEqual(1, len(pvm_driver.list_instances()))
        self.assertIn(instance.uuid, pvm_driver.list_instance_uuids())
        self.assertEqual(
            'host', pvm_driver.get_available_resource('host')[
                'hypervisor_hostname'])


@ddt.ddt
class TestEvents(events_case.EventsTestCase):

    @ddt.named_data(('quick_all', True), ('feed', False))
    def test_beside_states_that_are_known(self, quick_all):
        """What is known is told, and nothing of what is not."""
        known = self.add(10)
        unknown = self.add(10)
        self.control.configure(quick_all=quick_all)
        self.control.set_state(unknown, _NEW)
        self.control.set_state(known, 'not activated')
        self.settle()
        self.assertPower(power_state.SHUTDOWN, known)
        self.assertPower(power_state.RUNNING, unknown)
        self.assertEqual([power_state.SHUTDOWN] * 10, self.told())
        self.assertEqual(0, self.count('errors'))
        self.assertGreater(self.count('unknown_states'), 0)
