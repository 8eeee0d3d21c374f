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



import dataclasses

import ddt

from benchmarks.fleet import cells
from benchmarks.fleet import figures
from benchmarks.fleet import scenarios
from benchmarks.fleet import settings
from nova_powervm.tests import base

OPTIONS = settings.Settings(lpars=10, cell_hosts=10, seed=1, day=300.0,
                            operations=60.0)


@ddt.ddt
class TestScenario(base.TestCase):

    def run_it(self, name, size=20, workers=2, **changes):
        options = dataclasses.replace(OPTIONS, **changes)
        return figures.measure(
            scenarios.Scenario(options, size, workers).run(name))

    @ddt.data(*settings.NAMES)
    def test_nova_is_right_in_the_end(self, name):
        found = self.run_it(name)
        self.assertEqual(0, found['wrong'])
        self.assertGreater(found['lookups'], 0)

    def test_the_same_seed_makes_the_same_world(self):
        self.assertEqual(self.run_it('failing-60'), self.run_it('failing-60'))
        self.assertNotEqual(self.run_it('failing-60'),
                            self.run_it('failing-60', seed=2))

    def test_start_costs_a_call_of_each_host(self):
        found = self.run_it('start')
        self.assertEqual((20, 0), (found['lookups'], found['nova_calls']))
        # They are spread over another delay.
        self.assertGreater(found['seconds'], 17.5)
        self.assertLess(found['seconds'], 33.0)

    def test_redundant_costs_a_call_of_each_host(self):
        found = self.run_it('redundant')
        self.assertEqual((20, 0), (found['lookups'], found['nova_calls']))

    def test_crash_costs_novas_own_calls(self):
        # Two hosts of ten LPARs, and three calls for each event.
        self.assertEqual(60, self.run_it('row')['nova_calls'])

    @ddt.data('failing-60', 'failing-300', 'silent-60')
    def test_nova_is_right_soon_after_an_outage(self, name):
        # What stopped just before the return keeps still for a delay first.
        self.assertLess(self.run_it(name)['seconds'], 17.5)

    def test_too_many_calls_time_out(self):
        found = self.run_it('silent-60', size=10, workers=1,
                            lookup_ms=20_000.0)
        self.assertGreater(found['failed'], 0)

    def test_waits_are_those_of_the_queue(self):
        cell_world = scenarios.Scenario(OPTIONS, 10, 1).run('start')
        calls = cell_world.cells[0].calls
        self.assertEqual({cells.Kind.RESYNC}, {call.kind for call in calls})
        self.assertAlmostEqual(0.0264, min(
            call.ended - call.arrived for call in calls), delta=1e-6)
