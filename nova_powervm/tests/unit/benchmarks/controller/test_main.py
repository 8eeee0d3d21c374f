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

import json

import mock

from benchmarks import command as commands
from benchmarks.comparison import runner as comparison
from benchmarks.controller import __main__ as command
from benchmarks.controller import explain
from benchmarks.controller import plots
from benchmarks.controller import runner
from benchmarks.controller import services
from benchmarks import pictures
from nova_powervm.tests.unit.benchmarks import command_case
from nova_powervm.tests.unit.benchmarks.controller import samples
from tools.minicloud import processes


class TestMain(command_case.CommandTestCase):

    def setUp(self):
        super().setUp()
        self.fetch = self.enterContext(mock.patch.object(
            comparison, 'fetch', autospec=True))
        self.running = self.enterContext(mock.patch.object(
            services, 'running', autospec=True))
        self.running.return_value.__exit__.return_value = None
        self.runner = self.enterContext(mock.patch.object(
            runner, 'Runner', autospec=True)).return_value
        self.runner.fill.return_value = 400
        self.runner.run.side_effect = (
            lambda job, add: add(samples.row(**self.values)))
        self.values = {}
        self.explain = self.enterContext(mock.patch.object(
            explain, 'run', autospec=True, return_value=[samples.plan()]))

    def run_command(self, *options):
        return command.main([
            'redundant', '--workers', '1', '--hosts', '1,2', '--modules',
            'threading', *options])

    def test_within(self):
        self.assertEqual(0, self.run_command())
        self.assertEqual(2, self.runner.run.call_count)
        self.explain.assert_called_once()

    def test_over(self):
        self.values['wrong'] = 1
        self.assertEqual(1, self.run_command())

    def test_no_end(self):
        self.values['ended'] = False
        self.assertEqual(2, self.run_command())

    def test_only_explain(self):
        self.assertEqual(0, self.run_command('--explain'))
        self.runner.run.assert_not_called()
        self.explain.assert_called_once()

    def test_port_in_use(self):
        self.running.return_value.__enter__.side_effect = (
            processes.CloudError('the reason'))
        self.assertEqual(2, self.run_command())
        self.assertIn('the reason', self.errors.getvalue())

    def test_failed(self):
        self.runner.run.side_effect = commands.Failed('the reason')
        self.assertEqual(2, self.run_command())
        self.assertIn('the reason', self.errors.getvalue())

    def test_no_old_module(self):
        self.fetch.side_effect = commands.Failed('the reason')
        self.assertEqual(2, self.run_command())
        self.running.assert_not_called()

    def test_figures_so_far_outlast_an_interruption(self):
        path = self.folder / 'figures'
        self.explain.side_effect = KeyboardInterrupt
        self.assertEqual(130, self.run_command('--json', str(path)))
        self.assertEqual(2, len(json.loads(path.read_text())['runs']))

    def test_something_is_not_installed(self):
        self.found.side_effect = lambda name: name != 'pymysql' or None
        self.assertEqual(2, self.run_command())
        self.assertIn('pymysql', self.errors.getvalue())
        self.running.assert_not_called()

    def test_no_matplotlib_matters_for_pictures(self):
        self.enterContext(mock.patch.object(
            pictures, 'missing', return_value=True))
        self.assertEqual(2, self.run_command('--plots', str(self.folder)))
        self.running.assert_not_called()

    def test_no_folder_for_json(self):
        self.assertEqual(2, self.run_command(
            '--json', str(self.folder / 'none' / 'file')))
        self.running.assert_not_called()

    def test_earlier_runs(self):
        path = self.folder / 'figures'
        self.run_command('--json', str(path))
        self.running.reset_mock()
        with mock.patch.object(plots, 'draw', autospec=True) as draw:
            self.assertEqual(0, command.main([
                '--from', str(path), '--plots', str(self.folder)]))
        self.running.assert_not_called()
        rows, folder = draw.call_args.args
        self.assertEqual((2, self.folder), (len(rows), folder))

    def test_no_earlier_run(self):
        self.assertEqual(2, command.main([
            '--from', str(self.folder / 'none')]))
