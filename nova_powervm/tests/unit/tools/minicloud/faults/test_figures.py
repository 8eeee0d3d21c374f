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


import dataclasses
import json
import pathlib
import socket

import ddt
import fixtures
import mock

from nova_powervm.testing import waiting
from nova_powervm.tests import base
from tools.minicloud.faults import conductors
from tools.minicloud.faults import counters
from tools.minicloud.faults import rpc_metrics


class TestCounters(base.TestCase):

    def test_read(self):
        cloud = mock.Mock()
        cloud.messages_received.return_value = 7
        cloud.sql.return_value = [
            ('Com_insert', '3'), ('Com_select', '5'), ('Com_update', '4')]
        self.assertEqual(counters.Counters(7, 5, 4, 3),
                         counters.read(cloud))

    def test_minus(self):
        self.assertEqual(
            counters.Counters(6, 5, 4, 3),
            counters.Counters(10, 10, 10, 10).minus(
                counters.Counters(4, 5, 6, 7)))

    def test_minus_of_a_service_that_began_anew(self):
        self.assertEqual(
            counters.Counters(3, 1, 1, 1),
            counters.Counters(3, 10, 10, 10).minus(
                counters.Counters(4, 9, 9, 9)))

    def test_net_is_never_below_0(self):
        self.assertEqual(
            counters.Counters(8, 0, 10, 10),
            counters.Counters(10, 10, 10, 10).net(
                counters.Counters(1, 6, 0, 0), 2.0))

    def test_per(self):
        self.assertEqual((1, 2, 3, 4), dataclasses.astuple(
            counters.Counters(2, 4, 6, 8).per(2)))


@ddt.ddt
class TestCalls(base.TestCase):

    def test_share_over(self):
        self.assertEqual(0.25, conductors.share_over([0.1, 1.0, 1.1, 0.2], 1))

    def test_mean(self):
        self.assertEqual(2.0, conductors.mean([1.0, 3.0]))

    @ddt.named_data(['mean', conductors.mean],
                    ['share', lambda calls: conductors.share_over(calls, 1)])
    def test_no_calls(self, figure):
        self.assertEqual(0.0, figure([]))


def _datagram(name='rpc_client_processing_seconds', value=0.25, **labels):
    return json.dumps({
        'module': 'oslo_messaging', 'name': name,
        'action': {'value': value, 'action': 'observe'},
        'labels': {'topic': 'conductor', 'call_type': 'call',
                   'method': 'object_action', **labels}}).encode()


@ddt.ddt
class TestMetrics(base.TestCase):

    def test_duration(self):
        self.assertEqual(0.25, rpc_metrics.duration(_datagram()))

    @ddt.named_data(
        ['another_metric', {'name': 'rpc_client_invocation_end_total'}],
        ['a_cast', {'call_type': 'cast'}],
        ['another_service', {'topic': 'compute'}])
    def test_something_else(self, changes):
        self.assertIsNone(rpc_metrics.duration(_datagram(**changes)))

    def test_listener(self):
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).join('s'))
        path.write_text('left by a run that was killed')
        with rpc_metrics.Listener(path) as listener:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(_datagram(call_type='cast'), str(path))
                sender.sendto(_datagram(), str(path))
            self.assertEqual([0.25], waiting.wait_until(
                listener.take, 'the duration'))
            self.assertEqual([], listener.take())
        self.assertFalse(path.exists())
