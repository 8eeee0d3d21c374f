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
from benchmarks.comparison import __main__ as command
from benchmarks.comparison import runner
from benchmarks import pictures
from nova_powervm.tests.unit.benchmarks import command_case
from nova_powervm.tests.unit.benchmarks.comparison import samples


class TestMain(command_case.CommandTestCase):

    def setUp(self):
        super().setUp()
        self.phase = samples.phase()
        self.run_job = self.enterContext(mock.patch.object(
            runner, 'run', side_effect=lambda *args: [self.phase]))
        self.fetch = self.enterContext(mock.patch.object(
            runner, 'fetch', autospec=True))

    def run_command(self, *options):
        return command.main([
            'redundant', '--lpars', '1000', '--side-by-side', '1', *options])

    def test_within(self):
        self.assertEqual(0, self.run_command('--long-runs', '2'))
        self.assertEqual(6, self.run_job.call_count)

    def test_over(self):
        self.phase['wrong'] = 1
        self.assertEqual(1, self.run_command())

    def test_failed(self):
        self.run_job.side_effect = commands.Failed('the reason')
        self.assertEqual(2, self.run_command())
        self.assertIn('the reason', self.errors.getvalue())

    def test_no_old_module(self):
        self.fetch.side_effect = commands.Failed('the reason')
        self.assertEqual(2, self.run_command())
        self.run_job.assert_not_called()

    def test_figures_so_far_outlast_an_interruption(self):
        path = self.folder / 'figures'
        self.run_job.side_effect = [[self.phase], KeyboardInterrupt]
        self.assertEqual(130, self.run_command('--json', str(path)))
        self.assertEqual(1, len(json.loads(path.read_text())['runs']))

    def test_interrupted(self):
        self.run_job.side_effect = KeyboardInterrupt
        self.assertEqual(130, self.run_command())

    def test_something_is_not_installed(self):
        self.found.side_effect = lambda name: name != 'eventlet' or None
        self.assertEqual(2, self.run_command())
        self.assertIn('eventlet', self.errors.getvalue())
        self.fetch.assert_not_called()

    def test_no_matplotlib_matters_for_pictures(self):
        self.enterContext(mock.patch.object(
            pictures, 'missing', return_value=True))
        self.assertEqual(2, self.run_command('--plots', str(self.folder)))
        self.fetch.assert_not_called()
        self.assertEqual(0, self.run_command())

    def test_earlier_runs(self):
        paths = [str(self.folder / name) for name in ('one', 'two')]
        for path in paths:
            self.assertEqual(0, self.run_command(
                '--long-runs', '1', '--json', path))
        self.run_job.reset_mock()
        together = self.folder / 'together'
        self.assertEqual(0, command.main([
            '--from', ','.join(paths), '--json', str(together)]))
        self.run_job.assert_not_called()
        found = json.loads(together.read_text())
        self.assertEqual([2, 2, 2], [
            each['runs'] for each in found['summaries']])

    def test_no_earlier_run(self):
        path = self.folder / 'none'
        self.assertEqual(2, command.main(['--from', str(path)]))
        path.write_text('{}')
        self.assertEqual(2, command.main(['--from', str(path)]))

    def test_no_folder_for_json(self):
        self.assertEqual(2, self.run_command(
            '--json', str(self.folder / 'none' / 'file')))
        self.fetch.assert_not_called()

    def test_json_is_a_folder(self):
        self.assertEqual(2, self.run_command('--json', str(self.folder)))
        self.assertIn(str(self.folder), self.errors.getvalue())

    def test_json_and_pictures(self):
        path = self.folder / 'figures'
        self.assertEqual(0, self.run_command(
            '--json', str(path), '--plots', str(self.folder)))
        found = json.loads(path.read_text())
        self.assertEqual(3, len(found['summaries']))
        self.assertIn('cpus', found['machine'])
        self.assertEqual(
            ['performance-lookups.svg'],
            [each.name for each in self.folder.glob('*.svg')])
