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

"""What the options change. Their bounds are tested where they are declared."""

import ddt

from nova_powervm.tests.unit.virt.powervm import world

SHUTDOWN = world.SHUTDOWN


@ddt.ddt
class TestBadOptions(world.World):

    @ddt.named_data(
        ('maximum below the delay', {'event_delay': 20.0,
                                     'event_max_delay': 19.9}),
        ('no number', {'event_delay': float('nan')}),
        ('maximum is no number', {'event_max_delay': float('nan')}))
    def test_refused(self, options):
        self.assertRaises(ValueError, self.start_handler, **options)


class TestEqualDelays(world.World):

    options = (('event_delay', 15.0), ('event_max_delay', 15.0))

    def test_events_do_not_put_it_off(self):
        lpar = self.add('not activated')
        for _ in range(3):
            self.send(lpar)
            self.advance(5)
        self.assertEmitted((lpar, SHUTDOWN))


class TestShortDelay(world.World):

    options = (('event_delay', 1.0),)

    def test_delay(self):
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(1.0)
        self.assertEmitted()
        self.advance(0.11)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_what_is_known_is_verified_within_four_delays(self):
        lpar = self.add('not activated', SHUTDOWN)
        self.send(lpar)
        self.advance(1.11)
        self.nova.start(lpar)
        self.lpars[lpar] = 'not activated'
        self.send(lpar)
        self.advance(1.11)
        self.assertEmitted()
        for _ in range(8):
            self.advance(0.5)
        self.assertEmitted((lpar, SHUTDOWN))


class TestBatchSize(world.World):

    options = (('event_batch_size', 2),)

    def test_lookups(self):
        self.look(*self.add_many(5))
        self.assertEqual([4, 4, 2], [
            len(uuids) for uuids in self.nova.lookups])
        self.assertEqual(5, self.count('no_change'))


class TestStateTtl(world.World):

    options = (('event_state_ttl', 60),)

    def test_known_for_so_long(self):
        lpar = self.add()
        self.look(lpar)
        self.begin()
        self.advance(59)
        self.assertEqual([], self.nova.lookups)
        self.advance(1)
        self.assertEqual(1, len(self.nova.lookups))
