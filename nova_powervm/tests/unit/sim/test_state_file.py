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

import mock

from nova_powervm.sim import state_file
from nova_powervm.sim import virtual_io
from nova_powervm.tests.unit.sim import base


class KeeperTestCase(base.HostTestCase):

    def setUp(self):
        super().setUp()
        self.io = virtual_io.VirtualIo(self.host)
        self.file = mock.create_autospec(state_file.StateFile, instance=True)
        self.keeper = state_file.Keeper(self.file, self.io, self.scheduler)
        self.keeper.start()

    @property
    def written(self):
        """The names of LPARs that each write had."""
        return [[one['config']['name'] for one in call.args[0]['lpars']]
                for call in self.file.write.call_args_list]

    def test_written_at_the_start(self):
        self.assertEqual([['novalink']], self.written)

    def test_written_within_a_second_of_a_change(self):
        self.create('one')
        self.scheduler.advance(1)
        self.assertEqual([['novalink'], ['novalink', 'one']], self.written)

    def test_each_second_at_most(self):
        for name in 'abc':
            self.create(name)
            self.scheduler.advance(0.25)
        self.assertEqual(1, len(self.written))
        self.scheduler.advance(0.25)
        self.assertEqual(2, len(self.written))

    def test_not_written_without_a_change(self):
        self.scheduler.advance(60)
        self.assertEqual(1, len(self.written))

    def test_a_new_switch_is_a_change(self):
        self.io.networks.add_switch('mine', 'Veb')
        self.scheduler.advance(1)
        self.assertEqual(2, len(self.written))

    def test_written_at_the_end(self):
        self.create('one')
        self.keeper.stop()
        self.assertEqual(['novalink', 'one'], self.written[-1])
        self.scheduler.advance(60)
        self.assertEqual((2, 0), (len(self.written), self.scheduler.pending))

    def test_tries_again(self):
        self.file.write.side_effect = state_file.StateError('no space')
        self.create('one')
        with mock.patch.object(state_file.LOG, 'error') as logged:
            self.scheduler.advance(2)
        self.assertEqual(2, logged.call_count)
        self.file.write.side_effect = None
        self.scheduler.advance(1)
        self.assertEqual(['novalink', 'one'], self.written[-1])

    def test_not_written_if_it_never_started(self):
        state_file.Keeper(self.file, self.io, self.scheduler).stop()
        self.assertEqual(1, len(self.written))
