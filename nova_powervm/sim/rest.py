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

"""The REST service: requests in, documents out.

Every request goes through :meth:`RestService.middleware`, which counts it by
kind, delays it, checks its token and renders its errors: what is to happen to
requests of some kind happens there, faults included.
"""

import asyncio
import collections
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterable
import random
import re
import urllib.parse

from aiohttp import web
from lxml import etree
from oslo_log import log as logging
from oslo_serialization import jsonutils

from nova_powervm.sim import atom
from nova_powervm.sim import errors
from nova_powervm.sim import event_document
from nova_powervm.sim import events
from nova_powervm.sim import faults as faults_mod
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import job_document
from nova_powervm.sim import jobs
from nova_powervm.sim import logon
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_document
from nova_powervm.sim import quick
from nova_powervm.sim import system_document

LOG = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# A feed of so many events is rendered in some 20 ms, for which nobody else is
# served; a client that has more waiting gets them with its next polls.
MAX_EVENTS = 500

_GARBAGE = b'It will be back in a minute <hr>'

# The memory that pypowervm assumes a host needs for an LPAR when the service
# does not tell (tasks.memory, default).
_LPAR_OVERHEAD_MB = 512

_SEARCH = re.compile(r"\((?P<key>\w+)(?P<operator>==|!=)'(?P<value>.*)'\)")
_RESERVED_MEMORY = 'QueryReservedMemoryRequiredForPartition'
_LPAR_JOBS = frozenset(('PowerOn', 'PowerOff', 'CloseVterm'))
_SYSTEM_JOBS = frozenset((_RESERVED_MEMORY,))


