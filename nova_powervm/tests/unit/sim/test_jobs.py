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

import ddt
import mock
import testtools

from nova_powervm.sim import errors
from nova_powervm.sim import jobs


@ddt.ddt
class JobTableTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.table = jobs.JobTable()

    def _start(self, run=lambda job: None):
        return self.table.start('LogicalPartition', 'uuid', 'PowerOn', {},
                                run)

    def test_runs_until_it_finishes(self):
        job = self._start()
        self.assertEqual((jobs.RUNNING, None), (job.status, job.completed))
        job.finish()
        self.assertEqual((jobs.COMPLETED_OK, {'returnCode': '0'}),
                         (job.status, job.results))
        self.assertIsNotNone(job.completed)

    def test_finishes_while_it_starts(self):
        job = self._start(jobs.Job.finish)
        self.assertEqual(jobs.COMPLETED_OK, job.status)

    def test_failed(self):
        job = self._start()
        job.finish('no')
        self.assertEqual(
            (jobs.COMPLETED_WITH_ERROR, {'returnCode': '1', 'result': 'no'}),
            (job.status, job.results))

    def test_keeps_its_first_result(self):
        job = self._start()
        job.finish('no')
        job.finish()
        self.assertEqual(jobs.COMPLETED_WITH_ERROR, job.status)

    def test_get_and_delete(self):
        job = self._start()
        key = str(job.job_id)
        self.assertIs(job, self.table.get(key))
        exc = self.assertRaises(errors.RestError, self.table.delete, key)
        self.assertEqual(409, exc.status)
        job.finish()
        self.table.delete(key)
        self.assertRaises(errors.NotFound, self.table.get, key)

    @ddt.named_data(('number', '1'), ('text', 'one'), ('empty', ''))
    def test_unknown_job(self, key):
        self.assertRaises(errors.NotFound, self.table.get, key)

    @mock.patch.object(jobs, 'MAX_JOBS', 2)
    def test_drops_the_oldest(self):
        first, second, third = (self._start() for _ in range(3))
        self.assertRaises(errors.NotFound, self.table.get, str(first.job_id))
        self.assertEqual([second, third], [
            self.table.get(str(job.job_id)) for job in (second, third)])
