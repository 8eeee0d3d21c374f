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


"""What a batch leaves in the log, and in the counters."""

import logging

import ddt
from nova.compute import power_state

from nova_powervm.tests.unit.virt.powervm.lifecycle import core
from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import accounts
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import workitem

A = fakes.A
POWER = interfaces.PowerKey(A)
OFF = power_state.SHUTDOWN
TOLD = memory.Emitted(OFF, 1, 900.0)
Outcome = plans.Outcome


class TestCase(fakes.TestCase):

    def setUp(self):
        super().setUp()
        self.accounts = accounts.Accounts(
            core.POLICY, self.stats, self.clock)

    def batch(self, *settled, key=POWER, since=None,
              ready_at=1000.0, spend=lambda: None):
        """Account for a batch; return the fields of its line."""
        batch = self.accounts.open(
            [workitem.Request(key, 0, since)], ready_at, 4)
        spend()
        for case, plan in settled:
            self.accounts.settle(batch, case, plan)
        self.accounts.close(batch)
        return self.logs.of(messages.BATCH)[-1].args

    def level(self):
        return self.logs.of(messages.BATCH)[-1].levelno


def settled(outcome, observed='not activated', remembered=None):
    return (plans.Case(A, None, None, observed, None, remembered),
            plans.Plan(outcome))


@ddt.ddt
class TestLine(TestCase):

    def test_waits(self):
        self.assertEqual((100000, 20000), tuple(
            self.batch(since=900.0, ready_at=980.0)[name]
            for name in ('oldest_wait_ms', 'late_ms')))

    def test_events_since_the_last_one(self):
        self.stats.add(events=5)
        self.assertEqual(5, self.batch()['events'])
        self.stats.add(events=2)
        found = self.batch(spend=lambda: self.stats.add(events=1))
        self.assertEqual((2, 3), (found['batch'], found['events']))

    def test_each_call_is_timed(self):
        def spend():
            self.stats.timed('rest', 2.0)
            self.stats.timed('rest', 0.1)
        self.assertEqual(2, len(
            self.batch(spend=spend)['times'].split(',')))
        self.assertNotIn('rest', self.batch()['times'])

    def test_failures(self):
        found = self.batch(spend=lambda: self.stats.add(
            lookups=3, lookups_failed=2, rest_reads=1, rest_failed=1))
        self.assertEqual((2, 1), (
            found['lookups_failed'], found['rest_failed']))

    @ddt.named_data(
        ('emit', settled(Outcome.EMIT), logging.INFO),
        ('given_up', settled(Outcome.GIVEN_UP), logging.INFO),
        ('busy', settled(Outcome.BUSY), logging.DEBUG),
        ('agreed', settled(Outcome.NO_CHANGE), logging.DEBUG),
        ('agreed_to_what_it_was_told',
         settled(Outcome.NO_CHANGE, remembered=TOLD), logging.INFO))
    def test_level(self, case, level):
        self.batch(case)
        self.assertEqual(level, self.level())

    def test_what_nova_took_is_news(self):
        self.stats.timed('told', 20.0)
        self.batch()
        self.assertEqual(logging.INFO, self.level())


@ddt.ddt
class TestAgreed(TestCase):

    def agreed(self, case):
        self.batch(case)
        return self.stats.times().get('agreed')

    def test_since_the_first_event(self):
        found = self.agreed(settled(Outcome.NO_CHANGE, remembered=TOLD))
        self.assertEqual((1, 100000), (found['count'], found['slowest_ms']))

    @ddt.named_data(
        ('nothing_was_told', settled(Outcome.NO_CHANGE)),
        ('another_state', settled(
            Outcome.NO_CHANGE, 'running', remembered=TOLD)),
        ('no_event', settled(Outcome.NO_CHANGE, remembered=TOLD._replace(
            since=None))),
        ('not_yet', settled(Outcome.BUSY, remembered=TOLD)))
    def test_not_if(self, case):
        self.assertIsNone(self.agreed(case))


@ddt.ddt
class TestBudget(TestCase):

    def spend(self, **counts):
        return self.batch(settled(Outcome.NO_CHANGE),
                          spend=lambda: self.stats.add(**counts))

    @ddt.named_data(
        ('lookups', messages.OVER_LOOKUPS, 'over_lookups', 3, {'lookups': 3}),
        ('reads', messages.OVER_READS, 'over_reads', 2, {'rest_reads': 2}))
    def test_over(self, line, counter, spent, counts):
        self.spend(**counts)
        record, = self.logs.of(line)
        self.assertEqual({'lpars': 1, 'spent': spent, 'limit': spent - 1},
                         record.args)
        self.assertEqual({counter: 1}, self.counters(counter))

    def test_slow(self):
        found = self.batch(spend=lambda: self.stats.timed('lookup', 1.5))
        self.assertEqual('slow_call', found['over'])
        self.assertEqual(1, self.logs.count(messages.SLOW_CALL))

    def test_nova_itself_may_be_slow(self):
        found = self.batch(spend=lambda: self.stats.timed('emit', 1.5))
        self.assertEqual('nothing', found['over'])

    def test_once_a_minute_for_each_kind(self):
        for _ in range(61):
            self.spend(lookups=9)
            self.spend(rest_reads=9)
            self.clock.advance(1.0)
        self.assertEqual(2, self.logs.count(messages.OVER_LOOKUPS))
        self.assertEqual(2, self.logs.count(messages.OVER_READS))
        self.assertEqual({'over_lookups': 61, 'over_reads': 61},
                         self.counters('over_lookups', 'over_reads'))

    def test_all_of_them(self):
        found = self.batch(spend=lambda: (
            self.stats.add(lookups=9, rest_reads=9),
            self.stats.timed('rest', 2.0)))
        self.assertEqual('lookups+reads+slow_call', found['over'])

    def test_a_resync_has_one_more(self):
        found = self.batch(
            key=interfaces.ResyncKey(),
            spend=lambda: self.stats.add(lookups=2, rest_reads=2))
        self.assertEqual('nothing', found['over'])
