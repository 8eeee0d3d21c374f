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

import json
import os
import signal
import subprocess
import sys

import fixtures

from nova_powervm.tests import base

_COMMAND = [sys.executable, '-m', 'nova_powervm.demo']
_TIMEOUT = 240


class TestDemo(base.TestCase):
    """The command, as somebody runs it."""

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir())
        self.environment = {**os.environ, 'TMPDIR': self.folder.path}

    def run_demo(self, *args):
        return subprocess.run(
            [*_COMMAND, *args], env=self.environment, text=True,
            capture_output=True, timeout=_TIMEOUT)

    def check(self, backend):
        path = self.folder.join('results.json')
        done = self.run_demo('--lpars', '4', '--delay', '1', '--json', path,
                             '--backend', backend)
        self.assertEqual((0, ''), (done.returncode, done.stderr), done.stdout)
        self.assertIn('nova and NovaLink agree about all 4 servers.',
                      done.stdout)
        self.assertEqual(['results.json'], os.listdir(self.folder.path))
        with open(path) as results_file:
            results = json.load(results_file)
        self.assertEqual(
            (4, 1.0, backend, []),
            tuple(results[key] for key in (
                'lpars', 'delay', 'backend', 'disagreements')))
        phases = {phase['name']: phase for phase in results['phases']}
        self.assertEqual(5, len(phases))
        for name, phase in phases.items():
            self.assertIn(name, done.stdout)
            self.assertEqual([], phase['problems'])
            # Counted by the module, and where its calls leave nova-compute.
            self.assertEqual(phase['statistics'].get('lookups', 0),
                             phase['lookups'])
        storm = phases['boot storm']
        self.assertEqual((48, 0, 0), (storm['events'], storm['lookups'],
                                      storm['emitted']))
        self.assertLessEqual(storm['rest_reads'], 4)
        self.assertGreaterEqual(storm['release9_rest_reads'], 4)
        stopped = phases['stopped outside nova']
        self.assertEqual(1, stopped['emitted'])
        self.assertEqual(1, len(stopped['known_seconds']))
        self.assertGreater(stopped['known_seconds'][0], 1.0)
        self.assertEqual(0, phases['restarted within the delay']['emitted'])
        self.assertLessEqual(phases['changed during a task']['emitted'], 1)

    def test_threading(self):
        self.check('threading')

    def test_eventlet(self):
        self.check('eventlet')

    def interrupt(self, backend):
        """Press Ctrl-C, which reaches all processes of a terminal's job."""
        demo = subprocess.Popen(
            [*_COMMAND, '--lpars', '4', '--backend', backend],
            env=self.environment, text=True, start_new_session=True,
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
        self.assertEqual((130, 'stopping'),
                         (demo.returncode, errors.strip()))
        self.assertFalse(os.path.exists('/proc/' + children[0]))
        self.assertEqual([], os.listdir(self.folder.path))

    def test_interrupt_threading(self):
        self.interrupt('threading')

    def test_interrupt_eventlet(self):
        self.interrupt('eventlet')

    def test_bad_option(self):
        done = self.run_demo('--lpars', '1')
        self.assertEqual(2, done.returncode)
        self.assertIn("--lpars: '1' is not a whole number from 4 to 1000",
                      done.stderr)
        self.assertNotIn('Traceback', done.stderr)

    def test_failure_names_the_log(self):
        # There is no such thing as this backend's simulator.
        folder = self.folder.join('broken')
        os.makedirs(os.path.join(folder, 'aiohttp'))
        with open(os.path.join(folder, 'aiohttp', '__init__.py'), 'w') as f:
            f.write('raise RuntimeError("broken")\n')
        self.environment['PYTHONPATH'] = os.pathsep.join(
            [folder, *filter(None, [os.environ.get('PYTHONPATH')])])
        done = self.run_demo('--lpars', '4')
        self.assertEqual(1, done.returncode)
        self.assertIn('nova-powervm-demo: The simulator did not start',
                      done.stderr)
        self.assertIn('Logs are in %s' % self.folder.path,
                      done.stderr)
