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

    A context manager that does both. Not thread-safe.

    :param options: options of the command, with underscores: ``lpars=20``,
        ``boot_seconds=0.5``; ``port`` if it must be a certain one.
    """

    def __init__(self, **options: Any) -> None:
        self._options = {'port': 0, **options}
        self._process: subprocess.Popen[str] | None = None
        self._stderr: IO[str] | None = None
        self._port = 0

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._port

    @property
    def pid(self) -> int | None:
        """The id of the process, None when there is none."""
        return self._process.pid if self._process else None

    @property
    def control(self) -> client.Control:
        """A client of its control interface."""
        return client.Control(self._port)

    def start(self) -> None:
        """Start it and wait until it listens.

        :raises SimulatorError: it does not.
        """
        if self._process is not None:
            raise SimulatorError('The simulator is already running.')
        command = [sys.executable, '-m', 'nova_powervm.sim']
        for name, value in self._options.items():
            command += ['--' + name.replace('_', '-'), str(value)]
        # The package may be one that is not installed.
        root = str(pathlib.Path(__file__).parents[2])
        paths = [root, *filter(None, [os.environ.get('PYTHONPATH')])]
        env = {**os.environ, 'PYTHONPATH': os.pathsep.join(paths)}
        # A file, not a pipe: nobody reads it while the simulator runs.
        self._stderr = tempfile.TemporaryFile('w+')
        self._process = subprocess.Popen(
            command, env=env, text=True, stdout=subprocess.PIPE,
            stderr=self._stderr)
        line = self._first_line()
        if not line.startswith(_LISTENING):
            self._process.kill()
            code = self._process.wait()
            self._stderr.seek(0)
            said = self._stderr.read().strip()
            self.stop()
            raise SimulatorError(
                f'The simulator did not start (exit status {code}): {said}')
        self._port = int(line.rpartition(':')[2])

    def stop(self) -> None:
        """End it; nothing if it does not run."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None
        if self._stderr is not None:
            self._stderr.close()
            self._stderr = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def _first_line(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        stdout = self._process.stdout
        # It writes the line at once, so that nothing blocks after select().
        ready, _, _ = select.select([stdout], [], [], _START_SECONDS)
        return stdout.readline() if ready else ''
