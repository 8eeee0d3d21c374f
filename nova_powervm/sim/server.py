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

"""The HTTP server of the simulator."""

import asyncio
from collections.abc import Callable
import contextlib
import os
import random
import signal
import socket
import sys
import threading

from aiohttp import web

from nova_powervm.sim import control
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import logon
from nova_powervm.sim import rest
from nova_powervm.sim import settings

ADDRESS = '127.0.0.1'
# Thousands of uuids fit into a control request.
_MAX_BODY = 64 * 1024 * 1024
_BACKLOG = 1024
# Event polls are given up at once when the server stops.
_STOP_SECONDS = 0.1


def listen(port: int) -> socket.socket:
    """Open the server's socket.

    :param port: 0 takes any free one.
    :raises OSError: the port is taken, or may not be used.
    """
    return socket.create_server((ADDRESS, port), backlog=_BACKLOG)


class Door:
    """Where connections come in, and are refused for a time.

    :param listener: the socket to begin with.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None
        self._reopening: asyncio.Task[None] | None = None

    async def open(self, runner: web.AppRunner) -> None:
        """Accept connections and have them served."""
        self._runner = runner
        self._site = web.SockSite(runner, self._listener, backlog=_BACKLOG)
        await self._site.start()

    async def refuse(self, seconds: float, end: Callable[[], None]) -> None:
        """Refuse connections for a time; those that there are go on.

        :param end: called before connections are accepted again.
        :returns: when connections are refused.
        :raises ValueError: they already are.
        """
        runner = self._runner
        site, self._site = self._site, None
        if runner is None or site is None:
            raise ValueError('Connections are already refused.')
        address = self._listener.getsockname()
        await site.stop()
        # Bound, so that nobody else gets the port, but not listening.
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(address)

        async def reopen() -> None:
            await asyncio.sleep(seconds)
            end()
            await self.open(runner)

        self._reopening = asyncio.create_task(reopen())

    def stop(self) -> None:
        """Stay closed, if closed."""
        if self._reopening is not None:
            self._reopening.cancel()
        if self._site is None:
            self._listener.close()


async def serve(listener: socket.socket, config: settings.Settings,
                memory_mb: int, proc_units: int, lpars: int,
                until_eof: bool, started: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT.

    :param lpars: running LPARs that there are from the start.
    :param until_eof: the end of standard input ends it as well.
    :param started: told the server's URL once it answers.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        threading.Thread(target=_wait_for_eof, args=(loop, stop),
                         daemon=True).start()
    port = listener.getsockname()[1]
    # Captured answers and events say localhost, whoever asks.
    host = host_mod.Host(loop, config, f'http://localhost:{port}', memory_mb,
                         proc_units)
    tokens = logon.Tokens()
    try:
        service = rest.RestService(host, tokens, random.SystemRandom())
        door = Door(listener)
        commands = control.ControlService(host, service, door.refuse)
        commands.add_lpars(count=lpars)
        runner = web.AppRunner(application(service, commands),
                               access_log=None, handler_cancellation=True,
                               shutdown_timeout=_STOP_SECONDS)
        await runner.setup()
        try:
            await door.open(runner)
            started(f'http://{ADDRESS}:{port}')
            await stop.wait()
        finally:
            door.stop()
            await runner.cleanup()
    finally:
        tokens.close()


def _wait_for_eof(loop: asyncio.AbstractEventLoop,
                  stop: asyncio.Event) -> None:
    # In a thread, as a loop cannot wait for files; and past sys.stdin, whose
    # lock a thread that is still reading would hold when Python ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    # The loop may have ended by itself meanwhile.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(stop.set)


def application(service: rest.RestService,
                commands: control.ControlService) -> web.Application:
    """Put the REST service and the control interface together."""
    root = web.Application(client_max_size=_MAX_BODY)
    root.middlewares.append(service.middleware)
    service.add_routes(root.router)
    commands.add_routes(root.router)
    return root
