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

"""Handlers of requests for quick properties."""

from aiohttp import web

from nova_powervm.sim import errors
from nova_powervm.sim import faults as faults_mod
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import quick
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import target


class QuickHandlers:
    """Handlers of requests for the quick properties of LPARs."""

    def __init__(self, host: host_mod.Host,
                 faults: faults_mod.Faults) -> None:
        self._host = host
        self._faults = faults

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        found = []
        for feed in routes.LPAR_FEEDS:
            quick_object = feed + '/{lpar}/quick'
            found += [
                routes.Route('quick_all', 'GET', feed + '/quick/All',
                             self._all),
                routes.Route('quick_object', 'GET', quick_object,
                             self._object),
                routes.Route('quick_property', 'GET',
                             quick_object + '/{property}', self._property),
            ]
        return found

    async def _all(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        if not self._host.config.quick_all:
            raise errors.NotFound('This service does not have quick/All.')
        lpars = self._faults.apply_to_listing('quick_all', self._host)
        return responses.json(quick.listing(lpars, self._host))

    async def _object(self, request: web.Request) -> web.Response:
        lpar = target.find_lpar(self._host, request)
        return responses.json(quick.properties(lpar, self._host))

    async def _property(self, request: web.Request) -> web.Response:
        lpar = target.find_lpar(self._host, request)
        properties = quick.properties(lpar, self._host)
        name = request.match_info['property']
        if name not in properties:
            raise errors.NotFound(f'Quick property {name} does not exist.')
        return responses.json(properties[name])
