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
import os
import signal

import ddt
import fixtures
import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.minicloud.faults import fakes
from nova_powervm.virt.powervm.lifecycle import messages
from tools.minicloud.faults import catalog
from tools.minicloud.faults import counters
from tools.minicloud.faults import measuring
from tools.minicloud.faults import report

_IDLE = counters.Counters()


class _Measured(base.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = fakes.Clock()
        self.cloud = fakes.Cloud(self.useFixture(fixtures.TempDir()).path)
        for name in ('nova-compute-cmp1', 'nova-compute-cmp2'):
            self.cloud.log(name).touch()
        self.stage = fakes.make_stage(self.cloud, self.clock)
        self.kill = self.enterContext(mock.patch.object(os, 'kill'))

    def fault(self, act, budget=10.0, needs=()):
        return catalog.Fault('one', 'it happens', 'its beginning', budget,
                             act, needs)

    def switch_off(self, stage, right_after=8.0):
        stage.switch_off(stage.fleet)
        self.clock.after(right_after, self.cloud.right)
        return self.clock()

    def measure(self, fault):
        return measuring.measure(self.stage, fault, _IDLE)


@ddt.ddt
class TestMeasure(_Measured):

    def test_in_time(self):
        row = self.measure(self.fault(self.switch_off))
        self.assertEqual(8.0, row.seconds)
        self.assertEqual([], row.problems)
        self.assertEqual(0, row.running)
        # It was counted until the module has confirmed.
        self.assertEqual(8.0 + 3 * 3.0, row.length)

    def test_servers_run_again(self):
        self.measure(self.fault(self.switch_off))
        self.assertEqual('', self.stage.what_differs())
        self.assertEqual({'ACTIVE'}, {
            server.status for server in self.stage.servers()})

    @ddt.named_data(['within_the_tolerance', 12.0, 0],
                    ['beyond', 13.0, 1])
    def test_late(self, seconds, problems):
        row = self.measure(self.fault(
            lambda stage: self.switch_off(stage, seconds)))
        self.assertEqual(problems, len(row.problems))

    def test_any_time_is_right(self):
        row = self.measure(self.fault(
            lambda stage: self.switch_off(stage, 200.0), budget=None))
        self.assertEqual([], row.problems)

    def test_never(self):
        def act(stage):
            self.cloud.records[0].task_state = 'powering-on'
            return self.clock()

        row = self.measure(self.fault(act, budget=None))
        self.assertIsNone(row.seconds)
        self.assertEqual(1, len(row.problems))
        self.assertEqual([self.cloud.records[0].id], row.healed)

    def test_right_and_wrong_again(self):
        def act(stage):
            began = self.switch_off(stage, 2.0)
            self.clock.after(4.0, lambda: setattr(
                self.cloud.records[0], 'task_state', 'powering-off'))
            self.clock.after(7.0, self.cloud.right)
            return began

        self.assertEqual(7.0, self.measure(self.fault(act)).seconds)

    @ddt.named_data(['unexpected', 'a.Other', 1], ['expected', 'a.Error', 0],
                    ['none_expected', None, 1])
    def test_traceback_of_the_driver(self, expected, problems):
        def act(stage):
            with self.cloud.log('nova-compute-cmp2').open('a') as log:
                log.write('Traceback (most recent call last):\n'
                          '  File "nova_powervm/virt/powervm/vm.py"\n'
                          'a.Error: no\n')
            return self.switch_off(stage)

        row = self.measure(dataclasses.replace(
            self.fault(act), expected=expected))
        self.assertEqual(1, len(row.logged))
        self.assertEqual(problems, len(row.tracebacks))
        self.assertEqual(problems, len(row.problems))

    @ddt.named_data(['error', RuntimeError], ['ctrl_c', KeyboardInterrupt])
    def test_undone_whatever_happens(self, error):
        def act(stage):
            self.cloud.stop('mariadb')
            stage.switch_off(stage.fleet)
            self.cloud.right()
            raise error

        self.assertRaises(error, self.measure, self.fault(
            act, needs=('mariadb',)))
        self.assertEqual(set(), self.cloud.down)
        self.assertEqual({'ACTIVE'}, {
            server.status for server in self.stage.servers()})

    def test_idle(self):
        self.clock.after(5.0, lambda: setattr(self.cloud, 'messages', 20))
        self.assertEqual(counters.Counters(2.0),
                         measuring.idle(self.stage, 10.0))


@ddt.ddt
class TestCatalog(_Measured):

    @ddt.named_data(*(list(item) for item in catalog.FAULTS.items()))
    def test_budget_is_allowed(self, fault):
        if fault.allowed is not None:
            self.assertGreater(fault.allowed, fault.budget)
            self.assertGreater(fault.limit, fault.allowed)

    @ddt.named_data(['rabbitmq', 'rabbitmq'], ['mariadb', 'mariadb'])
    def test_away(self, name):
        began = self.clock()
        back = catalog.FAULTS[name].act(self.stage)
        self.assertEqual([('stop', name), ('start', name)], self.cloud.calls)
        self.assertEqual(catalog.AWAY_SECONDS, back - began)
        self._assert_all_off()

    def test_worker_is_killed_when_nova_is_told(self):
        def tell():
            self.kill.assert_not_called()
            with self.cloud.log('nova-compute-cmp1').open('a') as log:
                log.write(2 * (messages.EMITTING.text % {
                    'lpar': 'L', 'state': fakes.OFF, 'event': 'Stopped'}
                    + '\n'))

        self.clock.after(4.0, tell)
        catalog.FAULTS['worker-stop'].act(self.stage)
        self.kill.assert_called_once_with(11, signal.SIGKILL)
        self._assert_all_off()

    def test_worker_is_killed_amid_starts(self):
        catalog.FAULTS['worker-start'].act(self.stage)
        self.kill.assert_called_once_with(11, signal.SIGKILL)
        self.assertEqual(4, len(self.cloud.calls))

    def test_servers_are_stopped_before_they_are_started(self):
        self.clock.after(4.0, self.cloud.right)
        catalog.FAULTS['worker-start'].prepare(self.stage)
        self.assertEqual({'SHUTOFF'}, {
            server.status for server in self.stage.servers()})

    def test_rest_restarts_on_all_hosts(self):
        catalog.FAULTS['rest'].act(self.stage)
        for simulator in self.cloud.simulators.values():
            simulator.restart.assert_called_once_with(
                seconds=catalog.AWAY_SECONDS)

    def test_compute_restarts_while_lpars_change(self):
        catalog.FAULTS['compute'].act(self.stage)
        states = [self.stage.lpar_states()[server.lpar]
                  for server in self.stage.fleet]
        self.assertEqual([fakes.OFF] * 3 + ['running'], states)
        self.assertEqual(
            [{('stop', 'nova-compute-cmp1'), ('stop', 'nova-compute-cmp2')},
             {('start', 'nova-compute-cmp1'),
              ('start', 'nova-compute-cmp2')}],
            [set(self.cloud.calls[:2]), set(self.cloud.calls[2:])])

    def test_undo_of_both_computes(self):
        self.cloud.stop('nova-compute-cmp2')
        catalog.FAULTS['compute'].undo(self.stage)
        self.assertEqual(set(), self.cloud.down)
        self.assertNotIn(('start', 'nova-compute-cmp1'), self.cloud.calls)

    def _assert_all_off(self):
        self.assertEqual({fakes.OFF}, set(self.stage.lpar_states().values()))


class TestReport(_Measured):

    def setUp(self):
        super().setUp()
        self.row = self.measure(self.fault(self.switch_off))

    def test_table_has_a_line_for_each(self):
        lines = report.table([self.row, self.row]).splitlines()
        self.assertEqual(5, len(lines))
        self.assertEqual('one', lines[-1].split()[0])
        self.assertEqual('8', lines[-1].split()[1])

    def test_rst_has_a_cell_for_each_heading(self):
        text = report.rst_table([self.row], 'Seen:')
        lines = text[text.index('.. list'):].splitlines()
        rows = [i for i, line in enumerate(lines)
                if line.startswith('   * -')]
        self.assertEqual(2, len(rows))
        self.assertEqual(rows[1] - rows[0], len(lines) - rows[1])

    def test_json_has_the_problems(self):
        found = report.as_dict([self.row], _IDLE)['faults'][0]
        self.assertEqual(8.0, found['seconds'])
        self.assertEqual([], found['problems'])
