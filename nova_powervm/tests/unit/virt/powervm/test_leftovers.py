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

"""What a nova-compute that died has left."""

import logging

import ddt
import fixtures
import mock
from nova import exception
from nova import objects
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import virtual_io_server

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.tests.unit.virt.powervm import test_upload
from nova_powervm.virt.powervm import leftovers
from nova_powervm.virt.powervm import media
from nova_powervm.virt.powervm import vif
from nova_powervm.virt.powervm import vm

UUID = '9bc2ba46-6f5c-4b8e-8a3e-1c6a1d9f0e57'
OTHER = '0d1e9bc2-ba46-4f5c-9b8e-8a3e1c6a1d9f'
MEDIUM, BOOT, SWAP, EPHEMERAL = OURS = (
    'cfg_9bc2ba466f5c4b8e8a3e1c6a1d9f0e57', 'b_9bc2ba466f5c',
    's_9bc2ba466f5c', 'e0_9bc2ba466f5c')


@ddt.ddt
class FindUnclaimedTestCase(base.TestCase):

    def find(self, *names, uuids=()):
        return list(leftovers.find_unclaimed(
            {name: ('vios', name) for name in names}, uuids))

    def test_no_instances(self):
        self.assertEqual(list(OURS), self.find(*OURS))

    @ddt.data(*OURS)
    def test_claimed(self, name):
        self.assertEqual([], self.find(name, uuids=[OTHER, UUID]))
        self.assertEqual([], self.find(name, uuids=[UUID.upper()]))
        self.assertEqual([name], self.find(name, uuids=[OTHER]))

    def test_claimed_by_last_digits(self):
        self.assertEqual([], self.find('b_1c6a1d9f0e57', uuids=[UUID]))

    def test_two_uuids_make_no_third(self):
        self.assertEqual(['b_1d9f0e570d1e'], self.find(
            'b_1d9f0e570d1e', uuids=[UUID, OTHER]))

    @ddt.data('i_9bc2ba466f5c', 'rootvg', 'b_9bc2ba466f5', 'b_9bc2ba466f5x',
              'cfg_server.iso', 'boot_9bc2ba466f5c', 'B_9bc2ba466f5c',
              'cfg_' + 33 * 'a', 'b_9bc2ba466f5c.old', '')
    def test_not_ours(self, name):
        self.assertEqual([], self.find(name))

    def test_configuration_drive(self):
        """As it is called in fact."""
        instance = base.make_instance(self.context)
        name = media.medium_name(instance)
        self.assertEqual([name], self.find(name))
        self.assertEqual([], self.find(name, uuids=[instance.uuid]))


class Room:
    """Keeps disks on one Virtual I/O Server."""

    def __init__(self, *names, vios='vios'):
        self.kept = {name: (vios, name) for name in names}
        # Names of what cannot be deleted.
        self.stuck = ()

    def names(self):
        return dict(self.kept)

    def delete(self, backings):
        for _, name in backings:
            if name in self.stuck:
                raise exception.InstanceTerminationFailure(reason='busy')
            del self.kept[name]


