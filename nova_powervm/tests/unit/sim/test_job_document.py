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
from pypowervm.wrappers import job as job_wrapper

from nova_powervm.sim import job_document
from nova_powervm.sim import jobs
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured


@ddt.ddt
class JobDocumentTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.job = jobs.Job(
            1376478617707, 'LogicalPartition', base.UUID, 'PowerOff',
            {'operation': 'shutdown'}, 1376483923381)

    def _response(self):
        return job_document.response(self.job, base.API)

    def _assert_like_captured(self):
        self.assertLikeCaptured(
            self._response(), 'job_response_completed_failed.txt',
            'job_response_completed_ok.txt')

    def test_template(self):
        template = job_document.template('LogicalPartition', 'PowerOff')
        theirs = captured.load('job_request_power_off.txt')
        self.assertLikeCaptured(template, 'job_request_power_off.txt')
        self.assertEqual(captured.child_names(theirs),
                         captured.child_names(template))

    def test_running(self):
        self._assert_like_captured()
        self.assertEqual('RUNNING', self._response().findtext('.//{*}Status'))
        self.assertIsNone(self._response().find('.//{*}TimeCompleted'))

    def test_completed(self):
        self.job.finish()
        self._assert_like_captured()

    def test_failed(self):
        self.job.finish('HSCL1558')
        self._assert_like_captured()

    def test_pypowervm_reads_a_response(self):
        self.job.finish('HSCL1558 off')
        wrapper = job_wrapper.Job.wrap(self.response(self._response()))
        self.assertEqual(
            ('1376478617707', 'COMPLETED_WITH_ERROR', 'HSCL1558 off'),
            (wrapper.job_id, wrapper.job_status, wrapper.get_job_message()))

    def test_parse_request(self):
        wrapper = job_wrapper.Job.wrap(self.response(
            job_document.template('LogicalPartition', 'PowerOff')))
        wrapper.add_job_parameters_to_existing(
            wrapper.create_job_parameter('operation', 'shutdown'),
            wrapper.create_job_parameter('immediate', 'true'))
        self.assertEqual(
            {'operation': 'shutdown', 'immediate': 'true'},
            job_document.parse_request(wrapper.entry.element.toxmlstring()))

    @ddt.named_data(('empty', b''), ('another_element', b'<x/>'))
    def test_parse_malformed(self, body):
        self.assertRaises(ValueError, job_document.parse_request, body)
