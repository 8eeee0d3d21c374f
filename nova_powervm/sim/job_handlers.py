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

"""Handlers of requests about jobs."""

from collections.abc import Callable

from aiohttp import web

from nova_powervm.sim import errors
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import job_document
from nova_powervm.sim import jobs
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import target

# Memory overhead of an LPAR, the default of pypowervm.tasks.memory.
_LPAR_OVERHEAD_MB = 512

_RESERVED_MEMORY = 'QueryReservedMemoryRequiredForPartition'
_LPAR_JOBS = frozenset(('PowerOn', 'PowerOff', 'CloseVterm'))
_SYSTEM_JOBS = frozenset((_RESERVED_MEMORY,))


class JobHandlers:
    """Handlers of requests that start, poll, cancel and delete jobs."""

    def __init__(self, host: host_mod.Host) -> None:
        self._host = host
        self._jobs = jobs.JobTable()

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        job = routes.UOM + '/jobs/{job}'
        do = routes.SYSTEM + '/do'
        found = [
            routes.Route('job', 'GET', do + '/{operation}', self._template),
            routes.Route('memory_query', 'PUT', f'{do}/{_RESERVED_MEMORY}',
                         self._query_memory),
            routes.Route('job', 'GET', job, self._status),
            routes.Route('job', 'DELETE', job, self._delete),
            routes.Route('job', 'POST', job + '/cancel', self._cancel),
        ]
        for feed in routes.LPAR_FEEDS:
            do = feed + '/{lpar}/do'
            found += [
                routes.Route('job', 'GET', do + '/{operation}',
                             self._template),
                routes.Route('power_on', 'PUT', do + '/PowerOn',
                             self._power_on),
                routes.Route('power_off', 'PUT', do + '/PowerOff',
                             self._power_off),
                routes.Route('close_vterm', 'PUT', do + '/CloseVterm',
                             self._close_vterm),
            ]
        return found

    async def _template(self, request: web.Request) -> web.Response:
        if 'lpar' in request.match_info:
            target.find_lpar(self._host, request)
            group, operations = 'LogicalPartition', _LPAR_JOBS
        else:
            target.check_system(self._host, request)
            group, operations = 'ManagedSystem', _SYSTEM_JOBS
        operation = request.match_info['operation']
        if operation not in operations:
            raise errors.NotFound(f'Job {group}/{operation} does not exist.')
        return responses.xml(job_document.template(group, operation))

    async def _power_on(self, request: web.Request) -> web.Response:
        lpar = target.find_lpar(self._host, request)

        def run(job: jobs.Job) -> None:
            self._host.power_on(lpar.uuid, job.finish)

        return await self._start(request, lpar.uuid, 'PowerOn', run)

    async def _power_off(self, request: web.Request) -> web.Response:
        lpar = target.find_lpar(self._host, request)

        def run(job: jobs.Job) -> None:
            operation = job.parameters.get('operation', 'shutdown')
            immediate = job.parameters.get('immediate') == 'true'
            dump = operation == 'dumprestart'
            self._host.power_off(
                lpar.uuid, job.finish, by_os=operation == 'osshutdown',
                hard=dump or (operation == 'shutdown' and immediate),
                restart=dump or job.parameters.get('restart') == 'true')

        return await self._start(request, lpar.uuid, 'PowerOff', run)

    async def _close_vterm(self, request: web.Request) -> web.Response:
        lpar = target.find_lpar(self._host, request)
        return await self._start(request, lpar.uuid, 'CloseVterm',
                                 jobs.Job.finish)

    async def _query_memory(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)

        def run(job: jobs.Job) -> None:
            desired = job.parameters.get('DesiredMemory', '0')
            job.finish(
                RequiredMemory=str(int(desired) + _LPAR_OVERHEAD_MB),
                CurrentAvailableSystemMemory=str(self._host.free_memory_mb))

        return await self._start(request, self._host.uuid,
                                 _RESERVED_MEMORY, run)

    async def _start(self, request: web.Request, target_uuid: str,
                     operation: str,
                     run: Callable[[jobs.Job], None]) -> web.Response:
        group = ('LogicalPartition' if 'lpar' in request.match_info
                 else 'ManagedSystem')
        try:
            parameters = job_document.parse_request(await request.read())
            job = self._jobs.start(group, target_uuid, operation, parameters,
                                   run)
        except ValueError as exc:
            raise errors.RestError(400, str(exc)) from exc
        return responses.xml(job_document.response(job, self._host.api_url))

    async def _status(self, request: web.Request) -> web.Response:
        job = self._jobs.get(request.match_info['job'])
        return responses.xml(job_document.response(job, self._host.api_url))

    async def _delete(self, request: web.Request) -> web.Response:
        self._jobs.delete(request.match_info['job'])
        return responses.no_content()

    async def _cancel(self, request: web.Request) -> web.Response:
        job = self._jobs.get(request.match_info['job'])
        job.finish('The job was cancelled.')
        return responses.no_content()
