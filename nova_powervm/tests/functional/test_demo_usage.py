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

"""The demo, when it cannot do what it is asked to."""

import os

import fixtures
import testtools

from nova_powervm.testing import processes


class TestUsage(testtools.TestCase):

    def test_bad_option(self):
        done = processes.run(
            processes.python('nova_powervm.demo', '--lpars', '1'))
        self.assertEqual(2, done.returncode)
        self.assertIn("--lpars: '1'", done.stderr)
        self.assertNotIn('Traceback', done.stderr)

    def test_failure_names_the_log(self):
        folder = self.useFixture(fixtures.TempDir())
        # A simulator that does not start.
        broken = os.path.join(folder.path, 'broken', 'aiohttp')
        os.makedirs(broken)
        with open(os.path.join(broken, '__init__.py'), 'w') as module:
            module.write('raise RuntimeError("broken")\n')
        done = processes.run(
            processes.python('nova_powervm.demo', '--lpars', '4'),
            variables={'TMPDIR': folder.path, 'PYTHONPATH': os.pathsep.join(
                [os.path.dirname(broken), str(processes.ROOT)])})
        self.assertEqual(1, done.returncode)
        self.assertIn('RuntimeError: broken', done.stderr)
        logs, = (name for name in os.listdir(folder.path)
                 if name.startswith('nova-powervm-demo-'))
        self.assertIn(logs, done.stderr)
