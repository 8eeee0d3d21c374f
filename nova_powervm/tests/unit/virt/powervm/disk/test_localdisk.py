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

"""Names, errors and ages of disks in a volume group."""

import ddt
import mock
from nova import exception
from nova import objects
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import storage

from nova_powervm.testing import novalink
from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm.disk import localdisk
from nova_powervm.virt.powervm.disk import volume_group
from nova_powervm.virt.powervm import upload
from nova_powervm.virt.powervm import vios

UUID = 'F63F3CD1-6f2e-4d2c-8a7c-0123456789ab'
DIGITS = 'f63f3cd16f2e'


class Group:
    """A volume group in memory, by the interface of VolumeGroup.

    ``disks`` has the sizes of disks by their names; ``error`` is raised by
    what changes it.
    """

    def __init__(self):
        self.disks = {}
        self.error = None

    def read(self):
        return mock.Mock(
            capacity=100.0, available_size=100.0 - sum(self.disks.values()),
            virtual_disks=[self.disk(name) for name in self.disks])

    @staticmethod
    def disk(name):
        found = mock.create_autospec(storage.VDisk, instance=True)
        found.name = name
        return found

    def copy(self, source, name, size_gb):
        return None if source not in self.disks else self.add(name, size_gb)

    def add(self, name, size_gb):
        self.check()
        self.disks[name] = size_gb
        return self.disk(name)

    def delete(self, chosen):
        self.check()
        for name in [name for name in self.disks if chosen(name)]:
            del self.disks[name]

    def check(self):
        if self.error is not None:
            raise self.error


class LocalDiskTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.group = Group()
        self.patch_object(vios, 'find_volume_group',
                          return_value=('vios', 'group'))
        self.patch_object(volume_group, 'VolumeGroup',
                          return_value=self.group)
        self.upload = self.patch_object(
            upload, 'upload', side_effect=lambda *args: list(args[-1]))
        self.glance = mock.Mock()
        self.glance.get.return_value = {'id': 'image', 'size': 4}
        self.glance.download.side_effect = lambda *args: [b'1234']
        self.clock = novalink.Clock()
        self.disks = localdisk.LocalDisk('adapter', 'system', self.glance,
                                         clock=self.clock)
        self.instance = self.make_instance(UUID)
        self.image = objects.ImageMeta.from_dict(
            {'id': 'image', 'size': 4, 'disk_format': 'raw'})

    def make_instance(self, uuid=None, image='image'):
        made = base.make_instance(self.context, uuid=uuid)
        made.image_ref = image
        return made

    def boot(self, instance=None):
        return self.disks.create_boot(
            self.context, instance or self.instance, self.image)

    def image_disk(self):
        """Boot a server and return the name of its image's disk."""
        self.boot()
        found, = [name for name in self.group.disks if name.startswith('i_')]
        return found


