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

import ddt
import mock

from benchmarks.controller import novalink
from benchmarks.controller import rows
from benchmarks.controller import settings
from benchmarks.controller import storms
from benchmarks.controller import summary
from nova_powervm.tests import base
from tools.minicloud.faults import counters


@ddt.ddt
class TestMeasure(base.TestCase):

    def setUp(self):
        super().setUp()
        self.crew = mock.Mock()
        self.crew.ask.side_effect = self.answer
        self.asked = []
        self.crew.settle.return_value = True
        self.controller = mock.Mock()
        self.controller.cpu_seconds.side_effect = [
            {'nova-conductor': 1.0, 'mariadb': 2.0, 'rabbitmq': 3.0},
            {'nova-conductor': 1.5, 'mariadb': 2.25, 'rabbitmq': 3.125}]
        self.enterContext(mock.patch.object(
            counters, 'read', autospec=True, side_effect=[
                counters.Counters(1, 2, 3, 4),
                counters.Counters(11, 22, 33, 44)]))
        self.wrong = self.enterContext(mock.patch.object(
            rows, 'wrong', autospec=True, return_value=0))

    def answer(self, op, **arguments):
        self.asked.append((op, arguments))
        if op in ('storm', 'resync'):
            return [{'due': 12.0}, {'due': 10.0}]
        return [{'calls': [('module', 'a', 10.0, 10.5),
                           ('nova', 'b', 11.0, 13.0)],
                 'stops': [14.0], 'told': 1, 'timeouts': 0, 'cpu': 0.5}] * 2

    def measure(self, name):
        return storms.measure(self.controller, self.crew, name,
                              settings.Settings(), 2)

    @ddt.named_data(
        ['redundant', 'redundant', novalink.State.RUNNING, False],
        ['crash', 'crash', novalink.State.NOT_ACTIVATED, True])
    def test_storm(self, name, state, crashed):
        self.measure(name)
        self.assertEqual(['reset', 'storm', 'result'],
                         [op for op, _ in self.asked])
        self.assertEqual(state, self.asked[1][1]['state'])
        self.wrong.assert_called_once_with(self.controller, 2,
                                           crashed=crashed)

    def test_resync(self):
        self.measure('resync')
        self.assertEqual(('resync', {}), self.asked[1])

    def test_figures(self):
        found = self.measure('redundant')
        self.assertEqual((10, 20, 30, 40), (
            found['messages'], found['selects'], found['updates'],
            found['inserts']))
        self.assertEqual((0.5, 0.25, 0.125, 1.0), (
            found['conductor_cpu'], found['database_cpu'],
            found['broker_cpu'], found['hosts_cpu']))

    @ddt.named_data(['redundant', 'redundant', 0.5], ['crash', 'crash', 4.0])
    def test_drain(self, name, expected):
        self.assertEqual(expected, self.measure(name)['drain'])

    def test_no_end(self):
        self.crew.settle.return_value = False
        found = self.measure('crash')
        self.assertFalse(found['ended'])
        self.assertIsNone(found['drain'])


class TestSummary(base.TestCase):

    def test_calls(self):
        self.assertEqual(
            {'count': 4, 'mean': 1.0, 'slowest': 2.0, 'slow': 0.25},
            summary.of_calls([0.5, 2.0, 0.5, 1.0]))

    def test_no_calls(self):
        self.assertEqual({'count': 0, 'mean': 0, 'slowest': 0, 'slow': 0},
                         summary.of_calls([]))

    def test_nothing_happened(self):
        found = summary.of_results([], 10.0, True)
        self.assertIsNone(found['drain'])

    def test_names(self):
        self.assertEqual({'module a': 2, 'nova a': 1}, summary.names([
            ('module', 'a', 0, 1), ('nova', 'a', 0, 1),
            ('module', 'a', 0, 1)]))
