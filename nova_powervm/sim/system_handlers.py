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

"""Handlers of requests about the managed system."""

from aiohttp import web

from nova_powervm.sim import host as host_mod
from nova_powervm.sim import pool_document
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import system_document
from nova_powervm.sim import target


class SystemHandlers:
    """Handlers of requests for the managed system itself."""

    def __init__(self, host: host_mod.Host) -> None:
        self._host = host

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        return [
            routes.Route('managed_system', 'GET', routes.SYSTEMS, self._feed),
            routes.Route('managed_system', 'GET', routes.SYSTEM, self._entry),
            routes.Route('management_console', 'GET',
                         routes.UOM + '/ManagementConsole',
                         self._console_feed),
            routes.Route('pool_feed', 'GET',
                         routes.SYSTEM + '/SharedProcessorPool', self._pools),
        ]

    async def _feed(self, request: web.Request) -> web.Response:
        href = target.href(self._host, request, self._host.uuid)
        return responses.feed(self._host, request, [
            system_document.managed_system(self._host, href)])

    async def _entry(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        href = target.href(self._host, request)
        return responses.entry(
            request, system_document.managed_system(self._host, href),
            self._host.etag)

    async def _console_feed(self, request: web.Request) -> web.Response:
        key = system_document.console_uuid(self._host)
        href = target.href(self._host, request, key)
        return responses.feed(self._host, request, [
            system_document.management_console(self._host, href)])

    async def _pools(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        return responses.feed(self._host, request, [
            pool_document.entry(pool, self._host, target.href(
                self._host, request, pool.uuid(self._host)))
            for pool in pool_document.POOLS])
