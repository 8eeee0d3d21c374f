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
from collections.abc import Mapping
import contextlib
import dataclasses
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
from nova_powervm.sim import state_file
from nova_powervm.sim import virtual_io

ADDRESS = '127.0.0.1'
# Enough for thousands of uuids in a control request.
_MAX_BODY = 64 * 1024 * 1024
_BACKLOG = 1024
# Event polls end at once when the server stops.
_STOP_SECONDS = 0.1


def listen(port: int) -> socket.socket:
    """Open the listening socket.

    :param port: 0 chooses a free one.
    :raises OSError: if the port is taken or not permitted.
    """
    return socket.create_server((ADDRESS, port), backlog=_BACKLOG)


class Acceptor:
    """Accepts connections, and can refuse them for a time.

    :param sock: the listening socket.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None
        self._restart: asyncio.Task[None] | None = None

    async def start(self, runner: web.AppRunner) -> None:
        """Accept connections for a server."""
        self._runner = runner
        self._site = web.SockSite(runner, self._socket, backlog=_BACKLOG)
        await self._site.start()

    async def refuse(self, seconds: float,
                     before_restart: Callable[[], None]) -> None:
        """Refuse new connections for a time; keep the open ones.

        It returns as soon as it refuses connections.

        :param before_restart: called before it accepts connections again.
        :raises ValueError: if it already refuses connections.
        """
        runner = self._runner
        site, self._site = self._site, None
        if runner is None or site is None:
            raise ValueError('The service already refuses connections.')
        address = self._socket.getsockname()
        await site.stop()
        # Bound, so that no other process takes the port, but not listening.
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(address)

        async def restart() -> None:
            await asyncio.sleep(seconds)
            before_restart()
            await self.start(runner)

        self._restart = asyncio.create_task(restart())

    def stop(self) -> None:
        """Cancel a pending restart; the server closes what it serves."""
        if self._restart is not None:
            self._restart.cancel()
        if self._site is None:
            self._socket.close()


@dataclasses.dataclass(frozen=True)
class Beginning:
    """What the simulated host is at the start.

    The last four are about a new host only, not about one from a file.

    :ivar memory_mb: installed memory, MB.
    :ivar proc_units: installed processors.
    :ivar vioses: number of Virtual I/O Servers.
    :ivar volume_groups: volume groups of each and their capacities, GB.
    :ivar lpars: number of running LPARs.
    :ivar file: keeps the host over restarts.
    """

    memory_mb: int
    proc_units: int
    vioses: int
    volume_groups: Mapping[str, float]
    lpars: int
    file: state_file.StateFile | None = None

    def make_io(self, loop: asyncio.AbstractEventLoop,
                config: settings.Settings, url: str
                ) -> tuple[virtual_io.VirtualIo, int]:
        """Return the host, and the number of LPARs that it lacks.

        :raises state_file.StateError: if the file cannot be read.
        """
        where = loop, config, url, self.memory_mb, self.proc_units
        if self.file is not None and (io := self.file.make_io(*where)):
            return io, 0
        io = virtual_io.VirtualIo(host_mod.Host(*where))
        io.reset(self.vioses, self.volume_groups)
        return io, self.lpars

    def keeper(self, loop: asyncio.AbstractEventLoop,
               io: virtual_io.VirtualIo) -> state_file.Keeper | None:
        """Return what keeps the host; None without a file."""
        if self.file is None:
            return None
        return state_file.Keeper(self.file, io, loop)


async def serve(sock: socket.socket, config: settings.Settings,
                beginning: Beginning, until_eof: bool,
                started: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT.

    :param until_eof: stop at the end of standard input as well.
    :param started: called with the server's URL when it accepts connections.
    :raises state_file.StateError: if the host's file cannot be read, or not be
        written at the start or the end.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        threading.Thread(target=_wait_for_eof, args=(loop, stop),
                         daemon=True).start()
    port = sock.getsockname()[1]
    # Captured responses and events have localhost for every client.
    io, lpars = beginning.make_io(loop, config, f'http://localhost:{port}')
    keeper = beginning.keeper(loop, io)
    tokens = logon.Tokens()
    try:
        service = rest.RestService(io, tokens, random.SystemRandom())
        acceptor = Acceptor(sock)
        commands = control.ControlService(io, service, acceptor.refuse)
        commands.add_lpars(count=lpars)
        if keeper is not None:
            keeper.start()
        runner = web.AppRunner(application(service, commands),
                               access_log=None, handler_cancellation=True,
                               shutdown_timeout=_STOP_SECONDS)
        await runner.setup()
        try:
            await acceptor.start(runner)
            started(f'http://{ADDRESS}:{port}')
            await stop.wait()
        finally:
            acceptor.stop()
            await runner.cleanup()
    finally:
        tokens.close()
        if keeper is not None:
            keeper.stop()


def _wait_for_eof(loop: asyncio.AbstractEventLoop,
                  stop: asyncio.Event) -> None:
    # In a thread: a loop cannot wait for files. Not through sys.stdin: a
    # thread that still reads would hold its lock when Python exits.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    # The loop may be closed by now.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(stop.set)


def application(service: rest.RestService,
                commands: control.ControlService) -> web.Application:
    """Return the application with REST service and control interface."""
    app = web.Application(client_max_size=_MAX_BODY)
    service.add_to(app)
    commands.add_to(app)
    return app
