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

"""nova cannot read some record: that holds up no other."""

import ddt
from nova import exception
import oslo_messaging

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN

_TIMEOUT = oslo_messaging.MessagingTimeout('no answer')

@ddt.ddt
class TestUndecodable(world.World):
    options = (('event_batch_size', 50),)

    def undecodable(self, *lpars):
        self.nova.undecodable = {self.instance(lpar).uuid for lpar in lpars}

    @ddt.data(0, 1, 24, 49, 50, 99)
    def test_one_of_many(self, number):
        lpars = self.add_many(100, 'not activated')
        self.undecodable(lpars[number])
        self.look(*lpars)
        good = [lpar for lpar in lpars if lpar != lpars[number]]
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in good))
        self.assertEqual(1, self.count('retry'))
        # Both batches, and two for each time that one of them is halved.
        self.assertLessEqual(len(self.nova.lookups), 2 + 2 * 6)
        self.assertLogged(messages.INSTANCE_UNREADABLE)
        self.assertLogged(messages.CONDUCTOR_FAILS, 0)

    @ddt.named_data(('neighbours', [7, 8]), ('apart', [0, 49]),
                    ('last two', [48, 49]), ('three', [3, 17, 40]))
    def test_some_of_many(self, numbers):
        lpars = self.add_many(50, 'not activated')
        bad = [lpars[number] for number in numbers]
        self.undecodable(*bad)
        self.look(*lpars)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars
                             if lpar not in bad))
        self.assertEqual(len(bad), self.count('retry'))

    def test_asked_for_alone_from_then_on(self):
        lpars = self.add_many(50)
        self.undecodable(lpars[0])
        self.look(*lpars)
        self.begin()
        # Together with others it costs one lookup more.
        others = self.add_many(50)
        self.send(lpars[0], *others)
        self.advance(world.DELAY)
        self.assertEqual([], [
            uuids for uuids in self.nova.lookups
            if self.instance(lpars[0]).uuid in uuids and len(uuids) > 2])
        self.assertEqual(50, self.count('no_change'))

    def test_told_once_and_healed(self):
        bad, good = self.add_many(2, 'not activated')
        self.undecodable(bad)
        self.look(bad, good)
        self.wait(600)
        self.assertLogged(messages.INSTANCE_UNREADABLE)
        self.assertLogged(messages.INSTANCES_READABLE, 0)
        self.undecodable()
        self.wait(1.5 * 60)
        self.assertLogged(messages.INSTANCES_READABLE)
        self.assertEmitted((good, SHUTDOWN), (bad, SHUTDOWN))
        self.assertEqual(0, self.count('scheduled'))

    def test_does_not_delay_others(self):
        bad, good = self.add_many(2)
        self.undecodable(bad)
        self.look(bad, good)
        self.wait(600)
        for state, told in (('not activated', SHUTDOWN),
                            ('suspended', world.SUSPENDED)):
            self.lpars[good] = state
            self.look(good)
            self.assertEqual((self.instance(good).uuid, told),
                             self.emitted[-1])

    def test_alone(self):
        # Whose failure it is shows with the next that is looked up.
        bad = self.add('not activated')
        self.undecodable(bad)
        self.look(bad)
        self.wait(600)
        good = self.add('not activated')
        self.look(good)
        self.wait(60)
        self.assertEmitted((good, SHUTDOWN))
        self.undecodable()
        self.wait(1.5 * 60)
        self.assertEmitted((good, SHUTDOWN), (bad, SHUTDOWN))

    def test_told_again_after_it_was_deleted(self):
        bad, good, other = self.add_many(3)
        self.undecodable(bad)
        self.look(bad, good)
        self.send(bad, etype='DELETE_URI', detail=None)
        self.look(other)
        self.assertLogged(messages.INSTANCES_READABLE)
        bad = self.add()
        self.undecodable(bad)
        self.look(bad, self.add())
        self.assertLogged(messages.INSTANCE_UNREADABLE, 2)

    def test_nova_that_fails_in_the_middle(self):
        # Not one lookup for each LPAR of the batch.
        lpars = self.add_many(100)
        self.during_lookup(
            lambda: setattr(self.nova, 'error', ValueError('odd')))
        self.look(*lpars)
        self.assertLessEqual(len(self.nova.lookups), 1 + 13)
        self.assertEqual([50, 50], [
            self.count('no_change'), self.count('retry')])

    def test_is_no_sign_that_nova_answers(self):
        bad, good = self.add_many(2)
        self.undecodable(bad)
        self.look(bad, good)
        self.nova.error = _TIMEOUT
        self.look(self.add())
        self.assertLogged(messages.CONDUCTOR_AWAY)
        self.nova.error = exception.NovaException('odd')
        self.look(bad)
        self.wait(60)
        self.assertLogged(messages.CONDUCTOR_BACK, 0)
