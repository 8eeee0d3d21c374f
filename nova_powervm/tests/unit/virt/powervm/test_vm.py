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

"""States, uuids and instances of LPARs."""

import itertools
import logging

import ddt
import mock
from nova.compute import power_state
from nova import exception
from nova import objects
from nova.virt import event
from pypowervm.wrappers import base_partition

from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.tests.unit.virt.powervm import vm_base
from nova_powervm.virt.powervm import vm

INSTANCE_UUID = driver_base.INSTANCE_UUID
LPAR_UUID = driver_base.LPAR_UUID
# An instance's uuid whose first bit is clear.
LOW_UUID = LPAR_UUID.lower()

NOSTATE = power_state.NOSTATE
RUNNING = power_state.RUNNING
PAUSED = power_state.PAUSED
SHUTDOWN = power_state.SHUTDOWN
CRASHED = power_state.CRASHED
SUSPENDED = power_state.SUSPENDED
POWER_NAMES = {NOSTATE: 'nostate', RUNNING: 'running', PAUSED: 'paused',
               SHUTDOWN: 'shutdown', CRASHED: 'crashed',
               SUSPENDED: 'suspended', None: 'none'}


@ddt.ddt
class StateTablesTestCase(driver_base.TestCase):

    def test_power_states(self):
        self.assertEqual(vm_base.POWER_STATES, vm.POWERVM_TO_NOVA_STATE)

    def test_every_state_of_pypowervm_is_known(self):
        self.assertEqual(
            {value for name, value in vars(base_partition.LPARState).items()
             if name.isupper()},
            set(vm.POWERVM_TO_NOVA_STATE))

    @ddt.named_data(
        ('running_events', 'RUNNING_EVENTS',
         ['migrating running', 'open firmware', 'running', 'starting']),
        ('stopped_events', 'STOPPED_EVENTS',
         ['Unknown', 'error', 'not activated']),
        ('suspended_events', 'SUSPENDED_EVENTS', ['suspending']),
        ('resuming_events', 'RESUMING_EVENTS', ['resuming']),
        ('startable_state', 'POWERVM_STARTABLE_STATE', ['not activated']),
        ('stopable_state', 'POWERVM_STOPABLE_STATE',
         ['error', 'open firmware', 'resuming', 'running', 'shutting down',
          'starting', 'suspending']))
    def test_names_of_release_9(self, name, expected):
        self.assertEqual(expected, sorted(getattr(vm, name)))


def pairs(states, power_states):
    """Return named cases: each state with each power state."""
    return ddt.named_data(*[
        ('%s_while_%s' % (state, POWER_NAMES[power]), state, power)
        for state, power in itertools.product(states, power_states)])


STARTED = ('running', 'starting', 'open firmware', 'migrating running')
STOPPED = ('not activated', 'error', 'Unknown')


@ddt.ddt
class TranslateEventTestCase(driver_base.TestCase):

    @pairs(STARTED, (NOSTATE, SHUTDOWN, SUSPENDED, CRASHED, PAUSED, None))
    def test_started(self, state, power):
        self.assertEqual(event.EVENT_LIFECYCLE_STARTED,
                         vm.translate_event(state, power))

    @pairs(STOPPED, (NOSTATE, RUNNING, SUSPENDED, CRASHED, PAUSED, None))
    def test_stopped(self, state, power):
        self.assertEqual(event.EVENT_LIFECYCLE_STOPPED,
                         vm.translate_event(state, power))

    @pairs(('suspending',), (RUNNING, SHUTDOWN))
    def test_suspended(self, state, power):
        self.assertEqual(event.EVENT_LIFECYCLE_SUSPENDED,
                         vm.translate_event(state, power))

    @pairs(('resuming',), (SUSPENDED, SHUTDOWN))
    def test_resumed(self, state, power):
        self.assertEqual(event.EVENT_LIFECYCLE_RESUMED,
                         vm.translate_event(state, power))

    @pairs(STARTED, (RUNNING,))
    def test_already_started(self, state, power):
        self.assertIsNone(vm.translate_event(state, power))

    @pairs(STOPPED, (SHUTDOWN,))
    def test_already_stopped(self, state, power):
        self.assertIsNone(vm.translate_event(state, power))

    @pairs(('suspending',), (SUSPENDED,))
    def test_already_suspended(self, state, power):
        self.assertIsNone(vm.translate_event(state, power))

    @pairs(('resuming',), (RUNNING,))
    def test_already_resumed(self, state, power):
        self.assertIsNone(vm.translate_event(state, power))

    @pairs(('shutting down', 'suspended', 'migrating not active',
            'hardware discovery', 'not available', None, 'new'),
           (NOSTATE, RUNNING, SHUTDOWN, SUSPENDED))
    def test_state_without_an_event(self, state, power):
        self.assertIsNone(vm.translate_event(state, power))


@ddt.ddt
class UuidTestCase(vm_base.TestCase):

    def test_lpar_of_an_instance(self):
        self.assertEqual(LPAR_UUID, vm.get_pvm_uuid(self.instance))

    @ddt.named_data(('first_bit_set', INSTANCE_UUID),
                    ('first_bit_clear', LOW_UUID))
    def test_lpar_of_a_uuid(self, uuid):
        self.assertEqual(LPAR_UUID, vm.get_pvm_uuid(uuid))

    @ddt.named_data(*[
        ('of_' + digit, digit, expected) for digit, expected
        in zip('0123456789abcdef', '89abcdef' * 2, strict=True)])
    def test_set_high_bit(self, digit, expected):
        self.assertEqual(expected + LOW_UUID[1:],
                         vm._uuid_set_high_bit(digit + LOW_UUID[1:]))

    def test_both_instances_of_an_lpar(self):
        self.assertEqual((LOW_UUID, INSTANCE_UUID),
                         vm.instance_uuids(LPAR_UUID))


class GetInstanceTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.get_by_uuid = self.patch_object(
            objects.Instance, 'get_by_uuid', autospec=True)
        self.not_found = exception.InstanceNotFound(instance_id='x')

    def get_instance(self):
        return vm.get_instance(self.context, LPAR_UUID)

    def assert_looked_up(self, *instance_uuids):
        self.assertEqual(
            [mock.call(self.context, uuid) for uuid in instance_uuids],
            self.get_by_uuid.mock_calls)

    def test_first_bit_clear(self):
        self.assertIs(self.get_by_uuid.return_value, self.get_instance())
        self.assert_looked_up(LOW_UUID)

    def test_first_bit_set(self):
        self.get_by_uuid.side_effect = [self.not_found, mock.sentinel.found]
        self.assertIs(mock.sentinel.found, self.get_instance())
        self.assert_looked_up(LOW_UUID, INSTANCE_UUID)

    def test_no_instance(self):
        self.get_by_uuid.side_effect = self.not_found
        self.assertIsNone(self.get_instance())
        self.assert_looked_up(LOW_UUID, INSTANCE_UUID)
        self.assertEqual([], self.logs.records)

    def test_failed_lookup_is_logged(self):
        error = RuntimeError('no conductor')
        self.get_by_uuid.side_effect = error
        self.assertIsNone(self.get_instance())
        record, = self.logged(logging.WARNING)
        self.assertEqual((LPAR_UUID, error), record.args)
