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

import fixtures
import mock

from benchmarks import trace_points
from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import traces


class TestTracePoints(base.TestCase):

    def setUp(self):
        super().setUp()
        self.enterContext(contextlib.redirect_stdout(io.StringIO()))
        self.path = pathlib.Path(
            self.useFixture(fixtures.TempDir()).join('figures'))
        # By turns without, off and on.
        self.times = self.enterContext(mock.patch.object(
            trace_points, 'microseconds', side_effect=[1.0, 3.0, 101.0]))

    def run_it(self, *options):
        status = trace_points.main(
            ['--events', '0', '--json', str(self.path), *options])
        return status, json.loads(self.path.read_text())

    def test_figures(self):
        self.assertEqual(
            (0, [{'events': 0, 'without': 1.0, 'off': 2.0, 'on': 100.0}]),
            self.run_it('--check'))

    def test_without_osprofiler(self):
        with mock.patch.object(traces, 'profiler', None):
            _, figures = self.run_it()
        self.assertEqual([{'events': 0, 'without': 1.0, 'off': 2.0}], figures)

    def test_too_slow(self):
        self.times.side_effect = [1.0, 12.0, 12.0] * 2
        self.assertEqual(0, self.run_it()[0])
        self.assertEqual(1, self.run_it('--check')[0])


class TestWork(base.TestCase):

    def test_both_do_all(self):
        with mock.patch.object(traces, 'point') as point:
            trace_points.traced(trace_points.tracer(False), 3)
        self.assertEqual(['read', 'lookup', *['emit'] * 3], [
            each.args[0] for each in point.call_args_list])
        trace_points.untraced(3)

    def test_repeats(self):
        work = mock.Mock()
        self.assertGreater(trace_points.microseconds(work, 5, rounds=2), 0)
        self.assertEqual(10, work.call_count)
