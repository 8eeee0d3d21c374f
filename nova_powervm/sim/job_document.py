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

"""JobRequest and JobResponse entries."""

import uuid

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import jobs


def template(group: str, operation: str) -> etree._Element:
    """Build the template of a JobRequest, which clients fill in."""
    content = atom.schema_object(
        'JobRequest', _request_fields(group, operation, {}),
        namespace=atom.WEB_NS)
    return atom.entry(content, str(uuid.uuid4()))


def parse_request(body: bytes) -> dict[str, str]:
    """Return the parameters in a JobRequest.

    :raises ValueError: if it is malformed.
    """
    root = atom.parse(body)
    if root.tag != '{%s}JobRequest' % atom.WEB_NS:
        raise ValueError('Expected a JobRequest.')
    ns = {'web': atom.WEB_NS}
    return {
        (parameter.findtext('web:ParameterName', '', ns)):
            (parameter.findtext('web:ParameterValue', '', ns))
        for parameter in root.iterfind('web:JobParameters/web:JobParameter',
                                       ns)}


def response(job: jobs.Job, api_url: str) -> etree._Element:
    """Build the JobResponse of a job."""
    fields = [
        atom.Field('RequestURL', 'ROR', atom.Link(
            f'{job.group}/{job.target}/do/{job.operation}')),
        atom.Field('TargetUuid', 'ROR', job.target),
        atom.Field('JobID', 'ROR', job.job_id),
        atom.Field('TimeStarted', 'ROR', job.started),
        *([] if job.completed is None else [
            atom.Field('TimeCompleted', 'ROR', job.completed)]),
        atom.Field('Status', 'ROR', job.status),
        atom.Field('JobRequestInstance', 'ROR', _request_fields(
            job.group, job.operation, job.parameters)),
        atom.Field('Progress', 'ROO', []),
        atom.Field('Results', 'ROR', _parameter_fields(job.results)),
    ]
    content = atom.schema_object('JobResponse', fields, namespace=atom.WEB_NS)
    url = content[1]
    url.set('rel', 'via')
    url.set('title', 'The URL to which the JobRequest was submitted.')
    return atom.entry(content, str(uuid.uuid4()),
                      href=f'{api_url}/jobs/{job.job_id}')


def _request_fields(group: str, operation: str,
                    parameters: dict[str, str]) -> list[atom.Field]:
    return [
        atom.Field('RequestedOperation', 'CUR', [
            atom.Field('OperationName', 'ROR', operation),
            atom.Field('GroupName', 'ROR', group)]),
        atom.Field('JobParameters', 'CUR', _parameter_fields(parameters)),
    ]


def _parameter_fields(parameters: dict[str, str]) -> list[atom.Field]:
    return [
        atom.Field('JobParameter', None, [
            atom.Field('ParameterName', 'ROR', name),
            atom.Field('ParameterValue', 'CUR', value)])
        for name, value in parameters.items()]
