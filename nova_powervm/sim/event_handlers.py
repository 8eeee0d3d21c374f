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

"""Handlers of event polls and of events from clients."""

import asyncio

from aiohttp import web

from nova_powervm.sim import atom
from nova_powervm.sim import errors
from nova_powervm.sim import event_document
from nova_powervm.sim import events
from nova_powervm.sim import faults as faults_mod
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import responses
from nova_powervm.sim import routes
from nova_powervm.sim import session_handlers
from nova_powervm.sim import target

# It takes some 20 ms to render so many, and the server handles no other
# request meanwhile; the rest of the queue waits for the next poll.
MAX_EVENTS = 500


class EventHandlers:
    """Handlers of event polls and of events from clients."""

    def __init__(self, host: host_mod.Host,
                 faults: faults_mod.Faults) -> None:
        self._host = host
        self._faults = faults

    def routes(self) -> list[routes.Route]:
        """Return the routes of these handlers."""
        path = routes.UOM + '/Event'
        return [
            routes.Route('event_poll', 'GET', path, self._poll),
            routes.Route('event_create', 'PUT', path, self._create),
        ]

    async def _poll(self, request: web.Request) -> web.Response:
        """Respond to a long poll."""
        client = (request.query.get('QUEUE_APPLICATIONID') or
                  session_handlers.token(request) or '')
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._host.config.poll_seconds
        fetched = self._fetch(client)
        # Another poll of this client may fetch the event that woke this one.
        while not fetched and loop.time() < deadline:
            await self._wait(client, deadline - loop.time())
            fetched = self._fetch(client)
        if not fetched:
            return responses.no_content()
        entries = event_document.entries(fetched, self._host.api_url)
        return responses.xml(
            atom.feed(target.href(self._host, request), entries))

    def _fetch(self, client: str) -> list[events.Event]:
        return self._faults.apply_to_events(
            self._host.events.fetch(client, MAX_EVENTS))

    async def _wait(self, client: str, seconds: float) -> None:
        """Wait for an event, at most for a time."""
        queues = self._host.events
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        timer = loop.call_later(seconds, arrived.set)
        queues.add_waiter(client, arrived.set)
        try:
            await arrived.wait()
        finally:
            queues.remove_waiter(client, arrived.set)
            timer.cancel()

    async def _create(self, request: web.Request) -> web.Response:
        try:
            data, detail = event_document.parse(await request.read())
        except ValueError as exc:
            raise errors.RestError(400, str(exc)) from exc
        event = self._host.events.publish('CUSTOM_CLIENT_EVENT', data, detail)
        entry, = event_document.entries([event], self._host.api_url)
        return responses.xml(entry)
