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
from nova.compute import task_states
from nova.compute import vm_states

from nova_powervm.testing import agreement
from nova_powervm.tests import base
from nova_powervm.tests.unit.testing import nova_manager

_LPAR = '1A000000-0000-4000-8000-000000000000'
_UUID, _OTHER_UUID = _LPAR.lower(), '9' + _LPAR[1:].lower()


def make_server(power=power_state.RUNNING, vm_state=vm_states.ACTIVE,
                task_state=None, uuid=_UUID):
    return agreement.Server(uuid, power, vm_state, task_state)


@ddt.ddt
class TestAgainstNova(base.TestCase):
    """nova's own manager acts exactly where the library says so."""

    @ddt.named_data(*nova_manager.CASES)
    def test_action(self, vm_state, lpar_state):
        power = nova_manager.POWERS[lpar_state]
        action = agreement.action(vm_state, power)
        saves, calls = nova_manager.asks_for(
            self.context, vm_state, power, power)
        self.assertFalse(saves)
        self.assertEqual([] if action is None else [action.value], calls)

    @ddt.named_data(*nova_manager.CASES)
    def test_agreement(self, vm_state, lpar_state):
        power = nova_manager.POWERS[lpar_state]
        _, calls = nova_manager.asks_for(
            self.context, vm_state, power, power)
        found = agreement.difference(make_server(power, vm_state), lpar_state)
        self.assertEqual(bool(calls), found is not None)

    @ddt.data(*nova_manager.VM_STATES)
    def test_another_power_state(self, vm_state):
        saves, _ = nova_manager.asks_for(
            self.context, vm_state, power_state.NOSTATE, power_state.RUNNING)
        self.assertTrue(saves)
        found = agreement.difference(
            make_server(power_state.NOSTATE, vm_state), 'running')
        self.assertIn('power_state', found.fields)


@ddt.ddt
class TestDifference(base.TestCase):

    @ddt.named_data(
        ['running', power_state.RUNNING, vm_states.ACTIVE, 'running'],
        ['starting', power_state.RUNNING, vm_states.ACTIVE, 'starting'],
        ['off', power_state.SHUTDOWN, vm_states.STOPPED, 'not activated'],
        ['suspended', power_state.SUSPENDED, vm_states.SUSPENDED,
         'suspended'],
        ['in_error', power_state.RUNNING, vm_states.ERROR, 'running'])
    def test_none(self, power, vm_state, lpar_state):
        self.assertIsNone(agreement.difference(
            make_server(power, vm_state), lpar_state))

    @ddt.named_data(
        ['power_state', make_server(), 'not activated',
         {'power_state': power_state.RUNNING, 'vm_state': 'active'}],
        ['vm_state', make_server(power_state.SHUTDOWN), 'not activated',
         {'vm_state': 'active'}],
        ['task_state', make_server(task_state=task_states.REBOOTING),
         'running', {'task_state': 'rebooting'}],
        ['no_such_state', make_server(), 'no such state',
         {'power_state': power_state.RUNNING}],
        ['no_lpar', make_server(power_state.NOSTATE, vm_states.STOPPED), None,
         {'power_state': power_state.NOSTATE, 'vm_state': 'stopped',
          'task_state': None}])
    def test_fields(self, server, lpar_state, fields):
        self.assertEqual(
            agreement.Difference(_LPAR, lpar_state, _UUID, fields),
            agreement.difference(server, lpar_state))

    def test_text_names_what_differs(self):
        found = agreement.difference(make_server(), 'not activated')
        self.assertIn(_UUID, str(found))
        self.assertIn('not activated', str(found))
        alone = agreement.Difference(_LPAR, 'running')
        self.assertIn(_LPAR, str(alone))


class TestDifferences(base.TestCase):

    def test_none(self):
        self.assertEqual([], agreement.differences(
            [make_server(uuid=_OTHER_UUID)], {_LPAR: 'running'}))

    def test_lpar_of_nobody(self):
        self.assertEqual(
            [agreement.Difference(_LPAR, 'running')],
            agreement.differences([], {_LPAR: 'running'}))

    def test_server_without_lpar(self):
        found, = agreement.differences([make_server()], {})
        self.assertEqual((_UUID, None), (found.instance, found.lpar_state))

    def test_two_servers_of_one_lpar(self):
        found, = agreement.differences(
            [make_server(), make_server(uuid=_OTHER_UUID)],
            {_LPAR: 'running'})
        self.assertEqual(_OTHER_UUID, found.instance)

    def test_input_is_not_changed(self):
        lpars = {_LPAR: 'running'}
        agreement.differences([make_server()], lpars)
        self.assertEqual({_LPAR: 'running'}, lpars)
