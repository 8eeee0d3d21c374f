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
import zipfile

import ddt
import fixtures
import mock

from benchmarks import command
from benchmarks.comparison import releases
from benchmarks.comparison import runner
from benchmarks.comparison import settings
from benchmarks.comparison import world
from nova_powervm.testing import processes
from nova_powervm.tests import base
from nova_powervm.tests.unit.benchmarks.comparison import samples
from tools.dropin import scratch

_OLD, _OURS, _EVENTLET = releases.NAMES


class TestJobs(base.TestCase):

    def jobs(self, **options):
        return list(runner.jobs(settings.Settings(**{
            'lpars': (10,), 'runs': 1, **options})))

    def test_modules_alternate(self):
        found = self.jobs(names=('redundant',), runs=3)
        self.assertEqual(
            [_OLD, _OURS, _EVENTLET, _OURS, _EVENTLET, _OLD,
             _EVENTLET, _OLD, _OURS], [job.module for job in found])
        self.assertEqual([0, 0, 0, 1, 1, 1, 2, 2, 2],
                         [job.run for job in found])

    def test_crash_has_a_floor_for_each_backend(self):
        found = self.jobs(names=('crash',))
        self.assertEqual(
            [('floor', _EVENTLET), ('floor', _OURS)],
            [(job.case, job.module) for job in found][:2])
        self.assertEqual(5, len(found))

    def test_old_module_measures_the_floor_of_its_backend(self):
        found = self.jobs(names=('crash',), modules=(_OLD, _OURS))
        self.assertEqual([_OLD, _OURS], [
            job.module for job in found if job.case == 'floor'])

    def test_no_floor_for_counts(self):
        found = self.jobs(names=('crash',), counts=True)
        self.assertEqual({'crash'}, {job.case for job in found})

    def test_what_takes_minutes_runs_less_often(self):
        found = self.jobs(names=('busy', 'rest-away'), modules=(_OURS,),
                          lpars=(999, 1000), runs=3, long_runs=2)
        self.assertEqual(
            [(999, 'busy')] * 3 + [(1000, 'busy')] * 2
            + [(100, 'rest-away')] * 2,
            [(job.lpars, job.case) for job in found])

    def test_what_keeps_processors_at_work_runs_alone(self):
        found = self.jobs(modules=(_OURS,))
        self.assertEqual({'floor', 'crash', 'mixed'}, {
            job.case for job in found if not job.waits})

    def test_faults_have_a_size_of_their_own(self):
        found = self.jobs(names=('rest-away',), lpars=(10, 20),
                          fault_lpars=30)
        self.assertEqual([30, 30, 30], [job.lpars for job in found])


class TestResults(base.TestCase):

    def setUp(self):
        super().setUp()
        self.results = runner.Results()

    def add(self, phase, **job):
        return self.results.add(
            samples.job(phase['name'], **job), [phase])[0]

    def test_floors_are_those_of_the_run_and_backend(self):
        self.add(samples.floor(right=[10.0]))
        self.add(samples.floor(right=[5.0]), module=_EVENTLET)
        self.add(samples.floor(right=[1.0]), run=1)
        row = self.add(samples.crash())
        self.assertEqual(1.05, row['figures']['floors'])
        row = self.add(samples.crash(), module=_OLD)
        self.assertEqual(2.1, row['figures']['floors'])

    def test_without_a_floor(self):
        row = self.add(samples.crash())
        self.assertIsNone(row['figures']['floors'])
        self.assertEqual(10.5, row['figures']['last'])

    def test_summaries(self):
        self.add(samples.crash(lookups=1))
        self.add(samples.crash(lookups=4), run=1)
        self.add(samples.crash(lookups=2), run=2)
        self.add(samples.phase('rest-away'), lpars=100)
        self.add(samples.crash(), lpars=10)
        self.add(samples.crash(), module=_OLD)
        found = self.results.summaries()
        self.assertEqual(
            [(10, 'crash', _OURS), (1000, 'crash', _OLD),
             (1000, 'crash', _OURS), (100, 'rest-away', _OURS)],
            [(each['lpars'], each['name'], each['module'])
             for each in found])
        self.assertEqual(3, found[2]['runs'])
        self.assertEqual([2, 1, 4], found[2]['figures']['lookups'])

    def test_nothing_exceeds_its_budget(self):
        self.add(samples.floor())
        self.add(samples.crash())
        self.add(samples.phase())
        checks = self.results.checks(False)
        self.assertNotEqual([], checks)
        self.assertEqual([], [each for each in checks if not each.within])


class TestFetch(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.download = self.enterContext(mock.patch.object(
            scratch, 'fetch', autospec=True))

    def test_not_wanted(self):
        self.assertIsNone(runner.fetch(settings.Settings(
            modules=(_OURS,)), self.folder))
        self.download.assert_not_called()

    def test_from_pypi(self):
        self.assertEqual(self.download.return_value, runner.fetch(
            settings.Settings(), self.folder))

    def test_not_reached(self):
        self.download.side_effect = processes.ProcessError('no\nnetwork\n')
        error = self.assertRaises(
            command.Failed, runner.fetch, settings.Settings(), self.folder)
        self.assertIn('network', str(error))

    def test_from_a_wheel(self):
        wheel = self.folder / 'a.whl'
        with zipfile.ZipFile(wheel, 'w') as packed:
            packed.writestr('nova_powervm/a.py', '')
        tree = runner.fetch(settings.Settings(wheel=wheel), self.folder)
        self.assertTrue((tree / 'nova_powervm' / 'a.py').exists())
        self.download.assert_not_called()

    def test_no_wheel(self):
        wheel = self.folder / 'a.whl'
        wheel.write_text('no archive')
        self.assertRaises(command.Failed, runner.fetch, settings.Settings(
            wheel=wheel), self.folder)


@ddt.ddt
class TestRun(base.TestCase):

    def setUp(self):
        super().setUp()
        self.running = self.enterContext(mock.patch.object(
            world, 'running', autospec=True))
        self.meeting = self.enterContext(mock.patch.object(
            world, 'meeting', autospec=True))
        self.case = self.enterContext(mock.patch.dict(
            runner._CASES, redundant=mock.Mock()))['redundant']

    def run_job(self):
        return runner.run(settings.Settings(), None, samples.job())

    def test_result_is_that_of_the_case(self):
        self.running.return_value.__exit__.return_value = None
        self.meeting.return_value.__exit__.return_value = None
        self.assertEqual(self.case.return_value, self.run_job())
        self.case.assert_called_once_with(
            self.running.return_value.__enter__.return_value)

    @ddt.named_data(
        ['process', processes.ProcessError('the reason')],
        ['port', OSError('the reason')])
    def test_failed(self, error):
        self.running.return_value.__exit__.return_value = None
        self.meeting.return_value.__exit__.return_value = None
        self.case.side_effect = error
        found = self.assertRaises(command.Failed, self.run_job)
        self.assertIn('the reason', str(found))


class TestUuids(base.TestCase):

    def test_same_in_every_run_and_without_the_first_bit(self):
        found = world._uuids(20)
        self.assertEqual(20, len(set(found)))
        self.assertEqual(found, world._uuids(20))
        self.assertEqual([], [uuid for uuid in found if uuid[0] > '7'])
