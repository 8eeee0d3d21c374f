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
from nova import objects

from benchmarks.growth import alone
from benchmarks.growth import crowd
from benchmarks.growth import prepared
from benchmarks.growth import summary
from nova_powervm.testing import waiting
from nova_powervm.tests import base

LPARS = 20


class TestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.hosts = prepared.hosts(2, LPARS)
        self.host = self.hosts[0]


class TestPrepared(TestCase):

    def test_lpars_are_the_same_ones_each_time(self):
        again = prepared.hosts(2, LPARS)
        self.assertEqual([host.lpars for host in self.hosts],
                         [host.lpars for host in again])
        self.assertEqual(2 * LPARS, len({
            lpar for host in again for lpar in host.lpars}))

    def test_polls_bring_all_events(self):
        polls = list(self.host.polls(3))
        events = [event for poll in polls for event in poll]
        self.assertEqual(3 * LPARS, len(events))
        self.assertTrue(events[0].data.endswith(self.host.lpars[0]))
        self.assertTrue(events[1].data.endswith(self.host.lpars[1]))

    def test_only_the_list_is_read(self):
        self.assertRaises(
            NotImplementedError, self.host.read, 'LogicalPartition',
            root_id='x', suffix_type='quick', suffix_parm='PartitionState')

    def test_nova_answers_until_the_end(self):
        before = vars(objects.InstanceList)['get_by_filters']
        wanted = self.hosts[1].instances[3]
        with prepared.Nova(self.hosts):
            filters = {'uuid': [wanted.uuid, 'other']}
            self.assertEqual([wanted], objects.InstanceList.get_by_filters(
                None, filters, expected_attrs=[]))
            self.assertEqual([], objects.InstanceList.get_by_filters(
                None, {**filters, 'hidden': True}, expected_attrs=[]))
            self.assertEqual(
                self.host.instances,
                objects.InstanceList.get_by_host(None, self.host.name))
        self.assertIs(before, vars(objects.InstanceList)['get_by_filters'])
        self.assertGreater(self.hosts[1].seconds, 0.0)
        self.assertEqual(0.0, self.host.seconds)


@ddt.ddt
class TestAlone(TestCase):

    def setUp(self):
        super().setUp()
        self.enterContext(prepared.Nova(self.hosts))

    def test_each_kind_of_work(self):
        found = alone.costs(self.host, 2)
        self.assertEqual({'%s_us' % work for work in summary.WORK},
                         set(found))
        self.assertGreater(min(found.values()), 0.0)
        self.assertEqual(LPARS, self.host.emitted)

    def test_again(self):
        alone.costs(self.host, 1)
        alone.costs(self.host, 1)
        self.assertEqual(2 * LPARS, self.host.emitted)

    def test_what_answers_take_is_left_out(self):
        with alone.running(self.host) as one, mock.patch.object(
                prepared.Host, 'read', autospec=True,
                side_effect=self._answer_slowly):
            self.assertLess(one.work(30.0, 'resync'), -900.0)

    @staticmethod
    def _answer_slowly(host, *args, **kwargs):
        host.seconds += 1000.0
        return host._bodies[host.state]

    def test_a_wrong_result_is_no_figure(self):
        with alone.running(self.host) as one:
            self.assertRaises(alone.WrongResult, one.work, 30.0, 'emitted')

    def test_memory(self):
        found = alone.memory(self.host)
        self.assertEqual({'pending_bytes', 'known_bytes'}, set(found))
        self.assertGreater(min(found.values()), 100)


class TestCrowd(TestCase):

    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch.object(crowd, '_DELAY', 0.1))
        self.enterContext(mock.patch.object(crowd, '_TICK', 0.01))
        self.enterContext(prepared.Nova(self.hosts))

    def test_each_kind_of_work(self):
        found = crowd.costs(self.hosts, 2)
        self.assertEqual([LPARS, LPARS],
                         [host.emitted for host in self.hosts])
        self.assertGreaterEqual(10, found['threads'])
        self.assertGreaterEqual(found['threads'], 4)
        self.assertGreater(found['event_us'], 0.0)

    def test_handlers_are_stopped_whatever_happens(self):
        with mock.patch.object(
                crowd.Crowd, 'stop', autospec=True,
                side_effect=crowd.Crowd.stop) as stop, mock.patch.object(
                    waiting, 'wait_until', side_effect=KeyboardInterrupt):
            self.assertRaises(KeyboardInterrupt, crowd.costs, self.hosts, 1)
        stop.assert_called_once_with(mock.ANY)
