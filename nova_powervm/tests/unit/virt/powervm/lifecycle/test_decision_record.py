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


"""Plans for what nova's record says."""

import ddt

from nova_powervm.tests.unit.virt.powervm.lifecycle import cases
from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import plans

HOST, RUNNING, SHUTDOWN, CRASHED = (
    cases.HOST, cases.RUNNING, cases.SHUTDOWN, cases.CRASHED)
SUSPENDED, NOW, POLICY, POLICY_WITHOUT_MEMORY = (
    cases.SUSPENDED, cases.NOW, cases.POLICY, cases.POLICY_WITHOUT_MEMORY)
SMALLER, GREATER, AGREED, FOREIGN = (
    cases.SMALLER, cases.GREATER, cases.AGREED, cases.FOREIGN)
EMITTED, GIVEN_UP = cases.EMITTED, cases.GIVEN_UP
hosts, entries, record, power_case, nvram_case = (
    cases.hosts, cases.entries, cases.record, cases.power_case,
    cases.nvram_case)
Agreed, Emitted, GivenUp = memory.Agreed, memory.Emitted, memory.GivenUp
Again, Outcome, Plan = plans.Again, plans.Outcome, plans.Plan
STARTED, STOPPED = agreement.Transition.STARTED, agreement.Transition.STOPPED


@ddt.ddt
class TestBusy(cases.TestCase):

    @ddt.named_data(('here', HOST, 'i'), ('smaller', SMALLER, None),
                    ('greater', GREATER, None), ('none', None, None))
    def test_on_whatever_host(self, host, instance):
        self.assertPlan(
            Plan(Outcome.BUSY, instance, power_again=Again(1020.0, 1)),
            power_case('running', record(task_state='rebooting', host=host)))

    @ddt.named_data(
        ('nothing', None, None), ('agreed', AGREED, None),
        ('foreign', FOREIGN, None),
        ('emitted', EMITTED, EMITTED),
        ('given_up', GIVEN_UP, None))
    def test_only_the_count_of_events_is_kept(self, entry, kept):
        self.assertPlan(
            Plan(Outcome.BUSY, 'i', remember=kept,
                 power_again=Again(1020.0, 3)),
            power_case('running', record(SHUTDOWN, task_state='rebooting'),
                       entry, attempts=2))

    # A nova-conductor worker that dies takes a call of the task along, which
    # its caller gives up after a minute. The end of the task is not to be
    # found another minute later.
    @ddt.named_data(
        ('first', 4.0, 0, 4.0), ('second', 4.0, 1, 8.0),
        ('third', 4.0, 2, 15.0), ('after_a_minute', 4.0, 6, 15.0),
        ('after_three_minutes', 4.0, 12, 15.0),
        ('then_ever_more_rarely', 4.0, 13, 30.0), ('rarest', 4.0, 40, 300.0),
        ('long_delay_first', 100.0, 0, 100.0),
        ('long_delay_later', 100.0, 12, 100.0),
        ('long_delay_rarest', 100.0, 40, 300.0))
    def test_how_long_until_the_next_look(self, delay, attempts, seconds):
        self.assertPlan(
            Plan(Outcome.BUSY, 'i', power_again=Again(seconds, attempts + 1)),
            power_case('running', record(task_state='rebooting'),
                       attempts=attempts),
            plans.Policy(HOST, delay, 600.0, 200), now=0.0)


@ddt.ddt
class TestNotOurs(cases.TestCase):

    @hosts
    def test_on_another_host(self, host):
        self.assertPlan(
            Plan(Outcome.NOT_OURS, power_again=Again(1600.0),
                 remember=Agreed(RUNNING, None, 1600.0)),
            power_case('running', record(SHUTDOWN, host=host)))

    @entries
    def test_no_instance(self, entry):
        self.assertPlan(
            Plan(Outcome.NOT_OURS, power_again=Again(1600.0),
                 remember=Agreed(SHUTDOWN, None, 1600.0)),
            power_case('not activated', None, entry))

    def test_without_an_event(self):
        self.assertPlan(
            Plan(Outcome.NOT_OURS, remember=Agreed(RUNNING, None, 1600.0)),
            power_case('running', None, since=None))


@ddt.ddt
class TestNoChange(cases.TestCase):

    @entries
    def test_replaces_what_is_remembered(self, entry):
        self.assertPlan(
            Plan(Outcome.NO_CHANGE, 'i', power_again=Again(1600.0),
                 remember=Agreed(RUNNING, 'i', 1600.0)),
            power_case('running', record(), entry))

    def test_without_an_event(self):
        # What was read was not older than an event.
        self.assertPlan(
            Plan(Outcome.NO_CHANGE, 'i',
                 remember=Agreed(RUNNING, 'i', 1600.0)),
            power_case('running', record(), since=None))

    @ddt.named_data(('crash', CRASHED), ('stop', SHUTDOWN))
    def test_crash_is_known_as(self, power):
        self.assertPlan(
            Plan(Outcome.NO_CHANGE, 'i', power_again=Again(1600.0),
                 remember=Agreed(CRASHED, 'i', 1600.0)),
            power_case('error', record(power, 'stopped')))


