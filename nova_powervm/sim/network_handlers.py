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


"""Handlers of requests about switches, virtual networks and adapters."""

from aiohttp import web

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import network
from nova_powervm.sim import network_document
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import target
from nova_powervm.sim import virtual_io


class NetworkHandlers:
    """Handlers of requests for virtual networks."""

    def __init__(self, io: virtual_io.VirtualIo) -> None:
        self._io = io
        self._host = io.host

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        switches = routes.SYSTEM + '/VirtualSwitch'
        found = [
            routes.Route('switch_feed', 'GET', switches, self._switches),
            routes.Route('switch_create', 'PUT', switches,
                         self._create_switch),
            routes.Route('network_feed', 'GET',
                         routes.SYSTEM + '/VirtualNetwork', self._networks),
        ]
        parents = [*(feed + '/{lpar}' for feed in routes.LPAR_FEEDS),
                   *(feed + '/{vios}' for feed in routes.VIOS_FEEDS)]
        for parent in parents:
            feed = parent + '/ClientNetworkAdapter'
            entry = feed + '/{adapter}'
            found += [
                routes.Route('adapter_feed', 'GET', feed, self._adapters),
                routes.Route('adapter_create', 'PUT', feed, self._create),
                routes.Route('adapter_entry', 'GET', entry, self._entry),
                routes.Route('adapter_update', 'POST', entry, self._update),
                routes.Route('adapter_delete', 'DELETE', entry,
                             self._delete),
            ]
        return found

    async def _switches(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        return responses.feed(self._host, request, [
            network_document.switch_entry(
                switch, self._host, self._io.networks,
                target.href(self._host, request, switch.uuid))
            for switch in self._io.networks.switches.values()])

    async def _create_switch(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        switch = self._io.networks.add_switch(
            *network_document.parse_switch(await request.read()))
        href = target.href(self._host, request, switch.uuid)
        return responses.entry(request, network_document.switch_entry(
            switch, self._host, self._io.networks, href), self._host.etag)

    async def _networks(self, request: web.Request) -> web.Response:
        target.check_system(self._host, request)
        return responses.feed(self._host, request, [
            network_document.network_entry(
                one, self._host,
                target.href(self._host, request, one.uuid))
            for one in self._io.networks.networks])

    async def _adapters(self, request: web.Request) -> web.Response:
        partition = self._partition(request)
        return responses.feed(self._host, request, [
            network_document.adapter_entry(
                adapter, self._host,
                target.href(self._host, request, adapter.uuid))
            for adapter in self._io.networks.of(partition)])

    async def _create(self, request: web.Request) -> web.Response:
        config = network_document.parse_adapter(await request.read())
        adapter = self._io.add_adapter(self._partition(request), config)
        return self._entry_response(request, adapter, adapter.uuid)

    async def _entry(self, request: web.Request) -> web.Response:
        return self._entry_response(request, self._adapter(request))

    async def _update(self, request: web.Request) -> web.Response:
        config = network_document.parse_adapter(await request.read())
        adapter = self._adapter(request)
        target.check_if_match(request, adapter.etag)
        self._io.update_adapter(adapter, config)
        return self._entry_response(request, adapter)

    async def _delete(self, request: web.Request) -> web.Response:
        adapter = self._adapter(request)
        target.check_if_match(request, adapter.etag)
        self._io.remove_adapter(adapter)
        return responses.no_content()

    def _partition(self, request: web.Request) -> lpar_mod.Lpar:
        if 'vios' in request.match_info:
            return target.find_vios(self._host, request)
        return target.find_lpar(self._host, request)

    def _adapter(self, request: web.Request) -> network.Adapter:
        return self._io.networks.get(self._partition(request),
                                     request.match_info['adapter'])

    def _entry_response(self, request: web.Request, adapter: network.Adapter,
                        child: str | None = None) -> web.Response:
        href = target.href(self._host, request, child)
        return responses.entry(request, network_document.adapter_entry(
            adapter, self._host, href), adapter.etag)
