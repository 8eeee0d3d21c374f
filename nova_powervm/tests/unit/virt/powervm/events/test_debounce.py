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

"""When an LPAR is looked at, and with which others."""

import ddt
from nova.compute import vm_states

from nova_powervm.tests.unit.virt.powervm import world


@ddt.ddt
class TestDebounce(world.World):

    def test_delay(self):
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(world.DELAY - 0.1)
        self.assertEqual([], self.adapter.reads)
        self.advance(0.2)
        self.assertEmitted((lpar, world.SHUTDOWN))

    def test_events_collapse(self):
        lpar = self.add('not activated')
        for _ in range(12):
            self.send(lpar)
            self.advance(1)
        self.advance(world.DELAY - 1.1)
        self.assertEqual([], self.adapter.reads)
        self.advance(0.2)
        self.assertEqual([lpar], self.adapter.reads)
        self.assertEqual(1, len(self.nova.lookups))
        self.assertEmitted((lpar, world.SHUTDOWN))

    def test_emitted_once_confirmed_once(self):
        lpar = self.add('not activated')
        self.look(lpar)
        self.wait(60)
        self.assertEqual([lpar] * 2, self.adapter.reads)
        self.wait(1800)
        self.assertEqual([lpar] * 2, self.adapter.reads)
        self.assertEmitted((lpar, world.SHUTDOWN))

    def test_flapping_is_capped(self):
        lpar = self.add('not activated')
        for _ in range(60):
            self.send(lpar)
            self.advance(1)
        self.assertEqual([lpar], self.adapter.reads)
        self.assertEmitted((lpar, world.SHUTDOWN))

    def test_restart_within_the_delay(self):
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(10)
        self.lpars[lpar] = 'running'
        self.look(lpar)
        self.assertEmitted()
        self.assertEqual(1, self.count('no_change'))

    @ddt.named_data(
        ('four', 4, None), ('five', 5, ['All']), ('many', 50, ['All']))
    def test_reads_of_a_batch(self, count, reads):
        lpars = self.add_many(count, 'not activated')
        self.look(*lpars)
        self.assertEqual(sorted(reads or lpars), sorted(self.adapter.reads))
        self.assertEmitted(*((lpar, world.SHUTDOWN) for lpar in lpars))

    def test_lookups_of_a_batch(self):
        self.look(*self.add_many(450, 'not activated'))
        self.assertEqual([400, 400, 100], [
            len(uuids) for uuids in self.nova.lookups])

    def test_how_lookups_are_made(self):
        self.look(*self.add_many(5))
        self.handler.resync()
        self.advance(world.DELAY)
        # Nothing is joined, and one admin context is made and kept.
        self.assertEqual([[]] * 3, self.nova.joined)
        self.assertEqual(1, len(set(map(id, self.nova.contexts))))
        self.assertTrue(self.nova.contexts[0].is_admin)

    @ddt.data('quick', 'All', 'feed')
    def test_every_read_has_a_timeout(self, kind):
        # pypowervm's own is 20 minutes.
        if kind == 'feed':
            self.adapter.answers['All'] = world.http_error(404)
        self.look(*self.add_many(1 if kind == 'quick' else 5))
        self.assertEqual({'quick': 1, 'All': 1, 'feed': 2}[kind],
                         len(self.adapter.timeouts))
        for timeout in self.adapter.timeouts:
            self.assertTrue(0 < timeout <= 120)

    def test_reads_beside_a_list_have_a_timeout(self):
        lpars = self.add_many(6)
        self.adapter.hidden.update(lpars[:2])
        self.look(*lpars)
        self.assertEqual(3, len(self.adapter.timeouts))
        self.assertTrue(all(self.adapter.timeouts))

    def test_read_of_nvram_has_a_timeout(self):
        self.add_store()
        self.look(self.add(), detail='NVRAM')
        self.assertTrue(all(self.adapter.timeouts))
        self.assertEqual(1, len(self.adapter.timeouts))

    def test_event_while_being_worked_on(self):
        # The LPAR comes back just while nova hears that it stopped.
        lpar = self.add('not activated', vm_state=vm_states.ERROR)

        def come_back():
            self.lpars[lpar] = 'running'
            self.send(lpar)
            # Not even when due: nova has not returned yet.
            self.advance(world.DELAY)
            self.assertEqual(1, len(self.adapter.reads))

        self.during_emit(come_back)
        self.look(lpar)
        self.run_due()
        uuid = self.instance(lpar).uuid
        self.assertEqual(
            [(uuid, world.SHUTDOWN), (uuid, world.RUNNING)], self.emitted)

    def test_delete_drops_what_is_pending(self):
        lpar, other = self.add_many(2, 'not activated')
        self.send(lpar, other)
        self.send(lpar, etype='DELETE_URI', detail=None)
        self.advance(world.DELAY)
        self.assertEqual([other], self.adapter.reads)

    @ddt.named_data(('at the end', 'MODIFY_URI DELETE_URI', 0),
                    ('in between', 'MODIFY_URI DELETE_URI MODIFY_URI', 1))
    def test_delete_in_the_same_answer(self, etypes, pending):
        lpar = self.add('not activated')
        self.handler.process([
            world.make_event(world.URI + lpar, etype=etype)
            for etype in etypes.split()])
        self.assertEqual(pending, self.count('pending'))


class TestRounding(world.World):
    """What is looked at again meets in few batches."""

    def test_transient_lpars_meet(self):
        # Ten that stay as they are, each since another moment.
        lpars = self.add_many(10, 'shutting down')
        for lpar in lpars:
            self.send(lpar)
            self.wait(37)
        self.wait(1800)
        self.begin()
        self.wait(3600)
        # One batch of all of them each 5 minutes.
        self.assertEqual(12, self.count('batches'))
        self.assertEqual(120, self.count('transient'))

    def test_a_long_crash_is_confirmed_in_few_batches(self):
        # nova takes a second for each event.
        handle_events = self.nova.handle_events

        def handle_slowly(lifecycle_event):
            handle_events(lifecycle_event)
            self.clock.now += 1.0

        self.driver.register_event_listener(handle_slowly)
        self.look(*self.add_many(40, 'not activated'))
        self.assertEqual(40, len(self.emitted))
        self.begin()
        self.wait(80)
        self.assertEqual(40, self.count('no_change'))
        self.assertGreaterEqual(4, self.count('batches'))

    def test_failures_meet(self):
        # One LPAR after the other begins to be unreadable.
        lpars, good = self.add_many(4), self.add()
        for lpar in lpars:
            self.adapter.answers[lpar] = world.http_error(500)
            self.send(lpar, good)
            self.wait(23)
        self.wait(300)
        self.begin()
        self.wait(600)
        self.assertEqual(10, self.count('batches'))
        self.assertEqual(40, self.count('retry'))
