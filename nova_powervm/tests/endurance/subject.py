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


"""The process under test, from the outside, and the simulator beside it."""

import contextlib
import json
import pathlib
import socket

from nova_powervm.sim import process
from nova_powervm.testing import agreement
from nova_powervm.testing import processes
from nova_powervm.testing import waiting
from nova_powervm.tests.endurance import compute

_START_SECONDS = 60.0


class Failed(Exception):
    """The process under test broke off; the text has what it said."""


class Subject:
    """Runs the process under test and a simulator; a context manager.

    :ivar control: the simulator's control client.

    :param backend: ``threading`` or ``eventlet``.
    :param seed: of what fails at random on nova's side.
    :param log: file for the log of the process; None for none.
    :param powervm: its options in the group [powervm].
    """

    def __init__(self, backend, seed, log=None, **powervm):
        self._arguments = [backend, '--seed', str(seed),
                           '--powervm', json.dumps(powervm)]
        if log:
            self._arguments += ['--log', log]
        self.peak_rss_mib = 0.0
        self.peak_threads = 0

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            simulator = stack.enter_context(process.SimulatorProcess(
                boot_seconds=1, shutdown_seconds=0.5, poll_seconds=1))
            self.control = simulator.control
            server = stack.enter_context(
                socket.create_server(('127.0.0.1', 0)))
            server.settimeout(_START_SECONDS)
            self._child = stack.enter_context(processes.Child(
                processes.python(
                    compute.__name__, *self._arguments,
                    '--rest-port', str(simulator.port),
                    '--command-port', str(server.getsockname()[1]))))
            try:
                connection, _ = server.accept()
            except TimeoutError:
                raise Failed(self._child.said()) from None
            stack.enter_context(connection)
            self._stream = stack.enter_context(connection.makefile('rw'))
            self._running = stack.pop_all()
        return self

    def __exit__(self, *exc_info):
        self._running.close()

    def call(self, name, **arguments):
        """Call a method of :class:`.compute.Compute`.

        :raises Failed: if there is no answer.
        """
        try:
            self._stream.write(json.dumps([name, arguments]) + '\n')
            self._stream.flush()
            answer = self._stream.readline()
        except OSError:
            answer = ''
        if not answer:
            raise Failed(self._child.said())
        return json.loads(answer)

    def sample(self):
        """Return resident memory, MiB, and the number of its threads."""
        status = dict(
            line.split(':', 1) for line in pathlib.Path(
                f'/proc/{self._child.pid}/status').read_text().splitlines())
        rss = int(status['VmRSS'].split()[0]) / 1024
        threads = int(status['Threads'])
        self.peak_rss_mib = int(status['VmHWM'].split()[0]) / 1024
        self.peak_threads = max(self.peak_threads, threads)
        return rss, threads

    def steer(self, name, *args, **kwargs):
        """Call the simulator's control, as soon as it can be reached."""
        answers = []

        def reached():
            with contextlib.suppress(OSError):
                answers.append(getattr(self.control, name)(*args, **kwargs))
            return answers

        return waiting.wait_until(reached, 'the simulator')[0]

    def differences(self, report):
        """Return in what nova and NovaLink differ.

        :param report: what ``call('report')`` returned.
        """
        return agreement.differences(
            [agreement.Server(**server) for server in report['servers']],
            {lpar['uuid']: lpar['state'] for lpar in self.steer('lpars')})
