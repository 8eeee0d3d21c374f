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


import ddt
from nova.compute import power_state

from nova_powervm.tests import base
from tools.minicloud.faults import comparison

_UUID = 'a1b2c3d4-0000-4000-8000-00000000000f'
_LPAR = '21B2C3D4-0000-4000-8000-00000000000F'


def _server(uuid=_UUID, host='cmp1', status='ACTIVE',
            power=power_state.RUNNING, task=None):
    return comparison.Server(uuid, host, status, power, task)


@ddt.ddt
class TestComparison(base.TestCase):

    def test_lpar_has_the_first_bit_cleared(self):
        self.assertEqual(_LPAR, _server().lpar)

    @ddt.named_data(
        ['runs', 'ACTIVE', power_state.RUNNING, 'running'],
        ['boots', 'ACTIVE', power_state.RUNNING, 'open firmware'],
        ['is_off', 'SHUTOFF', power_state.SHUTDOWN, 'not activated'])
    def test_equal(self, status, power, lpar_state):
        self.assertEqual([], comparison.differences(
            [_server(status=status, power=power)], {_LPAR: lpar_state}))

    @ddt.named_data(
        ['nothing_known_yet', 'ACTIVE', power_state.RUNNING, None,
         'not activated'],
        ['stop_lost', 'ACTIVE', power_state.SHUTDOWN, None, 'not activated'],
        ['stopping', 'ACTIVE', power_state.SHUTDOWN, 'powering-off',
         'not activated'],
        ['stop_saved_twice', 'SHUTOFF', power_state.SHUTDOWN, 'powering-off',
         'not activated'],
        ['start_lost', 'SHUTOFF', power_state.SHUTDOWN, 'powering-on',
         'not activated'],
        ['started_behind_nova', 'SHUTOFF', power_state.SHUTDOWN, None,
         'running'],
        ['start_half_saved', 'SHUTOFF', power_state.RUNNING, None,
         'running'],
        ['power_not_saved', 'SHUTOFF', power_state.RUNNING, None,
         'not activated'],
        ['failed', 'ERROR', power_state.RUNNING, None, 'running'],
        ['suspended', 'ACTIVE', power_state.SUSPENDED, None, 'suspended'],
        ['no_lpar', 'ACTIVE', power_state.NOSTATE, None, None])
    def test_different(self, status, power, task, lpar_state):
        server = _server(status=status, power=power, task=task)
        states = {} if lpar_state is None else {_LPAR: lpar_state}
        self.assertEqual(
            [comparison.Difference(server, lpar_state)],
            comparison.differences([server], states))

    def test_only_what_differs(self):
        off = _server(uuid='0' + _UUID[1:])
        self.assertEqual(
            [comparison.Difference(off, 'not activated')],
            comparison.differences(
                [_server(), off],
                {_LPAR: 'running', off.lpar: 'not activated'}))