@ddt.ddt
class NameTestCase(LocalDiskTestCase):

    def test_names(self):
        self.assertEqual('b_' + DIGITS, self.boot()[1].name)
        self.assertEqual('e0_' + DIGITS, self.disks.create_blank(
            self.instance, 'e0', 512)[1].name)
        self.assertEqual(1, self.group.disks['e0_' + DIGITS])
        self.assertEqual({'b_' + DIGITS, 'e0_' + DIGITS},
                         set(self.disks.names()))

    def test_images_whose_uuids_begin_alike(self):
        first = self.image_disk()
        self.image = objects.ImageMeta.from_dict(
            {'id': 'image2', 'size': 4, 'disk_format': 'raw'})
        self.boot(self.make_instance())
        self.assertEqual(4, len(self.group.disks))
        self.assertEqual(2, self.upload.call_count)
        self.assertEqual(14, len(first))

    @ddt.named_data(
        ('boot', 'b_' + DIGITS, True), ('swap', 's_' + DIGITS, True),
        ('ephemeral', 'e0_' + DIGITS, True), ('image', 'i_' + DIGITS, False),
        ('upload', 'u_' + DIGITS, False), ('other', 'b_0123456789ab', False),
        ('longer', 'b_%s0' % DIGITS, False), ('prefix', 'xb_' + DIGITS[1:],
                                              False),
        ('long_label', 'abc_' + DIGITS, False), ('none', 'hd4', False),
        ('upper_case', 'b_' + DIGITS.upper(), False))
    @ddt.unpack
    def test_is_of(self, name, expected):
        self.assertEqual(expected, self.disks.is_of(self.instance, name))

    def test_names_that_are_longer(self):
        self.flags(group='image_cache',
                   remove_unused_original_minimum_age_seconds=0)
        longer = {'b_%s0' % DIGITS: 1, 'i_%s0' % DIGITS: 1}
        self.group.disks = dict(longer)
        self.assertEqual({}, self.disks.names())
        self.disks.manage_image_cache(self.context, [])
        self.assertEqual(longer, self.group.disks)

    def test_delete_of(self):
        self.group.disks = dict.fromkeys(
            ['b_' + DIGITS, 'i_' + DIGITS, 'b_0123456789ab', 'hd4'], 1)
        self.disks.delete_of(self.instance)
        self.assertEqual({'i_' + DIGITS, 'b_0123456789ab', 'hd4'},
                         set(self.group.disks))


@ddt.ddt
class ErrorTestCase(LocalDiskTestCase):

    @ddt.data(pvm_exc.Error('no'), novalink.http_error(500),
              novalink.http_error(404))
    def test_refused(self, error):
        self.group.error = error
        for expected, function, args in (
                (exception.InstanceDeployFailure, self.boot, ()),
                (exception.InstanceDeployFailure, self.disks.create_blank,
                 (self.instance, 's', 1)),
                (exception.InstanceTerminationFailure,
                 self.disks.delete_of, (self.instance,)),
                (exception.InstanceTerminationFailure,
                 self.disks.delete, ([],))):
            self.assertRaises(expected, function, *args)

    @ddt.named_data(
        ('incomplete', upload.IncompleteUpload('no'),
         exception.InstanceDeployFailure),
        ('glance', OSError('no'), exception.InstanceDeployFailure),
        ('bug', ValueError('no'), ValueError))
    @ddt.unpack
    def test_upload(self, error, expected):
        self.upload.side_effect = error
        self.assertRaises(expected, self.boot)
        self.assertEqual({}, self.group.disks)

    def test_of_the_image(self):
        """pypowervm has another error for it."""
        def send(*args):
            try:
                list(args[-1])
            except exception.ImageUnacceptable as e:
                raise pvm_exc.Error('Unexpected error') from e

        self.upload.side_effect = send
        self.glance.get.return_value['size'] = 5
        self.assertRaises(exception.ImageUnacceptable, self.boot)
        self.assertEqual({}, self.group.disks)

    def test_image_disappears(self):
        self.group.copy = lambda *args: None
        self.assertRaises(exception.InstanceDeployFailure, self.boot)

    def test_three_slots(self):
        """During an upload there are two more."""
        slots = self.disks._upload_slots
        free = []

        def send(*args):
            free.extend(slots.acquire(blocking=False) for _ in range(3))

        self.upload.side_effect = send
        self.boot()
        self.assertEqual([True, True, False], free)

    def test_slot_is_free_again(self):
        self.upload.side_effect = pvm_exc.Error('no')
        for _ in range(4):
            self.assertRaises(exception.InstanceDeployFailure, self.boot)

    def test_remains(self):
        """What remains is logged, and the first error raised."""
        def fail(*args):
            self.group.error = pvm_exc.Error('not now')
            raise upload.IncompleteUpload('half')

        self.upload.side_effect = fail
        e = self.assertRaises(exception.InstanceDeployFailure, self.boot)
        self.assertIn('half', str(e))
        self.assertEqual(1, len(self.group.disks))


