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

import contextlib
import io
import json
import pathlib
import subprocess
import sys

import ddt
import fixtures
import mock
from nova.compute import power_state
from nova import exception
from nova import objects
from nova.virt import event as virt_event
import oslo_messaging

from nova_powervm.sim import process as sim_process
from nova_powervm.testing import processes
from nova_powervm.tests import base
from tools.dropin import __main__ as command
from tools.dropin import borrowed
from tools.dropin import instances
from tools.dropin import internals
from tools.dropin import scratch
from tools.dropin import steps

_TREE, _ORIGINAL = pathlib.Path('tree'), pathlib.Path('original')
_LISTED = sorted(internals.REASONS)


class TestUnitTests(base.TestCase):
    """Which tests may fail."""

    def unit_tests(self, failed, before=()):
        """Let tests fail with the event module, and with the old one."""
        ran = [*_LISTED, 'a', 'b']
        with mock.patch.object(steps, '_run_tests', autospec=True,
                               side_effect=[
                {'ran': ran, 'failed': failed},
                {'ran': list(before), 'failed': list(before)}]) as run:
            found = steps.unit_tests(_TREE, _ORIGINAL)
        self.assertEqual(_TREE, run.call_args_list[0].args[0])
        self.again = [call.args for call in run.call_args_list[1:]]
        return found

    def test_as_listed(self):
        self.assertEqual(
            {'passed': ['a', 'b'], 'internals': _LISTED, 'before': []},
            self.unit_tests(_LISTED))
        self.assertEqual([], self.again)

    def test_fails_before_as_well(self):
        found = self.unit_tests([*_LISTED, 'a'], ['a'])
        self.assertEqual((['b'], ['a']), (found['passed'], found['before']))
        self.assertEqual([(_ORIGINAL, ['a'])], self.again)

    def test_fails_only_now(self):
        self.assertRaises(steps.Failed, self.unit_tests, [*_LISTED, 'a'])

    def test_listed_and_does_not_fail(self):
        self.assertRaises(steps.Failed, self.unit_tests, _LISTED[1:])

    def test_all_that_is_listed_is_run(self):
        self.assertEqual([], [name for name in _LISTED
                              if not name.startswith(internals.MODULES)])


class TestScenarios(base.TestCase):

    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch.object(
            sim_process, 'SimulatorProcess', autospec=True))
        self.run = self.enterContext(mock.patch.object(
            processes, 'run', autospec=True))

    def scenarios(self, status=0, stdout=''):
        self.run.return_value = subprocess.CompletedProcess(
            ['x'], status, stdout, 'what it said')
        return steps.scenarios(_TREE, 7, pathlib.Path('log'))

    def test_results(self):
        lines = [{'name': name, 'seconds': 1.0, 'figures': {}}
                 for name in ('storm', 'crash')]
        self.assertEqual(lines, self.scenarios(stdout='nova says\n' + ''.join(
            json.dumps(line) + '\n' for line in lines)))

    def test_the_tree_is_first_on_the_path(self):
        self.scenarios()
        variables = self.run.call_args.kwargs['variables']
        self.assertEqual(str(_TREE),
                         variables['PYTHONPATH'].partition(':')[0])
        # Else the current folder would be before it.
        self.assertTrue(variables['PYTHONSAFEPATH'])

    def test_failed(self):
        error = self.assertRaises(steps.Failed, self.scenarios, 1)
        self.assertIn('what it said', str(error))

    def test_does_not_end(self):
        self.run.side_effect = processes.ProcessError('late')
        self.assertRaises(steps.Failed, self.scenarios)


@ddt.ddt
class TestDifferences(base.TestCase):

    def setUp(self):
        super().setUp()
        root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.one, self.other = root / 'one', root / 'other'
        for folder in (self.one, self.other):
            (folder / 'below').mkdir(parents=True)
            (folder / 'below' / 'same.py').write_text('same')

    @ddt.data('one', 'other')
    def test_only_in(self, name):
        (getattr(self, name) / 'below' / 'x.py').touch()
        self.assertEqual(['x.py'], list(steps.differences(
            self.one, self.other)))

    def test_changed(self):
        (self.one / 'below' / 'same.py').write_text('other')
        self.assertEqual(['same.py'], list(steps.differences(
            self.one, self.other)))

    def test_bytecode(self):
        (self.one / '__pycache__').mkdir()
        self.assertEqual([], list(steps.differences(self.one, self.other)))


