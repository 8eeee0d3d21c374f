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

"""The demo, as somebody runs it."""

import json
import os
import signal
import subprocess

import fixtures
import testtools

from nova_powervm.testing import backends
from nova_powervm.testing import image
from nova_powervm.testing import processes

_TIMEOUT = 600


class DemoTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir())
        self.backend = backends.current()

    def command(self, *arguments):
        return processes.python(
            'nova_powervm.demo', '--lpars', '4', '--backend', self.backend,
            *arguments)


class TestDemo(DemoTestCase):

    def run_demo(self, *arguments):
        """Return its results and its output."""
        path = self.folder.join('results.json')
        done = processes.run(
            self.command('--delay', '1', '--json', path, *arguments),
            variables={'TMPDIR': self.folder.path}, timeout=_TIMEOUT)
        self.assertEqual((0, ''), (done.returncode, done.stderr), done.stdout)
        self.assertEqual(['results.json'], os.listdir(self.folder.path))
        with open(path) as results_file:
            return json.load(results_file), done.stdout

    def test_results(self):
        results, output = self.run_demo()
        self.assertEqual(
            (4, 1.0, self.backend, []),
            tuple(results[key] for key in (
                'lpars', 'delay', 'backend', 'disagreements')))
        phases = {phase['name']: phase for phase in results['phases']}
        self.assertEqual(5, len(phases))
        for name, phase in phases.items():
            self.assertIn(name, output)
            self.assertEqual([], phase['problems'])
            # Counted by the module, and where its calls leave nova-compute.
            self.assertEqual(phase['statistics'].get('lookups', 0),
                             phase['lookups'])
        storm = phases['boot storm']
        self.assertEqual((48, 0), (storm['events'], storm['emitted']))
        # What is known is verified once for all; more often if events come
        # late.
        self.assertLess(storm['lookups'] + storm['rest_reads'], 24)
        self.assertGreaterEqual(storm['release9_rest_reads'], 4)
        stopped = phases['stopped outside nova']
        self.assertEqual(1, stopped['emitted'])
        self.assertEqual(1, len(stopped['known_seconds']))
        self.assertGreater(stopped['known_seconds'][0], 1.0)
        self.assertEqual(0, phases['restarted within the delay']['emitted'])
        self.assertLessEqual(phases['changed during a task']['emitted'], 1)
        self.check_servers(results['servers'], output)

    def check_servers(self, servers, output):
        self.assertEqual(4, len(servers))
        for server in servers:
            self.assertEqual([], server['problems'])
            self.assertEqual(image.SHA256, server['disk']['sha256'])
            self.assertIn(server['server'], output)
        # None has what is another's.
        for one in (lambda server: server['disk']['name'],
                    lambda server: server['drive']['sha256'],
                    lambda server: server['macs'][0]):
            self.assertEqual(4, len(set(map(one, servers))))

    def test_bare(self):
        results, _ = self.run_demo('--bare')
        self.assertEqual(
            ([], [], True), tuple(results[key] for key in (
                'servers', 'disagreements', 'bare')))
        boot = results['phases'][0]['simulator_requests']
        self.assertEqual(4, boot['create'])
        self.assertEqual(set(), {'adapter_create', 'file_create'} & set(boot))


class TestInterrupt(DemoTestCase):

    def test_interrupt(self):
        """Press Ctrl-C, which reaches all processes of a terminal's job."""
        demo = subprocess.Popen(
            self.command(), text=True, start_new_session=True,
            env=processes.environment(TMPDIR=self.folder.path),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(demo.communicate)
        self.addCleanup(demo.kill)
        for line in demo.stdout:
            if 'boot storm' in line:
                break
        with open('/proc/%d/task/%d/children' % (demo.pid, demo.pid)) as f:
            children = f.read().split()
        self.assertEqual(1, len(children))
        os.killpg(demo.pid, signal.SIGINT)
        _, errors = demo.communicate(timeout=_TIMEOUT)
        self.assertEqual(130, demo.returncode)
        self.assertNotIn('Traceback', errors)
        self.assertFalse(os.path.exists('/proc/' + children[0]))
        self.assertEqual([], os.listdir(self.folder.path))