class CacheTestCase(LocalDiskTestCase):

    def setUp(self):
        super().setUp()
        self.flags(group='image_cache',
                   remove_unused_original_minimum_age_seconds=100)
        self.name = self.image_disk()

    def manage(self, *instances):
        self.disks.manage_image_cache(self.context, instances)
        return self.name in self.group.disks

    def test_ages(self):
        self.assertTrue(self.manage())
        self.clock.advance(99)
        self.assertTrue(self.manage())
        self.clock.advance(1)
        self.assertTrue(self.manage(self.instance))
        self.assertTrue(self.manage(self.make_instance(image='other')))
        self.clock.advance(100)
        self.assertFalse(self.manage())

    def test_boot_from_volume(self):
        """Its server has no image."""
        self.assertTrue(self.manage(self.make_instance(image='')))

    def test_boot_begins_meanwhile(self):
        self.manage()
        self.clock.advance(100)
        delete = self.group.delete

        def boot_first(chosen):
            with self.disks._keep(self.name):
                delete(chosen)

        self.group.delete = boot_first
        self.assertTrue(self.manage())
        self.group.delete = delete
        self.assertFalse(self.manage())

    def test_boot_has_begun(self):
        """There is nothing to delete, and nobody is told of it."""
        self.manage()
        self.clock.advance(100)
        self.group.error = pvm_exc.Error('no')
        with self.disks._keep(self.name):
            self.assertTrue(self.manage())

    def test_failure(self):
        self.manage()
        self.clock.advance(100)
        self.group.error = pvm_exc.Error('no')
        self.assertRaises(pvm_exc.Error, self.manage)
        self.group.error = None
        self.assertFalse(self.manage())


class CapacityTestCase(LocalDiskTestCase):

    def test_ten_seconds(self):
        self.assertEqual((100, 100), self.disks.capacity())
        self.group.disks['hd4'] = 30.5
        self.clock.advance(9)
        self.assertEqual((100, 100), self.disks.capacity())
        self.clock.advance(1)
        self.assertEqual((100, 69.5), self.disks.capacity())


@ddt.ddt
class VolumeGroupTestCase(driver_base.TestCase):
    """A captured volume group with one disk, ``asdf``, and 1051 GiB left."""

    def setUp(self):
        super().setUp()
        self.adapter = captured.make_adapter()
        self.adapter.traits = None
        self.captured = storage.VG.wrap(
            captured.response('fake_volume_group.txt', self.adapter))
        self.patch_object(storage.VG, 'get', return_value=self.captured)
        self.update = self.patch_object(
            storage.VG, 'update', autospec=True,
            side_effect=lambda group: group)
        self.group = volume_group.VolumeGroup(self.adapter, 'vios', 'group')

    def test_add(self):
        disk = self.group.add('new', 1051)
        self.assertEqual((1051.0, None), (
            disk.capacity, disk.element.findtext('BaseImage')))
        self.assertEqual(2, len(self.captured.virtual_disks))

    def test_copy(self):
        source, = self.captured.virtual_disks
        disk = self.group.copy('asdf', 'new', 1)
        self.assertEqual(source.udid, disk.element.findtext('BaseImage'))

    def test_copy_of_none(self):
        self.assertIsNone(self.group.copy('absent', 'new', 1))
        self.update.assert_not_called()

    def test_full(self):
        self.assertRaises(exception.ComputeResourcesUnavailable,
                          self.group.add, 'new', 1052)
        self.update.assert_not_called()

    @ddt.data(('asdf', 1, 0), ('absent', 0, 1))
    @ddt.unpack
    def test_delete(self, name, updates, left):
        self.group.delete({name}.__contains__)
        self.assertEqual((updates, left), (
            self.update.call_count, len(self.captured.virtual_disks)))

    @ddt.data((412, 6), (500, 1))
    @ddt.unpack
    def test_tries(self, status, tries):
        self.update.side_effect = novalink.http_error(status)
        with mock.patch('pypowervm.utils.retry.time.sleep', autospec=True):
            self.assertRaises(pvm_exc.HttpError, self.group.add, 'new', 1)
        self.assertEqual(tries, self.update.call_count)
