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

"""The command nova-powervm-sim, its process and its control client."""

import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request

import mock
import testtools

from nova_powervm.sim import client
from nova_powervm.sim import process
from nova_powervm.tests.functional import sim_base

ROOT = pathlib.Path(__file__).parents[3]
WAIT = 20
NOBODY = '1E6FC741-6253-4B69-B88B-8A44BED92145'


def _run(*arguments):
    """Run Python until it ends."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True,
        text=True, timeout=60, env={**os.environ, 'PYTHONPATH': str(ROOT)})


class CommandTestCase(testtools.TestCase):

    def test_port_is_taken(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
            done = _run('-m', 'nova_powervm.sim', '--port', str(port))
        self.assertEqual(
            f'nova-powervm-sim: cannot listen on 127.0.0.1:{port}: '
            'Address already in use.\n', done.stderr)
        self.assertEqual((1, ''), (done.returncode, done.stdout))

    def test_no_aiohttp(self):
        done = _run('-c', textwrap.dedent('''
            import sys
            sys.modules['aiohttp'] = None
            from nova_powervm.sim import __main__
            sys.exit(__main__.main([]))
            '''))
        self.assertEqual(
            'nova-powervm-sim: aiohttp is not installed; install '
            'nova-powervm[sim].\n', done.stderr)
        self.assertEqual((1, ''), (done.returncode, done.stdout))

    def test_bad_options(self):
        for option, value in (('--port', '70000'), ('--port', 'x'),
                              ('--lpars', '-1'), ('--boot-seconds', '-1'),
                              ('--boot-events', '1.5')):
            done = _run('-m', 'nova_powervm.sim', option, value)
            self.assertEqual(2, done.returncode)
            self.assertIn(option.strip('-').replace('-', '?')[:4],
                          done.stderr.replace('_', '?'))
            self.assertNotIn('Traceback', done.stderr)

    def test_signals_end_it(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            child = subprocess.Popen(
                [sys.executable, '-m', 'nova_powervm.sim', '--port', '0'],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True)
            line = child.stdout.readline()
            self.assertRegex(line, r'^listening on http://127\.0\.0\.1:\d+$')
            child.send_signal(number)
            rest, errors = child.communicate(timeout=20)
            self.assertEqual((0, '', ''), (child.returncode, rest, errors))

    def test_under_eventlet(self):
        # As in nova-compute when it runs on eventlet.
        done = _run('-W', 'ignore', '-c', textwrap.dedent('''
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


class ProcessTestCase(testtools.TestCase):

    def test_options(self):
        with process.SimulatorProcess(lpars=2, boot_seconds=0.5) as sim:
            self.assertEqual(2, len(sim.control.lpars()))
            self.assertEqual(0.5, sim.control.configure()['boot_seconds'])
            os.kill(sim.pid, 0)

    def test_does_not_start(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            sim = process.SimulatorProcess(port=taken.getsockname()[1])
            exc = self.assertRaises(process.SimulatorError, sim.start)
        self.assertIn('Address already in use', str(exc))
        # Nothing of the failure is left.
        sim.stop()
        sim.start()
        sim.stop()

    def test_starts_once(self):
        with process.SimulatorProcess() as sim:
            self.assertRaises(process.SimulatorError, sim.start)
            sim.control.lpars()

    def test_ends_with_the_program_that_runs_it(self):
        done = _run('-c', textwrap.dedent('''
            import os, signal
            from nova_powervm.sim import process
            sim = process.SimulatorProcess()
            sim.start()
            print(sim.port, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
            '''))
        self.assertEqual(-signal.SIGKILL, done.returncode)
        port = int(done.stdout)
        for _ in range(WAIT * 100):
            try:
                client.Control(port).counters()
            except ConnectionError:
                return
            time.sleep(0.01)
        self.fail('The simulator is still there.')

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
        with (mock.patch.object(sys, 'stderr', stderr),
              process.SimulatorProcess(debug=True) as sim):
            # More than a pipe holds that nobody reads.
            for _ in range(400):
                self._refused_request(sim.port)
        self.assertEqual(400, stderr.getvalue().count(f'{"x" * 500}: 401'))

    def _refused_request(self, port):
        exc = self.assertRaises(
            urllib.error.HTTPError, urllib.request.urlopen,
            f'http://127.0.0.1:{port}/{"x" * 500}')
        exc.close()


class ControlTestCase(sim_base.SimulatorTestCase):

    def _states(self):
        return {lpar['name']: lpar['state'] for lpar in self.control.lpars()}

    def _refused(self, call, *args, **kwargs):
        return str(self.assertRaises(client.ControlError, call, *args,
                                     **kwargs))

    def test_add_lpars(self):
        uuids = self.control.add_lpars(3, names=['a', 'b', 'c'])
        found = self.control.lpars()
        self.assertEqual(uuids, [lpar['uuid'] for lpar in found])
        self.assertEqual(['a', 'b', 'c'], [lpar['name'] for lpar in found])
        self.assertEqual({'running'}, {lpar['state'] for lpar in found})
        self.assertEqual(3, len({lpar['id'] for lpar in found}))

    def test_add_with_uuids(self):
        self.assertEqual([NOBODY],
                         self.control.add_lpars(1, uuids=[NOBODY.lower()]))

    def test_boot(self):
        self.control.configure(boot_seconds=600)
        self.control.add_lpars(2, boot=True, names=['a', 'b'])
        self.assertEqual({'a': 'starting', 'b': 'starting'}, self._states())

    def test_bad_lpars(self):
        for given in (
                {'uuids': [NOBODY]}, {'names': ['a']}, {'memory_mb': -1},
                {'uuids': [NOBODY, NOBODY]}, {'names': ['a', 'a']},
                {'colour': 'red'}, {'memory_mb': 'much'}):
            self._refused(self.control.add_lpars, 2, **given)
        self._refused(self.control.add_lpars, 'two')

    def test_power(self):
        on, off = self.control.add_lpars(2, names=['on', 'off'])
        self.control.set_state([off], 'not activated')
        both = [on, off]
        self.assertEqual([off], self.control.power(both, 'on'))
        self.assertEqual({'on': 'running', 'off': 'running'}, self._states())
        self.assertEqual(both, self.control.power(both, 'restart'))
        self.assertEqual(both, self.control.power(both, 'off'))
        self.assertEqual({'not activated'}, set(self._states().values()))
        self.assertEqual([], self.control.power(both, 'restart'))
        self.assertIn('restart', self._refused(self.control.power, both, 'x'))

    def test_set_state(self):
        one, _ = self.control.add_lpars(2, names=['one', 'two'])
        self.control.set_state([one], 'made up', events=0)
        self.assertEqual({'one': 'made up', 'two': 'running'}, self._states())

    def test_all_or_none(self):
        uuid, = self.control.add_lpars(1, names=['one'])
        for call, args in ((self.control.set_state, ('error',)),
                           (self.control.power, ('off',)),
                           (self.control.delete_lpars, ())):
            self.assertIn(NOBODY, self._refused(call, [uuid, NOBODY], *args))
        self.assertEqual({'one': 'running'}, self._states())

    def test_delete(self):
        uuids = self.control.add_lpars(3)
        self.control.delete_lpars(uuids[:2])
        self.assertEqual(uuids[2:],
                         [lpar['uuid'] for lpar in self.control.lpars()])

    def test_counters(self):
        self.session()
        self.assertEqual({'logon': 1}, self.control.counters())
        self.control.reset_counters()
        self.assertEqual({}, self.control.counters())

    def test_configure(self):
        now = self.control.configure(boot_events=12)
        self.assertEqual(12, now['boot_events'])
        self.assertIn('bots', self._refused(self.control.configure, bots=1))
        self.assertIn('seconds', self._refused(self.control.configure,
                                               boot_seconds='soon'))

    def test_bad_events(self):
        self.assertIn('type', self._refused(self.control.send_events,
                                            [{'data': 'x'}]))

    def test_http(self):
        url = f'http://127.0.0.1:{self.sim.port}/control/'

        def call(path, body=None):
            with urllib.request.urlopen(url + path, body) as answer:
                return json.load(answer)

        self.assertEqual(1, len(call('lpars', b'{"count": 1}')))
        self.assertEqual(1, len(call('lpars')))
        self.assertEqual(10.0, call('settings')['poll_seconds'])
        for body in (b'[]', b'{', b'1'):
            exc = self.assertRaises(urllib.error.HTTPError, call, 'lpars',
                                    body)
            self.addCleanup(exc.close)
            self.assertEqual(400, exc.code)
        exc = self.assertRaises(urllib.error.HTTPError, call, 'none')
        self.addCleanup(exc.close)
        self.assertEqual(404, exc.code)

    def test_not_a_simulator(self):
        # Something else that answers HTTP, like a path that does not exist.
        self.assertIn('HTTP 404', self._refused(self.control._call, 'GET',
                                                'none'))
