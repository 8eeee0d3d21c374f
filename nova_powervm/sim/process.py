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

"""The simulator as a process of its own."""

import contextlib
import os
import pathlib
import select
import subprocess
import sys
import tempfile
from typing import Any
from typing import IO
from typing import Self

from nova_powervm.sim import client

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_LISTENING = 'listening on '


class SimulatorError(Exception):
    """The simulator did not come up; the text has what it said."""


class SimulatorProcess:
    """Runs the simulator on a free port, from start() to stop().

    A context manager that does both. Not thread-safe. What the simulator says
    on standard error meanwhile is repeated on ours when it ends.

    :param options: options of the command, with underscores: ``lpars=20``,
        ``boot_seconds=0.5``, ``debug=True``; ``port`` if it must be a
        certain one.
    """

    def __init__(self, **options: Any) -> None:
        self._options = {'port': 0, **options}
        self._running: contextlib.ExitStack | None = None
        self._port = 0
        self._pid = 0

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._port

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._pid

    @property
    def control(self) -> client.Control:
        """A client of its control interface."""
        return client.Control(self._port)

    def start(self) -> None:
        """Start it and wait until it listens.

        :raises SimulatorError: it does not, or it runs already.
        """
        if self._running is not None:
            raise SimulatorError('The simulator is already running.')
        with contextlib.ExitStack() as stack:
            # A file, not a pipe: nobody reads it while the simulator runs.
            stderr = stack.enter_context(tempfile.TemporaryFile('w+'))
            # Not in our session: Ctrl-C is for us, who may need it to end.
            process = subprocess.Popen(  # noqa: S603 -- our own command
                self._command(), env=_environment(), text=True,
                start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
            stack.callback(_repeat, stderr)
            stack.callback(_end, process)
            line = _first_line(process)
            if not line.startswith(_LISTENING):
                process.kill()
                code = process.wait()
                stderr.seek(0)
                said = stderr.read().strip()
                # Once is enough.
                stderr.truncate(0)
                raise SimulatorError(
                    f'The simulator did not start (exit status {code}): '
                    f'{said}')
            self._port = int(line.rpartition(':')[2])
            self._pid = process.pid
            self._running = stack.pop_all()

    def stop(self) -> None:
        """End it; nothing if it does not run."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def _command(self) -> list[str]:
        # So it does not outlive us even when we are killed.
        command = [sys.executable, '-m', 'nova_powervm.sim', '--until-eof']
        for name, value in self._options.items():
            command.append('--' + name.replace('_', '-'))
            if value is not True:
                command.append(str(value))
        return command


def _environment() -> dict[str, str]:
    # The package may be one that is not installed.
    root = str(pathlib.Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get('PYTHONPATH')])]
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(paths)}


def _first_line(process: subprocess.Popen[str]) -> str:
    """The first line on stdout; empty when there is none in time."""
    stdout = process.stdout
    if stdout is None:
        return ''
    # It writes the line at once, so that nothing blocks after select().
    ready, _, _ = select.select([stdout], [], [], _START_SECONDS)
    return stdout.readline() if ready else ''


def _repeat(stderr: IO[str]) -> None:
    stderr.seek(0)
    sys.stderr.write(stderr.read())


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
