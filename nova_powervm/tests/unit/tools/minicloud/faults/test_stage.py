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


import fixtures
import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.minicloud.faults import fakes
from tools.minicloud.faults import stage as stage_mod
from tools.minicloud import servers as boots


class TestStage(base.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = fakes.Clock()
        self.cloud = fakes.Cloud(self.useFixture(fixtures.TempDir()).path)
        self.stage = fakes.make_stage(self.cloud, self.clock)

    def test_fleet_by_turns_of_hosts(self):
        self.cloud.records.sort(key=lambda record: record.compute_host)
        self.assertEqual(
            ['cmp1', 'cmp2', 'cmp1', 'cmp2'], [
                server.host for server in stage_mod.interleave(
                    self.stage.servers())])

    def test_equal(self):
        self.assertEqual('', self.stage.what_differs())

    def test_different(self):
        self.stage.switch_off(self.stage.fleet[:1])
        self.assertNotEqual('', self.stage.what_differs())

    def test_api_that_fails_is_not_equal(self):
        self.cloud.api_fails = True
        self.assertNotEqual('', self.stage.what_differs())

    def test_simulator_that_is_away_is_not_equal(self):
        self.cloud.simulators['cmp2'].lpars = mock.Mock(
            side_effect=ConnectionRefusedError)
        self.assertNotEqual('', self.stage.what_differs())

    def test_off_on_its_host(self):
        self.stage.switch_off(self.stage.fleet)
        for simulator in self.cloud.simulators.values():
            self.assertEqual([fakes.OFF] * 2,
                             list(simulator.states.values()))

    def test_start_all_and_something_in_the_middle(self):
        meanwhile = mock.Mock()
        self.stage.start(self.stage.fleet, meanwhile)
        meanwhile.assert_called_once_with()
        self.assertEqual(
            {('start', server.uuid) for server in self.stage.fleet},
            set(self.cloud.calls))

    def test_choose_boots_what_is_missing(self):
        def boot(settings, count):
            for number in range(count):
                self.cloud.add('1%07x-0000-4000-8000-000000000000' % number,
                               'cmp1')

        with mock.patch.object(boots, 'boot', autospec=True,
                               side_effect=boot) as booted:
            self.stage.choose(6)
        booted.assert_called_once_with(self.cloud.settings, 2)
        self.assertEqual(6, len(self.stage.fleet))

    def test_choose_some(self):
        self.stage.choose(3)
        self.assertEqual(['cmp1', 'cmp2', 'cmp1'], [
            server.host for server in self.stage.fleet])

    def test_restore_starts(self):
        self.stage.switch_off(self.stage.fleet[:1])
        self.cloud.right()
        self.assertEqual([], self.stage.restore())
        self.assertEqual([('start', self.stage.fleet[0].uuid)],
                         self.cloud.calls)

    def test_restore_waits_for_tasks(self):
        self.stage.switch_off(self.stage.fleet[:1])
        self.cloud.records[0].task_state = 'powering-off'
        self.clock.after(30, self.cloud.right)
        self.assertEqual([], self.stage.restore())

    def test_restore_resets_what_stays(self):
        self.cloud.records[0].task_state = 'powering-on'
        self.cloud.records[1].status = 'ERROR'
        lost = [record.id for record in self.cloud.records[:2]]
        self.assertEqual(lost, self.stage.restore())
        self.assertEqual([('HARD', uuid) for uuid in lost], self.cloud.calls)

    def test_restore_in_vain(self):
        self.stage.switch_off(self.stage.fleet)
        self.assertRaises(stage_mod.StageError, self.stage.restore)
