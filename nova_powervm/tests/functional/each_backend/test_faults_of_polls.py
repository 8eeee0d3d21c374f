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

"""Polls for events that fail, and events that do not come as they were."""

import ddt

from nova_powervm.tests.functional.each_backend import faults


@ddt.ddt
class TestPolls(faults.FaultsTestCase):

    @ddt.data('cut', 'truncated', 'garbage', 'empty')
    def test_answer_with_events_is_lost(self, fault):
        # NovaLink takes the events for delivered.
        self.control.inject_fault('event_poll', fault, count=1)
        self.change(faults.MANY)
        self.assertLearns(*faults.POLLS_FAILED)

    def test_answer_without_feed(self):
        self.control.inject_fault('event_poll', 'not_modified', count=1)
        self.wait_for_fault('event_poll', 'not_modified')
        self.change(faults.MANY)
        self.assertLearns(*faults.POLLS_ENDED)

    @ddt.data('unavailable', 'unavailable_bare')
    def test_fail(self, fault):
        self.control.inject_fault('event_poll', fault, seconds=1.0)
        self.wait_for_fault('event_poll', fault)
        self.change(faults.MANY)
        self.assertLearns(*faults.POLLS_FAILED)

    def test_is_never_answered(self):
        self.control.inject_fault('event_poll', 'hang', count=1)
        self.wait_for_fault('event_poll', 'hang')
        self.change(faults.MANY)
        self.assertLearns(*faults.POLLS_FAILED)


@ddt.ddt
class TestEvents(faults.FaultsTestCase):

    @ddt.data('duplicate', 'reorder')
    def test_in_another_way(self, fault):
        self.control.inject_fault('event', fault)
        self.change(faults.MANY)
        self.assertLearns()

    def test_lost(self):
        self.control.inject_fault('event', 'lose')
        self.change(faults.MANY)
        self.assertLearns()

    def test_lost_silently(self):
        # Nothing can be known of it; the next event finds what was missed.
        self.control.inject_fault('event', 'drop')
        self.change(faults.MANY)
        self.wait_for_fault('event', 'drop', faults.MANY)
        self.control.clear_faults()
        self.assertEqual([], self.nova.events)
        self.control.storm(self.changed, events=1)
        self.assertLearns()

    def test_caches_cleared(self):
        resyncs = self.count('resyncs')
        for _ in range(3):
            self.control.send_events([{'type': 'CACHE_CLEARED'}] * 50)
        self.change(faults.MANY)
        self.assertLearns()
        # They are one resync, unless they came in two polls.
        self.assertIn(self.count('resyncs') - resyncs, (1, 2))
