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

"""What is decided about an LPAR, and what follows."""

import logging

import ddt
import mock
from nova.compute import power_state
from nova.compute import task_states

from nova_powervm.testing import internals
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

RUNNING, SHUTDOWN, SUSPENDED = (
    world.RUNNING, world.SHUTDOWN, world.SUSPENDED)

_TASKS = sorted(value for name, value in vars(task_states).items()
                if name.isupper() and isinstance(value, str))


@ddt.ddt
class TestEmit(world.World):

    @ddt.named_data(
        ('running', 'running', SHUTDOWN, RUNNING),
        ('starting', 'starting', power_state.NOSTATE, RUNNING),
        ('open firmware', 'open firmware', SUSPENDED, RUNNING),
        ('migrating running', 'migrating running', power_state.CRASHED,
         RUNNING),
        ('not activated', 'not activated', RUNNING, SHUTDOWN),
        ('migrating not active', 'migrating not active', power_state.NOSTATE,
         SHUTDOWN),
        ('error', 'error', RUNNING, SHUTDOWN),
        ('suspended', 'suspended', RUNNING, SUSPENDED),
        ('upper case', 'NOT ACTIVATED', RUNNING, SHUTDOWN))
    def test_states(self, state, recorded, told):
        lpar = self.add(state, recorded)
        self.look(lpar)
        self.assertEmitted((lpar, told))
        self.assertEqual(1, self.count('emitted'))

    @ddt.data(False, True)
    def test_uuids_that_an_lpar_may_stand_for(self, high_bit):
        lpar = self.add('not activated', high_bit=high_bit)
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertEqual(1, len(self.nova.lookups))

    @ddt.data(False, True)
    def test_two_instances_for_one_lpar(self, high_bit):
        lpar = self.add('not activated', high_bit=high_bit)
        uuid = self.instance(lpar).uuid
        other, = set(internals.candidate_uuids(lpar)) - {uuid}
        self.nova.add([lpar], uuid=other, host='elsewhere')
        self.look(lpar)
        self.assertEqual([(uuid, SHUTDOWN)], self.emitted)


@ddt.ddt
class TestBusy(world.World):

    @ddt.data(*_TASKS)
    def test_tasks(self, task):
        self.look(self.add('not activated', task_state=task))
        self.assertEqual(1, self.count('busy'))
        self.assertEmitted()

    def test_tasks_are_all(self):
        self.assertGreater(len(_TASKS), 40)

    def test_on_another_host(self):
        # An instance that migrates here becomes ours when the task ends.
        lpar = self.add('not activated', host='elsewhere',
                        task_state=task_states.MIGRATING)
        self.look(lpar)
        self.assertEqual(1, self.count('busy'))
        self.nova.update([lpar], host=world.HOST, task_state=None)
        self.wait(1.5 * 15)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_looked_at_ever_more_rarely(self):
        self.look(self.add('not activated', task_state=task_states.SPAWNING))
        # nova gives a lost call up after 60 s.
        self.wait(65)
        self.assertLess(self.count('busy'), 6)
        self.wait(385)
        self.assertLessEqual(self.count('busy'), 17)
        self.begin()
        self.wait(3000)
        self.assertEqual(10, self.count('busy'))
        self.assertEmitted()

    def test_end_of_a_long_task(self):
        lpar = self.add('not activated', task_state=task_states.SPAWNING)
        self.look(lpar)
        self.wait(3000)
        self.nova.update([lpar], task_state=None)
        self.wait(300)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_an_event_begins_anew(self):
        lpar = self.add('not activated', task_state=task_states.POWERING_OFF)
        self.look(lpar)
        self.wait(3000)
        self.look(lpar)
        self.nova.update([lpar], task_state=None)
        self.wait(1.5 * 15)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_costs_no_log(self):
        self.look(self.add('not activated', task_state=task_states.SPAWNING))
        self.wait(3000)
        self.assertEqual([], self.logs.templates(logging.INFO))