class RestService:
    """Handlers of the requests under ``/rest/api``.

    :param host: what they are about.
    :param tokens: who may send them.
    :param chance: what decides about faults that have a probability.
    """

    def __init__(self, host: host_mod.Host, tokens: logon.Tokens,
                 chance: random.Random) -> None:
        self.counters: collections.Counter[str] = collections.Counter()
        self._host = host
        self._tokens = tokens
        self._jobs = jobs.JobTable()
        self._kinds: dict[web.AbstractRoute, str] = {}
        self.faults = faults_mod.Faults(
            self._kinds.values(), asyncio.get_running_loop().time, chance)
        # None: a connection that ended already.
        self._under_way: set[asyncio.Transport | None] = set()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the handlers behind their paths."""
        uom = '/rest/api/uom'
        system = uom + '/ManagedSystem'
        one_system = system + '/{system}'
        routes: list[tuple[str, str, str, Handler]] = [
            ('logon', 'PUT', '/rest/api/web/Logon', self._logon),
            ('logoff', 'DELETE', '/rest/api/web/Logon', self._logoff),
            ('event_poll', 'GET', uom + '/Event', self._event_poll),
            ('event_create', 'PUT', uom + '/Event', self._event_create),
            ('managed_system', 'GET', system, self._system_feed),
            ('managed_system', 'GET', one_system, self._system_entry),
            ('job', 'GET', one_system + '/do/{operation}', self._job_template),
            ('memory_query', 'PUT', f'{one_system}/do/{_RESERVED_MEMORY}',
             self._memory_query),
            ('management_console', 'GET', uom + '/ManagementConsole',
             self._console_feed),
            ('vios_feed', 'GET', uom + '/VirtualIOServer', self._vios_feed),
            ('vios_feed', 'GET', one_system + '/VirtualIOServer',
             self._vios_feed),
            ('job', 'GET', uom + '/jobs/{job}', self._job_status),
            ('job', 'DELETE', uom + '/jobs/{job}', self._job_delete),
            ('job', 'POST', uom + '/jobs/{job}/cancel', self._job_cancel),
        ]
        for parent in (uom, one_system):
            lpars = parent + '/LogicalPartition'
            lpar = lpars + '/{lpar}'
            routes += [
                ('lpar_feed', 'GET', lpars, self._lpar_feed),
                ('create', 'PUT', lpars, self._lpar_create),
                ('quick_all', 'GET', lpars + '/quick/All', self._quick_all),
                ('search', 'GET', lpars + '/search/{expression:.*}',
                 self._lpar_search),
                ('lpar_entry', 'GET', lpar, self._lpar_entry),
                ('update', 'POST', lpar, self._lpar_update),
                ('delete', 'DELETE', lpar, self._lpar_delete),
                ('quick_object', 'GET', lpar + '/quick', self._quick_object),
                ('quick_property', 'GET', lpar + '/quick/{property}',
                 self._quick_property),
                ('job', 'GET', lpar + '/do/{operation}', self._job_template),
                ('power_on', 'PUT', lpar + '/do/PowerOn', self._power_on),
                ('power_off', 'PUT', lpar + '/do/PowerOff', self._power_off),
                ('close_vterm', 'PUT', lpar + '/do/CloseVterm',
                 self._close_vterm),
            ]
        for kind, method, path, handler in routes:
            self._kinds[router.add_route(method, path, handler)] = kind

    @web.middleware
    async def middleware(self, request: web.Request,
                         handler: Handler) -> web.StreamResponse:
        """Count, delay and authenticate a request, and render its error."""
        if request.path.startswith('/control/'):
            return await handler(request)
        kind = self._kinds.get(request.match_info.route, 'other')
        self.counters[kind] += 1
        transport = request.transport
        self._under_way.add(transport)
        try:
            return await self._answer(kind, request, handler)
        finally:
            self._under_way.discard(transport)

    def restart(self, new_client: bool) -> None:
        """Behave like a service that was restarted.

        Connections are cut, tokens and events that were not fetched are gone.

        :param new_client: see :meth:`.events.EventBus.restart`.
        """
        self.cut_connections()
        self._tokens.clear()
        self._host.events.restart(new_client)
        self.faults.count('service', 'restart')

    def cut_connections(self) -> None:
        """End the connections of all requests that have no answer yet."""
        for transport in self._under_way:
            _cut(transport)

    async def _answer(self, kind: str, request: web.Request,
                      handler: Handler) -> web.StreamResponse:
        refusal = self.faults.draw(kind, faults_mod.REFUSALS)
        try:
            delay = self._host.config.latency(kind)
            if delay:
                await asyncio.sleep(delay)
            if refusal is not None:
                return await self._refuse(refusal.fault)
            if kind != 'logon' and not self._tokens.valid(_token(request)):
                raise errors.RestError(
                    401, 'The session token is missing or not valid.')
            answer = await handler(request)
            body = answer.body if isinstance(answer, web.Response) else None
            if isinstance(body, bytes) and body:
                spoiler = self.faults.draw(kind, faults_mod.SPOILERS)
                if spoiler is not None:
                    return await _spoiled(spoiler.fault, request, answer, body)
            return answer
        except errors.RestError as exc:
            status, message = exc.status, exc.message
        except web.HTTPException as exc:
            status, message = exc.status, exc.reason
        except Exception:
            LOG.exception('%s %s failed', request.method, request.path)
            status, message = 500, 'The simulator has failed; see its log.'
        LOG.debug('%s %s: %s %s', request.method, request.path, status,
                  message)
        return _atom(atom.error(status, request.path, message), status=status)

    @staticmethod
    async def _refuse(fault: str) -> web.Response:
        """Answer without having looked at the request.

        :raises errors.RestError: the answer is to be an Atom entry.
        """
        if fault == 'unavailable':
            raise errors.RestError(503, 'The service is not available.')
        if fault == 'unauthorized':
            raise errors.RestError(401, 'The client is not let in.')
        if fault == 'hang':
            # It ends when the client gives up, or the server does.
            await asyncio.Event().wait()
        return web.Response(status=304 if fault == 'not_modified' else 503)

    # Sessions

    async def _logon(self, request: web.Request) -> web.Response:
        logon.check_request(await request.read())
        path = self._tokens.logon()
        response = _atom(logon.response(path))
        response.content_type = (
            'application/vnd.ibm.powervm.web+xml; type=LogonResponse')
        return response

    async def _logoff(self, request: web.Request) -> web.Response:
        self._tokens.logoff(_token(request) or '')
        return _no_content()

    # Events

    async def _event_poll(self, request: web.Request) -> web.Response:
        client = (request.query.get('QUEUE_APPLICATIONID') or
                  _token(request) or '')
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._host.config.poll_seconds
        found = self._take(client)
        # Another poll of the same client may be the quicker one to take what
        # has woken this one.
        while not found and loop.time() < deadline:
            await self._event(client, deadline - loop.time())
            found = self._take(client)
        if not found:
            return _no_content()
        entries = event_document.entries(found, self._host.api_url)
        return _atom(atom.feed(self._href(request), entries))

    def _take(self, client: str) -> list[events.Event]:
        return self.faults.deliver(
            self._host.events.take(client, MAX_EVENTS))

    async def _event(self, client: str, seconds: float) -> None:
        """Wait until there is an event, but no longer than that."""
        bus = self._host.events
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        timer = loop.call_later(seconds, arrived.set)
        bus.add_waiter(client, arrived.set)
        try:
            await arrived.wait()
        finally:
            bus.remove_waiter(client, arrived.set)
            timer.cancel()

    async def _event_create(self, request: web.Request) -> web.Response:
        try:
            data, detail = event_document.parse(await request.read())
        except ValueError as exc:
            raise errors.RestError(400, str(exc)) from exc
        event = self._host.events.post('CUSTOM_CLIENT_EVENT', data, detail)
        entry, = event_document.entries([event], self._host.api_url)
        return _atom(entry)

    # The managed system and its management

    async def _system_feed(self, request: web.Request) -> web.Response:
        return self._feed(request, [system_document.managed_system(
            self._host, self._href(request, self._host.uuid))])

    async def _system_entry(self, request: web.Request) -> web.Response:
        self._check_system(request)
        return self._entry(request, system_document.managed_system(
            self._host, self._href(request)), self._host.etag)

    async def _console_feed(self, request: web.Request) -> web.Response:
        key = system_document.console_uuid(self._host)
        return self._feed(request, [system_document.management_console(
            self._host, self._href(request, key))])

    async def _vios_feed(self, request: web.Request) -> web.Response:
        self._check_system(request)
        return self._feed(request, [])

    # LPARs

    async def _lpar_feed(self, request: web.Request) -> web.Response:
        self._check_system(request)
        return self._lpars(
            request, self.faults.listing('lpar_feed', self._host))

    async def _lpar_search(self, request: web.Request) -> web.Response:
        self._check_system(request)
        expression = request.match_info['expression']
        match = _SEARCH.fullmatch(expression)
        if match is None:
            raise errors.RestError(400, f'Cannot search for {expression}.')
        key, wanted = match['key'], match['value']
        equal = match['operator'] == '=='
        found = []
        for lpar in self._host:
            known = quick.properties(lpar, self._host)
            if key not in known:
                raise errors.RestError(400, f'Cannot search by {key}.')
            if (str(known[key]) == wanted) is equal:
                found.append(lpar)
        return self._lpars(request, found, '/search/')

    async def _lpar_entry(self, request: web.Request) -> web.Response:
        return self._lpar(request, self._find(request), self._href(request))

    async def _lpar_create(self, request: web.Request) -> web.Response:
        self._check_system(request)
        config = lpar_document.parse(await request.read())
        lpar = self._host.create(config)
        return self._lpar(request, lpar, self._href(request, lpar.uuid))

    async def _lpar_update(self, request: web.Request) -> web.Response:
        lpar = self._find(request)
        self._check_match(request, lpar)
        config = lpar_document.parse(await request.read())
        # While the body was coming somebody else may have been here.
        self._check_match(request, lpar)
        lpar = self._host.update(lpar.uuid, config)
        return self._lpar(request, lpar, self._href(request))

    async def _lpar_delete(self, request: web.Request) -> web.Response:
        lpar = self._find(request)
        self._check_match(request, lpar)
        self._host.delete(lpar.uuid)
        return _no_content()

    async def _quick_all(self, request: web.Request) -> web.Response:
        self._check_system(request)
        if not self._host.config.quick_all:
            raise errors.NotFound('quick/All is not offered.')
        return _json(quick.listing(
            self.faults.listing('quick_all', self._host), self._host))

    async def _quick_object(self, request: web.Request) -> web.Response:
        return _json(quick.properties(self._find(request), self._host))

    async def _quick_property(self, request: web.Request) -> web.Response:
        known = quick.properties(self._find(request), self._host)
        name = request.match_info['property']
        if name not in known:
            raise errors.NotFound(f'There is no quick property {name}.')
        return _json(known[name])

    # Jobs

    async def _job_template(self, request: web.Request) -> web.Response:
        if 'lpar' in request.match_info:
            self._find(request)
            group, known = 'LogicalPartition', _LPAR_JOBS
        else:
            self._check_system(request)
            group, known = 'ManagedSystem', _SYSTEM_JOBS
        operation = request.match_info['operation']
        if operation not in known:
            raise errors.NotFound(f'There is no job {group}/{operation}.')
        return _atom(job_document.template(group, operation))

    async def _power_on(self, request: web.Request) -> web.Response:
        lpar = self._find(request)

        def run(job: jobs.Job) -> None:
            self._host.power_on(lpar.uuid, job.finish)

        return await self._run_job(request, lpar.uuid, 'PowerOn', run)

    async def _power_off(self, request: web.Request) -> web.Response:
        lpar = self._find(request)

        def run(job: jobs.Job) -> None:
            operation = job.parameters.get('operation', 'shutdown')
            immediate = job.parameters.get('immediate') == 'true'
            dump = operation == 'dumprestart'
            self._host.power_off(
                lpar.uuid, job.finish, by_os=operation == 'osshutdown',
                hard=dump or (operation == 'shutdown' and immediate),
                restart=dump or job.parameters.get('restart') == 'true')

        return await self._run_job(request, lpar.uuid, 'PowerOff', run)

    async def _close_vterm(self, request: web.Request) -> web.Response:
        return await self._run_job(request, self._find(request).uuid,
                                   'CloseVterm', jobs.Job.finish)

    async def _memory_query(self, request: web.Request) -> web.Response:
        self._check_system(request)

        def run(job: jobs.Job) -> None:
            desired = job.parameters.get('DesiredMemory', '0')
            job.finish(
                RequiredMemory=str(int(desired) + _LPAR_OVERHEAD_MB),
                CurrentAvailableSystemMemory=str(self._host.free_memory_mb))

        return await self._run_job(request, self._host.uuid,
                                   _RESERVED_MEMORY, run)

    async def _run_job(self, request: web.Request, target: str,
                       operation: str,
                       run: Callable[[jobs.Job], None]) -> web.Response:
        group = ('LogicalPartition' if 'lpar' in request.match_info
                 else 'ManagedSystem')
        try:
            parameters = job_document.parse_request(await request.read())
            job = self._jobs.start(group, target, operation, parameters, run)
        except ValueError as exc:
            raise errors.RestError(400, str(exc)) from exc
        return _atom(job_document.response(job, self._host.api_url))

    async def _job_status(self, request: web.Request) -> web.Response:
        job = self._jobs.get(request.match_info['job'])
        return _atom(job_document.response(job, self._host.api_url))

    async def _job_delete(self, request: web.Request) -> web.Response:
        self._jobs.delete(request.match_info['job'])
        return _no_content()

    async def _job_cancel(self, request: web.Request) -> web.Response:
        job = self._jobs.get(request.match_info['job'])
        job.finish('The job was cancelled.')
        return _no_content()

    # What several requests have in common

    def _check_system(self, request: web.Request) -> None:
        """See that the managed system in the path, if any, is this one."""
        key = request.match_info.get('system', self._host.uuid)
        if key.lower() != self._host.uuid:
            raise errors.NotFound(f'There is no ManagedSystem {key}.')

    def _find(self, request: web.Request) -> lpar_mod.Lpar:
        self._check_system(request)
        return self._host.get(request.match_info['lpar'])

    @staticmethod
    def _check_match(request: web.Request, lpar: lpar_mod.Lpar) -> None:
        wanted = request.headers.get('If-Match')
        if wanted is not None and wanted != lpar.etag:
            raise errors.RestError(
                412, f'LogicalPartition {lpar.uuid} has changed.')

    def _href(self, request: web.Request, child: str | None = None,
              suffix: str = '') -> str:
        """The URI of what was asked for, or of an entry of that feed.

        Extended attribute groups stay in it, as in captured answers.
        """
        path = request.path.removeprefix('/rest/api/uom')
        if suffix:
            path = path.partition(suffix)[0]
        if child is not None:
            path += f'/{child}'
        group = request.query.get('group')
        query = f'?group={urllib.parse.quote(group, ",")}' if group else ''
        return f'{self._host.api_url}{path}{query}'

    def _lpars(self, request: web.Request, lpars: Iterable[lpar_mod.Lpar],
               suffix: str = '') -> web.Response:
        return self._feed(request, [
            lpar_document.entry(
                lpar, self._host, self._href(request, lpar.uuid, suffix))
            for lpar in lpars])

    def _lpar(self, request: web.Request, lpar: lpar_mod.Lpar,
              href: str) -> web.Response:
        entry = lpar_document.entry(lpar, self._host, href)
        return self._entry(request, entry, lpar.etag)

    def _feed(self, request: web.Request,
              entries: list[etree._Element]) -> web.Response:
        if not entries:
            # pypowervm.adapter.Response: an empty feed is no content.
            return _no_content()
        return _atom(atom.feed(self._href(request), entries), self._host.etag)

    @staticmethod
    def _entry(request: web.Request, entry: etree._Element,
               etag: str) -> web.Response:
        if (request.method == 'GET' and
                request.headers.get('If-None-Match') == etag):
            return web.Response(status=304, headers={'ETag': etag})
        return _atom(entry, etag)


def _cut(transport: asyncio.Transport | None) -> None:
    """End a connection, whatever was sent of an answer."""
    if transport is not None:
        transport.abort()


async def _spoiled(fault: str, request: web.Request,
                   answer: web.StreamResponse,
                   body: bytes) -> web.StreamResponse:
    """Answer, but not as the client expects it."""
    half = body[:len(body) // 2]
    if fault != 'cut':
        body = {'truncated': half, 'garbage': _GARBAGE, 'empty': b''}[fault]
        return web.Response(body=body, headers=answer.headers)
    response = web.StreamResponse(headers=answer.headers)
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(half)
    _cut(request.transport)
    return response


def _token(request: web.Request) -> str | None:
    return request.headers.get('X-API-Session')


def _atom(document: etree._Element, etag: str | None = None,
          status: int = 200) -> web.Response:
    headers = {'X-MC-Type': 'PVM',
               'X-HMC-Schema-Version': atom.SCHEMA_VERSION}
    if etag is not None:
        headers['ETag'] = etag
    return web.Response(body=atom.serialize(document), status=status,
                        headers=headers, content_type='application/atom+xml')


def _json(value: object) -> web.Response:
    return web.Response(body=jsonutils.dump_as_bytes(value),
                        headers={'X-MC-Type': 'PVM'},
                        content_type='application/json')


def _no_content() -> web.Response:
    return web.Response(status=204, headers={'X-MC-Type': 'PVM'})
