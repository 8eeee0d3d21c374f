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


import os
import sys

import fixtures
import mock

from nova_powervm.testing import waiting
from nova_powervm.tests import base
from tools.minicloud import processes
from tools.minicloud import service
from tools.minicloud import settings

_SLEEP = 'import time; time.sleep(600)'

# Says what it is, and has a child that does not hear of its parent's end.
_PARENT = '''
import subprocess, sys
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
%s
''' % _SLEEP

_DEAF = '''
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path('deaf').touch()
time.sleep(600)
'''


class TestProcesses(base.TestCase):

    def setUp(self):
        super().setUp()
        self.settings = settings.Settings(
            self.useFixture(fixtures.TempDir()).path)
        for name in ('log', 'run'):
            self.settings.path(name).mkdir()
        self.processes = processes.Processes(self.settings)
        self.addCleanup(self.processes.kill_all)

    def service(self, code=_SLEEP, ready=lambda: True, **fields):
        return service.Service('one', (sys.executable, '-c', code), ready,
                               **fields)

    def start(self, *args, **kwargs):
        one = self.service(*args, **kwargs)
        self.processes.start(one)
        return one

    def children(self):
        # They can be found once the system has their environment.
        marked = self.processes.marked()
        return [child for child in self.processes.find('one').children()
                if child in marked]

    def test_start(self):
        self.processes.wait_until_ready(self.start())
        self.assertEqual([self.processes.find('one')],
                         self.processes.marked())

    def test_started_when_its_environment_can_be_read(self):
        with mock.patch.object(processes, '_environment', side_effect=[
                {}, {'a': 'b'}]) as read:
            self.start()
        self.assertEqual(2, read.call_count)

    def test_find_from_another_command(self):
        self.start()
        self.assertEqual(self.processes.find('one'),
                         processes.Processes(self.settings).find('one'))

    def test_start_twice(self):
        one = self.start()
        self.assertRaises(processes.CloudError, self.processes.start, one)

    def test_start_what_is_not_there(self):
        missing = service.Service('one', ('/no/such/program',), lambda: True)
        self.assertRaises(processes.CloudError, self.processes.start, missing)
        self.assertIsNone(self.processes.find('one'))

    def test_another_process_of_the_same_number(self):
        self.settings.path('run', 'one').write_text('%d 1\n' % os.getpid())
        self.assertIsNone(self.processes.find('one'))

    def test_processes_of_another_cloud(self):
        other = settings.Settings(self.useFixture(fixtures.TempDir()).path)
        self.start()
        self.assertEqual([], processes.Processes(other).marked())

    def test_ended_before_it_was_ready(self):
        one = self.start('raise SystemExit("no luck today")',
                         ready=lambda: False)
        error = self.assertRaises(
            processes.CloudError, self.processes.wait_until_ready, one)
        self.assertIn('no luck today', str(error))

    def test_not_ready_in_time(self):
        one = self.start(ready=lambda: False, ready_seconds=0.0)
        error = self.assertRaises(
            processes.CloudError, self.processes.wait_until_ready, one)
        self.assertIn('one', str(error))

    def test_stop(self):
        one = self.start()
        stopped = []
        self.processes.stop([one], lambda name, _: stopped.append(name))
        self.assertEqual(['one'], stopped)
        self.assertEqual([], self.processes.marked())

    def test_stop_what_is_down(self):
        stopped = []
        self.processes.stop([self.service()], lambda *_: stopped.append(1))
        self.assertEqual([], stopped)

    def test_stop_with_a_child(self):
        one = self.start(_PARENT)
        waiting.wait_until(self.children, 'the child')
        self.processes.stop([one])
        self.assertEqual([], self.processes.marked())

    def test_stop_one_that_does_not_hear(self):
        one = self.start(_DEAF, stop_seconds=0.0)
        waiting.wait_until(self.settings.path('deaf').exists, 'the handler')
        self.processes.stop([one])
        self.assertEqual([], self.processes.marked())

    def test_kill_with_a_child(self):
        self.start(_PARENT)
        waiting.wait_until(self.children, 'the child')
        self.processes.kill('one')
        self.assertEqual([], self.processes.marked())

    def test_kill_all_finds_orphans(self):
        self.start(_PARENT)
        waiting.wait_until(self.children, 'the child')
        self.processes.find('one').kill()
        waiting.wait_until(lambda: self.processes.find('one') is None,
                           'the end of the parent')
        self.assertEqual(['one'], self.processes.kill_all())
        self.assertEqual([], self.processes.marked())

    def test_kill_all_finds_what_was_started_meanwhile(self):
        self.start()
        found = self.processes.marked()
        with mock.patch.object(self.processes, 'marked',
                               side_effect=[[], found, []]):
            self.assertEqual(['one'], self.processes.kill_all())
        self.assertEqual([], self.processes.marked())

    def test_run(self):
        self.processes.run('step', [sys.executable, '-c', 'print("a")'],
                           [sys.executable, '-c', 'print("b")'])
        self.assertEqual('a\nb\n', self.settings.log('step').read_text())

    def test_run_stops_at_a_failure(self):
        error = self.assertRaises(
            processes.CloudError, self.processes.run, 'step',
            [sys.executable, '-c', 'raise SystemExit("broken")'],
            [sys.executable, '-c', 'print("not reached")'])
        self.assertIn('broken', str(error))
        self.assertNotIn('not reached', str(error))

    def test_run_with_variables(self):
        self.processes.run(
            'step', ['sh', '-c', 'echo $X'], environment={'X': 'seen'})
        self.assertEqual('seen\n', self.settings.log('step').read_text())

    def test_memory_of_a_process_that_ended(self):
        self.start()
        process = self.processes.find('one')
        self.processes.kill('one')
        self.assertEqual(0, processes.memory(process))
