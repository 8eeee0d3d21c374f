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

"""Responses of the REST service."""

from collections.abc import Sequence

from aiohttp import web
from lxml import etree
from oslo_serialization import jsonutils

from nova_powervm.sim import atom
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import target


def xml(element: etree._Element, etag: str | None = None,
        status: int = 200) -> web.Response:
    """Return a response with an Atom feed or entry."""
    headers = {'X-MC-Type': 'PVM',
               'X-HMC-Schema-Version': atom.SCHEMA_VERSION}
    if etag is not None:
        headers['ETag'] = etag
    return web.Response(body=atom.serialize(element), status=status,
                        headers=headers, content_type='application/atom+xml')


def json(value: object) -> web.Response:
    """Return a response with a JSON value."""
    return web.Response(body=jsonutils.dump_as_bytes(value),
                        headers={'X-MC-Type': 'PVM'},
                        content_type='application/json')


def no_content() -> web.Response:
    """Return a response without a body, 204."""
    return web.Response(status=204, headers={'X-MC-Type': 'PVM'})


def feed(host: host_mod.Host, request: web.Request,
         entries: Sequence[etree._Element]) -> web.Response:
    """Return a response with a feed of entries."""
    if not entries:
        # How pypowervm.adapter.Response expects an empty feed.
        return no_content()
    return xml(atom.feed(target.href(host, request), entries), host.etag)


def entry(request: web.Request, element: etree._Element,
          etag: str) -> web.Response:
    """Return a response with an entry; 304 if the client has its etag."""
    if (request.method == 'GET' and
            request.headers.get('If-None-Match') == etag):
        return web.Response(status=304, headers={'ETag': etag})
    return xml(element, etag)
