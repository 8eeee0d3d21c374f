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

import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

from nova_powervm.sim import process
from nova_powervm.tests.endurance import compute
from nova_powervm.virt.powervm import vm

_START = 60.0


class Failed(Exception):
    """The process under test broke off; the text has what it said."""


class Subject:
    """Runs the process under test and a simulator; a context manager.

    :param backend: ``threading`` or ``eventlet``.
    :param seed: of what fails at random on nova's side.
    :param log: file for the log of the process; None for none.
    :param powervm: its options in the group [powervm].
    """

    def __init__(self, backend, seed, log=None, **powervm):
        self._command = [
            sys.executable, '-W', 'ignore', '-m', compute.__name__, backend,
            '--seed', str(seed), '--powervm', json.dumps(powervm)]
        if log:
            self._command += ['--log', log]
        self.peak_rss_mib = 0.0
        self.peak_threads = 0

    def __enter__(self):
        self.simulator = process.SimulatorProcess(
            boot_seconds=1, shutdown_seconds=0.5, poll_seconds=1)
        self.simulator.start()
        self.control = self.simulator.control
        with socket.create_server(('127.0.0.1', 0)) as server:
            server.settimeout(_START)
            self._stderr = tempfile.TemporaryFile('w+')
            self._process = subprocess.Popen(
                [*self._command, '--rest-port', str(self.simulator.port),
                 '--command-port', str(server.getsockname()[1])],
                stderr=self._stderr)
            self._connection, _ = server.accept()
        self._stream = self._connection.makefile('rw')
        return self

    def __exit__(self, *exc_info):
        self._stream.close()
        self._connection.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stderr.close()
        self.simulator.stop()

    def call(self, name, **arguments):
        """Have the process do something.

        :raises Failed: if it does not.
        """
        try:
            self._stream.write(json.dumps([name, arguments]) + '\n')
            self._stream.flush()
            answer = self._stream.readline()
        except OSError:
            answer = ''
        if not answer:
            self._stderr.seek(0)
            raise Failed(self._stderr.read())
        return json.loads(answer)

    def sample(self):
        """Return resident memory, MiB, and the number of its threads."""
        status = dict(
            line.split(':', 1) for line in pathlib.Path(
                f'/proc/{self._process.pid}/status').read_text().splitlines())
        rss = int(status['VmRSS'].split()[0]) / 1024
        threads = int(status['Threads'])
        self.peak_rss_mib = int(status['VmHWM'].split()[0]) / 1024
        self.peak_threads = max(self.peak_threads, threads)
        return rss, threads

    def steer(self, name, *args, **kwargs):
        """Call the simulator's control, as soon as it can be reached."""
        while True:
            try:
                return getattr(self.control, name)(*args, **kwargs)
            except OSError:
                time.sleep(0.05)

    def differences(self, report):
        """Return the LPARs of which nova and NovaLink say different things.

        :param report: what ``call('report')`` gave.
        :returns: (instance uuid or None, LPAR's state) by LPAR uuid.
        """
        different = {}
        for lpar in self.steer('lpars'):
            power = {uuid: report['power'][uuid]
                     for uuid in vm.instance_uuids(lpar['uuid'])
                     if uuid in report['power']}
            wanted = vm.POWERVM_TO_NOVA_STATE[lpar['state']]
            if list(power.values()) != [wanted]:
                different[lpar['uuid']] = (
                    next(iter(power), None), lpar['state'])
        return different
