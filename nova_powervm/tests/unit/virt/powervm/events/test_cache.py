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

"""What is known is used, verified, and dropped in time."""

import ddt

from nova_powervm.tests.unit.virt.powervm import world

RUNNING, SHUTDOWN = world.RUNNING, world.SHUTDOWN

_DELAY = 15
# Long enough for the last look of an event before the agreement expires.
_TTL = 600 + world.DELAY


@ddt.ddt
class TestCache(world.World):

    def test_agreement_costs_one_lookup(self):
        lpar = self.add()
        self.look(lpar)
        self.assertEqual(1, self.count('no_change'))
        self.assertEqual(1, self.count('agreed'))
        self.look(lpar)
        self.assertEqual(1, self.count('cached'))
        self.assertEqual(1, len(self.nova.lookups))
        self.assertEqual([lpar] * 2, self.adapter.reads)

    def test_a_redundant_storm_is_verified_by_one_lookup(self):
        lpars = self.add_many(100)
        self.look(*lpars)
        self.wait(100)
        self.begin()
        for _ in range(12):
            self.send(*lpars)
            self.advance(1)
        self.wait(world.DELAY)
        self.assertEqual([], self.nova.lookups)
        self.wait(4 * _DELAY)
        self.assertEqual([200], [
            len(uuids) for uuids in self.nova.lookups])
        self.assertEqual(100, self.count('no_change'))
        self.assertEmitted()

    def test_a_long_redundant_storm_is_verified_by_few_lookups(self):
        lpars = self.add_many(200)
        self.look(*lpars)
        self.wait(100)
        self.begin()
        # Each LPAR has its events at another time.
        for start in range(0, 200, 5):
            self.send(*lpars[start:start + 5])
            self.advance(1)
        self.wait(world.DELAY + 4 * _DELAY)
        self.assertEqual(200, self.count('no_change'))
        self.assertLessEqual(len(self.nova.lookups), 3)

    def test_it_is_verified_once(self):
        lpar = self.add()
        self.look(lpar)
        self.look(lpar)
        self.wait(4 * _DELAY)
        self.begin()
        self.wait(450)
        self.assertEqual([], self.adapter.reads)

    def test_it_expires(self):
        lpar = self.add()
        self.look(lpar)
        self.begin()
        self.advance(600)
        # The answer may have been older than the event: it is looked at once
        # more, and then no more.
        self.assertEqual(1, self.count('no_change'))
        self.advance(600)
        self.assertEqual([0, 0], [
            self.count('agreed'), self.count('scheduled')])
        self.assertEqual(1, len(self.nova.lookups))

    def test_an_answer_that_was_older_than_the_event(self):
        lpar = self.add()
        self.look(lpar)
        self.lpars[lpar] = 'not activated'
        self.wait(_TTL)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_another_state_drops_it(self):
        lpar = self.add()
        self.look(lpar)
        self.lpars[lpar] = 'not activated'
        self.look(lpar)
        # Its user starts it.
        self.nova.start(lpar)
        self.lpars[lpar] = 'not activated'
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN), (lpar, SHUTDOWN))

    @ddt.data('ADD_URI', 'DELETE_URI', 'NEW_CLIENT', 'CACHE_CLEARED',
              'MISSING_EVENTS')
    def test_what_drops_it(self, etype):
        lpar = self.add()
        self.look(lpar)
        self.assertEqual(1, self.count('agreed'))
        self.send(lpar, etype=etype, detail=None)
        self.assertEqual(0, self.count('agreed'))

    def test_one_lpar_alone_is_dropped(self):
        lpars = self.add_many(3)
        self.look(*lpars)
        self.send(lpars[0], etype='ADD_URI', detail=None)
        self.assertEqual(2, self.count('agreed'))

    @ddt.data('ADD_URI', 'DELETE_URI', 'NEW_CLIENT')
    def test_dropped_while_it_is_looked_up(self, etype):
        lpar = self.add()
        self.during_lookup(
            lambda: self.send(lpar, etype=etype, detail=None))
        self.look(lpar)
        self.assertEqual(1, self.count('no_change'))
        self.assertEqual(0, self.count('agreed'))


class TestWithoutCache(world.World):

    options = (('event_state_ttl', 0),)

    def test_each_event_costs_a_lookup(self):
        lpar = self.add()
        for _ in range(3):
            self.look(lpar)
        self.assertEqual(3, len(self.nova.lookups))
        self.assertEqual([0, 0], [self.count('agreed'), self.count('cached')])

    def test_an_answer_that_was_older_than_the_event(self):
        lpar = self.add()
        self.look(lpar)
        self.lpars[lpar] = 'not activated'
        self.wait(300)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_it_is_looked_at_once_more(self):
        lpar = self.add()
        self.look(lpar)
        self.wait(5000)
        self.assertEqual(2, self.count('no_change'))
        self.assertEqual(0, self.count('scheduled'))

    def test_not_ours_is_not_remembered(self):
        lpar = self.add(instance=False)
        self.look(lpar)
        self.look(lpar)
        self.assertEqual(2, self.count('not_ours'))
