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

"""The command nova-powervm-sim."""

import errno
import os
import signal
import socket
import subprocess
import sys
import textwrap

import ddt
import testtools

from nova_powervm.testing import processes
from nova_powervm.testing import waiting


def run(*arguments):
    """Run Python until it ends."""
    return processes.run([sys.executable, *arguments])


@ddt.ddt
class CommandTestCase(testtools.TestCase):

    def assert_one_line(self, part, text):
        """The text is one line of which this is a part."""
        self.assertIn(part, text)
        self.assertEqual((1, '\n'), (text.count('\n'), text[-1]))

    def test_port_is_taken(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
            done = run('-m', 'nova_powervm.sim', '--port', str(port))
        self.assertEqual((1, ''), (done.returncode, done.stdout))
        self.assert_one_line(f'127.0.0.1:{port}', done.stderr)
        self.assertIn(os.strerror(errno.EADDRINUSE), done.stderr)

    def test_no_aiohttp(self):
        done = run('-c', textwrap.dedent('''
            import sys
            sys.modules['aiohttp'] = None
            from nova_powervm.sim import __main__
            sys.exit(__main__.main([]))
            '''))
        self.assertEqual((1, ''), (done.returncode, done.stdout))
        self.assert_one_line('nova-powervm[sim]', done.stderr)

    @ddt.named_data(
        ('port_too_high', '--port', '70000'), ('port', '--port', 'x'),
        ('lpars', '--lpars', '-1'), ('seconds', '--boot-seconds', '-1'),
        ('events', '--boot-events', '1.5'), ('vios', '--vios', 'x'),
        ('copy', '--copy-seconds', '-1'),
        ('no_capacity', '--volume-groups', 'rootvg'),
        ('no_number', '--volume-groups', 'rootvg=1,data=x'),
        ('no_space', '--volume-groups', 'rootvg=0'))
    def test_bad_option(self, option, value):
        done = run('-m', 'nova_powervm.sim', option, value)
        self.assertEqual((2, ''), (done.returncode, done.stdout))
        # A setting is named as in the control interface.
        self.assertIn(option[2:].replace('-', '_'),
                      done.stderr.splitlines()[-1].replace('-', '_'))
        self.assertNotIn('Traceback', done.stderr)

    @ddt.data('SIGTERM', 'SIGINT')
    def test_signal_ends_it(self, name):
        child = subprocess.Popen(
            processes.python('nova_powervm.sim', '--port', '0'),
            env=processes.environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertRegex(child.stdout.readline(),
                         r' http://127\.0\.0\.1:\d+\n$')
        child.send_signal(getattr(signal, name))
        rest, errors = child.communicate(timeout=waiting.TIMEOUT)
        self.assertEqual((0, '', ''), (child.returncode, rest, errors))

    def test_under_eventlet(self):
        # As in nova-compute when it runs on eventlet.
        done = run('-W', 'ignore', '-c', textwrap.dedent('''
            import eventlet
            eventlet.monkey_patch()
            from nova_powervm.sim import process
            with process.SimulatorProcess() as sim:
                uuids = sim.control.add_lpars(3)
                pool = eventlet.GreenPool()
                for found in pool.imap(lambda _: sim.control.lpars(),
                                       range(20)):
                    assert [lpar['uuid'] for lpar in found] == uuids
            '''))
        self.assertEqual(0, done.returncode, done.stderr)
