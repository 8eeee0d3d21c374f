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

import pathlib
import tomllib

import ddt
import fixtures
import mock
import testtools

from nova_powervm.tests import mutation


@ddt.ddt
class OrderTestCase(testtools.TestCase):

    def order(self, mutant, *tests):
        self.useFixture(
            fixtures.EnvironmentVariable('MUTANT_UNDER_TEST', mutant))
        items = [mock.Mock(nodeid=test) for test in tests]
        mutation.pytest_collection_modifyitems(items)
        return [item.nodeid for item in items]

    def test_own_tests_first(self):
        ordered = ['unit/lifecycle/test_stats.py::A::test_1',
                   'unit/lifecycle/test_stats.py::A::test_2',
                   'unit/lifecycle/test_cache.py::A::test',
                   'unit/test_event.py::A::test']
        self.assertEqual(ordered, self.order(
            'package.lifecycle.stats.x_add__mutmut_1', *reversed(ordered)))

    @ddt.data('', 'stats', 'fail')
    def test_no_mutant(self, mutant):
        """mutmut also sets the variable for runs without one."""
        ordered = ['unit/lifecycle/test_cache.py::A::test',
                   'unit/lifecycle/test_other.py::A::test',
                   'unit/test_event.py::A::test']
        self.assertEqual(ordered, self.order(mutant, *reversed(ordered)))


class SettingsTestCase(testtools.TestCase):

    def prepare(self, *modules):
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        mutation.prepare(folder, modules)
        settings = tomllib.loads((folder / 'pyproject.toml').read_text())
        return folder, settings['tool']['mutmut']

    def test_all_modules(self):
        folder, settings = self.prepare()
        pattern, = settings['only_mutate']
        self.assertIn(folder / 'nova_powervm/virt/powervm/lifecycle/stats.py',
                      list(folder.glob(pattern)))

    def test_some_modules(self):
        folder, settings = self.prepare('stats', 'opts')
        self.assertEqual(
            ['opts', 'stats'],
            sorted((folder / path).stem for path in settings['only_mutate']
                   if (folder / path).is_file()))

    def test_unknown_module(self):
        e = self.assertRaises(SystemExit, self.prepare, 'nowhere')
        self.assertIn('nowhere', str(e))
        self.assertIn('stats', str(e))


class ReportTestCase(testtools.TestCase):

    def test_share_of_mutants_that_were_found(self):
        lines = mutation.report({
            pathlib.Path('a.py'): {
                '1': 'killed', '2': 'timeout', '3': 'segfault',
                '4': 'survived'},
            pathlib.Path('b.py'): {
                '1': 'no tests', '2': 'suspicious', '3': 'survived',
                '4': 'survived'}})
        self.assertEqual(
            [('a', '75.0%', '4'), ('b', '0.0%', '4'), ('all', '37.5%', '8')],
            [tuple(line.split()[:3]) for line in lines])
