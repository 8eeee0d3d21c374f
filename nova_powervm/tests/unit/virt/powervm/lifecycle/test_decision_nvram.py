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


"""Plans for NVRAM, alone and beside the power state."""

import ddt

from nova_powervm.tests.unit.virt.powervm.lifecycle import cases
from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import plans

GONE, NOT_ASKED, UNREAD, AWAY = (
    cases.GONE, cases.NOT_ASKED, cases.UNREAD, cases.AWAY)
RUNNING, SHUTDOWN, NOW, POLICY = (
    cases.RUNNING, cases.SHUTDOWN, cases.NOW, cases.POLICY)
SMALLER, GREATER, AGREED, FOREIGN = (
    cases.SMALLER, cases.GREATER, cases.AGREED, cases.FOREIGN)
EMITTED, GIVEN_UP = cases.EMITTED, cases.GIVEN_UP
hosts, entries, record, nvram_case, both_case = (
    cases.hosts, cases.entries, cases.record, cases.nvram_case,
    cases.both_case)
Agreed, Emitted = memory.Agreed, memory.Emitted
Again, Outcome, Plan = plans.Again, plans.Outcome, plans.Plan
STOPPED = agreement.Transition.STOPPED


@ddt.ddt
class TestNvram(cases.TestCase):
    """NVRAM alone: what is remembered of the power state stays."""

    @entries
    def test_stored_if_the_instance_is_here(self, entry):
        self.assertPlan(
            Plan(Outcome.NVRAM, 'i', store_nvram=True, remember=entry),
            nvram_case('running', record(), entry))

    @ddt.named_data(('busy', 'running', record(task_state='rebooting')),
                    ('disagreeing', 'not activated', record()),
                    ('passing', 'suspending', record()),
                    ('none', '', record()))
    def test_stored_whatever_the_power_state_is(self, state, recorded):
        self.assertPlan(Plan(Outcome.NVRAM, 'i', store_nvram=True),
                        nvram_case(state, recorded))

    @ddt.named_data(
        ('running', 'running'), ('other', 'not activated'),
        ('passing', 'suspending'))
    def test_stored_by_what_is_remembered(self, state):
        self.assertPlan(
            Plan(Outcome.NVRAM, 'i', store_nvram=True, remember=AGREED),
            nvram_case(state, remembered=AGREED))

    def test_foreign_by_what_is_remembered(self):
        self.assertPlan(Plan(Outcome.NVRAM, remember=FOREIGN),
                        nvram_case('running', remembered=FOREIGN))

    @ddt.named_data(
        ('nothing', None), ('emitted', EMITTED),
        ('given_up', GIVEN_UP),
        ('expired', AGREED._replace(expires=NOW)))
    def test_record_is_needed(self, entry):
        self.assertPlan(Plan(Outcome.ASK, remember=entry),
                        nvram_case('running', remembered=entry))

    @entries
    def test_gone(self, entry):
        self.assertPlan(Plan(Outcome.NVRAM, remember=entry),
                        nvram_case(GONE, record(), entry))

    @ddt.named_data(
        ('state_unread', UNREAD, NOT_ASKED, Again(1008.0, 4, False)),
        ('state_away', AWAY, NOT_ASKED, Again(1000.0, 3, False)),
        ('record_unread', 'running', UNREAD, Again(1008.0, 4, False)),
        ('record_away', 'running', AWAY, Again(1000.0, 3, False)))
    def test_not_read(self, observed, recorded, again):
        self.assertPlan(
            Plan(Outcome.NVRAM, nvram_again=again, remember=AGREED),
            nvram_case(observed, recorded, AGREED, attempts=3))

    @hosts
    def test_on_another_host(self, host):
        self.assertPlan(
            Plan(Outcome.NVRAM, remember=Agreed(None, None, 1600.0)),
            nvram_case('running', record(host=host)))

    @entries
    def test_no_instance(self, entry):
        self.assertPlan(
            Plan(Outcome.NVRAM, remember=Agreed(None, None, 1600.0)),
            nvram_case('running', None, entry))

    @hosts
    def test_busy_on_another_host(self, host):
        # It may be on its way here.
        self.assertPlan(
            Plan(Outcome.NVRAM, remember=FOREIGN),
            nvram_case('running', record(task_state='migrating', host=host),
                       FOREIGN))


@ddt.ddt
class TestBoth(cases.TestCase):
    """Each aspect has its own time and attempts."""

    @ddt.named_data(
        ('no_change', 'running', record(), Plan(
            Outcome.NO_CHANGE, 'i', store_nvram=True,
            power_again=Again(1600.0),
            remember=Agreed(RUNNING, 'i', 1600.0))),
        ('emit', 'not activated', record(), Plan(
            Outcome.EMIT, 'i', STOPPED, store_nvram=True,
            power_again=Again(1020.0), remember=Emitted(SHUTDOWN, 1, 990.0))),
        ('busy', 'running', record(task_state='rebooting'), Plan(
            Outcome.BUSY, 'i', store_nvram=True,
            power_again=Again(1020.0, 1))),
        ('busy_elsewhere', 'running', record(
            task_state='migrating', host=GREATER), Plan(
                Outcome.BUSY, power_again=Again(1020.0, 1))),
        ('not_ours', 'running', record(host=SMALLER), Plan(
            Outcome.NOT_OURS, power_again=Again(1600.0),
            remember=Agreed(RUNNING, None, 1600.0))),
        ('transient', 'suspending', record(), Plan(
            Outcome.TRANSIENT, 'i', store_nvram=True,
            power_again=Again(1020.0, 1))),
        ('gone', GONE, NOT_ASKED, Plan(Outcome.GONE)),
        ('state_unread', UNREAD, NOT_ASKED, Plan(
            Outcome.RETRY, power_again=Again(1001.0, 1, False),
            nvram_again=Again(1008.0, 4, False))),
        ('record_away', 'running', AWAY, Plan(
            Outcome.RETRY, power_again=Again(1000.0, 0, False),
            nvram_again=Again(1000.0, 3, False))))
    def test_read(self, observed, recorded, plan):
        self.assertPlan(plan, both_case(observed, recorded))

    def test_transient_that_is_not_known(self):
        # Only the NVRAM needs the record.
        self.assertEqual(Outcome.ASK, decision.decide(
            both_case('suspending'), POLICY, NOW).outcome)

    def test_transient_that_is_known(self):
        self.assertPlan(
            Plan(Outcome.TRANSIENT, 'i', store_nvram=True,
                 power_again=Again(1020.0, 1)),
            both_case('suspending', remembered=AGREED))

    def test_cached(self):
        self.assertPlan(
            Plan(Outcome.CACHED, 'i', store_nvram=True,
                 power_again=Again(1020.0),
                 remember=AGREED._replace(verify_at=1020.0)),
            both_case('running', remembered=AGREED))

    def test_cached_foreign(self):
        self.assertPlan(
            Plan(Outcome.CACHED, power_again=Again(1200.0),
                 remember=FOREIGN),
            both_case('running', remembered=FOREIGN))

    def test_given_up(self):
        self.assertPlan(
            Plan(Outcome.GIVEN_UP, 'i', store_nvram=True, remember=GIVEN_UP),
            both_case('running', record(SHUTDOWN, 'stopped'), GIVEN_UP))
