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

import mock
from nova import objects
from nova.objects import base as objects_base

from benchmarks.comparison import releases
from benchmarks.controller import carrier
from benchmarks.controller import fleet
from benchmarks.controller import nova_side
from benchmarks.controller import novalink
from nova_powervm.tests import base

_OFF = novalink.State.NOT_ACTIVATED


class TestCarrier(base.TestCase):

    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch.object(
            objects_base.NovaObject, 'indirection_api', None))
        self.api = self.enterContext(mock.patch.object(
            carrier.conductor_rpcapi, 'ConductorAPI')).return_value
        self.managers = [mock.Mock(stops=[], stopping=0) for _ in range(2)]
        self.enterContext(mock.patch.object(
            nova_side, 'Manager', side_effect=self.managers))
        self.modules = [mock.Mock(), mock.Mock()]
        for module in self.modules:
            module.unfinished.return_value = 0
        self.make = mock.Mock(side_effect=self.modules)
        self.carrier = carrier.Carrier(carrier.Options(
            releases.OURS, [4, 6], 3, 2.0, 5, 'file', 'log', 9.0), self.make)

    def test_hosts_have_modules_of_their_own(self):
        self.assertEqual(
            [('host-4', 2.0, 5), ('host-6', 2.0, 5)],
            [call.args[1:] for call in self.make.call_args_list])
        drivers = [call.args[0] for call in self.make.call_args_list]
        self.assertEqual([set(fleet.lpars(4, 3)), set(fleet.lpars(6, 3))],
                         [set(driver.adapter.states) for driver in drivers])

    def test_storm(self):
        order = []
        for module in self.modules:
            module.forget.side_effect = lambda: order.append('forget')
            module.handler.process.side_effect = (
                lambda events: order.append(len(events)))
        with mock.patch.object(carrier.time, 'monotonic',
                               side_effect=[10.0, 11.0, 12.0, 13.0]):
            found = self.carrier.storm(_OFF, 2)
        self.assertEqual(['forget'] * 2 + [3] * 4, order)
        # The last round on the first host, and the delay.
        self.assertEqual({'due': 13.0}, found)
        states = self.make.call_args.args[0].adapter.states
        self.assertEqual({_OFF}, set(states.values()))

    def test_resync(self):
        with mock.patch.object(carrier.time, 'monotonic',
                               return_value=10.0):
            self.assertEqual({'due': 12.0}, self.carrier.resync())
        for module in self.modules:
            module.resync.assert_called_once_with()

    def test_progress(self):
        self.modules[0].unfinished.return_value = 2
        self.managers[1].stopping = 3
        self.assertEqual({'left': 5}, self.carrier.progress())

    def test_calls_are_progress(self):
        self.api.object_class_action_versions.side_effect = (
            lambda *args: self.carrier.progress()['left'])
        self.assertEqual(1, self.call())
        self.assertEqual(0, self.carrier.progress()['left'])

    def test_result(self):
        self.managers[0].stops.append(5.0)
        self.managers[1].stops.append(6.0)
        self.call()
        found = self.carrier.result()
        self.assertEqual([5.0, 6.0], found['stops'])
        self.assertEqual(1, len(found['calls']))

    def test_reset(self):
        self.managers[0].stops.append(5.0)
        self.call()
        self.carrier.reset()
        found = self.carrier.result()
        self.assertEqual(([], [], 0, 0), (
            found['stops'], found['calls'], found['told'],
            found['timeouts']))

    def test_warm(self):
        with mock.patch.object(objects.Instance, 'get_by_uuid') as get:
            self.carrier.warm(3)
        uuid = fleet.instances(fleet.lpars(4, 1))[0]
        self.assertEqual([uuid] * 3,
                         [call.args[1] for call in get.call_args_list])

    def call(self):
        return (objects_base.NovaObject.indirection_api
                .object_class_action_versions('context', 'InstanceList',
                                              'get_by_host', {}, (), {}))
