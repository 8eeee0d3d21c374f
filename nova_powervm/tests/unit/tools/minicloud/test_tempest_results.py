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


import io

import ddt

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.minicloud import samples
from tools.minicloud import tempest_results

ONE = 'tempest.api.compute.servers.test_a.ATest.test_one'


@ddt.ddt
class TestRead(base.TestCase):

    def setUp(self):
        super().setUp()
        self.stream = samples.Stream()

    def read(self):
        found = []
        tempest_results.read(self.stream.open(), found.append)
        return found

    @ddt.named_data(
        ('success', 'success', 'pass'), ('failure', 'fail', 'fail'),
        ('skip', 'skip', 'skip'), ('expected_failure', 'xfail', 'pass'),
        ('unexpected_success', 'uxsuccess', 'fail'))
    def test_outcome(self, status, outcome):
        self.stream.test(ONE + '[id-1,smoke]', status, seconds=2.5)
        self.assertEqual([tempest_results.Result(ONE, outcome, 2.5)],
                         self.read())

    def test_nothing(self):
        self.assertEqual([], self.read())

    def test_no_stream(self):
        found = []
        tempest_results.read(io.BytesIO(b'no tests here\n'), found.append)
        self.assertEqual([], found)

    def test_listed_is_not_run(self):
        self.stream.status(ONE, 'exists')
        self.assertEqual([], self.read())

    def test_one_that_did_not_end_failed(self):
        self.stream.status(ONE, 'inprogress')
        [result] = self.read()
        self.assertEqual('fail', result.outcome)

    def test_reason_of_a_skip(self):
        self.stream.test(ONE, 'skip', reason='not here', log='much')
        [result] = self.read()
        self.assertEqual('not here', result.text)

    def test_details_of_a_failure(self):
        self.stream.test(ONE, 'fail', traceback='boom', log='much')
        [result] = self.read()
        self.assertIn('boom', result.text)
        self.assertIn('much', result.text)


@ddt.ddt
class TestOfClass(base.TestCase):

    @ddt.named_data(
        ('test', ONE, 'servers.test_a.ATest'),
        ('plugin', 'nova_powervm.tempest_plugin.tests.scenario.test_x.X.test',
         'test_x.X'),
        ('set_up', 'setUpClass (tempest.api.compute.test_a.ATest)',
         'test_a.ATest'),
        ('tear_down', 'tearDownClass (tempest.api.compute.test_a.ATest)',
         'test_a.ATest'),
        ('other', 'tempest.scenario.test_a.ATest.test_one',
         'tempest.scenario.test_a.ATest'),
        ('import_that_failed', 'broken', 'broken'))
    def test_of_class(self, name, expected):
        self.assertEqual(
            expected, tempest_results.Result(name, 'pass').of_class)


class TestRows(base.TestCase):

    results = (
        tempest_results.Result('b.B.test_one', 'pass', 1.0),
        tempest_results.Result('a.A.test_one', 'skip', 0.5, 'no\n  disk'),
        tempest_results.Result('b.B.test_two', 'fail', 2.0, 'boom'),
        tempest_results.Result('a.A.test_two', 'skip', 0.5, 'no disk'),
        tempest_results.Result('a.A.test_three', 'skip', 0.5, 'no net'))

    def test_by_class(self):
        first, second = tempest_results.by_class(self.results)
        self.assertEqual(('a.A', {'skip': 3}, 1.5),
                         (first.name, dict(first.counts), first.seconds))
        self.assertEqual(('b.B', {'pass': 1, 'fail': 1}, 3.0),
                         (second.name, dict(second.counts), second.seconds))

    def test_total(self):
        row = tempest_results.total(self.results)
        self.assertEqual(({'pass': 1, 'skip': 3, 'fail': 1}, 4.5),
                         (dict(row.counts), row.seconds))

    def test_reasons(self):
        self.assertEqual([('no disk', 2), ('no net', 1)],
                         tempest_results.reasons(self.results))

    def test_long_reason(self):
        long = 'Found networks: ' + 100 * 'word '
        (reason, _), = tempest_results.reasons([tempest_results.Result(
            'a', tempest_results.SKIPPED, 0.0, long)])
        self.assertLess(len(reason), 101)
        self.assertTrue(long.startswith(reason.removesuffix(' ...')))
