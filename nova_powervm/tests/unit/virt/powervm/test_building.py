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


"""What a server is made of, in which order, and what undoes it."""

import logging

import ddt
import mock
from nova import exception
from nova.virt import configdrive
from pypowervm import exceptions as pvm_exc

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import building
from nova_powervm.virt.powervm import mapping
from nova_powervm.virt.powervm import vif
from nova_powervm.virt.powervm import vif_events
from nova_powervm.virt.powervm import vm

_BOOT, _BLANK, _DRIVE = ('v', 'boot'), ('v', 'blank'), ('v', 'drive')

# Each step, and what undoes it and those before it.
_UNDONE = {
    'vm.create_lpar': [],
    'vif.plug_all': ['vif.unplug_all', 'vm.delete_lpar'],
}
_UNDONE['disks.create_boot'] = [
    'media.delete_of', 'disks.delete_of', *_UNDONE['vif.plug_all']]
_UNDONE['disks.create_blank'] = _UNDONE['disks.create_boot']
_UNDONE['media.create'] = _UNDONE['disks.create_boot']
_UNDONE['mapping.attach'] = ['mapping.detach', *_UNDONE['media.create']]
_UNDONE['vm.power_on'] = ['vm.power_off', *_UNDONE['mapping.attach']]


class BuildingTestCase(driver_base.TestCase):
    """``calls`` records what is asked of the parts, in one list."""

    def setUp(self):
        super().setUp()
        self.calls = mock.Mock()
        for module, names in (
                (vm, ('create_lpar', 'delete_lpar', 'power_on', 'power_off',
                      'instance_exists')),
                (vif, ('plug_all', 'unplug_all')),
                (mapping, ('attach', 'detach'))):
            room = module.__name__.rpartition('.')[2]
            for name in names:
                self.calls.attach_mock(
                    self.patch_object(module, name, autospec=True),
                    '%s.%s' % (room, name))
        self.patch_object(configdrive, 'required_by', return_value=True)
        self.calls.disks.create_boot.return_value = _BOOT
        self.calls.disks.create_blank.return_value = _BLANK
        self.calls.media.create.return_value = _DRIVE
        self.instance = base.make_instance(self.context)
        self.builder = building.Builder(
            mock.MagicMock(), mock.sentinel.adapter, 'system',
            self.calls.disks, self.calls.media)

    def build(self, builder=None, power_on=True):
        (builder or self.builder).build(
            mock.sentinel.system, building.Request(
                self.context, self.instance, mock.sentinel.image, [], None,
                [],
                {'ephemerals': [{'size': 1}], 'swap': None,
                 'block_device_mapping': []}), power_on)

    def called(self):
        return [call[0] for call in self.calls.mock_calls]

    def step(self, name):
        """Return the stand-in of a step."""
        room, _, function = name.partition('.')
        children = self.calls._mock_children
        return children.get(name) or getattr(children[room], function)


@ddt.ddt
class BuildTestCase(BuildingTestCase):

    def test_steps(self):
        self.build()
        self.assertEqual(list(_UNDONE), self.called())
        self.assertEqual(
            [_BOOT, _BLANK, _DRIVE],
            list(self.step('mapping.attach').call_args.args[-1]))

    def test_power_on_is_false(self):
        self.build(power_on=False)
        self.assertNotIn('vm.power_on', self.called())

    def test_no_configuration_drive(self):
        configdrive.required_by.return_value = False
        self.build()
        self.assertNotIn('media.create', self.called())

    def test_bare(self):
        self.build(building.Builder(
            mock.sentinel.virtapi, mock.sentinel.adapter, 'system', None,
            None))
        self.assertEqual(['vm.create_lpar', 'vm.power_on'], self.called())

    @ddt.named_data(*((name, name) for name in _UNDONE))
    def test_fails(self, name):
        error = exception.InstanceDeployFailure(reason='no')
        self.step(name).side_effect = error
        self.assertIs(error, self.assertRaises(
            exception.InstanceDeployFailure, self.build))
        steps = list(_UNDONE)
        self.assertEqual(steps[:steps.index(name) + 1] + _UNDONE[name],
                         self.called())

    @ddt.named_data(*((name, name) for name in _UNDONE['vm.power_on']))
    def test_undoing_fails(self, name):
        """nova gets the first error, the log the second."""
        error = exception.InstancePowerOnFailure(reason='no')
        self.step('vm.power_on').side_effect = error
        second = exception.InstanceTerminationFailure(reason='busy')
        self.step(name).side_effect = second
        self.assertIs(error, self.assertRaises(
            exception.InstancePowerOnFailure, self.build))
        self.assertIn('vm.delete_lpar', self.called())
        record, = self.logged(logging.ERROR)
        self.assertIs(second, record.exc_info[1])
        self.assertIs(self.instance, record.instance)

    def test_lpar_disappears(self):
        """nova takes InstanceNotFound for a deletion by the user."""
        self.step('vm.power_on').side_effect = exception.InstanceNotFound(
            instance_id='i')
        self.assertRaises(exception.InstanceDeployFailure, self.build)