@ddt.ddt
class TestTtlOfZero(cases.TestCase):

    @ddt.named_data(('no_change', Outcome.NO_CHANGE, record(), 'i'),
                    ('not_ours', Outcome.NOT_OURS, None, None))
    def test_no_agreement_is_remembered(self, outcome, recorded, instance):
        self.assertPlan(
            Plan(outcome, instance, power_again=Again(1300.0)),
            power_case('running', recorded, AGREED),
            POLICY_WITHOUT_MEMORY)

    def test_nor_that_an_lpar_is_foreign(self):
        self.assertPlan(Plan(Outcome.NVRAM), nvram_case('running', None),
                        POLICY_WITHOUT_MEMORY)


@ddt.ddt
class TestEmit(cases.TestCase):

    @ddt.named_data(
        ('saved_only', 'running', record(SHUTDOWN, 'building'), STARTED,
         RUNNING),
        ('lost_stop', 'running', record(RUNNING, 'stopped'), STARTED,
         RUNNING),
        ('stopped', 'not activated', record(), STOPPED, SHUTDOWN),
        ('crashed', 'error', record(), STOPPED, CRASHED),
        ('suspended', 'suspended', record(),
         agreement.Transition.SUSPENDED, SUSPENDED))
    def test_transition(self, state, recorded, transition, power):
        self.assertPlan(
            Plan(Outcome.EMIT, 'i', transition, power_again=Again(1020.0),
                 remember=Emitted(power, 1, 990.0)),
            power_case(state, recorded, attempts=3))

    # The confirmations: after one, two, four and eight delays, rounded.
    @ddt.named_data(('second', 1, 1020.0), ('third', 2, 1080.0),
                    ('fourth', 3, 1080.0))
    def test_again(self, times, at):
        self.assertPlan(
            Plan(Outcome.EMIT, 'i', STOPPED, power_again=Again(at),
                 remember=Emitted(SHUTDOWN, times + 1, 900.0)),
            power_case('not activated', record(),
                       Emitted(SHUTDOWN, times, 900.0), since=None))

    @ddt.named_data(
        ('agreed', AGREED), ('foreign', FOREIGN),
        ('other_power', Emitted(RUNNING, 4)),
        ('given_up_other_power', GIVEN_UP))
    def test_counted_anew_after(self, entry):
        self.assertPlan(
            Plan(Outcome.EMIT, 'i', STOPPED, power_again=Again(1020.0),
                 remember=Emitted(SHUTDOWN, 1, 990.0)),
            power_case('not activated', record(), entry))

    def test_no_event_led_to_it(self):
        self.assertPlan(
            Plan(Outcome.EMIT, 'i', STOPPED, power_again=Again(1020.0),
                 remember=Emitted(SHUTDOWN, 1, None)),
            power_case('not activated', record(), since=None))


@ddt.ddt
class TestGivenUp(cases.TestCase):

    def test_after_four_events(self):
        self.assertPlan(
            Plan(Outcome.GIVEN_UP, 'i',
                 remember=GivenUp(RUNNING, 'stopped', SHUTDOWN, 1180.0)),
            power_case('running', record(SHUTDOWN, 'stopped'),
                       Emitted(RUNNING, 4)))

    @ddt.named_data(('event', 990.0), ('none', None))
    def test_stays(self, since):
        # The entry itself: whoever applies it warns of a new one only.
        plan = decision.decide(
            power_case('running', record(SHUTDOWN, 'stopped'), GIVEN_UP,
                       since=since), POLICY, NOW)
        self.assertEqual(
            Plan(Outcome.GIVEN_UP, 'i', remember=GIVEN_UP), plan)
        self.assertIs(GIVEN_UP, plan.remember)

    @ddt.named_data(
        ('vm_state', GIVEN_UP._replace(vm_state='error')),
        ('recorded_power', GIVEN_UP._replace(recorded=SUSPENDED)),
        ('power', GIVEN_UP._replace(power=SUSPENDED)),
        ('time', GIVEN_UP._replace(expires=NOW)))
    def test_ended_by_another(self, entry):
        self.assertPlan(
            Plan(Outcome.EMIT, 'i', STARTED, power_again=Again(1020.0),
                 remember=Emitted(RUNNING, 1, 990.0)),
            power_case('running', record(SHUTDOWN, 'stopped'), entry))
