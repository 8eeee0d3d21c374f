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


"""Handlers of requests about volume groups."""

import asyncio

from aiohttp import web

from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import target
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import virtual_io
from nova_powervm.sim import volume_group
from nova_powervm.sim import volume_group_document
from nova_powervm.sim import volume_group_parser


class VolumeGroupHandlers:
    """Handlers of requests for volume groups of Virtual I/O Servers."""

    def __init__(self, io: virtual_io.VirtualIo) -> None:
        self._io = io
        self._host = io.host

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        found = []
        for parent in routes.VIOS_FEEDS:
            feed = parent + '/{vios}/VolumeGroup'
            entry = feed + '/{group}'
            found += [
                routes.Route('group_feed', 'GET', feed, self._feed),
                routes.Route('group_entry', 'GET', entry,
                             self._entry),
                routes.Route('group_update', 'POST', entry,
                             self._update),
            ]
        return found

    async def _feed(self, request: web.Request) -> web.Response:
        vios = target.find_vios(self._host, request)
        vios.check_ready()
        return responses.feed(self._host, request, [
            volume_group_document.entry(
                group, vios, self._host,
                target.href(self._host, request, group.uuid))
            for group in vios.groups])

    async def _entry(self, request: web.Request) -> web.Response:
        vios, group = self._find(request)
        vios.check_ready()
        return self._entry_response(request, vios, group)

    async def _update(self, request: web.Request) -> web.Response:
        wanted = volume_group_parser.parse(await request.read())
        vios, group = self._find(request)
        target.check_if_match(request, group.etag)
        self._io.update_group(vios, group, wanted)
        if wanted.copies:
            await asyncio.sleep(
                wanted.copies * self._host.config.copy_seconds)
        return self._entry_response(request, vios, group)

    def _find(self, request: web.Request
              ) -> tuple[vios_mod.Vios, volume_group.VolumeGroup]:
        vios = target.find_vios(self._host, request)
        return vios, vios.group(request.match_info['group'])

    def _entry_response(self, request: web.Request, vios: vios_mod.Vios,
                        group: volume_group.VolumeGroup) -> web.Response:
        entry = volume_group_document.entry(
            group, vios, self._host, target.href(self._host, request))
        return responses.entry(request, entry, group.etag)
