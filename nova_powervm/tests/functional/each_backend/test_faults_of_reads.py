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

"""Reads of LPAR states that fail."""

import ddt

from nova_powervm.tests.functional.each_backend import faults


@ddt.ddt
class TestListing(faults.FaultsTestCase):
    """The list of all states, quick/All."""

    @ddt.data('unavailable', 'unavailable_bare', 'cut')
    def test_fails(self, fault):
        self.control.inject_fault('quick_all', fault)
        self.change(faults.MANY)
        self.assertLearns('LISTING_AWAY', over=('LISTING_BACK',))

    def test_hangs(self):
        self.control.inject_fault('quick_all', 'hang')
        self.change(faults.MANY)
        self.assertLearns('QUICK_ALL_AWAY', 'LISTING_AWAY',
                          over=('QUICK_ALL_BACK', 'LISTING_BACK'))

    @ddt.data('truncated', 'garbage', 'empty')
    def test_is_not_understood(self, fault):
        self.control.inject_fault('quick_all', fault)
        self.change(faults.MANY)
        self.assertLearns('QUICK_ALL_AWAY', over=('QUICK_ALL_BACK',))
        self.assertEqual(1, self.count('rest_unusable'))

    def test_is_absent(self):
        self.control.configure(quick_all=False)
        self.change(faults.MANY)
        self.assertLearns('QUICK_ALL_AWAY')

    def test_is_partial(self):
        self.control.inject_fault('quick_all', 'partial')
        self.change(faults.MANY)
        self.assertLearns('LISTING_PARTIAL', over=('LISTING_COMPLETE',))

    def test_is_partial_in_a_resync(self):
        self.control.inject_fault('quick_all', 'partial')
        self.control.inject_fault('event', 'drop')
        self.change(faults.MANY)
        self.handler.resync()
        self.assertLearns('LISTING_PARTIAL', over=('LISTING_COMPLETE',))

    def test_is_stale(self):
        # What it says cannot be told from the truth, but it cannot make nova
        # believe it either; the next event finds what was missed.
        self.control.inject_fault('quick_all', 'stale')
        batches = self.count('batches')
        self.change(faults.MANY)
        self.wait_until(lambda: self.count('batches') > batches, 'looked at')
        self.control.clear_faults()
        self.control.storm(self.changed, events=1)
        self.assertLearns()


@ddt.ddt
class TestFeed(faults.FaultsTestCase):
    """The feed of LPARs, where there is no such list."""

    def setUp(self):
        super().setUp()
        self.control.configure(quick_all=False)

    @ddt.data('unavailable', 'unavailable_bare', 'cut', 'hang', 'truncated',
              'garbage', 'empty', 'not_modified')
    def test_fails(self, fault):
        self.control.inject_fault('lpar_feed', fault)
        self.change(faults.MANY)
        self.assertLearns('QUICK_ALL_AWAY', 'LISTING_AWAY',
                          over=('LISTING_BACK',))

    def test_is_partial(self):
        self.control.inject_fault('lpar_feed', 'partial')
        self.change(faults.MANY)
        self.assertLearns('QUICK_ALL_AWAY', 'LISTING_PARTIAL',
                          over=('LISTING_COMPLETE',))


@ddt.ddt
class TestSingleRead(faults.FaultsTestCase):
    """The state of one LPAR, a quick property."""

    @ddt.data('unavailable', 'unavailable_bare', 'cut', 'hang')
    def test_fails(self, fault):
        self.control.inject_fault('quick_property', fault, seconds=1.2)
        self.change(faults.ONE)
        self.assertLearns(*faults.NO_ANSWER, lasts=1.2)

    @ddt.data('truncated', 'garbage', 'empty')
    def test_is_not_understood(self, fault):
        self.control.inject_fault('quick_property', fault, seconds=1.2)
        self.change(faults.ONE)
        self.assertLearns(*faults.GARBLED, lasts=1.2)


class TestSlowReads(faults.FaultsTestCase):

    def test_everything_is_slow(self):
        self.control.configure(latency_ms=300)
        self.change(faults.MANY)
        self.assertLearns(lasts=0.6)
