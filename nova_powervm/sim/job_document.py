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

"""Job templates, requests and responses."""

import uuid

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import jobs


def template(group: str, operation: str) -> etree._Element:
    """The entry that a client fills in to start a job."""
    content = atom.document('JobRequest', _request_rows(group, operation, {}),
                            namespace=atom.WEB_NS)
    return atom.entry(content, str(uuid.uuid4()))


def parse_request(body: bytes) -> dict[str, str]:
    """Read the parameters of a job request.

    :raises ValueError: it is no job request.
    """
    root = atom.parse(body)
    if root.tag != '{%s}JobRequest' % atom.WEB_NS:
        raise ValueError('A JobRequest is expected.')
    ns = {'web': atom.WEB_NS}
    return {
        (parameter.findtext('web:ParameterName', '', ns)):
            (parameter.findtext('web:ParameterValue', '', ns))
        for parameter in root.iterfind('web:JobParameters/web:JobParameter',
                                       ns)}


def response(job: jobs.Job, api_url: str) -> etree._Element:
    """The entry that tells how a job is getting on."""
    rows = [
        atom.Row('RequestURL', 'ROR', atom.Link(
            f'{job.group}/{job.target}/do/{job.operation}')),
        atom.Row('TargetUuid', 'ROR', job.target),
        atom.Row('JobID', 'ROR', job.job_id),
        atom.Row('TimeStarted', 'ROR', job.started),
        *([] if job.completed is None else [
            atom.Row('TimeCompleted', 'ROR', job.completed)]),
        atom.Row('Status', 'ROR', job.status),
        atom.Row('JobRequestInstance', 'ROR', _request_rows(
            job.group, job.operation, job.parameters)),
        atom.Row('Progress', 'ROO', []),
        atom.Row('Results', 'ROR', _parameter_rows(job.results)),
    ]
    content = atom.document('JobResponse', rows, namespace=atom.WEB_NS)
    url = content[1]
    url.set('rel', 'via')
    url.set('title', 'The URL to which the JobRequest was submitted.')
    return atom.entry(content, str(uuid.uuid4()),
                      href=f'{api_url}/jobs/{job.job_id}')


def _request_rows(group: str, operation: str,
                  parameters: dict[str, str]) -> list[atom.Row]:
    return [
        atom.Row('RequestedOperation', 'CUR', [
            atom.Row('OperationName', 'ROR', operation),
            atom.Row('GroupName', 'ROR', group)]),
        atom.Row('JobParameters', 'CUR', _parameter_rows(parameters)),
    ]


def _parameter_rows(parameters: dict[str, str]) -> list[atom.Row]:
    return [
        atom.Row('JobParameter', None, [
            atom.Row('ParameterName', 'ROR', name),
            atom.Row('ParameterValue', 'CUR', value)])
        for name, value in parameters.items()]
