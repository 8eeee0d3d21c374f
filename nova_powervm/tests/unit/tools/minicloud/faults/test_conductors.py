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


import pathlib

import fixtures
import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.minicloud.faults import fakes
from tools.minicloud.faults import conductors
from tools.minicloud.faults import counters
from tools.minicloud.faults import report
from tools.minicloud.faults import rpc_metrics


class TestConductors(base.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = fakes.Clock()
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.cloud = fakes.Cloud(folder)
        self.cloud.set_conductors = mock.Mock()
        self.stage = fakes.make_stage(self.cloud, self.clock)
        self.enterContext(mock.patch.object(
            conductors, 'cpu_seconds', side_effect=[10.0, 12.0]))
        (folder / 'etc' / 'nova').mkdir(parents=True)
        (folder / 'run').mkdir()
        self.files = [folder / 'etc' / 'nova' / (name + '.conf')
                      for name in self.stage.compute_services]
        for path in self.files:
            path.write_text('[DEFAULT]\n')

    def _measure(self):
        listener = mock.Mock(spec=rpc_metrics.Listener)
        listener.take.side_effect = [[9.0], [0.5, 1.5]]
        switch_off = self.stage.switch_off

        def off(servers):
            switch_off(servers)
            self.clock.after(20.0, self.cloud.right)

        with mock.patch.object(self.stage, 'switch_off', off):
            return conductors.measure(
                self.stage, listener, 4, counters.Counters())

    def test_storm(self):
        self.assertEqual(
            conductors.Storm(4, 4, [0.5, 1.5], 20.0, counters.Counters(),
                             2.0),
            self._measure())
        self.cloud.set_conductors.assert_called_once_with(4)
        self.assertEqual(
            [('stop', 'nova-conductor'), ('start', 'nova-conductor')],
            self.cloud.calls[:2])

    def test_servers_run_again(self):
        self._measure()
        self.assertEqual('', self.stage.what_differs())

    def test_table(self):
        lines = report.storm_table([self._measure()]).splitlines()
        self.assertEqual(
            ['4', '2', '50.0', '1.00', '1.50', '20'],
            lines[-1].split()[:6])

    def test_computes_measure_and_stop_to(self):
        with conductors.measured_computes(self.stage):
            for path in self.files:
                self.assertIn('[oslo_messaging_metrics]', path.read_text())
            self.cloud.calls.clear()
        for path in self.files:
            self.assertEqual('[DEFAULT]\n', path.read_text())
        self.assertEqual(
            [{('stop', name) for name in self.stage.compute_services},
             {('start', name) for name in self.stage.compute_services}],
            [set(self.cloud.calls[:2]), set(self.cloud.calls[2:])])
