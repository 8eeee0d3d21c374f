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


"""The rules of agreement, held against nova's own method."""

import itertools

import ddt
import mock
from nova.compute import manager
from nova.compute import power_state
from nova.virt import event as virt_event
from pypowervm.wrappers import base_partition as pvm_bp

from nova_powervm.tests import base
from nova_powervm.tests.unit.testing import nova_manager
from nova_powervm.virt.powervm.lifecycle import agreement

RUNNING, SHUTDOWN, CRASHED, SUSPENDED = (
    power_state.RUNNING, power_state.SHUTDOWN, power_state.CRASHED,
    power_state.SUSPENDED)

# What nova's record may have, and what a driver may tell it.
RECORDED = (None, *power_state.STATE_MAP)
TOLD = (RUNNING, SHUTDOWN, CRASHED, SUSPENDED)

ALL_STATES = {name: state for name, state in vars(pvm_bp.LPARState).items()
              if name.isupper() and isinstance(state, str)}

POWERS = {
    'STARTING': RUNNING, 'OPEN_FIRMWARE': RUNNING, 'RUNNING': RUNNING,
    'MIGRATING_RUNNING': RUNNING, 'SUSPENDED': SUSPENDED,
    'NOT_ACTIVATED': SHUTDOWN, 'MIGRATING_NOT_ACTIVE': SHUTDOWN,
    'ERROR': CRASHED,
    # On the way to another state, or without information.
    'SUSPENDING': None, 'RESUMING': None, 'SHUTTING_DOWN': None,
    'HARDWARE_DISCOVERY': None, 'NOT_AVAILBLE': None, 'UNKNOWN': None}

vm_states = ddt.named_data(*(
    (str(vm_state), vm_state) for vm_state in (
        None, *nova_manager.VM_STATES)))


@ddt.ddt
class TestAgainstNova(base.TestCase):
    """The tables of nova's method and of the function are the same."""

    def nova_acts(self, vm_state, recorded, told):
        """Return whether nova saves or calls its API, if told a state."""
        saves, calls = nova_manager.asks_for(
            self.context, vm_state, recorded, told)
        return saves or bool(calls)

    @vm_states
    def test_would_act(self, vm_state):
        cases = list(itertools.product(RECORDED, TOLD))
        self.assertEqual(
            {case: self.nova_acts(vm_state, *case) for case in cases},
            {case: agreement.would_act(vm_state, *case) for case in cases})

    @vm_states
    def test_agrees(self, vm_state):
        # A crash is told by the driver as a crash, and by the event as a
        # stop: nova agrees that does nothing about one of them.
        cases = list(itertools.product(RECORDED, TOLD))
        self.assertEqual(
            {(recorded, power): not (
                self.nova_acts(vm_state, recorded, power)
                and self.nova_acts(vm_state, recorded,
                                   agreement.transition(power).power))
             for recorded, power in cases},
            {case: agreement.agrees(vm_state, *case) for case in cases})

    @ddt.data(*agreement.Transition)
    def test_power_that_nova_takes_from_an_event(self, transition):
        # nova handles an event only if the driver confirms its power state.
        nova = mock.Mock(_get_power_state=mock.Mock(
            return_value=transition.power))
        with mock.patch.object(manager.objects.Instance, 'get_by_uuid'):
            manager.ComputeManager.handle_lifecycle_event(
                nova, virt_event.LifecycleEvent('uuid', transition.event))
        nova._sync_instance_power_state.assert_called_once_with(
            mock.ANY, mock.ANY, transition.power)


@ddt.ddt
class TestPowerOf(base.TestCase):

    def test_every_state_has_a_case(self):
        self.assertEqual(POWERS.keys(), ALL_STATES.keys())

    @ddt.named_data(*((name, ALL_STATES[name], power)
                      for name, power in POWERS.items()))
    def test_state(self, state, power):
        self.assertEqual(power, agreement.power_of(state))

    @ddt.named_data(('upper', 'NOT ACTIVATED'), ('mixed', 'Not Activated'))
    def test_case_is_ignored(self, state):
        self.assertEqual(SHUTDOWN, agreement.power_of(state))

    @ddt.named_data(('none', ''), ('another', 'haunted'))
    def test_no_state_of_powervm(self, state):
        self.assertIsNone(agreement.power_of(state))


@ddt.ddt
class TestKnownStates(base.TestCase):

    @ddt.named_data(*ALL_STATES.items(), ('none', ''))
    def test_known(self, state):
        self.assertTrue(agreement.is_known_state(state))
        self.assertTrue(agreement.is_known_state(state.upper()))

    def test_unknown(self):
        self.assertFalse(agreement.is_known_state('haunted'))


@ddt.ddt
class TestTransition(base.TestCase):

    @ddt.named_data(
        ('running', RUNNING, agreement.Transition.STARTED,
         virt_event.EVENT_LIFECYCLE_STARTED),
        ('off', SHUTDOWN, agreement.Transition.STOPPED,
         virt_event.EVENT_LIFECYCLE_STOPPED),
        ('crashed', CRASHED, agreement.Transition.STOPPED,
         virt_event.EVENT_LIFECYCLE_STOPPED),
        ('suspended', SUSPENDED, agreement.Transition.SUSPENDED,
         virt_event.EVENT_LIFECYCLE_SUSPENDED))
    def test_power(self, power, transition, event):
        self.assertIs(transition, agreement.transition(power))
        self.assertEqual(event, transition.event)

    @ddt.named_data(*((name, state) for name, state in ALL_STATES.items()
                      if POWERS.get(name) is not None))
    def test_every_power_has_one(self, state):
        self.assertIn(agreement.transition(agreement.power_of(state)),
                      agreement.Transition)
