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

"""The REST service under ``/rest/api``."""

import asyncio
import collections
import random

from aiohttp import web

from nova_powervm.sim import event_handlers
from nova_powervm.sim import faults as faults_mod
from nova_powervm.sim import file_handlers
from nova_powervm.sim import job_handlers
from nova_powervm.sim import logon
from nova_powervm.sim import lpar_handlers
from nova_powervm.sim import middleware
from nova_powervm.sim import network_handlers
from nova_powervm.sim import quick_handlers
from nova_powervm.sim import session_handlers
from nova_powervm.sim import system_handlers
from nova_powervm.sim import vios_handlers
from nova_powervm.sim import virtual_io
from nova_powervm.sim import volume_group_handlers


class RestService:
    """The REST service of a host.

    Not thread-safe: only the thread of the running event loop may create and
    call it.

    :param io: the virtual I/O of the simulated host.
    :param tokens: the tokens of clients that are logged on.
    :param rng: decides which requests and events a fault hits.
    :ivar faults: the injected faults.
    """

    def __init__(self, io: virtual_io.VirtualIo, tokens: logon.Tokens,
                 rng: random.Random) -> None:
        self._io = io
        self._host = io.host
        self._tokens = tokens
        self._kinds: dict[web.AbstractRoute, str] = {}
        self.faults = faults_mod.Faults(
            self._kinds.values(), asyncio.get_running_loop().time, rng)
        self._middleware = middleware.Middleware(
            self._kinds, io.host.config, tokens, self.faults)

    @property
    def counters(self) -> collections.Counter[str]:
        """Number of requests of each kind."""
        return self._middleware.counters

    def add_to(self, app: web.Application) -> None:
        """Add the routes and the middleware to an application."""
        app.middlewares.append(self._middleware.handle)
        # In this order: a search expression can match the path of another.
        host, faults = self._host, self.faults
        for route in (
                *session_handlers.SessionHandlers(self._tokens).routes(),
                *event_handlers.EventHandlers(host, faults).routes(),
                *system_handlers.SystemHandlers(host).routes(),
                *lpar_handlers.LparHandlers(host, faults).routes(),
                *vios_handlers.ViosHandlers(self._io).routes(),
                *volume_group_handlers.VolumeGroupHandlers(
                    self._io).routes(),
                *network_handlers.NetworkHandlers(self._io).routes(),
                *file_handlers.FileHandlers(self._io, faults).routes(),
                *quick_handlers.QuickHandlers(host, faults).routes(),
                *job_handlers.JobHandlers(host).routes()):
            added = app.router.add_route(route.method, route.path,
                                         route.handler)
            self._kinds[added] = route.kind

    def restart(self, new_client: bool) -> None:
        """Restart: drop connections, tokens and queued events.

        :param new_client: see :meth:`.events.EventQueues.restart`.
        """
        self.abort_connections()
        self._tokens.revoke_all()
        self._host.events.restart(new_client)
        self.faults.count('service', 'restart')

    def abort_connections(self) -> None:
        """Close the connections of all requests without a response yet."""
        self._middleware.abort_connections()
