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

"""Agreement: nova, told the state of an LPAR now, would do nothing."""

import ddt
import mock
from nova.compute import power_state
from nova.compute import vm_states
from nova.virt import hardware

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

RUNNING, SHUTDOWN, SUSPENDED = (
    world.RUNNING, world.SHUTDOWN, world.SUSPENDED)
CRASHED = power_state.CRASHED

# Long enough for four events about one state and the look after the last.
_TOLD_IN_VAIN = 400


@ddt.ddt
class TestVmStates(world.World):

    @ddt.named_data(
        ('active, off', vm_states.ACTIVE, SHUTDOWN, 'not activated'),
        ('active, suspended', vm_states.ACTIVE, SUSPENDED, 'suspended'),
        ('stopped, running', vm_states.STOPPED, RUNNING, 'running'),
        ('stopped, suspended', vm_states.STOPPED, SUSPENDED, 'suspended'),
        ('paused, off', vm_states.PAUSED, SHUTDOWN, 'not activated'))
    def test_same_power_state_that_nova_acts_on(self, vm_state, power, state):
        lpar = self.add(state, power, vm_state=vm_state)
        self.look(lpar)
        self.assertEmitted((lpar, power))
        self.wait(100)
        self.assertEqual(1, len(self.emitted))
        self.assertAgreement(lpar)

    @ddt.named_data(
        ('active, crashed', vm_states.ACTIVE, CRASHED, 'error'),
        ('paused, crashed', vm_states.PAUSED, CRASHED, 'error'))
    def test_crash_that_nova_acts_on(self, vm_state, power, state):
        lpar = self.add(state, power, vm_state=vm_state)
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))

    @ddt.named_data(
        ('active, running', vm_states.ACTIVE, RUNNING, 'running'),
        ('stopped, off', vm_states.STOPPED, SHUTDOWN, 'not activated'),
        ('stopped, crashed', vm_states.STOPPED, CRASHED, 'error'),
        ('stopped, off, crashed', vm_states.STOPPED, SHUTDOWN, 'error'),
        ('paused, running', vm_states.PAUSED, RUNNING, 'running'),
        ('suspended', vm_states.SUSPENDED, SUSPENDED, 'suspended'),
        ('suspended, running', vm_states.SUSPENDED, RUNNING, 'running'),
        ('building, off', vm_states.BUILDING, SHUTDOWN, 'not activated'),
        ('building, running', vm_states.BUILDING, RUNNING, 'running'),
        ('rescued, off', vm_states.RESCUED, SHUTDOWN, 'not activated'),
        ('resized, off', vm_states.RESIZED, SHUTDOWN, 'not activated'),
        ('error, off', vm_states.ERROR, SHUTDOWN, 'not activated'),
        ('error, running', vm_states.ERROR, RUNNING, 'running'),
        ('soft-deleted', vm_states.SOFT_DELETED, RUNNING, 'running'))
    def test_same_power_state_that_nova_lets_be(self, vm_state, power, state):
        lpar = self.add(state, power, vm_state=vm_state)
        self.look(lpar)
        self.assertEqual(1, self.count('no_change'))
        self.wait(1000)
        self.assertEmitted()

    @ddt.data(vm_states.BUILDING, vm_states.RESCUED, vm_states.RESIZED,
              vm_states.SUSPENDED, vm_states.ERROR, vm_states.SOFT_DELETED)
    def test_other_power_state_where_nova_only_saves(self, vm_state):
        lpar = self.add('not activated', RUNNING, vm_state=vm_state)
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))
        self.wait(100)
        self.assertEqual(1, len(self.emitted))
        self.assertEqual((SHUTDOWN, vm_state), (
            self.instance(lpar).power_state, self.instance(lpar).vm_state))


