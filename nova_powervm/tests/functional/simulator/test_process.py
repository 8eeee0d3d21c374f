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

"""The simulator as a child process."""

import errno
import io
import os
import signal
import socket
import sys
import textwrap
import urllib.error
import urllib.request

import mock
import testtools

from nova_powervm.sim import client
from nova_powervm.sim import process
from nova_powervm.testing import processes
from nova_powervm.testing import waiting


class ProcessTestCase(testtools.TestCase):

    def test_options(self):
        with process.SimulatorProcess(lpars=2, boot_seconds=0.5) as sim:
            self.assertEqual(2, len(sim.control.lpars()))
            self.assertEqual(0.5, sim.control.configure()['boot_seconds'])
            os.kill(sim.pid, 0)

    def test_virtual_io_servers(self):
        with process.SimulatorProcess(vios=2,
                                      volume_groups='a=5,b=7') as sim:
            self.assertEqual(
                [('vios1', 'a', 5), ('vios1', 'b', 7), ('vios2', 'a', 5),
                 ('vios2', 'b', 7)],
                [(vios['name'], group['name'], group['gb'])
                 for vios in sim.control.vioses()
                 for group in vios['volume_groups']])

    def test_does_not_start(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            sim = process.SimulatorProcess(port=taken.getsockname()[1])
            exc = self.assertRaises(process.SimulatorError, sim.start)
        self.assertIn(os.strerror(errno.EADDRINUSE), str(exc))
        # Nothing of the failure is left.
        sim.stop()
        sim.start()
        sim.stop()

    def test_starts_once(self):
        with process.SimulatorProcess() as sim:
            self.assertRaises(process.SimulatorError, sim.start)
            sim.control.lpars()

    def test_ends_with_the_program_that_runs_it(self):
        done = processes.run([sys.executable, '-c', textwrap.dedent('''
            import os, signal
            from nova_powervm.sim import process
            sim = process.SimulatorProcess()
            sim.start()
            print(sim.port, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
            ''')])
        self.assertEqual(-signal.SIGKILL, done.returncode)
        control = client.Control(int(done.stdout))
        waiting.wait_until(lambda: not self._answers(control),
                           'the simulator has ended')

    @staticmethod
    def _answers(control):
        try:
            control.counters()
        except ConnectionError:
            return False
        return True

    def test_stop_and_start(self):
        sim = process.SimulatorProcess()
        for _ in range(2):
            sim.start()
            self.assertEqual([], sim.control.lpars())
            sim.stop()
            sim.stop()
        self.assertRaises(OSError, sim.control.lpars)

    def test_what_it_says_is_repeated(self):
        stderr = io.StringIO()
        path = 'x' * 5000
        with (mock.patch.object(sys, 'stderr', stderr),
              process.SimulatorProcess(debug=True) as sim):
            # More than a pipe holds that nobody reads.
            for _ in range(50):
                self._refused_request(sim.port, path)
        self.assertEqual(50, stderr.getvalue().count(f'{path}: 401'))

    def _refused_request(self, port, path):
        exc = self.assertRaises(
            urllib.error.HTTPError, urllib.request.urlopen,
            f'http://127.0.0.1:{port}/{path}')
        exc.close()
