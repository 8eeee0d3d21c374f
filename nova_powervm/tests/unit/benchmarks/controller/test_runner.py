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
import pathlib

import fixtures
import mock

from benchmarks import command
from benchmarks.comparison import releases
from benchmarks.controller import crew
from benchmarks.controller import rows
from benchmarks.controller import runner
from benchmarks.controller import settings
from benchmarks.controller import storms
from nova_powervm.testing import processes
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks.controller import samples


class TestJobs(base.TestCase):

    def test_conductor_is_restarted_least_often(self):
        found = runner.jobs(settings.Settings(workers=(1, 2), hosts=(1, 50)))
        self.assertEqual(
            [(1, 1, releases.OLD), (1, 1, releases.OURS),
             (1, 50, releases.OURS), (2, 1, releases.OLD),
             (2, 1, releases.OURS), (2, 50, releases.OURS)],
            [(job.workers, job.hosts, job.module) for job in found])

    def test_nothing_is_left(self):
        self.assertEqual([], list(runner.jobs(settings.Settings(
            names=('crash',), hosts=(50,)))))


class TestRunner(base.TestCase):

    def setUp(self):
        super().setUp()
        self.controller = mock.Mock()
        self.reset = self.enterContext(mock.patch.object(
            rows, 'reset', autospec=True))
        self.fill = self.enterContext(mock.patch.object(
            rows, 'fill', autospec=True))
        self.aboard = self.enterContext(mock.patch.object(
            crew, 'aboard', autospec=True))
        self.aboard.return_value.__exit__.return_value = None
        self.crew = self.aboard.return_value.__enter__.return_value
        self.crew.settle.return_value = True
        self.measure = self.enterContext(mock.patch.object(
            storms, 'measure', autospec=True,
            side_effect=lambda *args: samples.figures()))
        self.runner = runner.Runner(
            self.controller, settings.Settings(hosts=(1, 3), lpars=5), None)
        self.found = []

    def run_job(self, workers=2, names=('redundant', 'crash')):
        self.runner.run(runner.Job(workers, 3, releases.OURS, names),
                        self.found.append)

    def test_fill(self):
        self.assertEqual(15, self.runner.fill())
        self.fill.assert_called_once_with(self.controller, 3, 5)

    def test_rows(self):
        self.run_job()
        self.assertEqual(
            [('redundant', 2, 3, 5), ('crash', 2, 3, 5)],
            [(row['name'], row['workers'], row['hosts'], row['lpars'])
             for row in self.found])
        self.controller.purge.assert_not_called()

    def test_as_many_workers_as_it_has_already(self):
        self.run_job()
        self.run_job()
        self.controller.set_workers.assert_called_once_with(2)
        self.assertEqual(2, self.reset.call_count)

    def test_other_workers(self):
        self.run_job()
        self.run_job(workers=4)
        self.controller.set_workers.assert_called_with(4)

    def test_no_end(self):
        self.measure.side_effect = [samples.figures(ended=False)]
        self.run_job()
        self.assertEqual([False, False], [
            row['figures']['ended'] for row in self.found])
        self.assertEqual(['redundant', 'crash'], [
            row['name'] for row in self.found])
        self.assertEqual(
            ['conductor', 'compute.host-0', 'compute.host-1',
             'compute.host-2'],
            [call.args[0] for call in self.controller.purge.call_args_list])

    def test_workers_are_new_ones_after_no_end(self):
        self.measure.side_effect = [samples.figures(ended=False)]
        self.run_job()
        self.run_job(names=())
        self.assertEqual(2, self.controller.set_workers.call_count)

    def test_hosts_that_never_settle(self):
        self.crew.settle.return_value = False
        self.run_job()
        self.measure.assert_not_called()
        self.assertEqual(2, len(self.found))

    def test_failed(self):
        self.crew.ask.side_effect = processes.ProcessError('the reason')
        error = self.assertRaises(command.Failed, self.run_job)
        self.assertIn('the reason', str(error))


class TestResults(base.TestCase):

    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(
            self.useFixture(fixtures.TempDir()).join('file'))
        self.results = runner.Results()

    def test_load(self):
        self.enterContext(mock.patch.object(
            runner.machine, 'text', return_value='a machine'))
        for plans in [samples.plan()], []:
            self.path.write_text(json.dumps({
                'machine': {}, 'runs': [samples.row()], 'plans': plans}))
            self.assertEqual('a machine', self.results.load(self.path))
        self.assertEqual(2, len(self.results.rows))
        self.assertEqual(1, len(self.results.plans))

    def test_load_something_else(self):
        self.path.write_text('{}')
        self.assertRaises(command.Failed, self.results.load, self.path)

    def test_without_end(self):
        self.results.rows += [samples.row(), samples.not_run(),
                              samples.row(ended=False)]
        self.assertEqual(2, len(self.results.without_end))

    def test_rules(self):
        self.results.rows.append(samples.row())
        found = self.results.rules()
        self.assertEqual(100.0, found['costs'][0]['rates']['lpars'])
        self.assertEqual(1, len(found['knees']))
