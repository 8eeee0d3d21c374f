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


"""The library's launcher of processes."""

import os
import signal
import sys

import testtools

from nova_powervm.testing import processes
from nova_powervm.testing import waiting


def python(code):
    return [sys.executable, '-c', code]


class TestRun(testtools.TestCase):

    def test_output(self):
        done = processes.run(python(
            'import sys; print("out"); print("err", file=sys.stderr)'))
        self.assertEqual((0, 'out\n', 'err\n'),
                         (done.returncode, done.stdout, done.stderr))
        self.assertIs(done, processes.check(done))

    def test_failure(self):
        done = processes.run(python('raise SystemExit("reason")'))
        error = self.assertRaises(
            processes.ProcessError, processes.check, done)
        self.assertIn('reason', str(error))

    def test_too_slow(self):
        error = self.assertRaises(
            processes.ProcessError, processes.run, python(
                'import time; print("begun", flush=True); time.sleep(60)'),
            timeout=2)
        self.assertIn('begun', str(error))

    def test_environment(self):
        done = processes.run(python(
            'import os; print(os.environ["SOME_VARIABLE"])'),
            variables={'SOME_VARIABLE': 'value'})
        self.assertEqual('value\n', done.stdout)

    def test_this_package_can_be_imported(self):
        done = processes.run(processes.python('nova_powervm.sim', '--help'))
        processes.check(done)


class TestChild(testtools.TestCase):

    def child(self, code, **options):
        made = processes.Child(python(code), ready='ready ', **options)
        self.addCleanup(made.stop)
        return made

    def test_start_and_stop(self):
        child = self.child('print("ready 42", flush=True); input()')
        self.assertEqual('42', child.start())
        os.kill(child.pid, 0)
        pid = child.pid
        child.stop()
        self.assertRaises(ProcessLookupError, os.kill, pid, 0)
        child.stop()

    def test_starts_once(self):
        child = self.child('print("ready ", flush=True); input()')
        child.start()
        self.assertRaises(processes.ProcessError, child.start)

    def test_starts_again(self):
        child = self.child('print("ready ", flush=True); input()')
        child.start()
        child.stop()
        child.start()

    def test_is_not_ready(self):
        child = self.child('raise SystemExit("reason")')
        error = self.assertRaises(processes.ProcessError, child.start)
        self.assertIn('reason', str(error))
        self.assertRaises(processes.ProcessError, lambda: child.pid)

    def test_never_is_ready(self):
        child = self.child('input()', start_seconds=0.5)
        self.assertRaises(processes.ProcessError, child.start)

    def test_what_it_says(self):
        child = self.child(
            'import sys; sys.stderr.write("word"); sys.stderr.flush();'
            'print("ready ", flush=True); input()')
        child.start()
        self.assertEqual('word', child.said())
        child.stop()
        self.assertEqual('word', child.said())

    def test_does_not_want_to_end(self):
        child = self.child(
            'import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);'
            'print("ready ", flush=True)\nwhile True: signal.pause()',
            stop_seconds=0.2)
        child.start()
        pid = child.pid
        child.stop()
        self.assertRaises(ProcessLookupError, os.kill, pid, 0)

    def test_ends_by_itself(self):
        child = self.child('print("ready ", flush=True); raise SystemExit(3)')
        child.start()
        self.assertEqual(3, child.wait(30))

    def test_does_not_end_by_itself(self):
        child = self.child('print("ready ", flush=True); input()')
        child.start()
        self.assertRaises(processes.ProcessError, child.wait, 0.1)

    def test_notices_that_its_parent_is_gone(self):
        # A process that is killed after it has started another.
        done = processes.run(python('''
import os, signal, sys
from nova_powervm.testing import processes
child = processes.Child([sys.executable, '-c',
    'import os, sys; print("ready", os.getpid(), flush=True);'
    'sys.stdin.read()'], ready='ready')
print(child.start(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
'''))
        self.assertEqual(-signal.SIGKILL, done.returncode)
        pid = int(done.stdout)

        def is_gone():
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
            # In a container nobody may be there to bury it.
            with open('/proc/%d/stat' % pid) as stat:
                return stat.read().rpartition(')')[2].split()[0] == 'Z'

        waiting.wait_until(is_gone, 'the end of the process')
