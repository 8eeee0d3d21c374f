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

from benchmarks import command
from benchmarks.growth import runner
from benchmarks.growth import settings
from benchmarks import processes
from benchmarks import storm
from nova_powervm.sim import process as sim_process
from nova_powervm.tests import base

OPTIONS = settings.Settings(lpars=(10, 20), runs=2, events=3)


def phase(name, **figures):
    return {'name': name, 'reads': 1, 'calls': 2, 'seconds': 3.0, 'cpu': 4.0,
            'disagree': 0, **figures}


class TestJobs(base.TestCase):

    def test_all(self):
        self.assertEqual(
            [('alone', 10, 0, 2), ('alone', 10, 0, 2), ('alone', 20, 0, 2),
             ('alone', 20, 0, 2), ('handlers', 100, 100, 2),
             ('handlers', 100, 100, 2)] + 4 * [('sync', 1000, 0, 1)],
            [(job.name, job.lpars, job.handlers, job.runs)
             for job in runner.jobs(OPTIONS)])

    def test_backends_alternate(self):
        self.assertEqual(['threading', 'eventlet'] * 5, [
            job.backend for job in runner.jobs(OPTIONS)])

    def test_some(self):
        options = settings.Settings(names=('sync',), runs=1,
                                    backends=('eventlet',))
        self.assertEqual([runner.Job('sync', 'eventlet', 1000)],
                         list(runner.jobs(options)))


@ddt.ddt
class TestRun(base.TestCase):

    def setUp(self):
        super().setUp()
        self.subject = self.enterContext(mock.patch.object(
            processes, 'run', autospec=True))
        self.storm = self.enterContext(mock.patch.object(
            storm, 'run_case', autospec=True))

    @ddt.named_data(['alone', 0, 20, 1], ['handlers', 5, 100, 5])
    def test_rows(self, handlers, lpars, counted):
        self.subject.return_value = [{'event_us': 1.0}, {'event_us': 2.0}]
        rows = runner.run(OPTIONS, runner.Job(
            'alone', 'eventlet', 20, handlers, 2))
        self.assertEqual([(lpars, counted, {'event_us': 1.0}),
                          (lpars, counted, {'event_us': 2.0})], [
            (row['lpars'], row['handlers'], row['figures']) for row in rows])
        _, backend, options, _ = self.subject.call_args.args
        self.assertEqual('eventlet', backend)
        self.assertEqual({'handlers': handlers, 'lpars': 20, 'events': 3,
                          'runs': 2}, json.loads(json.dumps(options)))

    def test_sync(self):
        self.storm.return_value = [
            phase('power sync'), phase('one read each', reads=9)]
        row, = runner.run(OPTIONS, runner.Job('sync', 'eventlet', 20))
        self.assertEqual((1, 9), (row['figures']['reads'],
                                  row['figures']['each_reads']))
        case, backend, options, _ = self.storm.call_args.args
        self.assertEqual(('sync', 'eventlet', 20),
                         (case, backend, options.lpars))

    def test_sync_that_is_wrong(self):
        self.storm.return_value = [phase('by driver'),
                                   phase('each', disagree=1)]
        self.assertRaises(command.Failed, runner.run, OPTIONS,
                          runner.Job('sync', 'eventlet', 20))

    @ddt.named_data(
        ['case', processes.CaseFailed('why')],
        ['simulator', sim_process.SimulatorError('why')],
        ['system', OSError('why')])
    def test_failed(self, error):
        self.storm.side_effect = error
        failed = self.assertRaises(
            command.Failed, runner.run, OPTIONS,
            runner.Job('sync', 'eventlet', 20))
        self.assertIn('why', str(failed))
