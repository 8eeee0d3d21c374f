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

"""The benchmark of storms of events, all its processes, at a small size."""

import json

import fixtures
import testtools

from nova_powervm.testing import backends
from nova_powervm.testing import processes


class TestStorm(testtools.TestCase):

    def run_storm(self):
        path = self.useFixture(fixtures.TempDir()).join('figures')
        processes.check(processes.run(processes.python(
            'benchmarks.storm', 'redundant', 'crash', '--lpars', '6',
            '--events', '3', '--delay', '0.5', '--rpc-ms', '20',
            '--rest-ms', '0', '--workers', '1',
            '--backend', backends.current(), '--json', path)))
        with open(path) as figures:
            result, = json.load(figures)['results']
        return result

    def test_storms(self):
        result = self.run_storm()
        self.assertEqual([], result['faults'])
        first, again, crash = result['storms']
        for storm in (first, again, crash):
            self.assertEqual(18, storm['poll']['events'])
            self.assertGreater(storm['poll']['cpu_us'], 0)
            self.assertGreaterEqual(storm['reads'], 1)
            self.assertEqual(0, storm['over_budget'])
        self.assertEqual((0, 0), (first['emits'], again['emits']))
        self.assertGreaterEqual(first['lookups'], 1)
        # What is known by then is verified once at the most, together unless
        # the machine is so busy that the storm falls apart.
        self.assertGreaterEqual(6, again['lookups'])
        self.assertEqual((6, 12), (crash['emits'], crash['nova_reads']))
        # Each event makes nova-compute call its conductor five times and
        # send one message; there is one worker, who takes 20 ms for a call.
        floor = result['floor']
        for figures in (crash, floor):
            self.assertEqual(30, figures['nova_calls'])
        self.assertGreaterEqual(floor['seconds'], 0.6)
        self.assertGreaterEqual(crash['drain'], 0.6)
        self.assertIn('powervm-lifecycle', crash['thread_names'])
