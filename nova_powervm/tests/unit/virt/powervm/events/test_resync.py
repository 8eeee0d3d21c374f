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

"""All instances are compared when events may have been lost."""

import ddt
from nova.compute import task_states
from nova.compute import vm_states

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

RUNNING, SHUTDOWN = world.RUNNING, world.SHUTDOWN


@ddt.ddt
class TestResync(world.World):

    def resync(self):
        self.lose_events()
        self.advance(world.DELAY)

    @ddt.data('NEW_CLIENT', 'CACHE_CLEARED', 'MISSING_EVENTS')
    def test_events_that_ask_for_one(self, etype):
        lpar = self.add('not activated')
        self.handler.process([world.make_event(None, None, etype)])
        self.assertEqual(0, self.count('events_malformed'))
        self.advance(world.DELAY)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertEqual([1, 1], [
            self.nova.host_reads, self.count('resyncs')])

    def test_asked_for(self):
        lpar = self.add('not activated')
        self.handler.resync()
        self.advance(world.DELAY)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_after_start(self):
        lpar = self.add('not activated')
        self.handler = self.start_handler()
        self.advance(world.DELAY)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertEqual(1, self.nova.host_reads)

    @ddt.named_data(
        ('asked_for', lambda self: self.handler.resync()),
        ('events_lost', lambda self: self.lose_events()),
        ('started', lambda self: setattr(
            self, 'handler', self.start_handler())))
    def test_is_spread(self, ask):
        # Not at once with all other hosts that it befalls.
        self.jitter = 0.5
        ask(self)
        self.advance(1.5 * world.DELAY - 2.0)
        self.assertEqual(0, self.nova.host_reads)
        self.advance(2.0)
        self.assertEqual(1, self.nova.host_reads)

    def test_comes_along_with_lpars(self):
        # It saves the lookup for them.
        self.jitter = 0.9
        lpar = self.add('not activated')
        self.handler.resync()
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertEqual(1, self.nova.host_reads)
        self.assertEqual([], self.nova.lookups)

    def test_does_not_come_along_before_it_keeps_still(self):
        self.jitter = 0.9
        self.send(self.add())
        self.advance(world.DELAY / 2)
        self.handler.resync()
        self.advance(world.DELAY * 0.7)
        self.assertEqual([1, 0], [
            len(self.nova.lookups), self.nova.host_reads])

    def test_lpars_are_not_spread(self):
        self.jitter = 0.9
        lpar = self.add('not activated')
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_cost(self):
        stopped = self.add_many(100, 'not activated')
        self.add_many(900)
        self.resync()
        self.assertEqual(['All'], self.adapter.reads)
        self.assertEqual(1, self.nova.host_reads)
        self.assertEqual([], self.nova.lookups)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in stopped))
        # What agreed is known, and costs no lookup soon.
        self.assertEqual(900, self.count('agreed'))

    def test_what_the_log_says(self):
        self.add_many(3)
        self.add_many(2, instance=False)
        self.resync()
        record, = self.logs.of(messages.RESYNCED)
        self.assertEqual({'instances': 3, 'lpars': 5}, record.args)

    def test_no_instances(self):
        self.add(instance=False)
        self.resync()
        self.assertEqual([1, 0], [
            self.count('resyncs'), self.count('scheduled')])

    def test_requests_are_one(self):
        for _ in range(30):
            self.handler.process(
                [world.make_event(None, None, 'CACHE_CLEARED')] * 3)
            self.handler.resync()
            self.advance(0.4)
        self.advance(world.DELAY)
        self.assertEqual(1, self.nova.host_reads)

    def test_a_burst_without_end_is_capped(self):
        for _ in range(120):
            self.handler.resync()
            self.advance(1)
        self.assertEqual(2, self.nova.host_reads)

    def test_shares_its_reads(self):
        ours = self.add_many(10, 'not activated')
        foreign = self.add(instance=False)
        self.lose_events()
        self.look(foreign, *ours[:5])
        self.assertEqual(['All'], self.adapter.reads)
        # That it has no instance, neither an ordinary nor a hidden one.
        self.assertEqual([2, 2], [len(uuids) for uuids in self.nova.lookups])
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in ours))

    @ddt.data(False, True)
    def test_uuids_that_an_lpar_may_stand_for(self, high_bit):
        lpar = self.add('not activated', high_bit=high_bit)
        self.resync()
        self.assertEmitted((lpar, SHUTDOWN))

    def test_instances_of_others(self):
        self.add('not activated', host='elsewhere')
        self.resync()
        self.wait(1000)
        self.assertEqual([], self.emitted)

    def test_a_list_that_lacks_lpars(self):
        # They are read one by one; nothing is stopped for its absence.
        hidden, gone = self.add('not activated'), self.add()
        del self.lpars[gone]
        self.adapter.hidden = {hidden}
        self.resync()
        self.assertEmitted()
        self.advance(world.DELAY)
        self.assertEqual(1, self.count('gone'))
        self.assertEmitted((hidden, SHUTDOWN))

    def test_busy_and_transient_lpars_are_looked_at_again(self):
        busy = self.add('not activated', task_state=task_states.SPAWNING)
        transient = self.add('shutting down')
        self.resync()
        self.assertEqual([1, 1], [
            self.count('busy'), self.count('transient')])
        self.nova.update([busy], task_state=None)
        self.lpars[transient] = 'not activated'
        self.wait(1.5 * 15)
        self.assertEmitted((busy, SHUTDOWN), (transient, SHUTDOWN))

    def test_an_lpar_that_keeps_moving_is_left_to_its_delay(self):
        lpar = self.add('not activated')
        self.lose_events()
        self.advance(10)
        self.send(lpar)
        self.advance(6.5)
        self.assertEqual(1, self.count('resyncs'))
        self.assertEmitted()
        self.lpars[lpar] = 'running'
        self.wait(60)
        self.assertEmitted()

    def test_an_lpar_that_nova_is_being_told_of(self):
        lpar = self.add('not activated', vm_state=vm_states.ERROR)

        def come_back():
            # The event about it is lost.
            self.lpars[lpar] = 'running'
            self.resync()
            self.assertEqual(1, self.count('resyncs'))
            self.assertEqual(1, len(self.emitted))

        self.during_emit(come_back)
        self.look(lpar)
        self.wait(world.DELAY)
        uuid = self.instance(lpar).uuid
        self.assertEqual([(uuid, SHUTDOWN), (uuid, RUNNING)], self.emitted)

    def test_it_counts_more_than_what_was_known(self):
        waiting, in_batch = self.add_many(2)
        # Each waits to be looked at again when what is known expires.
        self.look(waiting, in_batch)
        self.assertEqual(2, self.count('agreed'))
        self.nova.update([waiting, in_batch], power_state=SHUTDOWN)
        self.lose_events()
        self.look(in_batch)
        self.advance(world.DELAY)
        self.assertEmitted((waiting, RUNNING), (in_batch, RUNNING))

    def test_beside_an_nvram_event_of_an_lpar(self):
        store = self.add_store()
        lpar = self.add('not activated')
        self.lose_events()
        self.look(lpar, detail='NVRAM')
        self.advance(world.DELAY)
        store.assert_called_once_with(
            self.instance(lpar).uuid)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_stop_drops_it(self):
        self.handler.resync()
        self.handler.stop()
        self.handler.resync()
        self.advance(world.DELAY)
        self.assertEqual(0, self.nova.host_reads)