@ddt.ddt
class TestTransient(world.World):

    @ddt.data('Unknown', 'not available', 'hardware discovery', None,
              'suspending', 'resuming', 'shutting down', 'levitating', '')
    def test_states(self, state):
        lpar = self.add(state, power_state.NOSTATE)
        self.look(lpar)
        self.assertEqual(1, self.count('transient'))
        self.assertEqual([], self.nova.lookups)
        self.lpars[lpar] = 'not activated'
        self.wait(1.5 * 15)
        self.assertEmitted((lpar, SHUTDOWN))

    @ddt.named_data(
        ('documented', 'hardware discovery', 0), ('none', None, 0),
        ('unknown', 'levitating', 1))
    def test_unknown_states_are_told_of_once(self, state, times):
        self.look(*self.add_many(2, state))
        self.look(*self.add_many(5, state))
        self.wait(3000)
        self.assertLogged(messages.UNKNOWN_STATE, times)

    def test_each_unknown_state_is_told_of(self):
        for state in 'levitating', 'dreaming':
            self.look(self.add(state))
        self.assertEqual(
            ['levitating', 'dreaming'],
            [record.args['state'] for record in self.logs.of(
                messages.UNKNOWN_STATE)])

    def test_unknown_states_are_counted(self):
        self.look(*self.add_many(7, 'levitating'))
        self.assertEqual(7, self.count('unknown_states'))


@ddt.ddt
class TestOthers(world.World):

    def test_gone(self):
        lpar = self.add()
        self.look(lpar)
        self.begin()
        del self.lpars[lpar]
        self.look(lpar)
        self.assertEqual(1, self.count('gone'))
        self.assertEqual([0, 0], [
            self.count('scheduled'), self.count('agreed')])
        self.assertEqual([], self.nova.lookups)
        self.wait(1000)
        self.assertEmitted()

    @ddt.named_data(
        ('no instance', {'instance': False}), ('elsewhere',
                                               {'host': 'elsewhere'}),
        ('nowhere', {'host': None}),
        # Hosts are compared for what they are, and not for their order.
        ('before', {'host': 'a-host'}), ('after', {'host': 'z-host'}))
    def test_not_ours(self, adding):
        lpar = self.add('not activated', **adding)
        self.look(lpar)
        self.assertEqual(1, self.count('not_ours'))
        self.begin()
        self.look(lpar)
        self.assertEqual(1, self.count('cached'))
        self.assertEqual([], self.nova.lookups)
        # Another state is another question.
        self.lpars[lpar] = 'running'
        self.look(lpar)
        self.assertEqual(1, self.count('not_ours'))
        self.wait(2000)
        self.assertEqual([], self.emitted)

    def test_not_ours_is_not_verified(self):
        # There is no instance that nova could act on.
        lpar = self.add(instance=False)
        self.look(lpar)
        self.begin()
        for _ in range(10):
            self.look(lpar)
        self.wait(300)
        self.assertEqual([], self.nova.lookups)

    def test_not_ours_becomes_ours(self):
        lpar = self.add('not activated', host='elsewhere')
        self.look(lpar)
        self.nova.update([lpar], host=world.HOST)
        self.send(lpar, etype='ADD_URI', detail=None)
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_driver_that_raises(self):
        lpar = self.add('not activated')
        with mock.patch.object(self.driver, 'emit_event',
                               side_effect=ValueError('no')):
            self.look(lpar)
            self.wait(60)
        self.assertGreater(self.count('emit_failed'), 3)
        self.assertEqual(0, self.count('emitted'))
        # It is logged once above DEBUG.
        self.assertEqual(self.count('emit_failed'),
                         self.logs.count(messages.EMIT_FAILED))
        self.assertEqual(1, self.logs.counts(logging.INFO)[
            messages.EMIT_FAILED.text])
        self.assertEqual({self.instance(lpar).uuid},
                         set(self.named(messages.EMIT_FAILED)))
        self.wait(1.5 * 60)
        self.assertEmitted((lpar, SHUTDOWN))
