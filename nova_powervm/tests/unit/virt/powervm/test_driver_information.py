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

import ddt
import mock
from nova.compute import power_state
from nova import exception
from nova.virt import hardware
from pypowervm import exceptions as pvm_exc

from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import vm


@ddt.ddt
class GetInfoTestCase(driver_base.InstanceTestCase):

    @ddt.named_data(('by_default', {}), ('no_cache', {'use_cache': False}))
    def test_information(self, arguments):
        info = hardware.InstanceInfo(power_state.RUNNING)
        self.calls.get_vm_info.return_value = info
        self.assertIs(info, self.driver.get_info(self.instance, **arguments))

    @ddt.named_data(
        ('no_lpar', exception.InstanceNotFound(
            instance_id=driver_base.INSTANCE_UUID)),
        ('no_service', pvm_exc.ConnectionError('refused')))
    def test_failure(self, error):
        self.calls.get_vm_info.side_effect = error
        self.assertIs(error, self.assertRaises(
            type(error), self.driver.get_info, self.instance))

    def test_instance_exists(self):
        self.calls.instance_exists.return_value = mock.sentinel.answer
        self.assertIs(mock.sentinel.answer,
                      self.driver.instance_exists(self.instance))


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

    def test_number(self):
        self.assertEqual(2, self.driver.get_num_instances())

    def test_uuids(self):
        """Each LPAR may be one of two instances."""
        self.assertEqual(
            {driver_base.LPAR_UUID.lower(), driver_base.INSTANCE_UUID,
             '0c8bc782-e312-40f7-acad-81eb3b9fb06d',
             '8c8bc782-e312-40f7-acad-81eb3b9fb06d'},
            set(self.driver.list_instance_uuids()))

    @ddt.data('list_instances', 'list_instance_uuids', 'get_num_instances')
    def test_failure(self, method):
        self.get_lpars.side_effect = pvm_exc.Error('down')
        self.assertRaises(pvm_exc.Error, getattr(self.driver, method))
