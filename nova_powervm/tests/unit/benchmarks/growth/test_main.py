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

import ddt
import mock

from benchmarks import command as commands
from benchmarks.growth import __main__ as command
from benchmarks.growth import runner
from benchmarks import pictures
from nova_powervm.tests.unit.benchmarks import command_case
from nova_powervm.tests.unit.benchmarks.growth import samples


@ddt.ddt
class TestMain(command_case.CommandTestCase):

    def setUp(self):
        super().setUp()
        self.row = samples.alone()
        self.run_job = self.enterContext(mock.patch.object(
            runner, 'run', side_effect=lambda *args: [self.row]))

    def run_command(self, *options):
        return command.main(['alone', '--lpars', '1000', *options])

    def test_within(self):
        self.assertEqual(0, self.run_command())
        self.assertEqual(2, self.run_job.call_count)

    def test_over(self):
        self.row = samples.alone(known_bytes=2000)
        self.assertEqual(1, self.run_command())

    def test_failed(self):
        self.run_job.side_effect = commands.Failed('the reason')
        self.assertEqual(2, self.run_command())
        self.assertIn('the reason', self.errors.getvalue())

    @ddt.named_data(
        ['nova', ('alone',), {'nova'}],
        ['eventlet', ('alone',), {'eventlet'}],
        ['aiohttp', ('sync',), {'aiohttp'}])
    def test_not_installed(self, names, lacking):
        self.found.side_effect = lambda name: name not in lacking or None
        self.assertEqual(2, command.main(names))
        self.assertIn(*lacking, self.errors.getvalue())
        self.run_job.assert_not_called()

    def test_what_is_not_needed_may_be_missing(self):
        self.found.side_effect = lambda name: name == 'nova' or None
        self.assertEqual(0, self.run_command('--backends', 'threading'))

    def test_no_matplotlib(self):
        self.enterContext(mock.patch.object(
            pictures, 'missing', return_value=True))
        self.assertEqual(2, self.run_command('--plots', str(self.folder)))
        self.assertIn('matplotlib', self.errors.getvalue())

    def test_no_folder(self):
        self.assertEqual(2, self.run_command(
            '--json', str(self.folder / 'none' / 'x')))
        self.run_job.assert_not_called()

    def test_figures_so_far_outlast_an_interruption(self):
        path = self.folder / 'figures'
        self.run_job.side_effect = [[self.row], KeyboardInterrupt]
        self.assertEqual(130, self.run_command('--json', str(path)))
        self.assertEqual([self.row], json.loads(path.read_text())['runs'])

    def test_earlier_runs(self):
        path = self.folder / 'figures'
        self.run_command('--json', str(path))
        self.run_job.reset_mock()
        self.assertEqual(0, command.main(
            ['--from', '%s,%s' % (path, path), '--json', str(path)]))
        self.run_job.assert_not_called()
        summary, = json.loads(path.read_text())['summaries']
        # The same file counts once.
        self.assertEqual(2, summary['runs'])

    @ddt.named_data(['no_json', 'x'], ['no_object', '[]'],
                    ['no_runs', '{}'], ['no_rows', '{"runs": [1]}'])
    def test_no_file_of_a_run(self, text):
        path = self.folder / 'figures'
        path.write_text(text)
        self.assertEqual(2, command.main(['--from', str(path)]))
        self.assertIn(str(path), self.errors.getvalue())

    def test_plots(self):
        with mock.patch.object(pictures, 'missing', return_value=False), (
                mock.patch.object(command.plots, 'draw',
                                  side_effect=OSError('full'))) as draw:
            self.assertEqual(2, self.run_command(
                '--plots', str(self.folder)))
        draw.assert_called_once_with(mock.ANY, self.folder)
