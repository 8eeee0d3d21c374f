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

"""NVRAM events reach the store, and hurt nobody else."""


import ddt
import mock
from nova.compute import task_states

from nova_powervm.tests.unit.virt.powervm import world

SHUTDOWN = world.SHUTDOWN


@ddt.ddt
class TestStored(world.World):

    def setUp(self):
        super().setUp()
        self.store = self.add_store()
        self.lpar = self.add(high_bit=True)
        self.uuid = self.instance(self.lpar).uuid

    def test_events_collapse(self):
        for _ in range(3):
            self.send(self.lpar, detail='NVRAM')
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)
        self.assertEqual([1, 0], [
            self.count('nvram_stored'), self.count('scheduled')])
        self.assertEqual(1, len(self.nova.lookups))
        self.assertEmitted()

    @ddt.named_data(('one event', ['PartitionState,NVRAM']),
                    ('state first', ['PartitionState', 'Other', 'NVRAM']),
                    ('NVRAM first', ['NVRAM', 'Other', 'PartitionState']))
    def test_beside_a_state(self, details):
        self.lpars[self.lpar] = 'not activated'
        self.handler.process([
            world.make_event(world.URI + self.lpar, detail)
            for detail in details])
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)
        self.assertEmitted((self.lpar, SHUTDOWN))
        self.assertEqual(1, len(self.nova.lookups))
        self.assertEqual([self.lpar], self.adapter.reads)

    def test_alone_it_compares_nothing(self):
        self.lpars[self.lpar] = 'not activated'
        self.look(self.lpar, detail='NVRAM')
        self.wait(1000)
        self.assertEmitted()

    @ddt.data('NVRAM', 'PartitionState,NVRAM')
    def test_known_instance_needs_no_lookup(self, detail):
        self.look(self.lpar)
        self.begin()
        self.look(self.lpar, detail=detail)
        self.store.assert_called_once_with(self.uuid)
        self.assertEqual([], self.nova.lookups)

    def test_during_a_task(self):
        self.nova.update([self.lpar], task_state=task_states.SPAWNING)
        self.look(self.lpar, detail='PartitionState,NVRAM')
        self.wait(1000)
        self.store.assert_called_once_with(self.uuid)
        self.assertGreater(self.count('busy'), 5)

    def test_in_a_transient_state(self):
        self.lpars[self.lpar] = 'shutting down'
        self.look(self.lpar, detail='PartitionState,NVRAM')
        self.wait(1000)
        self.store.assert_called_once_with(self.uuid)
        self.assertGreater(self.count('transient'), 5)

    def test_manager_set_late(self):
        manager, self.driver.nvram_mgr = self.driver.nvram_mgr, None
        self.send(self.lpar, detail='NVRAM')
        self.driver.nvram_mgr = manager
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)

    def test_deleted(self):
        self.send(self.lpar, detail='NVRAM')
        self.send(self.lpar, etype='DELETE_URI', detail=None)
        self.advance(world.DELAY)
        self.store.assert_not_called()
        self.assertEqual([], self.adapter.reads)

    def test_beside_what_nova_was_told_meanwhile(self):
        self.nova.faults.deaf = True
        self.lpars[self.lpar] = 'not activated'
        self.send(self.lpar)
        self.clock.now += 5
        self.send(self.lpar, detail='NVRAM')
        self.clock.now += world.DELAY - 5
        self.run_batch()
        # nova is told while the instance is looked up for the NVRAM.
        self.clock.now += 5
        self.during_lookup(self.handler.lifecycle.workers.run_next)
        self.run_batch()
        self.assertEqual(1, self.count('emitted'))
        self.assertEqual(1, self.count('confirming'))
        self.run_due()
        self.store.assert_called_once_with(self.uuid)


@ddt.ddt
class TestNotStored(world.World):

    def setUp(self):
        super().setUp()
        self.store = self.add_store()
        self.lpar = self.add(high_bit=True)
        self.uuid = self.instance(self.lpar).uuid

    def test_of_an_lpar_that_is_gone(self):
        del self.lpars[self.lpar]
        self.look(self.lpar, detail='NVRAM')
        self.wait(100)
        self.store.assert_not_called()
        self.assertEqual(0, self.count('scheduled'))

    def test_of_a_known_lpar_that_is_gone(self):
        self.look(self.lpar)
        del self.lpars[self.lpar]
        self.look(self.lpar, detail='PartitionState,NVRAM')
        self.wait(100)
        self.store.assert_not_called()

    @ddt.named_data(
        ('no instance', {'instance': False}),
        ('elsewhere', {'host': 'elsewhere'}),
        ('busy elsewhere', {'host': 'elsewhere',
                            'task_state': task_states.MIGRATING}))
    def test_of_others(self, adding):
        self.look(self.add(**adding), detail='NVRAM')
        self.wait(100)
        self.store.assert_not_called()
        self.assertEqual(0, self.count('scheduled'))

    @ddt.named_data(('no instance', {'instance': False}),
                    ('elsewhere', {'host': 'elsewhere'}))
    def test_events_of_others_cost_no_lookup(self, adding):
        lpar = self.add(**adding)
        self.look(lpar, detail='NVRAM')
        self.begin()
        for _ in range(30):
            self.look(lpar, detail='NVRAM')
        self.assertEqual([], self.nova.lookups)
        # Within event_state_ttl; it may be ours by then.
        self.wait(200)
        self.look(lpar, detail='NVRAM')
        self.assertNotEqual([], self.nova.lookups)

    def test_a_state_of_others_is_looked_up_all_the_same(self):
        lpar = self.add('not activated', host='elsewhere')
        self.look(lpar, detail='NVRAM')
        self.nova.update([lpar], host=world.HOST)
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_of_one_that_becomes_ours(self):
        lpar = self.add(host='elsewhere')
        self.look(lpar, detail='NVRAM')
        self.nova.update([lpar], host=world.HOST)
        self.send(lpar, etype='ADD_URI', detail=None)
        self.look(lpar, detail='NVRAM')
        self.store.assert_called_once_with(self.instance(lpar).uuid)


@ddt.ddt
class TestNoStore(world.World):

    def make_handler(self):
        # A driver as small as a driver may be.
        self.driver = mock.Mock(spec=['adapter', 'emit_event'],
                                adapter=self.adapter)
        return super().make_handler()

    @ddt.named_data(('absent', False), ('None', True))
    def test_nothing_is_looked_up(self, has_attribute):
        if has_attribute:
            self.driver.nvram_mgr = None
        lpar = self.add()
        self.look(lpar, detail='NVRAM')
        self.assertEqual([], self.nova.lookups)
        self.assertEqual([], self.adapter.reads)
        self.assertEqual(0, self.count('scheduled'))
        self.look(lpar, detail='NVRAM,PartitionState')
        self.assertEqual(1, self.count('no_change'))
