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

"""Handlers of requests about LPARs."""

from collections.abc import Iterable

from aiohttp import web

from nova_powervm.sim import faults as faults_mod
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_document
from nova_powervm.sim import lpar_parser
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import search
from nova_powervm.sim import target


class LparHandlers:
    """Handlers of requests for the feed and the entries of LPARs."""

    def __init__(self, host: host_mod.Host,
                 faults: faults_mod.Faults) -> None:
        self._host = host
        self._faults = faults

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        found = []
        for feed in routes.LPAR_FEEDS:
            entry = feed + '/{lpar}'
            found += [
                routes.Route('lpar_feed', 'GET', feed, self._feed),
                routes.Route('create', 'PUT', feed, self._create),
                routes.Route('search', 'GET',
                             feed + '/search/{expression:.*}', self._search),
                routes.Route('lpar_entry', 'GET', entry, self._entry),
                routes.Route('update', 'POST', entry, self._update),
                routes.Route('delete', 'DELETE', entry, self._delete),
            ]
        return found

    async def _feed(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        return self._feed_response(
            request, self._faults.apply_to_listing('lpar_feed', self._host))

    async def _search(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        found = search.find(self._host, self._host,
                            request.match_info['expression'])
        return self._feed_response(request, found, '/search/')

    async def _entry(self, request: web.Request) -> web.Response:
        lpar = target.find_lpar(self._host, request)
        return self._entry_response(request, lpar)

    async def _create(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        config = lpar_parser.parse(await request.read())
        config.rmc = self._host.config.rmc
        lpar = self._host.create(config)
        return self._entry_response(request, lpar, lpar.uuid)

    async def _update(self, request: web.Request) -> web.Response:
        lpar = target.find_lpar(self._host, request)
        target.check_if_match(request, lpar.etag)
        config = lpar_parser.parse(await request.read())
        # Another request may have changed it while the body arrived.
        target.check_if_match(request, lpar.etag)
        lpar = self._host.update(lpar.uuid, config)
        return self._entry_response(request, lpar)

    async def _delete(self, request: web.Request) -> web.Response:
        lpar = target.find_lpar(self._host, request)
        target.check_if_match(request, lpar.etag)
        self._host.delete(lpar.uuid)
        return responses.no_content()

    def _feed_response(self, request: web.Request,
                       lpars: Iterable[lpar_mod.Lpar],
                       suffix: str = '') -> web.Response:
        return responses.feed(self._host, request, [
            lpar_document.entry(
                lpar, self._host,
                target.href(self._host, request, lpar.uuid, suffix))
            for lpar in lpars])

    def _entry_response(self, request: web.Request, lpar: lpar_mod.Lpar,
                        child: str | None = None) -> web.Response:
        href = target.href(self._host, request, child)
        entry = lpar_document.entry(lpar, self._host, href)
        return responses.entry(request, entry, lpar.etag)
