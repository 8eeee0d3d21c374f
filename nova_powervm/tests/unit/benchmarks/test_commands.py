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

import fixtures
import mock

from benchmarks import processes
from benchmarks import reads
from benchmarks import storm
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks import test_budgets


class TestStorm(base.TestCase):

    def setUp(self):
        super().setUp()
        self.crash = test_budgets.storm('crash', drain=10.0)
        self.floor = {'name': 'floor', 'seconds': 10.0, 'emits': 0,
                      'threads': 4, 'nova_calls': 0, 'nova_reads': 0,
                      'cpu': 1.0, 'bulk_lpars': 200, 'bulk_ms': 64.0,
                      'single_ms': 25.0, 'disagree': 0}
        self.cases = self.enterContext(mock.patch.object(
            storm, 'run_case', side_effect=lambda case, *args: [
                {'floor': self.floor, 'crash': self.crash}[case]]))
        self.output = self.enterContext(
            contextlib.redirect_stdout(io.StringIO()))

    def run_storm(self, *options):
        return storm.main(['crash', *options])

    def test_within(self):
        self.assertEqual(0, self.run_storm('--check'))
        self.assertNotIn('OVER', self.output.getvalue())

    def test_over_counts_only_when_checked(self):
        self.crash['threads'] = 6
        self.assertEqual(0, self.run_storm())
        self.assertIn('OVER', self.output.getvalue())
        self.assertEqual(1, self.run_storm('--check'))

    def test_wrong_result_always_counts(self):
        self.crash['disagree'] = 1
        self.assertEqual(2, self.run_storm())
        self.assertIn('WRONG RESULT: crash: 1 LPARs disagree',
                      self.output.getvalue())

    def test_wrong_floor_counts_too(self):
        self.floor['disagree'] = 1
        self.assertEqual(2, self.run_storm())

    def test_failed_case(self):
        self.cases.side_effect = processes.CaseFailed('no end of the looks')
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            self.assertEqual(2, self.run_storm())
        self.assertIn('no end of the looks', errors.getvalue())

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

    def test_bad_options(self):
        for options in (['no such'], ['--lpars', '0'], ['--events', '1'],
                        ['--workers', '0'], ['--rpc-ms', 'x'],
                        ['--rpc-ms', '-1'], ['--rest-ms', '-1'],
                        ['--delay', '0'], ['--backend', 'none']):
            with contextlib.redirect_stderr(io.StringIO()):
                self.assertRaises(SystemExit, storm.main, options)


class TestReads(base.TestCase):

    def test_crossover(self):
        self.assertEqual(12, reads.crossover(1.5, 16.6))
        self.assertEqual(1, reads.crossover(1.5, 1.0))


class TestProcesses(base.TestCase):

    def test_failed_process_says_why(self):
        log = pathlib.Path(self.useFixture(fixtures.TempDir()).join('log'))
        log.write_text('what nova logged')
        # The options lack what a case needs.
        error = self.assertRaises(
            processes.CaseFailed, processes.run, 'benchmarks.conductor',
            'threading', {}, log)
        self.assertIn('what nova logged', str(error))
        self.assertIn('--workers', str(error))
