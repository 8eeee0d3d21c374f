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

"""Middleware of the REST service, around the handlers of all requests."""

import asyncio
import collections
from collections.abc import Mapping

from aiohttp import web
from oslo_log import log as logging

from nova_powervm.sim import error_document
from nova_powervm.sim import errors
from nova_powervm.sim import fault_responses
from nova_powervm.sim import faults as faults_mod
from nova_powervm.sim import logon
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import session_handlers
from nova_powervm.sim import settings

LOG = logging.getLogger(__name__)


class Middleware:
    """Counts, delays and authenticates requests, and injects faults.

    :param kinds: the kinds of requests, by their routes; may grow.
    :param config: has the latencies.
    :param tokens: the valid tokens.
    :param faults: the injected faults.
    :ivar counters: number of requests of each kind.
    """

    def __init__(self, kinds: Mapping[web.AbstractRoute, str],
                 config: settings.Settings, tokens: logon.Tokens,
                 faults: faults_mod.Faults) -> None:
        self.counters: collections.Counter[str] = collections.Counter()
        self._kinds = kinds
        self._config = config
        self._tokens = tokens
        self._faults = faults
        # Of requests without a response yet; None for a closed connection.
        self._transports: set[asyncio.Transport | None] = set()

    @web.middleware
    async def handle(self, request: web.Request,
                     handler: routes.Handler) -> web.StreamResponse:
        """Handle a request; pass those of the control interface on."""
        if request.path.startswith('/control/'):
            return await handler(request)
        kind = self._kinds.get(request.match_info.route, 'other')
        self.counters[kind] += 1
        transport = request.transport
        self._transports.add(transport)
        try:
            return await self._respond(kind, request, handler)
        finally:
            self._transports.discard(transport)

    def abort_connections(self) -> None:
        """Close the connections of all requests without a response yet."""
        for transport in self._transports:
            fault_responses.abort(transport)

    async def _respond(self, kind: str, request: web.Request,
                       handler: routes.Handler) -> web.StreamResponse:
        try:
            return await self._handle_or_fail(kind, request, handler)
        except errors.RestError as exc:
            status, message = exc.status, exc.message
        except web.HTTPException as exc:
            status, message = exc.status, exc.reason
        except Exception:
            LOG.exception('%s %s failed; responding with 500',
                          request.method, request.path)
            status, message = 500, 'The simulator failed; see its log.'
        LOG.debug('%s %s: %s %s', request.method, request.path, status,
                  message)
        entry = error_document.entry(status, request.path, message)
        return responses.xml(entry, status=status)

    async def _handle_or_fail(self, kind: str, request: web.Request,
                              handler: routes.Handler) -> web.StreamResponse:
        fault = self._faults.trigger(kind, faults_mod.REQUEST_FAULTS)
        latency = self._config.latency(kind)
        if latency:
            await asyncio.sleep(latency)
        if fault is not None:
            return await fault_responses.refuse(fault.name)
        token = session_handlers.token(request)
        if kind != 'logon' and not self._tokens.is_valid(token):
            raise errors.RestError(
                401, 'The session token is missing or not valid.')
        response = await handler(request)
        body = response.body if isinstance(response, web.Response) else None
        if isinstance(body, bytes) and body:
            fault = self._faults.trigger(kind, faults_mod.RESPONSE_FAULTS)
            if fault is not None:
                return await fault_responses.damage(fault.name, request,
                                                    response, body)
        return response