@ddt.ddt
class RemoveTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.vios = mock.Mock(
            spec=virtual_io_server.VIOS, uuid='vios', scsi_mappings=[],
            state=base_partition.LPARState.RUNNING,
            rmc_state=base_partition.RMCState.ACTIVE,
            is_mgmt_partition=False)
        self.vios.configure_mock(name='vios1')
        self.get_vioses = self.patch_object(
            virtual_io_server.VIOS, 'get', return_value=[self.vios])
        self.instances = self.patch_object(
            objects.InstanceList, 'get_by_host',
            return_value=[objects.Instance(uuid=OTHER)])
        self.patch_object(vif, 'lpars_with_trunks', return_value=set())

    def map(self, *names):
        self.vios.scsi_mappings = [mock.Mock(backing_storage=None)]
        for name in names:
            mapping = mock.Mock()
            mapping.backing_storage.name = name
            self.vios.scsi_mappings.append(mapping)

    def remove(self, *rooms):
        return leftovers.remove(mock.sentinel.adapter, self.context, 'host',
                                rooms)

    def warnings(self):
        return self.logged(logging.WARNING)

    def test_removed(self):
        disks, drives = Room(BOOT, 'theirs', 'b_0d1e9bc2ba46'), Room(MEDIUM)
        self.assertEqual([BOOT, MEDIUM], self.remove(disks, drives))
        self.assertEqual(({'theirs', 'b_0d1e9bc2ba46'}, set()),
                         (set(disks.kept), set(drives.kept)))
        self.assertEqual(2, len(self.warnings()))
        self.instances.assert_called_once_with(self.context, 'host',
                                               expected_attrs=[])

    def test_nothing_left(self):
        """It costs no request."""
        self.assertEqual([], self.remove(Room('b_0d1e9bc2ba46'), Room()))
        self.get_vioses.assert_not_called()
        self.assertEqual([], self.warnings())

    @ddt.data(BOOT, '/var/vio/' + BOOT)
    def test_mapped(self, name):
        self.map('theirs', name)
        room = Room(BOOT, SWAP)
        self.assertEqual([SWAP], self.remove(room))
        self.assertEqual({BOOT}, set(room.kept))
        self.assertIn(BOOT, self.warnings()[0].args)

    @ddt.named_data(
        ('down', 'state', base_partition.LPARState.NOT_ACTIVATED),
        ('no_rmc', 'rmc_state', base_partition.RMCState.INACTIVE),
        ('another', 'uuid', 'another'))
    def test_mappings_not_known(self, attribute, value):
        setattr(self.vios, attribute, value)
        room = Room(BOOT)
        self.assertEqual([], self.remove(room))
        self.assertEqual({BOOT}, set(room.kept))

    def test_stuck(self):
        room = Room(BOOT, SWAP)
        room.stuck = {BOOT}
        self.assertEqual([SWAP], self.remove(room))
        self.assertEqual({BOOT}, set(room.kept))
        self.assertEqual(BOOT, self.warnings()[0].args['name'])

    def test_conductor_away(self):
        self.instances.side_effect = TimeoutError
        room = Room(BOOT)
        self.assertRaises(TimeoutError, self.remove, room)
        self.assertEqual({BOOT}, set(room.kept))

    def test_novalink_away(self):
        error = self.get_vioses.side_effect = test_upload.error(503)
        room = Room(BOOT)
        self.assertIs(error, self.assertRaises(type(error), self.remove,
                                               room))
        self.assertEqual({BOOT}, set(room.kept))


@ddt.ddt
class RemoveTrunksTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.claimed, self.existing, self.gone = (
            vm.get_pvm_uuid(uuid) for uuid in (
                UUID, OTHER, '9bc2ba46-6f5c-4d3e-8a2b-0e1f2a3b4c5d'))
        self.trunks = {self.claimed, self.existing, self.gone}
        self.unplugged = []
        # By what is asked for, and the LPAR.
        self.failures = {}
        self.instances = mock.Mock(return_value=[mock.Mock(uuid=UUID)])
        for target, name, replacement in (
                (vif, 'lpars_with_trunks', lambda adapter: self.trunks),
                (vif, 'unplug_all', self.unplug),
                (vm, 'lpar_exists', lambda adapter, lpar:
                 lpar == self.existing or self.call('read', lpar)),
                (objects.InstanceList, 'get_by_host', self.instances)):
            self.useFixture(fixtures.MockPatchObject(
                target, name, replacement))

    def call(self, request, lpar):
        if (request, lpar) in self.failures:
            raise self.failures[request, lpar]

    def unplug(self, adapter, lpar):
        self.call('unplug', lpar)
        self.unplugged.append(lpar)

    def remove(self):
        return leftovers.remove(None, self.context, 'host', [])

    def test_lpar_is_gone(self):
        self.assertEqual([self.gone], self.remove())
        self.assertEqual([self.gone], self.unplugged)
        self.instances.assert_called_once()

    @ddt.named_data(
        ('unreadable', 'read', test_upload.error(500)),
        ('malformed', 'read', ValueError()),
        ('stuck', 'unplug', exception.VirtualInterfaceUnplugException(
            reason='busy')))
    @ddt.unpack
    def test_one_fails_always(self, request, error):
        """It does not keep those that come after it."""
        first = vm.get_pvm_uuid('01234567-6f5c-4d3e-8a2b-0e1f2a3b4c5d')
        self.trunks.add(first)
        self.failures[request, first] = error
        self.assertEqual([self.gone], self.remove())
        self.assertEqual([self.gone], self.unplugged)

    def test_no_answer(self):
        """Each would take as long."""
        error = self.failures['read', self.gone] = pvm_exc.ConnectionError('')
        self.trunks.add('F' + self.gone[1:])
        self.assertIs(error, self.assertRaises(type(error), self.remove))
        self.assertEqual([], self.unplugged)

    def test_no_answer_of_the_conductor(self):
        self.instances.side_effect = ValueError()
        self.assertRaises(ValueError, self.remove)
        self.assertEqual([], self.unplugged)