class OtherTestCase(BuildingTestCase):

    def test_new_session(self):
        self.builder.renew(mock.sentinel.renewed)
        self.step('disks.renew').assert_called_once_with(mock.sentinel.renewed)
        self.step('media.renew').assert_called_once_with(mock.sentinel.renewed)
        self.build()
        self.assertIs(mock.sentinel.renewed,
                      self.step('vm.create_lpar').call_args.args[0])

    def test_new_session_during_the_build(self):
        """The old one is lost, and cannot take anything away."""
        def fail(*args):
            self.builder.renew(mock.sentinel.renewed)
            raise exception.InstanceDeployFailure(reason='no')

        self.step('mapping.attach').side_effect = fail
        self.assertRaises(exception.InstanceDeployFailure, self.build)
        self.assertEqual(3 * [mock.sentinel.renewed], [
            self.step(name).call_args.args[0] for name in (
                'mapping.detach', 'vif.unplug_all', 'vm.delete_lpar')])

    def test_capacity_cannot_be_read(self):
        self.step('disks.capacity').side_effect = pvm_exc.Error('down')
        self.assertRaises(exception.HypervisorUnavailable,
                          self.builder.capacity)

    def test_ports_are_not_waited_for(self):
        """nova plugs them at its start, before neutron can report them."""
        wait = self.patch_object(vif_events, 'wait_for_plugging')
        self.builder.plug(mock.sentinel.system, self.instance, [])
        self.assertEqual(['vif.plug_all'], self.called())
        wait.assert_not_called()
        self.build()
        wait.assert_called_once()

    def test_bare(self):
        bare = building.Builder(
            mock.sentinel.virtapi, mock.sentinel.adapter, 'system', None,
            None)
        bare.renew(mock.sentinel.renewed)
        bare.plug(mock.sentinel.system, self.instance, [mock.sentinel.port])
        bare.manage_image_cache(self.context, [])
        bare.remove_leftovers(self.context, 'host')
        self.assertIsNone(bare.capacity())
        self.assertEqual([], self.called())

    def test_leftovers_cannot_be_looked_for(self):
        error = ValueError('malformed')
        self.patch_object(building.leftovers, 'remove', side_effect=error)
        self.builder.remove_leftovers(self.context, 'host')
        record, = self.logged(logging.WARNING)
        self.assertIn(error, record.args)


@ddt.ddt
class TakeApartTestCase(BuildingTestCase):

    def take_apart(self):
        self.builder.take_apart(self.instance)

    def test_steps(self):
        self.take_apart()
        self.assertEqual(
            ['vm.power_off', 'mapping.detach', 'disks.delete_of',
             'media.delete_of', 'vif.unplug_all', 'vm.delete_lpar'],
            self.called())

    def test_no_lpar(self):
        """Its disks may be there all the same."""
        self.step('vm.power_off').side_effect = exception.InstanceNotFound(
            instance_id='i')
        self.take_apart()
        self.assertIn('disks.delete_of', self.called())

    def test_lpar_disappears_during_the_power_off(self):
        self.step('vm.power_off').side_effect = (
            exception.InstancePowerOffFailure(reason='404'))
        self.step('vm.instance_exists').return_value = False
        self.take_apart()
        self.assertIn('vm.delete_lpar', self.called())

    def test_power_off_fails(self):
        error = exception.InstancePowerOffFailure(reason='stuck')
        self.step('vm.power_off').side_effect = error
        self.step('vm.instance_exists').return_value = True
        self.assertIs(error, self.assertRaises(
            exception.InstancePowerOffFailure, self.take_apart))
        self.assertNotIn('mapping.detach', self.called())

    @ddt.data('mapping.detach', 'disks.delete_of', 'media.delete_of',
              'vif.unplug_all')
    def test_lpar_stays_until_its_parts_are_gone(self, name):
        self.step(name).side_effect = exception.InstanceTerminationFailure(
            reason='busy')
        self.assertRaises(exception.InstanceTerminationFailure,
                          self.take_apart)
        self.assertNotIn('vm.delete_lpar', self.called())
