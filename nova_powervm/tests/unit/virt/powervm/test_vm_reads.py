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

"""Reads of LPARs."""

import ddt
from nova.compute import power_state
from nova import exception
from pypowervm import exceptions as pvm_exc

from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.tests.unit.virt.powervm import vm_base
from nova_powervm.virt.powervm import vm

LPAR_UUID = driver_base.LPAR_UUID
QUICK = vm_base.LPAR_PATH + '/quick'


class GetQuickPropertyTestCase(driver_base.TestCase):

    def get(self, answer, *args):
        """Read quick properties from a service with that answer."""
        path = '/'.join([QUICK, *args])
        self.adapter = vm_base.make_adapter({('GET', path): answer})
        return vm.get_vm_qp(self.adapter, LPAR_UUID, *args)

    def test_one(self):
        self.assertEqual('running', self.get((200, '"running"'),
                                             'PartitionState'))
        self.assertEqual([('GET', QUICK + '/PartitionState')],
                         self.adapter.session.requests)

    def test_all(self):
        self.assertEqual(
            {'PartitionID': 7, 'RMCState': None},
            self.get((200, '{"PartitionID": 7, "RMCState": null}')))

    def test_no_lpar(self):
        e = self.assertRaises(exception.InstanceNotFound, self.get, (404, ''),
                              'PartitionState')
        self.assertEqual(LPAR_UUID, e.kwargs['instance_id'])

    def test_error_of_the_service(self):
        self.assertRaises(pvm_exc.HttpError, self.get, (500, ''))

    def test_no_connection(self):
        error = pvm_exc.ConnectionError('refused')
        self.assertIs(error, self.assertRaises(
            pvm_exc.ConnectionError, self.get, error))

    def test_no_json(self):
        self.assertRaises(ValueError, self.get, (200, '<html>'))


@ddt.ddt
class GetInfoTestCase(vm_base.TestCase):

    def get_info(self, answer):
        adapter = vm_base.make_adapter(
            {('GET', QUICK + '/PartitionState'): answer})
        return vm.get_vm_info(adapter, self.instance)

    @ddt.named_data(*[(state, state, power) for state, power
                      in vm_base.REPORTED_STATES.items()])
    def test_state(self, state, expected):
        self.assertEqual(expected,
                         self.get_info((200, '"%s"' % state)).state)

    @ddt.named_data(('new_state', '"levitating"'), ('null', 'null'),
                    ('list', '[]'), ('object', '{}'), ('number', '7'))
    def test_unknown_state(self, body):
        self.assertEqual(power_state.NOSTATE,
                         self.get_info((200, body)).state)

    def test_case_is_ignored(self):
        self.assertEqual(power_state.RUNNING,
                         self.get_info((200, '"Running"')).state)

    def test_no_lpar(self):
        self.assertRaises(exception.InstanceNotFound, self.get_info,
                          (404, ''))

    def test_error_of_the_service(self):
        self.assertRaises(pvm_exc.HttpError, self.get_info, (503, ''))

    def test_no_answer(self):
        error = pvm_exc.TimeoutError('too long')
        self.assertIs(error, self.assertRaises(
            pvm_exc.TimeoutError, self.get_info, error))


class InstanceExistsTestCase(vm_base.TestCase):

    def exists(self, answer):
        adapter = vm_base.make_adapter(
            {('GET', QUICK + '/PartitionID'): answer})
        return vm.instance_exists(adapter, self.instance)

    def test_exists(self):
        self.assertTrue(self.exists((200, '7')))

    def test_no_lpar(self):
        self.assertFalse(self.exists((404, '')))

    def test_error_of_the_service(self):
        self.assertRaises(pvm_exc.HttpError, self.exists, (500, ''))


class GetLparsTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        adapter = captured.make_adapter()
        self.response = captured.response('lpar.txt', adapter)
        adapter.read.return_value = self.response
        self.names = [lpar.name for lpar in vm.get_lpars(adapter)]

    def test_all_but_one(self):
        self.assertEqual(len(self.response.feed.entries) - 1,
                         len(self.names))

    def test_without_the_management_partition(self):
        self.assertNotIn('z3-9-5-126-127-00000001', self.names)
