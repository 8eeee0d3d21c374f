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

"""Routes of the REST service."""

from collections.abc import Awaitable
from collections.abc import Callable
from typing import NamedTuple

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

UOM = '/rest/api/uom'
WEB = '/rest/api/web'
SYSTEMS = UOM + '/ManagedSystem'
SYSTEM = SYSTEMS + '/{system}'
# Partitions have paths below the root and below their managed system.
LPAR_FEEDS = tuple(parent + '/LogicalPartition' for parent in (UOM, SYSTEM))
VIOS_FEEDS = tuple(parent + '/VirtualIOServer' for parent in (UOM, SYSTEM))


class Route(NamedTuple):
    """A handler, and the requests that it handles.

    :ivar kind: the kind of these requests for counters, latencies and faults.
    """

    kind: str
    method: str
    path: str
    handler: Handler
