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

"""What is installed where a tree runs, and what the set needs of it."""

import pathlib
import subprocess
import sys

import fixtures
import mock

from nova_powervm.dropin import dropin_set
from nova_powervm.dropin import environment
from nova_powervm.tests import base


class TestEnvironment(base.TestCase):

    def test_probe(self):
        found = environment.probe(sys.executable)
        self.assertEqual(sys.version_info[:3], found.python)
        self.assertIn('nova', found.versions)

    def test_no_python(self):
        self.assertRaises(environment.NoPython, environment.probe, '/none')

    def test_not_a_python(self):
        with mock.patch.object(
                subprocess, 'run', autospec=True,
                return_value=subprocess.CompletedProcess([], 0, 'hello')):
            self.assertRaises(environment.NoPython, environment.probe, 'x')

    def test_python_of_a_virtual_environment(self):
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        packages = root / 'lib' / 'python3.11' / 'site-packages'
        packages.mkdir(parents=True)
        self.assertEqual(sys.executable, environment.python_of(packages))
        (root / 'pyvenv.cfg').touch()
        self.assertEqual(str(root / 'bin' / 'python'),
                         environment.python_of(packages))


class TestSet(base.TestCase):
    """What the set needs is read from its source."""

    def test_needs(self):
        self.assertEqual({'vm': {'POWERVM_TO_NOVA_STATE'}},
                         dropin_set.needs_of_tree())

    def test_requires(self):
        names = {each.name for each in dropin_set.requires()}
        self.assertLessEqual({'nova', 'pypowervm', 'oslo.log'}, names)
        self.assertNotIn('stevedore', names)

    def test_options(self):
        self.assertIn('event_delay', dropin_set.options())
