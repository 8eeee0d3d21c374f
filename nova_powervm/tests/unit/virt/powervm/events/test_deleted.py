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

"""An LPAR is deleted at some moment: nothing of it is left."""

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages


class TestDeleted(world.World):

    def delete(self, lpar):
        self.send(lpar, etype='DELETE_URI', detail=None)

    def test_at_the_end_of_an_emit(self):
        lpar = self.add('not activated')
        self.send(lpar)
        self.clock.now += world.DELAY
        self.run_batch()
        self.meanwhile(self.handler.lifecycle._memory, 'forget',
                       self.handler.lifecycle.workers.run_next)
        self.delete(lpar)
        self.assertEqual(1, self.count('emitted'))
        self.assertEqual([0, 0], [
            self.count('confirming'), self.count('scheduled')])

    def test_while_it_cannot_be_read(self):
        # As one that is being deleted may.
        lpar = self.add()
        self.adapter.answers[lpar] = 'no JSON'
        self.during_read(lambda: self.delete(lpar))
        self.look(lpar)
        self.assertLogged(messages.LPAR_UNREADABLE)
        self.look(self.add())
        self.assertLogged(messages.LPARS_READABLE)

    def test_while_nova_cannot_read_it(self):
        lpar, other = self.add_many(2)
        self.nova.undecodable = {self.instance(lpar).uuid}
        self.meanwhile(self.nova, '_note', lambda: self.delete(lpar))
        self.look(lpar, other)
        self.assertLogged(messages.INSTANCE_UNREADABLE)
        self.look(self.add())
        self.assertLogged(messages.INSTANCES_READABLE)

    def test_unseen_and_nova_could_not_read_it(self):
        # The event that it was deleted got lost.
        lpar, other = self.add_many(2)
        self.nova.undecodable = {self.instance(lpar).uuid}
        self.look(lpar, other)
        del self.lpars[lpar]
        self.wait(10)
        self.assertEqual(1, self.count('gone'))
        self.look(self.add())
        self.assertLogged(messages.INSTANCES_READABLE)