@ddt.ddt
class TestCommand(base.TestCase):

    def setUp(self):
        super().setUp()
        for module, name, result in (
                (scratch, 'fetch', _ORIGINAL), (scratch, 'copy', _TREE),
                (scratch, 'drop_in', 'copied'),
                (steps, 'scenarios', [
                    {'name': 'storm', 'seconds': 1.0,
                     'figures': {'told': 0}}]),
                (steps, 'nova_compute', {
                    'name': 'nova_compute', 'seconds': 1.0, 'figures': {}}),
                (steps, 'unit_tests', {
                    'passed': ['a'], 'internals': _LISTED, 'before': ['b']}),
                (steps, 'differences', [])):
            setattr(self, name, self.enterContext(mock.patch.object(
                module, name, autospec=True, return_value=result)))

    def run_command(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = command.main(arguments)
            except SystemExit as error:
                status = error.code
        self.assertEqual(bool(status), bool(err.getvalue()))
        return status, out.getvalue()

    def test_all_well(self):
        status, out = self.run_command('--lpars', '7')
        self.assertEqual(0, status)
        self.assertEqual(7, self.scenarios.call_args.args[1])
        # Each with its reason.
        for name, reason in internals.REASONS.items():
            self.assertIn('%s: %s' % (name, reason), out)
        self.assertEqual([mock.call(_TREE), mock.call(_TREE, '--undo')],
                         self.drop_in.call_args_list)

    @ddt.named_data(
        ('fetch', 'fetch', processes.ProcessError('no network')),
        ('drop_in', 'drop_in', processes.ProcessError('refused')),
        ('scenarios', 'scenarios', steps.Failed('told twice')),
        ('nova_compute', 'nova_compute', steps.Failed('no resync')),
        ('unit_tests', 'unit_tests', steps.Failed('a test')))
    def test_failed(self, name, error):
        getattr(self, name).side_effect = error
        self.assertEqual(2, self.run_command()[0])

    def test_undo_leaves_something(self):
        self.differences.return_value = ['lifecycle']
        self.assertEqual(2, self.run_command()[0])

    @ddt.data('--lpars=0', '--lpars=x', '--none')
    def test_bad_option(self, option):
        self.assertEqual(2, self.run_command(option)[0])
        self.fetch.assert_not_called()


class TestInstances(base.TestCase):
    """nova's side, without taking its place."""

    def setUp(self):
        super().setUp()
        self.instances = instances.Instances('host', ['ABC', 'DEF'])

    def test_an_event(self):
        event = virt_event.LifecycleEvent(
            'abc', virt_event.EVENT_LIFECYCLE_STOPPED)
        self.instances.take(event)
        self.assertEqual([('abc', virt_event.EVENT_LIFECYCLE_STOPPED)],
                         self.instances.events)
        self.assertEqual({power_state.RUNNING, power_state.SHUTDOWN},
                         self.instances.power_states())

    def test_lookups(self):
        found = self.instances.get_by_filters(None, {'uuid': ['abc', 'x']})
        self.assertEqual(['abc'], [each.uuid for each in found])
        self.assertEqual(2, len(self.instances.get_by_host(None, 'host')))
        self.assertEqual('def', self.instances.get_by_uuid(None, 'def').uuid)
        self.assertRaises(exception.InstanceNotFound,
                          self.instances.get_by_uuid, None, 'x')
        self.assertEqual(4, self.instances.calls)

    def test_answers_are_copies(self):
        found = self.instances.get_by_uuid(None, 'abc')
        self.assertIsInstance(found, objects.Instance)
        found.power_state = power_state.SHUTDOWN
        self.assertEqual({power_state.RUNNING},
                         self.instances.power_states())

    def test_away(self):
        self.instances.away = True
        self.assertRaises(oslo_messaging.MessagingTimeout,
                          self.instances.get_by_host, None, 'host')


class TestBorrowed(base.TestCase):

    def test_other_names(self):
        for module in (borrowed.client, borrowed.waiting):
            self.assertNotIn(module.__name__.partition('.')[0],
                             ('nova_powervm', *sys.stdlib_module_names))
