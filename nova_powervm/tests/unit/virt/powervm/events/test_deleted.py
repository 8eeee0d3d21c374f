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
