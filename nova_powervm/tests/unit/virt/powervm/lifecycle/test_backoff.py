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
import testtools

from nova_powervm.virt.powervm.lifecycle import backoff


@ddt.ddt
class TestBackoff(testtools.TestCase):

    @ddt.named_data(
        ('first', 0, 1.0), ('second', 1, 2.0), ('sixth', 5, 32.0),
        ('most', 6, 60.0), ('far_beyond', 100000, 60.0))
    def test_default(self, attempts, seconds):
        self.assertEqual(seconds, backoff.backoff(attempts))

    @ddt.named_data(('first', 0, 15.0), ('third', 2, 60.0),
                    ('most', 3, 100.0))
    def test_bounds(self, attempts, seconds):
        self.assertEqual(seconds, backoff.backoff(attempts, 15.0, 100.0))

    def test_bounded_exponent(self):
        # A float holds it, however many attempts there were.
        self.assertEqual(2.0 ** 32, backoff.backoff(33, 1.0, 1e300))


@ddt.ddt
class TestMeet(testtools.TestCase):

    @ddt.named_data(
        ('on_a_multiple', 40.0, 50.0), ('just_after', 41.0, 50.0),
        ('just_before', 49.0, 60.0), ('start', 0.0, 10.0))
    def test_is_a_multiple(self, now, when):
        self.assertEqual(when, backoff.meet(now, 10.0))

    @ddt.data(*(1000.0 + step / 4 for step in range(41)))
    def test_is_half_of_the_wait_sooner_or_later_at_most(self, now):
        wait = backoff.meet(now, 10.0) - now
        self.assertTrue(5.0 <= wait <= 15.0, wait)
