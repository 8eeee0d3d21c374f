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


"""Handlers of requests about Virtual I/O Servers."""

from collections.abc import Iterable

from aiohttp import web

from nova_powervm.sim import mapping_document
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import search
from nova_powervm.sim import target
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import vios_document
from nova_powervm.sim import virtual_io


class ViosHandlers:
    """Handlers of requests for Virtual I/O Servers."""

    def __init__(self, io: virtual_io.VirtualIo) -> None:
        self._io = io
        self._host = io.host

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        found = []
        for feed in routes.VIOS_FEEDS:
            entry = feed + '/{vios}'
            found += [
                routes.Route('vios_feed', 'GET', feed, self._feed),
                routes.Route('vios_search', 'GET',
                             feed + '/search/{expression:.*}', self._search),
                routes.Route('vios_entry', 'GET', entry, self._entry),
                routes.Route('vios_update', 'POST', entry, self._update),
            ]
        return found

    async def _feed(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        return self._feed_response(request, self._host.vioses)

    async def _search(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        found = search.find(self._host, self._host.vioses,
                            request.match_info['expression'])
        return self._feed_response(request, found, '/search/')

    async def _entry(self, request: web.Request) -> web.Response:
        vios = target.find_vios(self._host, request)
        return self._entry_response(request, vios)

    async def _update(self, request: web.Request) -> web.Response:
        mappings = mapping_document.parse(await request.read())
        vios = target.find_vios(self._host, request)
        target.check_if_match(request, vios.view_etag(_view(request)))
        if mappings is not None:
            self._io.update_mappings(vios, mappings)
        return self._entry_response(request, vios)

    def _feed_response(self, request: web.Request,
                       servers: Iterable[vios_mod.Vios],
                       suffix: str = '') -> web.Response:
        return responses.feed(self._host, request, [
            vios_document.entry(
                vios, self._io, _view(request),
                target.href(self._host, request, vios.uuid, suffix))
            for vios in servers])

    def _entry_response(self, request: web.Request,
                        vios: vios_mod.Vios) -> web.Response:
        view = _view(request)
        entry = vios_document.entry(vios, self._io, view,
                                    target.href(self._host, request))
        return responses.entry(request, entry, vios.view_etag(view))


def _view(request: web.Request) -> frozenset[str]:
    return vios_document.view(request.query.get('group'))
