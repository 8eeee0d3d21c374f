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


import random

import ddt
from nova.compute import power_state
from nova.compute import vm_states
from nova import exception
from nova import objects
import oslo_messaging

from nova_powervm.testing import internals
from nova_powervm.testing import records
from nova_powervm.tests import base

_LPARS = ['0%d000000-0000-4000-8000-000000000000' % number
          for number in range(4)]


@ddt.ddt
class TestRecords(base.TestCase):

    def setUp(self):
        super().setUp()
        self.slept = []
        self.records = self.useFixture(records.Records(
            chance=random.Random(1), pause=self.slept.append))

    def look_up(self, *lpars, **filters):
        uuids = [uuid for lpar in lpars
                 for uuid in internals.candidate_uuids(lpar)]
        found = objects.InstanceList.get_by_filters(
            self.context, {'uuid': uuids, 'deleted': False, **filters},
            expected_attrs=[])
        return [internals.lpar_uuid(record.uuid) for record in found]

    def of_host(self, host=records.HOST):
        return [internals.lpar_uuid(record.uuid)
                for record in objects.InstanceList.get_by_host(
                    self.context, host, expected_attrs=[])]

    def test_either_form_of_the_uuid(self):
        added = self.records.add(_LPARS)
        self.assertEqual(
            {True, False},
            {record.uuid == internals.lpar_uuid(record.uuid).lower()
             for record in added})
        self.assertEqual(_LPARS, self.look_up(*_LPARS))
        self.assertEqual(added, [self.records.find(lpar) for lpar in _LPARS])

    @ddt.named_data(
        ['running', power_state.RUNNING, vm_states.ACTIVE],
        ['off', power_state.SHUTDOWN, vm_states.STOPPED],
        ['suspended', power_state.SUSPENDED, vm_states.SUSPENDED])
    def test_vm_state_suits_the_power_state(self, power, vm_state):
        record, = self.records.add(_LPARS[:1], power)
        self.assertEqual(vm_state, record.vm_state)

    def test_callers_get_copies(self):
        record, = self.records.add(_LPARS[:1])
        copy = objects.Instance.get_by_uuid(self.context, record.uuid)
        copy.power_state = power_state.CRASHED
        self.assertEqual([power_state.RUNNING],
                         self.records.power_states(_LPARS[:1]))

    def test_update(self):
        self.records.add(_LPARS)
        self.records.update(_LPARS[:2], power_state=power_state.SHUTDOWN)
        self.assertEqual([4, 4, 1, 1], self.records.power_states(_LPARS))

    def test_remove(self):
        record, = self.records.add(_LPARS[:1])
        self.records.remove(_LPARS[:1])
        self.assertRaises(KeyError, self.records.find, _LPARS[0])
        self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid,
            self.context, record.uuid)

    @ddt.named_data(
        ['other_host', {'host': 'another'}, True, False],
        ['soft_deleted', {'vm_state': vm_states.SOFT_DELETED}, False, True],
        ['hidden', {'hidden': True}, False, True],
        ['deleted', {'deleted': True}, False, False])
    def test_who_is_found(self, fields, by_uuid, by_host):
        self.records.add(_LPARS[:1], **fields)
        self.assertEqual((by_uuid, by_host),
                         (bool(self.look_up(_LPARS[0])),
                          bool(self.of_host())))

    @ddt.named_data(
        ['soft_deleted', {'vm_state': vm_states.SOFT_DELETED},
         {'soft_deleted': True}],
        ['hidden', {'hidden': True}, {'hidden': True}],
        ['of_a_host', {'host': 'another'}, {'host': 'another'}])
    def test_who_is_found_when_asked_for(self, fields, filters):
        self.records.add(_LPARS[:1], **fields)
        self.assertEqual(_LPARS[:1], self.look_up(_LPARS[0], **filters))

    def test_who_is_of_another_host(self):
        self.records.add(_LPARS[:1])
        self.assertEqual([], self.look_up(_LPARS[0], host='another'))

    @ddt.named_data(['deleted', {'deleted': True}],
                    ['unknown', {'task_state': None}])
    def test_filter_that_is_not_known(self, filters):
        self.assertRaises(NotImplementedError, self.look_up, **filters)

    def test_calls_are_counted(self):
        self.look_up(*_LPARS)
        self.of_host()
        self.assertEqual([8], [len(uuids) for uuids in self.records.lookups])
        self.assertEqual(1, self.records.host_reads)
        self.records.forget_calls()
        self.assertEqual(([], 0), (self.records.lookups,
                                   self.records.host_reads))

    def test_failing_calls(self):
        self.records.faults.calls_fail = 1.0
        self.assertRaises(oslo_messaging.MessagingTimeout, self.of_host)
        self.assertRaises(oslo_messaging.MessagingTimeout, self.look_up,
                          _LPARS[0])
        self.assertEqual(2, self.records.calls_failed)

    def test_some_calls_fail(self):
        self.records.faults.calls_fail = 0.5
        failed = 0
        for _ in range(100):
            try:
                self.of_host()
            except oslo_messaging.MessagingTimeout:
                failed += 1
        self.assertEqual(self.records.calls_failed, failed)
        self.assertTrue(20 < failed < 80, failed)

    def test_slow_calls(self):
        self.of_host()
        self.assertEqual([], self.slept)
        self.records.faults.call_seconds = 2.0
        self.of_host()
        self.assertEqual(1, len(self.slept))
        self.assertTrue(0 < self.slept[0] < 2, self.slept)

    def test_nova_is_itself_again(self):
        before = vars(objects.InstanceList)['get_by_host']
        with records.Records():
            self.assertIsNot(before,
                             vars(objects.InstanceList)['get_by_host'])
        self.assertIs(before, vars(objects.InstanceList)['get_by_host'])
