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
import pathlib

import ddt
import fixtures

from benchmarks import common_arguments
from benchmarks.fleet import __main__ as command
from benchmarks.fleet import arguments
from benchmarks.fleet import figures
from benchmarks.fleet import plots
from benchmarks.fleet import settings
from benchmarks import pictures
from nova_powervm.tests import base

SMALL = ('--hosts', '20', '--cell-hosts', '20', '--lpars', '5', '--seed', '1')


def row(name='start', hosts=100, **changes):
    """Return what a scenario leaves, some of it changed."""
    found = {'curve': 90 * [1], 'most': 3, 'wrong': 0, 'rate': 100.0,
             'mean_rate': 100.0, 'lookups': 1000, 'seconds': 10.0,
             'slow': 0.0, 'p99': 0.1, 'failed': 0.0, 'queue': 1, **changes}
    return {'name': name, 'hosts': hosts, 'cells': 1, 'workers': 1,
            'plan': {'rate': 100.0, 'seconds': 10.0, 'queries': 1.0,
                     'old': 0.0, 'workers': 1}, 'figures': found}


@ddt.ddt
class TestArguments(base.TestCase):

    def test_default(self):
        found = arguments.parse(['--seed', '3'])
        self.assertEqual(settings.Settings(seed=3), found)

    def test_quick(self):
        self.assertEqual((500,), arguments.parse(['--quick']).hosts)
        self.assertEqual((20,), arguments.parse(
            ['--quick', '--hosts', '20']).hosts)

    def test_names(self):
        self.assertEqual(('rack', 'day'),
                         arguments.parse(['rack', 'day', 'rack']).names)

    @ddt.data('nobody', '--hosts=0', '--lookup-ms=nan', '--utilization=2')
    def test_refused(self, given):
        self.useFixture(fixtures.StringStream('stderr'))
        self.assertEqual(2, self.assertRaises(
            SystemExit, arguments.parse, [given]).code)

    def test_json(self):
        found = common_arguments.as_dict(arguments.parse(
            ['--from', 'a,b', '--json', 'c', '--seed', '3']))
        self.assertEqual((['a', 'b'], 'c'), (found['files'], found['json']))
        json.dumps(found)


@ddt.ddt
class TestChecks(base.TestCase):

    @ddt.named_data(
        ('within', {}, 0), ('rate', {'rate': 75.0}, 1),
        ('too_few_to_compare', {'rate': 30.0}, 0),
        ('seconds', {'seconds': 7.0}, 1), ('slow', {'slow': 0.02}, 1),
        ('wrong', {'wrong': 1}, 1))
    def test_over(self, changes, expected):
        self.assertEqual(expected, sum(
            not check.within
            for check in figures.checks(row(**changes))))

    def test_workers_of_the_user_are_not_judged(self):
        found = figures.checks({**row(slow=1.0, seconds=99.0), 'workers': 2})
        self.assertTrue(all(check.within for check in found))


class TestPlots(base.TestCase):

    def setUp(self):
        super().setUp()
        self.drawn = {}
        self.useFixture(fixtures.MonkeyPatch(
            'benchmarks.pictures.draw', lambda path, curves, *_, **__:
            self.drawn.update({path.name: curves})))
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def test_before_and_now(self):
        plots.draw([row(), row('day'), row(hosts=10)],
                   [row(most=9), row(hosts=10)], self.folder)
        self.assertEqual(
            {'performance-fleet-start.svg', 'performance-fleet-waits.svg',
             'performance-fleet-workers.svg'}, self.drawn.keys())
        self.assertEqual(2, len(self.drawn['performance-fleet-start.svg']))
        start, _ = self.drawn['performance-fleet-workers.svg']
        self.assertEqual([10, 100], [place for place, _ in start.points])
        self.assertIsInstance(start, pictures.Curve)


@ddt.ddt
class TestMain(base.TestCase):

    def setUp(self):
        super().setUp()
        self.out = self.useFixture(fixtures.StringStream('stdout')).stream
        self.err = self.useFixture(fixtures.StringStream('stderr')).stream
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', self.out))
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', self.err))
        self.useFixture(fixtures.MonkeyPatch(
            'signal.signal', lambda *args: None))
        self.path = pathlib.Path(
            self.useFixture(fixtures.TempDir()).join('figures.json'))

    def test_run_and_show(self):
        self.assertEqual(0, command.main(
            ['start', *SMALL, '--json', str(self.path)]))
        found = json.loads(self.path.read_text())
        self.assertEqual([('start', 20)], [
            (each['name'], each['hosts']) for each in found['rows']])
        again = self.path.with_name('again.json')
        self.assertEqual(0, command.main(
            ['--from', str(self.path), '--json', str(again)]))
        self.assertEqual(found['rows'], json.loads(again.read_text())['rows'])

    def test_over(self):
        self.path.write_text(json.dumps({'rows': [row(wrong=1)]}))
        self.assertEqual(1, command.main(['--from', str(self.path)]))

    @ddt.data('', '[]', '{"rows": 1}')
    def test_unreadable(self, text):
        self.path.write_text(text)
        self.assertEqual(2, command.main(['--from', str(self.path)]))

    @ddt.data(['--from', '/nowhere/a'], ['--json', '/nowhere/a', 'start'])
    def test_nowhere(self, given):
        self.assertEqual(2, command.main(given))

    def test_package_is_missing(self):
        self.useFixture(fixtures.MonkeyPatch(
            'importlib.util.find_spec', lambda name: None))
        self.assertEqual(2, command.main(['start']))

    def test_interrupted(self):
        def interrupt(*args):
            raise KeyboardInterrupt

        self.useFixture(fixtures.MonkeyPatch(
            'benchmarks.fleet.run.run', interrupt))
        self.assertEqual(130, command.main(['start']))
