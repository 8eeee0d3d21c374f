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


import contextlib
import io
import json
import pathlib
import subprocess

import ddt
import fixtures
import mock

from benchmarks import processes
from benchmarks import reads
from benchmarks import storm
from nova_powervm.testing import processes as testing_processes
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks import samples


@ddt.ddt
class TestStorm(base.TestCase):

    def setUp(self):
        super().setUp()
        self.crash = samples.storm('crash', drain=10.0)
        self.floor = samples.floor()
        self.cases = self.enterContext(mock.patch.object(
            storm, 'run_case', side_effect=lambda case, *args: [
                {'floor': self.floor, 'crash': self.crash}[case]]))
        self.enterContext(contextlib.redirect_stdout(io.StringIO()))
        self.errors = self.enterContext(
            contextlib.redirect_stderr(io.StringIO()))

    def run_storm(self, *options):
        return storm.main(['crash', *options])

    def test_within(self):
        self.assertEqual(0, self.run_storm('--check'))

    def test_over_counts_only_when_checked(self):
        self.crash['threads'] = 6
        self.assertEqual(0, self.run_storm())
        self.assertEqual(1, self.run_storm('--check'))

    def test_wrong_result_always_counts(self):
        self.crash['disagree'] = 1
        self.assertEqual(2, self.run_storm())

    def test_wrong_floor_counts_too(self):
        self.floor['disagree'] = 1
        self.assertEqual(2, self.run_storm())

    def test_failed_case(self):
        self.cases.side_effect = processes.CaseFailed('the reason')
        self.assertEqual(2, self.run_storm())
        self.assertIn('the reason', self.errors.getvalue())

    def test_both_backends(self):
        self.run_storm('--backend', 'both')
        self.assertEqual(
            [('floor', 'threading'), ('crash', 'threading'),
             ('floor', 'eventlet'), ('crash', 'eventlet')],
            [call.args[:2] for call in self.cases.call_args_list])

    def test_json(self):
        path = pathlib.Path(
            self.useFixture(fixtures.TempDir()).join('figures'))
        self.run_storm('--json', str(path), '--lpars', '7')
        figures = json.loads(path.read_text())
        self.assertEqual(7, figures['options']['lpars'])
        self.assertIn('nova', figures['environment'])
        result, = figures['results']
        self.assertEqual(self.crash, result['storms'][0])
        self.assertTrue(result['checks'][0]['within'])

    @ddt.named_data(
        ['storm', 'no such'], ['lpars', '--lpars=0'],
        ['events', '--events=1'], ['workers', '--workers=0'],
        ['rpc_text', '--rpc-ms=x'], ['rpc_negative', '--rpc-ms=-1'],
        ['rest', '--rest-ms=-1'], ['delay', '--delay=0'],
        ['backend', '--backend=none'])
    def test_bad_option(self, option):
        error = self.assertRaises(SystemExit, storm.main, [option])
        self.assertEqual(2, error.code)
        self.cases.assert_not_called()


@ddt.ddt
class TestReads(base.TestCase):

    @ddt.named_data(['rounded_up', 1.5, 16.6, 12], ['at_once', 1.5, 1.0, 1])
    def test_crossover(self, one, all_of_them, lpars):
        self.assertEqual(lpars, reads.crossover(one, all_of_them))


class TestProcesses(base.TestCase):

    def setUp(self):
        super().setUp()
        self.run = self.enterContext(mock.patch.object(
            testing_processes, 'run', autospec=True))
        self.log = pathlib.Path(
            self.useFixture(fixtures.TempDir()).join('log'))

    def run_case(self, status, stdout='', stderr=''):
        self.run.return_value = subprocess.CompletedProcess(
            ['command'], status, stdout, stderr)
        return processes.run('benchmarks.subject', 'eventlet', {'lpars': 7},
                             self.log)

    def test_figures_are_the_last_line(self):
        self.assertEqual([1], self.run_case(0, 'something\n[1]\n'))

    def test_options_and_backend(self):
        self.run_case(0, '1')
        command = self.run.call_args.args[0]
        self.assertEqual('benchmarks.subject', command[-2])
        self.assertEqual({'lpars': 7, 'log': str(self.log)},
                         json.loads(command[-1]))
        self.assertEqual(
            {'OS_NOVA_DISABLE_EVENTLET_PATCHING': 'false'},
            self.run.call_args.kwargs['variables'])

    def test_failed_process_says_why(self):
        self.log.write_text('what nova logged')
        error = self.assertRaises(processes.CaseFailed, self.run_case, 1,
                                  stderr='what it said')
        self.assertIn('what nova logged', str(error))
        self.assertIn('what it said', str(error))

    def test_failed_without_a_log(self):
        self.assertRaises(processes.CaseFailed, self.run_case, 1)
