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

from benchmarks.fleet import plan
from benchmarks.fleet import settings
from nova_powervm.tests import base

OPTIONS = settings.Settings()


@ddt.ddt
class TestParts(base.TestCase):

    def test_waits_double_up_to_those_of_a_service(self):
        self.assertEqual(
            [(0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0), (7.5, 15.0),
             (7.5, 15.0)], list(plan.waits(30.0)))

    @ddt.named_data(('all', 20.0, 12.0), ('none', 5.0, 5.0),
                    ('half', 12.0, 11.0))
    def test_capped(self, limit, expected):
        self.assertEqual(expected, plan.capped(8.0, 16.0, limit))

    @ddt.named_data(
        ('none', 0.0, 0.0),
        # All that failed before, and what is due since.
        ('all', 1000.0, 1000.0))
    def test_arrivals(self, seconds, expected):
        self.assertAlmostEqual(
            expected, plan.arrivals(1000, 60.0, seconds), delta=1e-6)

    def test_arrivals_begin_with_the_attempts_of_the_outage(self):
        # Every second as many hosts begin to fail, and each comes again
        # 0.75, 1.5, 3, 6, 11.25 and 11.25 seconds after the one before.
        a_second = plan.arrivals(600, 60.0, 0.01) / 0.01
        self.assertAlmostEqual(
            10 * (1 + 6 + (43.5 - 33.75) / 11.25), a_second, delta=0.1)

    @ddt.named_data(('short', 16.0, 0.0), ('one', 76.5, 60.0 / 76.5),
                    ('two', 137.25, 120.0 / 137.25))
    def test_in_flight(self, away, expected):
        self.assertAlmostEqual(
            expected, plan.in_flight(away, 60.0), delta=1e-9)

    @ddt.named_data(('ended', 16.0, 2.0), ('once', 20.0, 3.0),
                    ('twice', 39.0, 4.0))
    def test_looks(self, seconds, expected):
        self.assertEqual(expected, plan.looks(seconds))

    def test_mean_looks(self):
        self.assertEqual(2.0, plan.mean_looks(1.0, 10.0))


@ddt.ddt
class TestMake(base.TestCase):

    @ddt.data(*settings.NAMES)
    def test_twice_the_hosts_and_cells(self, name):
        one = plan.make(name, 5000, OPTIONS)
        two = plan.make(name, 10_000, OPTIONS)
        self.assertAlmostEqual(2 * one.rate, two.rate)
        self.assertEqual(one.workers, two.workers)
        self.assertEqual(2 * one.old, two.old)

    @ddt.data(*settings.NAMES)
    def test_slower_calls_need_more_workers(self, name):
        slower = dataclasses.replace(OPTIONS, lookup_ms=1000.0)
        self.assertLess(plan.make(name, 10_000, OPTIONS).workers,
                        plan.make(name, 10_000, slower).workers)

    @ddt.named_data(('start', 'start', 10_000 / 15.0),
                    ('redundant', 'redundant', 10_000 / 30.0))
    def test_spread(self, name, rate):
        self.assertAlmostEqual(rate, plan.make(name, 10_000, OPTIONS).rate)

    def test_workers(self):
        # 667 calls a second of 44.4 ms in ten cells, at 70 %.
        self.assertEqual(5, plan.make('start', 10_000, OPTIONS).workers)

    def test_day(self):
        options = dataclasses.replace(OPTIONS, operations=3600.0)
        found = plan.make('day', 10, options)
        self.assertAlmostEqual(37.3, found.rate, delta=0.1)
        self.assertEqual(15.0, found.old)
        self.assertIsNone(found.seconds)

    def test_a_crash_takes_as_long_as_novas_own_calls(self):
        found = plan.make('row', 10_000, OPTIONS)
        # 100 hosts in each cell, but 121 in one, and 3 calls for an event.
        self.assertEqual(14, found.workers)
        self.assertAlmostEqual(
            12_146 * 3 * 0.0245 / 14 + 17.5, found.seconds, delta=0.1)

    def test_a_crash_in_one_cell(self):
        found = plan.make('row', 1000, OPTIONS)
        self.assertAlmostEqual(
            10_000 * 3 * 0.0245 / 15 + 17.5, found.seconds, delta=0.1)

    def test_what_the_old_module_looks_up_in_a_storm(self):
        self.assertEqual(
            1.5e6, plan.make('redundant', 10_000, OPTIONS).old)
