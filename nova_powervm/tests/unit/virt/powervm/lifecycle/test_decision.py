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


"""Plans for what was not read, or what needs no record of nova."""

import ddt

from nova_powervm.tests.unit.virt.powervm.lifecycle import cases
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import plans

GONE, NOT_ASKED, UNREAD, AWAY = (
    cases.GONE, cases.NOT_ASKED, cases.UNREAD, cases.AWAY)
SHUTDOWN, NOW, POLICY, AGREED = (
    cases.SHUTDOWN, cases.NOW, cases.POLICY, cases.AGREED)
FOREIGN, EMITTED, GIVEN_UP = cases.FOREIGN, cases.EMITTED, cases.GIVEN_UP
entries, record, power_case, both_case = (
    cases.entries, cases.record, cases.power_case, cases.both_case)
Again, Outcome, Plan = plans.Again, plans.Outcome, plans.Plan


@ddt.ddt
class TestGone(cases.TestCase):

    @entries
    def test_all_is_forgotten(self, entry):
        self.assertPlan(Plan(Outcome.GONE),
                        power_case(GONE, record(), entry, attempts=3))


@ddt.ddt
class TestRetry(cases.TestCase):
    """What could not be read."""

    @ddt.named_data(('first', 0, 1001.0), ('second', 1, 1002.0),
                    ('fourth', 3, 1008.0), ('tenth', 9, 1080.0))
    def test_state_unread(self, attempts, at):
        self.assertPlan(
            Plan(Outcome.RETRY,
                 power_again=Again(at, attempts + 1, answered=False)),
            power_case(UNREAD, attempts=attempts))

    @ddt.named_data(('state', AWAY, NOT_ASKED), ('record', 'running', AWAY))
    def test_service_away(self, observed, recorded):
        # The queue pauses; what waits meets in one batch afterwards.
        self.assertPlan(
            Plan(Outcome.RETRY, power_again=Again(NOW, 4, answered=False)),
            power_case(observed, recorded, attempts=4))

    def test_record_unread(self):
        self.assertPlan(
            Plan(Outcome.RETRY,
                 power_again=Again(1004.0, 3, answered=False)),
            power_case('running', UNREAD, attempts=2))

    @entries
    def test_state_unread_keeps_what_is_remembered(self, entry):
        self.assertPlan(
            Plan(Outcome.RETRY, remember=entry,
                 power_again=Again(1001.0, 1, answered=False)),
            power_case(UNREAD, remembered=entry))

    @ddt.named_data(('nothing', None), ('emitted', EMITTED),
                    ('given_up', GIVEN_UP))
    def test_record_unread_keeps_what_is_no_agreement(self, entry):
        self.assertPlan(
            Plan(Outcome.RETRY, remember=entry,
                 power_again=Again(1001.0, 1, answered=False)),
            power_case('running', UNREAD, entry))

    def test_record_unread_ends_the_agreement(self):
        # It was asked for because the agreement is not trusted any more.
        self.assertPlan(
            Plan(Outcome.RETRY,
                 power_again=Again(1001.0, 1, answered=False)),
            power_case('not activated', UNREAD, AGREED))


@ddt.ddt
class TestTransient(cases.TestCase):

    @ddt.named_data(
        ('passing', 'suspending'), ('no_information', 'Unknown'),
        ('none', ''), ('not_known', 'haunted'))
    def test_state(self, state):
        self.assertPlan(
            Plan(Outcome.TRANSIENT, power_again=Again(1020.0, 1)),
            power_case(state))

    # Rounded to whole waits, so that many meet.
    @ddt.named_data(('first', 0, 1020.0), ('second', 1, 1020.0),
                    ('third', 2, 1080.0), ('fourth', 3, 1080.0),
                    ('fifth', 4, 1200.0), ('sixth', 5, 1200.0),
                    ('later', 30, 1200.0))
    def test_ever_more_rarely(self, attempts, at):
        self.assertPlan(
            Plan(Outcome.TRANSIENT, power_again=Again(at, attempts + 1)),
            power_case('suspending', attempts=attempts))

    @ddt.named_data(
        ('nothing', None, None, None), ('agreed', AGREED, None, 'i'),
        ('emitted', EMITTED, EMITTED, None),
        ('given_up', GIVEN_UP, None, None))
    def test_only_the_count_of_events_is_kept(self, entry, kept, instance):
        self.assertPlan(
            Plan(Outcome.TRANSIENT, instance, remember=kept,
                 power_again=Again(1020.0, 1)),
            power_case('suspending', remembered=entry))


@ddt.ddt
class TestAsk(cases.TestCase):

    @ddt.named_data(
        ('nothing', None), ('emitted', EMITTED),
        ('given_up', GIVEN_UP),
        ('other_power', AGREED._replace(power=SHUTDOWN)),
        ('no_power', AGREED._replace(power=None)),
        ('expired', AGREED._replace(expires=NOW)),
        ('verification_due', AGREED._replace(verify_at=NOW)),
        ('verification_soon', AGREED._replace(verify_at=NOW + 7.5)))
    def test_record_is_needed(self, entry):
        self.assertPlan(Plan(Outcome.ASK, remember=entry),
                        power_case('running', remembered=entry))

    def test_with_nvram(self):
        # It is not stored before the power state can be decided about.
        entry = AGREED._replace(power=SHUTDOWN)
        self.assertPlan(Plan(Outcome.ASK, remember=entry),
                        both_case('running', remembered=entry))


@ddt.ddt
class TestCached(cases.TestCase):

    # Two delays from now, rounded to whole two delays.
    @ddt.named_data(('early', 1000.0, 1020.0), ('late', 1010.0, 1050.0),
                    ('exact', 1020.0, 1050.0))
    def test_verified_later(self, now, verify_at):
        self.assertPlan(
            Plan(Outcome.CACHED, 'i', power_again=Again(verify_at),
                 remember=AGREED._replace(verify_at=verify_at)),
            power_case('running', remembered=AGREED), now=now)

    @ddt.named_data(*((str(now), float(now)) for now in range(
        1000, 1060, 5)))
    def test_verified_within_four_delays(self, now):
        plan = decision.decide(
            power_case('running', remembered=AGREED), POLICY, now)
        self.assertGreater(plan.power_again.at - now, POLICY.delay / 2)
        self.assertLessEqual(plan.power_again.at - now, 4 * POLICY.delay)

    def test_verification_is_not_put_off(self):
        entry = AGREED._replace(verify_at=1008.0)
        self.assertPlan(
            Plan(Outcome.CACHED, 'i', power_again=Again(1008.0),
                 remember=entry),
            power_case('running', remembered=entry))

    def test_foreign_needs_no_verification(self):
        self.assertPlan(
            Plan(Outcome.CACHED, power_again=Again(1200.0),
                 remember=FOREIGN),
            power_case('running', remembered=FOREIGN))

    def test_other_spelling_of_the_same_power(self):
        self.assertEqual(Outcome.CACHED, decision.decide(power_case(
            'Open Firmware', remembered=AGREED), POLICY, NOW).outcome)


class TestFailure(cases.TestCase):

    def test_without_a_request(self):
        self.assertEqual(Again(1001.0, 1, False),
                         decision.again_after_failure(None, UNREAD, NOW))
