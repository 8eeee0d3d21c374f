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
import sys
import tomllib

import ddt
import fixtures
import mock
import testtools

from nova_powervm.tests import mutation


MUTANT = 'package.lifecycle.stats.xAxaddx__mutmut_1'
OWN = 'unit/lifecycle/test_stats.py::A::test'
OTHER = 'unit/lifecycle/test_cache.py::A::test'


@ddt.ddt
class PluginTestCase(testtools.TestCase):
    """What pytest calls, which the tests do not have."""

    def setUp(self):
        super().setUp()
        self.mutant(MUTANT)

    def mutant(self, name):
        self.useFixture(
            fixtures.EnvironmentVariable('MUTANT_UNDER_TEST', name))

    def run_own(self, *tests, code=0):
        """Return what is run before all tests, and what pytest is told."""
        pytest = mock.Mock(spec=['main'])
        pytest.main.return_value = code
        config = mock.Mock(args=list(tests))
        config.invocation_params.args = ['-x', *tests, '-p', 'plugin']
        with mock.patch.dict(sys.modules, pytest=pytest):
            result = mutation.pytest_cmdline_main(config)
        return [call.args[0] for call in pytest.main.mock_calls], result

    def test_own_tests_find_it(self):
        self.assertEqual(([['-x', OWN, '-p', 'plugin']], 1),
                         self.run_own(OTHER, OWN, code=1))

    def test_all_tests_follow(self):
        """With nothing, a hook lets pytest go on."""
        self.assertEqual(([['-x', OWN, '-p', 'plugin']], None),
                         self.run_own(OTHER, OWN))

    @ddt.named_data(['own', OWN], ['other', OTHER])
    def test_nothing_to_choose(self, test):
        self.assertEqual(([], None), self.run_own(test))

    @ddt.data('', 'stats', 'fail')
    def test_own_tests_without_mutant(self, mutant):
        """mutmut also sets the variable for runs without one."""
        self.mutant(mutant)
        self.assertEqual(([], None), self.run_own(OTHER, OWN))

    def test_order(self):
        ordered = [OTHER, OWN, 'unit/events/test_one.py::A::test']
        items = [mock.Mock(nodeid=test) for test in reversed(ordered)]
        mutation.pytest_collection_modifyitems(items)
        self.assertEqual(ordered, [item.nodeid for item in items])

    @ddt.named_data(['mutant', MUTANT, 1], ['none', '', 0],
                    ['statistics', 'stats', 0])
    def test_alarm(self, mutant, times):
        self.mutant(mutant)
        with mock.patch('signal.signal') as handler, (
                mock.patch('signal.alarm')) as alarm:
            mutation.pytest_runtest_logstart()
        self.assertEqual((times, times),
                         (handler.call_count, alarm.call_count))


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
