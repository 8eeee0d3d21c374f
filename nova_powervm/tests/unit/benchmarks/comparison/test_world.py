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


import time

import mock

from benchmarks.comparison import faults
from benchmarks.comparison import settings
from benchmarks.comparison import storms
from benchmarks.comparison import world as worlds
from benchmarks import rpc
from nova_powervm.sim import client as sim_client
from nova_powervm.tests import base

_LPARS = 8
_EVENTS = 12


class TestWorld(base.TestCase):
    """The storms and faults, without the processes around them."""

    def setUp(self):
        super().setUp()
        self.sim = self.enterContext(mock.patch.object(
            sim_client, 'Control', autospec=True)).return_value
        self.client = self.enterContext(mock.patch.object(
            rpc, 'ConductorClient', autospec=True)).return_value
        self.sleep = self.enterContext(mock.patch.object(time, 'sleep'))
        self.sim.add_lpars.side_effect = lambda count, uuids: uuids
        self.sim.storm.side_effect = lambda lpars, events: (
            len(lpars) * events)
        self.sim.power.side_effect = lambda lpars, operation: lpars
        self.sim.counters.return_value = {'quick_all': 3, 'event_poll': 2}
        self.client.take_counters.return_value = {
            'module InstanceList.get_by_filters': 2, 'nova Instance.save': 7,
            'nova cast stop_instance': 5}
        self.world = worlds.World(
            settings.Settings(events=_EVENTS), _LPARS, 1, 2)
        self.world.module = mock.Mock()
        self.answer = {'first_heard': 10.0, 'emits': 0, 'info_reads': 1}
        self.world.module.ask.side_effect = lambda op, **kwargs: (
            dict(self.answer))
        uuids = self.world.instances
        self.due = 10.0 + self.world.delay
        self.client.saved.return_value = {
            'power': {uuids[0]: self.due + 3.0, uuids[1]: self.due + 1.0},
            'connections': 4}
        self.rows = {uuid: {
            'uuid': uuid, 'power_state': 1, 'vm_state': 'active',
            'task_state': None} for uuid in uuids}
        self.client.rows.side_effect = lambda *fields: list(
            self.rows.values())
        self.sim.lpars.side_effect = lambda: [
            {'uuid': uuid, 'state': 'running'} for uuid in self.world.lpars]

    def waited_for(self):
        return [call.kwargs['events'] for call
                in self.world.module.ask.call_args_list
                if call.args == ('settle',)]

    def test_half_of_the_instances_have_the_first_bit(self):
        self.assertEqual(_LPARS // 2, len(
            [uuid for uuid in self.world.instances if uuid[0] > '7']))

    def test_figures(self):
        found, _ = storms.redundant(self.world)
        self.assertEqual(
            {'lookups': 2, 'nova_calls': 7, 'reads': 2,
             'rest_connections': 4, 'rpc_connections': 3, 'told': 0,
             'wrong': 0}, {name: found[name] for name in (
                 'lookups', 'nova_calls', 'reads', 'rest_connections',
                 'rpc_connections', 'told', 'wrong')})

    def test_right_is_counted_from_the_end_of_the_delay(self):
        found, = storms.crash(self.world)
        self.assertEqual([1.0, 3.0], found['right'])
        self.assertEqual(_LPARS, found['told_expected'])
        self.assertEqual([_LPARS * _EVENTS], self.waited_for())

    def test_wrong(self):
        first, second, *_ = self.rows.values()
        first.update(power_state=4, vm_state='stopped')
        second.update(power_state=4, task_state='powering-on')
        self.assertEqual(1, self.world.wrong())

    def test_busy_ends_all_tasks(self):
        storms.busy(self.world)
        last = self.client.update.call_args
        self.assertEqual(self.world.instances, last.args[0])
        self.assertIsNone(last.kwargs['task_state'])

    def test_restart(self):
        storms.restart(self.world)
        self.sim.power.assert_called_once_with(self.world.lpars, 'restart')
        self.assertEqual([_LPARS * _EVENTS], self.waited_for())

    def test_mixed_has_a_quarter_of_each(self):
        found, = storms.mixed(self.world)
        self.assertEqual(2, found['told_expected'])
        self.assertEqual([_LPARS * _EVENTS], self.waited_for())
        lpars = [*self.sim.storm.call_args.args[0],
                 *(lpar for call in self.sim.set_state.call_args_list
                   for lpar in call.args[0]),
                 *self.sim.power.call_args.args[0]]
        self.assertEqual(sorted(self.world.lpars), sorted(lpars))
        # The instances that have a task are those of LPARs that stop.
        stopped = self.sim.set_state.call_args.args[0]
        tasks = self.client.update.call_args.args[0]
        self.assertEqual(
            [self.world.lpars.index(lpar) for lpar in stopped],
            [self.world.instances.index(uuid) for uuid in tasks])

    def test_floor(self):
        self.answer = {'began': self.due, 'emits': 2}
        found, = storms.floor(self.world)
        self.assertEqual([1.0, 3.0], found['right'])
        self.assertEqual(0, self.sim.set_state.call_args.kwargs['events'])

    def test_controller_is_away_before_the_lpars_stop(self):
        calls = mock.Mock()
        calls.attach_mock(self.world.module.ask, 'ask')
        calls.attach_mock(self.sim.set_state, 'set_state')
        faults.controller_away(self.world)
        self.assertLess(
            calls.mock_calls.index(mock.call.ask('away', seconds=60.0)),
            calls.mock_calls.index(mock.call.set_state(
                self.world.lpars, 'not activated', events=2)))

    def test_rest_is_away_after_the_events(self):
        calls = mock.Mock()
        calls.attach_mock(self.world.module.ask, 'ask')
        calls.attach_mock(self.sim.refuse, 'refuse')
        faults.rest_away(self.world)
        self.assertLess(
            calls.mock_calls.index(mock.call.ask('heard', events=16)),
            calls.mock_calls.index(mock.call.refuse(60.0)))

    def test_missing_events(self):
        faults.missing_events(self.world)
        self.sim.inject_fault.assert_called_once_with('event', 'lose')
        self.sim.clear_faults.assert_called_once_with()
