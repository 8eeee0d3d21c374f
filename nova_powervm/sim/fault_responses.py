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

"""Responses to requests that a fault hits."""

import asyncio

from aiohttp import web

from nova_powervm.sim import errors
from nova_powervm.sim import storage

# pypowervm retries requests with one of these codes.
_VIOS_BUSY = ('VIOS0014 HSCL3205 The Virtual I/O Server is busy processing '
              'some other request. Retry the operation later.')
_GARBAGE = b'It will be back in a minute <hr>'


async def refuse(fault: str) -> web.Response:
    """Respond with a fault instead of handling the request.

    :param fault: one of :data:`.faults.REQUEST_FAULTS`.
    :raises errors.RestError: if the response has an error entry.
    """
    if fault == 'unavailable':
        raise errors.RestError(503, 'The service is not available.')
    if fault == 'unauthorized':
        raise errors.RestError(401, 'The client is not authorized.')
    if fault == 'vios_busy':
        raise errors.RestError(500, _VIOS_BUSY)
    if fault == 'etag_mismatch':
        raise errors.RestError(412, 'The object has changed.')
    if fault == 'no_space':
        raise errors.RestError(500, storage.no_space('the volume group'))
    if fault == 'hang':
        # Until the client closes the connection or the server stops.
        await asyncio.Event().wait()
    return web.Response(status=304 if fault == 'not_modified' else 503)


async def damage(fault: str, request: web.Request,
                 response: web.StreamResponse,
                 body: bytes) -> web.StreamResponse:
    """Damage a response.

    :param fault: one of :data:`.faults.RESPONSE_FAULTS`.
    :param body: the intact body.
    """
    half = body[:len(body) // 2]
    if fault != 'cut':
        body = {'truncated': half, 'garbage': _GARBAGE, 'empty': b''}[fault]
        return web.Response(body=body, headers=response.headers)
    damaged = web.StreamResponse(headers=response.headers)
    damaged.content_length = len(body)
    await damaged.prepare(request)
    await damaged.write(half)
    abort(request.transport)
    return damaged


def abort(transport: asyncio.Transport | None) -> None:
    """Close a connection at once, even in the middle of a response.

    :param transport: None for a connection that is already closed.
    """
    if transport is not None:
        transport.abort()
