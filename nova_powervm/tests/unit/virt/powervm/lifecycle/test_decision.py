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

import itertools

import mock
from nova.compute import power_state
from nova.virt import event as virt_event

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm import vm

GONE, NO_ANSWER = decision.Absent.GONE, decision.Absent.NO_ANSWER
Outcome = plans.Outcome


def instance(power=power_state.RUNNING, task_state=None, host='here'):
    return mock.Mock(power_state=power, task_state=task_state, host=host)


class TestDecide(base.TestCase):

    def decide(self, state, record):
        return decision.decide(state, record, 'here')

    def test_order_of_the_questions(self):
        busy_elsewhere = instance(task_state='migrating', host='there')
        for state, record, outcome in (
                (GONE, NO_ANSWER, Outcome.GONE),
                (GONE, busy_elsewhere, Outcome.GONE),
                (NO_ANSWER, busy_elsewhere, Outcome.RETRY),
                ('running', NO_ANSWER, Outcome.RETRY),
                ('Unknown', NO_ANSWER, Outcome.RETRY),
                ('Unknown', busy_elsewhere, Outcome.UNSETTLED),
                ('Unknown', None, Outcome.UNSETTLED),
                ('running', None, Outcome.NOT_OURS),
                ('running', busy_elsewhere, Outcome.BUSY),
                ('running', instance(host='there'), Outcome.NOT_OURS),
                ('running', instance(), Outcome.NO_CHANGE),
                ('not activated', instance(), Outcome.EMITTED)):
            self.assertIs(outcome, self.decide(state, record).outcome,
                          (state, record))

    def test_all_states_and_powers(self):
        transitions = {
            'running': virt_event.EVENT_LIFECYCLE_STARTED,
            'starting': virt_event.EVENT_LIFECYCLE_STARTED,
            'open firmware': virt_event.EVENT_LIFECYCLE_STARTED,
            'migrating running': virt_event.EVENT_LIFECYCLE_STARTED,
            'not activated': virt_event.EVENT_LIFECYCLE_STOPPED,
            'migrating not active': virt_event.EVENT_LIFECYCLE_STOPPED,
            'error': virt_event.EVENT_LIFECYCLE_STOPPED,
            'suspended': virt_event.EVENT_LIFECYCLE_SUSPENDED}
        for state, power in itertools.product(
                vm.POWERVM_TO_NOVA_STATE, power_state.STATE_MAP):
            found = self.decide(state, instance(power))
            what = '%s, %s' % (state, power_state.STATE_MAP[power])
            if state not in transitions:
                self.assertIs(Outcome.UNSETTLED, found.outcome, what)
                continue
            self.assertEqual(vm.POWERVM_TO_NOVA_STATE[state], found.power)
            if power == found.power or (
                    state == 'error' and power == power_state.SHUTDOWN):
                self.assertIs(Outcome.NO_CHANGE, found.outcome, what)
                self.assertIsNone(found.transition, what)
            else:
                self.assertIs(Outcome.EMITTED, found.outcome, what)
                self.assertEqual(transitions[state], found.transition, what)

    def test_agrees_with_translate_event(self):
        # Where both have an event, it is the one that 9.0.0 sent.
        for state, power in itertools.product(
                vm.POWERVM_TO_NOVA_STATE, power_state.STATE_MAP):
            found = self.decide(state, instance(power))
            known = vm.translate_event(state, power)
            if known is not None and found.outcome is Outcome.EMITTED:
                self.assertEqual(known, found.transition, (state, power))

    def test_absence_of_information_is_never_an_event(self):
        for state, power in itertools.product(
                (GONE, NO_ANSWER, None, '', 0, False, [], {}, b'running',
                 'Unknown', 'UNKNOWN', 'not available', 'hardware discovery',
                 'suspending', 'resuming', 'shutting down', 'haunted'),
                power_state.STATE_MAP):
            found = self.decide(state, instance(power))
            self.assertIsNone(found.transition)

    def test_case(self):
        self.assertEqual(power_state.RUNNING,
                         decision.settled_power_state('Open Firmware'))

    def test_known_states(self):
        for state in vm.POWERVM_TO_NOVA_STATE:
            self.assertTrue(decision.is_known_state(state))
        for state in (None, 7, 'haunted'):
            self.assertFalse(decision.is_known_state(state))
