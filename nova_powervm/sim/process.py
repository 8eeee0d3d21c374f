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

import sys
from typing import Any
from typing import Self

from nova_powervm.sim import client
from nova_powervm.testing import processes

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
        self._child: processes.Child | None = None
        self._port = 0
        self._pid = 0

    @property
    def port(self) -> int:
        """Port of the simulator."""
        return self._port

    @property
    def pid(self) -> int:
        """Id of its process."""
        return self._pid

    @property
    def control(self) -> client.Control:
        """A client of its control interface."""
        return client.Control(self._port)

    def start(self) -> None:
        """Start the simulator and wait until it accepts connections.

        :raises SimulatorError: if it does not start, or already runs.
        """
        if self._child is not None:
            raise SimulatorError('The simulator is already running.')
        child = processes.Child(
            self._command(), ready=_LISTENING, start_seconds=_START_SECONDS,
            stop_seconds=_STOP_SECONDS)
        try:
            address = child.start()
        except processes.ProcessError as error:
            raise SimulatorError(
                f'The simulator did not start: {error}') from None
        self._port = int(address.rpartition(':')[2])
        self._pid = child.pid
        self._child = child

    def stop(self) -> None:
        """Stop the simulator; does nothing if it does not run."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()
            sys.stderr.write(child.said())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def _command(self) -> list[str]:
        # It ends with this process, even if that is killed.
        command = processes.python('nova_powervm.sim', '--until-eof')
        for name, value in self._options.items():
            command.append('--' + name.replace('_', '-'))
            if value is not True:
                command.append(str(value))
        return command
