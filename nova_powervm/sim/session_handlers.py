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

"""Handlers of logon and logoff."""

from aiohttp import web

from nova_powervm.sim import logon
from nova_powervm.sim import responses
from nova_powervm.sim import routes

_PATH = '/rest/api/web/Logon'


def token(request: web.Request) -> str | None:
    """Return the token of a request, which may not be valid."""
    return request.headers.get('X-API-Session')


class SessionHandlers:
    """Handlers of logon and logoff."""

    def __init__(self, tokens: logon.Tokens) -> None:
        self._tokens = tokens

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        return [
            routes.Route('logon', 'PUT', _PATH, self._logon),
            routes.Route('logoff', 'DELETE', _PATH, self._logoff),
        ]

    async def _logon(self, request: web.Request) -> web.Response:
        logon.validate_request(await request.read())
        response = responses.xml(logon.response(self._tokens.issue()))
        response.content_type = (
            'application/vnd.ibm.powervm.web+xml; type=LogonResponse')
        return response

    async def _logoff(self, request: web.Request) -> web.Response:
        self._tokens.revoke(token(request) or '')
        return responses.no_content()
