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

"""The simulator in a process of its own."""

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
    """The simulator did not start; the text has its standard error."""


class SimulatorProcess:
    """Runs the simulator in a process, from start() to stop().

    A context manager that calls both. Not thread-safe. stop() copies the
    standard error of the simulator to that of this process.

    :param options: options of the command, with underscores: ``lpars=20``,
        ``boot_seconds=0.5``, ``debug=True``; without ``port`` it chooses a
        free one.
    """

    def __init__(self, **options: Any) -> None:
        self._options = {'port': 0, **options}
        self._running: contextlib.ExitStack | None = None
        self._port = 0
        self._pid = 0

    @property
    def port(self) -> int:
        """Port of the simulator."""
        return self._port

    @property
    def pid(self) -> int:
        """Process id of the simulator."""
        return self._pid

    @property
    def control(self) -> client.Control:
        """Client of its control interface."""
        return client.Control(self._port)

    def start(self) -> None:
        """Start the simulator and wait until it accepts connections.

        :raises SimulatorError: if it does not start, or already runs.
        """
        if self._running is not None:
            raise SimulatorError('The simulator is already running.')
        with contextlib.ExitStack() as stack:
            # A file, not a pipe, which would be full before stop() reads it.
            stderr = stack.enter_context(tempfile.TemporaryFile('w+'))
            # In a session of its own: Ctrl-C must not end it before its user.
            process = subprocess.Popen(  # noqa: S603 -- our own command
                self._command(), env=_environment(), text=True,
                start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
            stack.callback(_copy_to_stderr, stderr)
            stack.callback(_terminate, process)
            line = _first_line(process)
            if not line.startswith(_LISTENING):
                process.kill()
                code = process.wait()
                stderr.seek(0)
                output = stderr.read().strip()
                # The exception has it; do not copy it as well.
                stderr.truncate(0)
                raise SimulatorError(
                    f'The simulator did not start (exit status {code}): '
                    f'{output}')
            self._port = int(line.rpartition(':')[2])
            self._pid = process.pid
            self._running = stack.pop_all()

    def stop(self) -> None:
        """Stop the simulator; does nothing if it does not run."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def _command(self) -> list[str]:
        # It ends with this process, even if that is killed.
        command = [sys.executable, '-m', 'nova_powervm.sim', '--until-eof']
        for name, value in self._options.items():
            command.append('--' + name.replace('_', '-'))
            if value is not True:
                command.append(str(value))
        return command


def _environment() -> dict[str, str]:
    # The package may run from a tree, without being installed.
    root = str(pathlib.Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get('PYTHONPATH')])]
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(paths)}


def _first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line of stdout; empty after a timeout."""
    stdout = process.stdout
    if stdout is None:
        return ''
    # The process writes a whole line at once: readline() does not block.
    ready, _, _ = select.select([stdout], [], [], _START_SECONDS)
    return stdout.readline() if ready else ''


def _copy_to_stderr(stderr: IO[str]) -> None:
    stderr.seek(0)
    sys.stderr.write(stderr.read())


def _terminate(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
