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

import asyncio
import json
import time

import ddt
import mock
from nova import context as nova_context
from nova import exception
from nova import objects
from nova.objects import base as objects_base
from oslo_serialization import jsonutils

from benchmarks import conductor
from benchmarks import nova_host
from benchmarks import rpc
from nova_powervm.testing import internals
from nova_powervm.testing import records
from nova_powervm.tests import base

LPARS = ['1A000000-0000-4000-8000-%012X' % i for i in range(4)]
UUIDS = [records.instance_uuid(lpar, i) for i, lpar in enumerate(LPARS)]


class FakeTime:
    """Stands in for asyncio.sleep; keeps what was slept."""

    def __init__(self, test):
        self.slept = []
        self.asleep = 0
        self.most_asleep = 0
        self._real_sleep = asyncio.sleep
        test.enterContext(
            mock.patch.object(asyncio, 'sleep', self._sleep))

    async def _sleep(self, seconds):
        self.slept.append(seconds)
        self.asleep += 1
        self.most_asleep = max(self.most_asleep, self.asleep)
        for _ in range(10):
            await self._real_sleep(0)
        self.asleep -= 1


@ddt.ddt
class TestConductor(base.TestCase):
    """The stand-in behind nova's objects, without a socket between them."""

    def setUp(self):
        super().setUp()
        self.time = FakeTime(self)
        self.server = conductor.Conductor(workers=2, rpc_ms=25)
        self.client = rpc.ConductorClient(port=0)
        self.channel = mock.Mock()
        self.channel.exchange.side_effect = lambda body: asyncio.run(
            self.answer(json.loads(body)))
        self.enterContext(mock.patch.object(
            rpc, 'Channel', return_value=self.channel))
        self.enterContext(mock.patch.object(
            objects_base.NovaObject, 'indirection_api', self.client))
        self.client.load(nova_host.instance_rows(LPARS))
        self.context = nova_context.get_admin_context()

    async def answer(self, request):
        answer = await self.server.answer(request)
        await asyncio.gather(*self.server._tasks)
        return answer

    def rows(self, field):
        return {row['uuid']: row[field]
                for row in self.client.rows('uuid', field)}

    def find(self, **filters):
        return objects.InstanceList.get_by_filters(
            self.context, filters, expected_attrs=[])

    def test_both_candidates_find_the_one_that_exists(self):
        candidates = [uuid for lpar in LPARS
                      for uuid in internals.candidate_uuids(lpar)]
        found = self.find(uuid=candidates, deleted=False)
        self.assertEqual(set(UUIDS), {instance.uuid for instance in found})
        self.assertEqual(nova_host.HOST, found[0].host)
        self.assertEqual([0.025 + 7 * conductor.UUID_SECONDS],
                         self.time.slept)

    @ddt.named_data(['no', {}, len(UUIDS)], ['yes', {'hidden': True}, 0])
    def test_hidden(self, filters, found):
        self.assertEqual(found, len(self.find(
            uuid=UUIDS, deleted=False, soft_deleted=True, **filters)))

    @ddt.named_data(['unknown', {'task_state': None}],
                    ['deleted', {'deleted': True}])
    def test_filter_that_is_not_modelled(self, filters):
        self.assertRaises(rpc.ConductorError, self.find, **filters)

    @ddt.named_data(['ours', nova_host.HOST, len(LPARS)],
                    ['another', 'elsewhere', 0])
    def test_by_host(self, host, found):
        self.assertEqual(found, len(objects.InstanceList.get_by_host(
            self.context, host, expected_attrs=[])))

    def test_no_such_instance(self):
        self.assertRaises(
            exception.InstanceNotFound, objects.Instance.get_by_uuid,
            self.context, LPARS[1].lower())

    def test_save_and_refresh(self):
        one, other = (objects.Instance.get_by_uuid(self.context, UUIDS[0])
                      for _ in range(2))
        one.power_state = 4
        one.save()
        self.assertEqual(set(), one.obj_what_changed())
        self.assertEqual(1, other.power_state)
        other.refresh()
        self.assertEqual(4, other.power_state)
        self.assertEqual(set(), other.obj_what_changed())

    def test_moment_of_a_saved_power_state(self):
        self.enterContext(mock.patch.object(
            time, 'monotonic', return_value=12.5))
        one, other = (objects.Instance.get_by_uuid(self.context, uuid)
                      for uuid in UUIDS[:2])
        one.power_state = 4
        one.save()
        other.display_name = 'another'
        other.save()
        self.assertEqual({UUIDS[0]: 12.5}, self.client.saved()['power'])
        self.client.load(nova_host.instance_rows(LPARS))
        self.assertEqual({}, self.client.saved()['power'])

    def test_save_of_an_unexpected_task_state(self):
        instance = objects.Instance.get_by_uuid(self.context, UUIDS[0])
        self.client.update([UUIDS[0]], task_state='deleting')
        instance.task_state = 'powering-off'
        self.assertRaises(rpc.ConductorError, instance.save,
                          expected_task_state=[None])
        self.assertEqual('deleting', self.rows('task_state')[UUIDS[0]])

    def test_stop_ends(self):
        instance = objects.Instance.get_by_uuid(self.context, UUIDS[0])
        self.client.update([UUIDS[0]], task_state='powering-off')
        self.client.stop_instance(self.context, instance)
        self.assertEqual(conductor.STOP_SECONDS, self.time.slept[-1])
        self.assertIsNone(self.rows('task_state')[UUIDS[0]])
        self.assertEqual('stopped', self.rows('vm_state')[UUIDS[0]])
        self.assertEqual('active', self.rows('vm_state')[UUIDS[1]])

    def test_calls_of_nova_are_counted_apart(self):
        self.find(uuid=UUIDS)
        with self.client.as_nova():
            objects.Instance.get_by_uuid(self.context, UUIDS[0])
            objects.InstanceAction.action_start(
                self.context, UUIDS[0], 'stop', want_result=False)
        self.find(uuid=UUIDS)
        self.assertEqual({'module InstanceList.get_by_filters': 2,
                          'nova Instance.get_by_uuid': 1,
                          'nova InstanceAction.action_start': 1},
                         self.client.take_counters())
        self.assertEqual({}, self.client.take_counters())

    def test_call_that_is_not_modelled(self):
        self.assertRaises(rpc.ConductorError, objects.Instance.get_by_id,
                          self.context, 1)

    def test_workers_bound_what_runs_at_once(self):
        request = jsonutils.loads(jsonutils.dumps({
            'op': 'class', 'origin': rpc.MODULE, 'name': 'Instance',
            'method': 'get_by_uuid', 'args': [UUIDS[0]], 'kwargs': {},
            'versions': {'Instance': '2.8'}}))

        async def calls():
            return await asyncio.gather(
                *(self.server.answer(request) for _ in range(5)))

        answers = asyncio.run(calls())
        self.assertEqual(1, len(set(answers)))
        self.assertEqual([0.025] * 5, self.time.slept)
        self.assertEqual(2, self.time.most_asleep)

    def test_broken_connection(self):
        self.channel.exchange.side_effect = rpc.ConductorError()
        self.assertRaises(rpc.ConductorError, self.find, uuid=UUIDS)