class TestCrashes(world.World):

    def setUp(self):
        super().setUp()
        self.lpar = self.add('error', RUNNING)

    def test_crash(self):
        self.look(self.lpar)
        self.wait(_TOLD_IN_VAIN)
        self.assertEmitted((self.lpar, SHUTDOWN))
        self.assertAgreement(self.lpar)
        self.assertEqual((SHUTDOWN, vm_states.STOPPED), self.recorded())
        self.assertLogged(messages.GIVEN_UP, 0)

    def recorded(self):
        instance = self.instance(self.lpar)
        return instance.power_state, instance.vm_state

    def test_driver_that_does_not_report_a_stop(self):
        self.driver.get_info = mock.create_autospec(
            self.driver.get_info,
            return_value=hardware.InstanceInfo(CRASHED))
        self.look(self.lpar)
        self.wait(_TOLD_IN_VAIN)
        self.assertEmitted(*[(self.lpar, SHUTDOWN)] * 4)
        self.assertEqual([self.instance(self.lpar).uuid],
                         self.named(messages.GIVEN_UP))
        # Whether the LPAR is powered off then does not matter.
        self.driver.power_off = mock.create_autospec(self.driver.power_off)
        self.nova.sync_power_states()
        self.assertEqual((CRASHED, vm_states.STOPPED), self.recorded())
        self.look(self.lpar)
        self.assertEqual(1, self.count('no_change'))
        self.assertEqual(4, len(self.emitted))


@ddt.ddt
class TestLostStops(world.World):
    """nova saved the power state, and then lost its own stop."""

    def setUp(self):
        super().setUp()
        self.nova.faults.stops_get_lost = 1.0

    @ddt.named_data(
        ('started', 'running', SHUTDOWN, RUNNING),
        ('stopped', 'not activated', RUNNING, SHUTDOWN),
        ('suspended', 'suspended', RUNNING, SUSPENDED))
    def test_once(self, state, recorded, told):
        lpar = self.add(state, recorded)
        self.look(lpar)
        self.assertEqual(told, self.instance(lpar).power_state)
        self.nova.faults.stops_get_lost = 0.0
        self.wait(1.5 * 15)
        self.assertEmitted((lpar, told), (lpar, told))
        self.wait(100)
        self.assertEqual(2, len(self.emitted))
        self.assertAgreement(lpar)
        self.assertLogged(messages.GIVEN_UP, 0)

    def test_all(self):
        lpar = self.add('running', SHUTDOWN)
        self.look(lpar)
        self.wait(_TOLD_IN_VAIN)
        self.assertEmitted(*[(lpar, RUNNING)] * 4)
        self.assertEqual(1, self.count('given_up'))
        self.assertEqual([self.instance(lpar).uuid],
                         self.named(messages.GIVEN_UP))
        self.wait(3000)
        self.assertEqual(4, len(self.emitted))
        self.assertLogged(messages.GIVEN_UP)

    def test_what_the_warning_says(self):
        lpar = self.add('running', SHUTDOWN)
        self.look(lpar)
        self.wait(_TOLD_IN_VAIN)
        record, = self.logs.of(messages.GIVEN_UP)
        self.assertEqual(
            {'times': 4, 'lpar': lpar, 'state': 'running',
             'vm_state': vm_states.STOPPED, 'power_state': 'running'},
            record.args)

    def test_found_by_a_resync(self):
        lpars = self.add_many(5, 'running', RUNNING,
                              vm_state=vm_states.STOPPED)
        self.nova.faults.stops_get_lost = 0.0
        self.lose_events()
        self.advance(world.DELAY)
        self.assertEmitted(*((lpar, RUNNING) for lpar in lpars))
        self.assertAgreement(*lpars)


@ddt.ddt
class TestSelection(world.World):
    """Which instances are compared: those of nova's periodic task."""

    _KINDS = (('ordinary', {}), ('hidden', {'hidden': True}),
              ('soft-deleted', {'vm_state': vm_states.SOFT_DELETED}))

    @ddt.named_data(*_KINDS)
    def test_by_event(self, fields):
        lpar = self.add('not activated', **fields)
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))

    @ddt.named_data(*_KINDS)
    def test_by_resync(self, fields):
        lpar = self.add('not activated', **fields)
        self.lose_events()
        self.advance(world.DELAY)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_deleted(self):
        lpar = self.add('not activated')
        self.nova.remove([lpar])
        self.look(lpar)
        self.assertEqual(1, self.count('not_ours'))

    def test_only_what_is_missing_is_looked_for_among_the_hidden(self):
        lpars, foreign = self.add_many(3), self.add(instance=False)
        self.look(*lpars, foreign)
        self.assertEqual([8, 2], [len(uuids) for uuids in self.nova.lookups])
