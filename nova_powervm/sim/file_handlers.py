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


"""Handlers of requests about Files."""

from aiohttp import web
from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import errors
from nova_powervm.sim import fault_responses
from nova_powervm.sim import faults as faults_mod
from nova_powervm.sim import file_document
from nova_powervm.sim import files
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import virtual_io

_FEED = routes.WEB + '/File'
_CONTENTS = _FEED + '/contents'


class FileHandlers:
    """Handlers of requests for Files."""

    def __init__(self, io: virtual_io.VirtualIo,
                 faults: faults_mod.Faults) -> None:
        self._io = io
        self._faults = faults

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        entry, contents = (path + '/{file}' for path in (_FEED, _CONTENTS))
        return [
            routes.Route('file_feed', 'GET', _FEED, self._feed),
            routes.Route('file_create', 'PUT', _FEED, self._create),
            routes.Route('file_entry', 'GET', entry, self._entry),
            routes.Route('file_delete', 'DELETE', entry, self._delete),
            *(routes.Route('file_upload', method, contents, self._upload)
              for method in ('PUT', 'POST')),
        ]

    async def _feed(self, request: web.Request) -> web.Response:
        if not list(self._io.files):
            return responses.no_content()
        return responses.xml(atom.feed(
            str(request.url), [self._document(file)
                               for file in self._io.files]))

    async def _create(self, request: web.Request) -> web.Response:
        wanted = file_document.parse(await request.read())
        return responses.xml(self._document(self._io.create_file(wanted)))

    async def _entry(self, request: web.Request) -> web.Response:
        return responses.xml(self._document(self._find(request)))

    async def _delete(self, request: web.Request) -> web.Response:
        self._io.files.delete(request.match_info['file'])
        return responses.no_content()

    async def _upload(self, request: web.Request) -> web.Response:
        file = self._find(request)
        upload = self._io.open_upload(file)
        fault = self._faults.trigger(faults_mod.UPLOAD,
                                     faults_mod.UPLOAD_FAULTS)
        try:
            # In pieces: it is larger than the memory.
            async for chunk in request.content.iter_any():
                upload.write(chunk)
                if fault is not None and _is_half(file):
                    await _fail(request, fault.name)
                    break
        finally:
            self._io.close_upload(file, upload)
        return responses.no_content()

    def _find(self, request: web.Request) -> files.File:
        return self._io.files.get(request.match_info['file'])

    def _document(self, file: files.File) -> etree._Element:
        url = self._io.host.api_url.removesuffix(routes.UOM)
        return file_document.entry(file, f'{url}{_CONTENTS}/{file.uuid}')


def _is_half(file: files.File) -> bool:
    return file.received * 2 >= (file.request.expected or 0)


async def _fail(request: web.Request, fault: str) -> None:
    if fault == 'cut_upload':
        fault_responses.abort(request.transport)
        return
    # Clients read the response after they have sent all.
    async for _ in request.content.iter_any():
        pass
    raise errors.RestError(401, 'The session has expired.')
