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

"""Targets of requests: the objects that their paths name."""

import urllib.parse

from aiohttp import web

from nova_powervm.sim import errors
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import routes
from nova_powervm.sim import vios as vios_mod


def check_system(host: host_mod.Host, request: web.Request) -> None:
    """Check that the managed system in the path, if any, is the host's.

    :raises errors.NotFound: if it is another one.
    """
    key = request.match_info.get('system', host.uuid)
    if key.lower() != host.uuid:
        raise errors.NotFound(f'ManagedSystem {key} does not exist.')


def find_lpar(host: host_mod.Host, request: web.Request) -> lpar_mod.Lpar:
    """Return the LPAR in the path.

    :raises errors.NotFound: if it does not exist.
    """
    check_system(host, request)
    return host.get(request.match_info['lpar'])


def find_vios(host: host_mod.Host, request: web.Request) -> vios_mod.Vios:
    """Return the Virtual I/O Server in the path.

    :raises errors.NotFound: if it does not exist.
    """
    check_system(host, request)
    return host.vioses.get(request.match_info['vios'])


def check_if_match(request: web.Request, etag: str) -> None:
    """Check that the client has seen the target as it is.

    :raises errors.RestError: if it has not, with status 412.
    """
    if request.headers.get('If-Match', etag) != etag:
        raise errors.RestError(412, f'{request.path} has changed.')


def href(host: host_mod.Host, request: web.Request,
         child: str | None = None, suffix: str = '') -> str:
    """Return the URI of the target, or of a child of it.

    It keeps extended attribute groups, as captured responses do.

    :param child: uuid of the child.
    :param suffix: where the path of the target ends, for a search.
    """
    path = request.path.removeprefix(routes.UOM)
    if suffix:
        path = path.partition(suffix)[0]
    if child is not None:
        path += f'/{child}'
    group = request.query.get('group')
    query = f'?group={urllib.parse.quote(group, ",")}' if group else ''
    return f'{host.api_url}{path}{query}'
