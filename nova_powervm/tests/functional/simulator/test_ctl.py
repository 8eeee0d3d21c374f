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

"""The command nova-powervm-sim ctl, with a simulator of its own."""

import http.server
import json
import signal
import socket
import subprocess
import threading

from pypowervm import exceptions

from nova_powervm.testing import processes
from nova_powervm.testing import waiting
from nova_powervm.tests.functional.simulator import case


class CtlTestCase(case.SimulatorTestCase):

    def command(self, *arguments):
        return processes.python('nova_powervm.sim', 'ctl', *arguments,
                                '--port', str(self.sim.port))

    def run_ctl(self, *arguments):
        """Run a command; return its answer."""
        done = processes.check(processes.run(
            self.command(*arguments, '--json')))
        return json.loads(done.stdout)

    def states(self):
        return {lpar['name']: lpar['state'] for lpar in self.control.lpars()}

    def test_life_of_an_lpar(self):
        uuid = self.run_ctl('create', 'web1', 'web2')[0]['uuid']
        self.run_ctl('power', 'off', 'web1')
        self.run_ctl('state', uuid, 'web2', 'error')
        self.assertEqual({'web1': 'error', 'web2': 'error'}, self.states())
        self.run_ctl('delete', 'web2')
        self.assertEqual(self.control.lpars(), self.run_ctl('lpars'))
        self.assertEqual([uuid], list(self.run_ctl('devices')))

    def test_events_and_faults(self):
        self.control.add_lpars(2)
        self.assertEqual(10, self.run_ctl('storm', '--events', '5')['events'])
        self.run_ctl('event', 'CACHE_CLEARED')
        self.run_ctl('fault', 'logon', 'unauthorized', '--count', '1')
        self.assertRaises(exceptions.Error, case.logon, self.sim.port)
        self.assertEqual(1, self.run_ctl('faults')['logon']['unauthorized'])
        self.assertEqual(1, self.run_ctl('counters', '--reset')['logon'])
        self.assertEqual({}, self.control.counters())
        self.run_ctl('clear')

    def test_host_and_settings(self):
        vios, = self.run_ctl('vios', 'vios1', '--rmc', 'off')
        self.assertEqual('inactive', vios['rmc'])
        self.assertEqual(
            7, self.run_ctl('settings', 'boot_events=7')['boot_events'])

    def test_it_goes_on_after_a_restart(self):
        self.control.add_lpars(1, names=['web1'])
        self.run_ctl('restart')
        waiting.wait_until(
            lambda: not processes.run(self.command('lpars')).returncode,
            'the restart')
        self.assertEqual({'web1': 'running'}, self.states())

    def test_watch(self):
        self.control.add_lpars(1, names=['web1'])
        child = subprocess.Popen(
            self.command('watch', '--json', '--interval', '0.05'),
            env=processes.environment(), text=True,
            preexec_fn=processes.heed_interrupts,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(child.kill)
        seen = json.loads(child.stdout.readline())
        self.assertEqual('running', seen['lpars'][0]['state'])
        self.control.set_state(
            [lpar['uuid'] for lpar in self.control.lpars()], 'error')
        waiting.wait_until(
            lambda: json.loads(child.stdout.readline())['lpars'][0]['state']
            == 'error', 'the change')
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=waiting.TIMEOUT)
        self.assertEqual((0, ''), (child.returncode, errors))

    def test_nobody_reads_what_it_watches(self):
        child = subprocess.Popen(
            self.command('watch', '--interval', '0.05'),
            env=processes.environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(child.kill)
        child.stdout.readline()
        child.stdout.close()
        child.stdout = None
        _, errors = child.communicate(timeout=waiting.TIMEOUT)
        self.assertEqual((0, ''), (child.returncode, errors))

    def assert_refused(self, port):
        done = processes.run(processes.python(
            'nova_powervm.sim', 'ctl', '--port', str(port), 'lpars'))
        self.assertEqual((2, ''), (done.returncode, done.stdout))
        self.assertEqual(1, done.stderr.count('\n'), done.stderr)

    def test_no_simulator(self):
        self.assert_refused(1)

    def test_another_service(self):
        service = http.server.HTTPServer(
            ('127.0.0.1', 0), http.server.BaseHTTPRequestHandler)
        self.addCleanup(service.server_close)
        thread = threading.Thread(target=service.handle_request)
        thread.start()
        self.addCleanup(thread.join)
        self.assert_refused(service.server_port)

    def test_a_service_that_does_not_speak_http(self):
        service = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(service.close)

        def answer():
            connection, _ = service.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b'220 mail.example.org\r\n')

        thread = threading.Thread(target=answer)
        thread.start()
        self.addCleanup(thread.join)
        self.assert_refused(service.getsockname()[1])
