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

"""Disks in volume groups of the simulator, and their mappings."""

from concurrent import futures
import hashlib
import threading

import ddt
import fixtures
from nova import exception
from nova import objects
from oslo_utils import uuidutils
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import storage as storage_tasks
from pypowervm.wrappers import storage

from nova_powervm.testing import novalink
from nova_powervm.tests import base
from nova_powervm.tests.functional.each_backend import storage_case
from nova_powervm.virt.powervm.disk import images
from nova_powervm.virt.powervm.disk import localdisk
from nova_powervm.virt.powervm import mapping
from nova_powervm.virt.powervm import vm

IMAGE = bytes(range(256)) * 4096
CONTENTS = len(IMAGE), hashlib.sha256(IMAGE).hexdigest()
#: An upload of an image, from the look for its disk to the server's copy.
FIRST_BOOT = {'group_entry': 6, 'group_update': 4, 'file_create': 1,
              'file_upload': 1, 'file_entry': 1, 'file_delete': 1}
WARM_BOOT = {'group_entry': 1, 'group_update': 1}
MAPPED = {'vios_feed': 1, 'vios_update': 1}


def hashes(algorithm, data):
    return {'os_hash_algo': algorithm,
            'os_hash_value': hashlib.new(algorithm, data).hexdigest()}


class Glance:
    """Has images; nova's image API as far as disks need it.

    ``downloads`` has the image of each download that has begun.
    """

    def __init__(self):
        self.images = {}
        self.downloads = []

    def add(self, data=IMAGE, **attrs):
        """Add an image; return what nova knows of it."""
        image_id = uuidutils.generate_uuid()
        details = {'id': image_id, 'size': len(data), 'properties': {},
                   **hashes('sha256', data), **attrs}
        self.images[image_id] = details, data
        return objects.ImageMeta.from_dict(
            {'id': image_id, 'size': details['size'], 'disk_format': 'raw'})

    def get(self, context, image_id):
        return self.images[image_id][0]

    def download(self, context, image_id):
        self.downloads.append(image_id)
        return self.chunks(self.images[image_id][1])

    def chunks(self, data):
        for start in range(0, len(data), 1 << 16):
            yield data[start:start + (1 << 16)]


class DisksTestCase(storage_case.StorageTestCase):
    """A host with one Virtual I/O Server, and disks in its group ``data``."""

    def setUp(self):
        super().setUp()
        self.vios, = self.vioses
        self.flags(group='powervm', volume_group_name='data')
        self.clock = novalink.Clock()
        self.glance = Glance()
        self.disks = self.make_disks()
        self.control.reset_counters()

    def make_disks(self):
        return localdisk.LocalDisk(self.adapter, 'system', self.glance,
                                   clock=self.clock)

    def make_instance(self, root_gb=2, image=None):
        made = base.make_instance(self.context)
        made.flavor.root_gb = root_gb
        made.image_ref = image.id if image else ''
        return made

    def boot(self, image, instance=None, **attrs):
        return self.disks.create_boot(
            self.context, instance or self.make_instance(**attrs), image)

    def blank(self, instance=None, label='e0', size_mb=1024):
        return self.disks.create_blank(
            instance or self.make_instance(), label, size_mb)

    def stored(self):
        """Return size and hash of the contents of each disk, by its name."""
        return {name: contents for (_, name), contents
                in self.contents('disks').items()}

    def labels(self):
        """Return what the disks are for, sorted."""
        return sorted(name.partition('_')[0] for name in self.stored())

    def requests(self):
        """Return the number of requests of each kind since the last call."""
        counters = self.control.counters()
        self.control.reset_counters()
        return counters


class BootTestCase(DisksTestCase):

    def setUp(self):
        super().setUp()
        self.image = self.glance.add()

    def test_first(self):
        instance = self.make_instance(root_gb=3)
        vios_uuid, disk = self.boot(self.image, instance)
        self.assertEqual((self.vios, 3.0), (vios_uuid, disk.capacity))
        self.assertTrue(self.disks.is_of(instance, disk.name))
        self.assertEqual(FIRST_BOOT, self.requests())
        self.assertEqual(['b', 'i'], self.labels())
        self.assertEqual({CONTENTS}, set(self.stored().values()))
        self.assertEqual([], self.files())

    def test_later_ones_are_copies(self):
        self.boot(self.image)
        self.requests()
        self.boot(self.image)
        self.assertEqual(WARM_BOOT, self.requests())
        self.assertEqual([CONTENTS] * 3, list(self.stored().values()))
        self.assertEqual([self.image.id], self.glance.downloads)

    def test_after_a_restart(self):
        self.boot(self.image)
        self.disks = self.make_disks()
        self.boot(self.image)
        self.assertEqual([self.image.id], self.glance.downloads)

    def test_nova_compute_died_in_an_upload(self):
        """What it left is not copied, and does not stay."""
        self.boot(self.image)
        image, = [name for name in self.stored() if name.startswith('i_')]
        self.disks._group.copy(image, 'u' + image[1:], 1)
        self.disks._group.delete({image}.__contains__)
        self.boot(self.image)
        self.assertEqual([self.image.id] * 2, self.glance.downloads)
        self.assertEqual(['b', 'b', 'i'], self.labels())

    def test_flavor_without_a_disk(self):
        _, disk = self.boot(self.image, root_gb=0)
        self.assertEqual(1.0, disk.capacity)

    def test_image_with_partitions(self):
        disk = bytearray(1 << 17)
        disk[446:462] = b'\x80\0\2\0\x41\0\0\0\1\0\0\0\x40\0\0\0'
        disk[510:512] = b'\x55\xaa'
        self.boot(self.glance.add(bytes(disk)))
        self.assertEqual(['b', 'i'], self.labels())

    def test_several_at_once(self):
        self.at_once(lambda _: self.boot(self.image), *range(5))
        self.assertEqual([self.image.id], self.glance.downloads)
        self.assertEqual([CONTENTS] * 6, list(self.stored().values()))

    def test_uploads_do_not_wait_for_each_other(self):
        # Each waits in its transfer until the other has begun, too.
        barrier = threading.Barrier(2, timeout=30)
        self.meet(barrier)
        self.at_once(self.boot, self.image, self.glance.add(IMAGE[:1 << 18]))
        self.assertEqual(['b', 'b', 'i', 'i'], self.labels())

    def test_warm_boot_does_not_wait_for_an_upload(self):
        self.boot(self.image)
        barrier = threading.Barrier(2, timeout=30)
        self.meet(barrier)
        with futures.ThreadPoolExecutor(1) as pool:
            other = pool.submit(self.boot, self.glance.add(IMAGE[:1 << 18]))
            self.boot(self.image)
            barrier.wait()
            other.result()
        self.assertEqual(['b', 'b', 'b', 'i', 'i'], self.labels())

    def meet(self, barrier):
        chunks = self.glance.chunks

        def wait(data):
            barrier.wait()
            return chunks(data)

        self.glance.chunks = wait

    def test_more_uploads_than_slots(self):
        self.at_once(self.boot, *[self.glance.add(IMAGE[:size << 10])
                                  for size in range(1, 6)])
        self.assertEqual(['b'] * 5 + ['i'] * 5, self.labels())


@ddt.ddt
class BootFaultsTestCase(DisksTestCase):
    """Faults of NovaLink; what they hit is as good as new afterwards."""

    def setUp(self):
        super().setUp()
        self.image = self.glance.add()

    def assert_fails(self, expected=exception.InstanceDeployFailure):
        self.assertRaises(expected, self.boot, self.image)
        self.control.clear_faults()
        self.assertEqual(({}, []), (self.stored(), self.files()))

    @ddt.data('unauthorized_upload', 'unauthorized', 'cut_upload', 'no_space',
              'vios_busy')
    def test_upload(self, fault):
        self.control.inject_fault('file_upload', fault, count=1)
        self.assert_fails()
        self.boot(self.image)
        self.assertEqual([CONTENTS] * 2, list(self.stored().values()))

    @ddt.data(('file_create', 'no_space'), ('file_entry', 'no_space'),
              ('file_entry', 'cut'), ('group_update', 'no_space'),
              ('group_entry', 'no_space'))
    def test_request(self, fault):
        self.control.inject_fault(*fault, count=1)
        self.assert_fails()

    def test_upload_remains(self):
        """The next boot deletes it, or the image cache."""
        self.control.inject_fault('file_upload', 'cut_upload')
        # Made, but not deleted.
        deleted = self.disks._group.delete
        calls = []

        def delete(chosen):
            calls.append(chosen)
            if len(calls) == 2:
                raise pvm_exc.Error('not now')
            deleted(chosen)

        with fixtures.MockPatchObject(self.disks._group, 'delete', delete):
            self.assertRaises(exception.InstanceDeployFailure, self.boot,
                              self.image)
        self.control.clear_faults()
        self.assertEqual(['u'], self.labels())
        self.boot(self.image)
        self.assertEqual(['b', 'i'], self.labels())

    def test_file_remains(self):
        """That one costs a warning, and no server."""
        self.control.inject_fault('file_delete', 'no_space', count=1)
        self.boot(self.image)
        self.assertEqual(1, len(self.files()))

    @ddt.data('etag_mismatch', 'vios_busy')
    def test_group_is_changed_or_busy(self, fault):
        self.boot(self.image)
        self.control.inject_fault('group_update', fault, count=2)
        _, disk = self.boot(self.image)
        self.assertEqual(CONTENTS, self.stored()[disk.name])
        self.assertEqual(['b', 'b', 'i'], self.labels())

    def test_changed_all_the_time(self):
        self.control.inject_fault('group_update', 'etag_mismatch')
        self.assert_fails()

    def test_answer_is_lost(self):
        """The disk is there, and found when its server is undone."""
        self.boot(self.image)
        instance = self.make_instance()
        self.control.inject_fault('group_update', 'cut', count=1)
        self.assertRaises(exception.InstanceDeployFailure, self.boot,
                          self.image, instance)
        self.disks.delete_of(instance)
        self.assertEqual(['b', 'i'], self.labels())

    def test_no_space(self):
        self.boot(self.image)
        self.assertRaises(exception.ComputeResourcesUnavailable, self.boot,
                          self.image, root_gb=100)
        self.assertEqual(['b', 'i'], self.labels())

    def test_no_space_for_the_image(self):
        self.blank(size_mb=100 << 10)
        self.assertRaises(exception.ComputeResourcesUnavailable, self.boot,
                          self.image)
        self.assertEqual(['e0'], self.labels())
        self.assertEqual([], self.files())

    def test_there_already(self):
        instance = self.make_instance()
        self.boot(self.image, instance)
        self.assertRaises(exception.InstanceDeployFailure, self.boot,
                          self.image, instance)


@ddt.ddt
class ImageTestCase(DisksTestCase):
    """Images that are refused leave nothing."""

    def assert_refused(self, image, expected=exception.ImageUnacceptable,
                       **attrs):
        self.assertRaises(expected, self.boot, image, **attrs)
        self.assertEqual(({}, []), (self.stored(), self.files()))

    @ddt.named_data(
        ('truncated', IMAGE[:-1], {'size': len(IMAGE)}),
        ('nothing_came', b'', {'size': 5}),
        ('too_long', IMAGE + b'1', {'size': len(IMAGE)}),
        ('another_sha256', IMAGE, {'os_hash_value': '0' * 64}),
        ('another_sha512', IMAGE, hashes('sha512', b'other')),
        ('another_md5', IMAGE, {'os_hash_value': None, 'checksum': '0' * 32}))
    @ddt.unpack
    def test_contents(self, data, attrs):
        self.assert_refused(self.glance.add(data, **attrs))

    @ddt.named_data(('md5', {'checksum': hashlib.md5(IMAGE).hexdigest()}),
                    ('none', {}))
    def test_without_a_sha512(self, attrs):
        self.boot(self.glance.add(os_hash_algo=None, os_hash_value=None,
                                  **attrs))
        self.assertEqual([CONTENTS] * 2, list(self.stored().values()))

    @ddt.named_data(
        ('qcow2', b'QFI\xfb\0\0\0\3' + bytes(1 << 17), {}),
        ('vmdk', b'KDMV\1\0\0\0' + bytes(1 << 17), {}),
        ('empty', b'', {}), ('no_size', IMAGE, {'size': None}))
    @ddt.unpack
    def test_nothing_is_sent(self, data, attrs):
        self.assert_refused(self.glance.add(data, **attrs))
        self.assertNotIn('group_update', self.requests())

    def test_too_large(self):
        self.assert_refused(self.glance.add(size=images._GB + 1),
                            exception.FlavorDiskSmallerThanImage, root_gb=1)
        self.assertEqual([], self.glance.downloads)

    @ddt.named_data(('at_once', 0), ('later', len(IMAGE)))
    def test_glance_fails(self, after):
        def fail(data):
            yield data[:after]
            raise OSError('corrupted')

        self.glance.chunks = fail
        self.assert_refused(self.glance.add(size=2 * len(IMAGE)),
                            exception.InstanceDeployFailure)

    def test_glance_has_none(self):
        image = self.glance.add()
        self.useFixture(fixtures.MockPatchObject(
            self.glance, 'get', side_effect=exception.ImageNotFound(
                image_id=image.id)))
        self.assert_refused(image, exception.ImageNotFound)


class CacheTestCase(DisksTestCase):

    def setUp(self):
        super().setUp()
        self.flags(group='image_cache',
                   remove_unused_original_minimum_age_seconds=100)
        self.image = self.glance.add()
        self.server = self.make_instance(image=self.image)
        self.boot(self.image, self.server)
        self.requests()

    def manage(self, *instances):
        """Manage the cache; return whether there is a disk of the image."""
        self.disks.manage_image_cache(self.context, instances)
        return 'i' in self.labels()

    def test_ages_out(self):
        self.assertTrue(self.manage())
        self.clock.advance(99)
        self.assertTrue(self.manage())
        self.clock.advance(1)
        self.assertFalse(self.manage())
        self.assertEqual(['b'], self.labels())
        self.boot(self.image)
        self.assertEqual(2, len(self.glance.downloads))

    def test_requests(self):
        self.manage(self.server)
        self.assertEqual({'group_entry': 1}, self.requests())

    def test_used(self):
        for _ in range(3):
            self.assertTrue(self.manage(self.server))
            self.clock.advance(1000)

    def test_used_again(self):
        """Its age begins anew."""
        self.manage()
        self.clock.advance(99)
        self.manage(self.server)
        self.clock.advance(99)
        self.assertTrue(self.manage())
        self.clock.advance(99)
        self.assertTrue(self.manage())

    def test_off(self):
        self.flags(group='image_cache', remove_unused_base_images=False)
        self.manage()
        self.clock.advance(1000)
        self.assertTrue(self.manage())
        self.assertEqual({}, self.requests())

    def test_upload_that_remained(self):
        image, = [name for name in self.stored() if name.startswith('i_')]
        self.disks._group.copy(image, 'u' + image[1:], 1)
        self.manage(self.server)
        self.clock.advance(100)
        self.manage(self.server)
        self.assertEqual(['b', 'i'], self.labels())

    def test_during_an_upload(self):
        """However short the minimum age, a boot keeps its disks."""
        self.flags(group='image_cache',
                   remove_unused_original_minimum_age_seconds=0)
        chunks = self.glance.chunks
        found = []

        def manage(data):
            yield from chunks(data)
            self.manage()
            found.append(self.labels())

        self.glance.chunks = manage
        # Longer than what is inspected before the upload.
        self.boot(self.glance.add(IMAGE + IMAGE))
        self.assertEqual([['b', 'u']], found)
        self.assertEqual(['b', 'b', 'i'], self.labels())

    def test_no_answer(self):
        self.control.inject_fault('group_entry', 'no_space')
        self.assertRaises(pvm_exc.Error, self.manage)


class DeleteTestCase(DisksTestCase):

    def setUp(self):
        super().setUp()
        self.instance = self.make_instance()
        self.backings = [self.boot(self.glance.add(), self.instance),
                         self.blank(self.instance, 'e0'),
                         self.blank(self.instance, 's', 512)]
        self.other = self.blank()
        self.theirs = self.vios, storage_tasks.crt_vdisk(
            self.adapter, self.vios, self.group(self.vios, 'data').uuid,
            'data', 1)
        self.requests()

    def test_backings(self):
        self.disks.delete(self.backings)
        self.assertEqual(WARM_BOOT, self.requests())
        self.assertEqual(['data', 'e0', 'i'], self.labels())
        # Missing ones are fine.
        self.disks.delete(self.backings)
        self.disks.delete([])

    def test_of_an_instance(self):
        self.disks.delete_of(self.instance)
        self.assertEqual(WARM_BOOT, self.requests())
        self.assertEqual(['data', 'e0', 'i'], self.labels())
        self.disks.delete_of(self.instance)
        self.disks.delete_of(self.make_instance())

    def test_others(self):
        """Of somebody else, of an image, a medium, or somewhere else."""
        before = self.stored()
        image, = [disk for disk in self.disks._group.read().virtual_disks
                  if disk.name.startswith('i_')]
        self.disks.delete([
            self.theirs, (self.vios, image), ('other', self.other[1]),
            (self.vios, storage.VOptMedia.bld_ref(
                self.adapter, self.other[1].name))])
        self.assertEqual(before, self.stored())

    def test_names(self):
        expected = {disk.name for _, disk in [*self.backings, self.other]}
        names = self.disks.names()
        self.assertEqual(expected, set(names))
        self.disks.delete(names.values())
        self.assertEqual(['data', 'i'], self.labels())

    def test_is_of(self):
        for _, disk in self.backings:
            self.assertTrue(self.disks.is_of(self.instance, disk.name))
            self.assertLessEqual(len(disk.name), 15)
        for name in self.other[1].name, 'data', *[
                name for name in self.stored() if name.startswith('i_')]:
            self.assertFalse(self.disks.is_of(self.instance, name))

    def test_mapped(self):
        lpar, = self.control.add_lpars(1, state='not activated')
        mapping.attach(self.adapter, 'system', lpar, self.backings)
        before = self.stored()
        self.assertRaises(exception.InstanceTerminationFailure,
                          self.disks.delete, self.backings)
        self.assertEqual(before, self.stored())

    def test_refused(self):
        self.control.inject_fault('group_update', 'no_space')
        self.assertRaises(exception.InstanceTerminationFailure,
                          self.disks.delete_of, self.instance)

    def test_changed_meanwhile(self):
        self.control.inject_fault('group_update', 'etag_mismatch', count=3)
        self.disks.delete_of(self.instance)
        self.assertEqual(['data', 'e0', 'i'], self.labels())


class BlankTestCase(DisksTestCase):

    def test_made(self):
        instance = self.make_instance()
        for label, size_mb, gb in (('s', 512, 1), ('e0', 2048, 2)):
            vios_uuid, disk = self.blank(instance, label, size_mb)
            self.assertEqual((self.vios, gb),
                             (vios_uuid, disk.capacity))
        self.assertEqual(['e0', 's'], self.labels())

    def test_there_already(self):
        instance = self.make_instance()
        self.blank(instance)
        self.assertRaises(exception.InstanceDeployFailure, self.blank,
                          instance)

    def test_no_space(self):
        self.assertRaises(exception.ComputeResourcesUnavailable, self.blank,
                          size_mb=101 << 10)
        self.assertNotIn('group_update', self.requests())

    def test_capacity(self):
        self.blank(size_mb=10 << 10)
        self.assertEqual((100, 90), self.disks.capacity())
        self.requests()
        self.blank(size_mb=10 << 10)
        self.requests()
        self.clock.advance(9.9)
        self.assertEqual((100, 90), self.disks.capacity())
        self.assertEqual({}, self.requests())
        self.clock.advance(0.1)
        self.assertEqual((100, 80), self.disks.capacity())
        self.assertEqual({'group_entry': 1}, self.requests())

    def test_no_capacity(self):
        self.control.inject_fault('group_entry', 'no_space', count=1)
        self.assertRaises(pvm_exc.Error, self.disks.capacity)
        self.assertEqual((100, 100), self.disks.capacity())


class PlaceTestCase(DisksTestCase):

    def setUp(self):
        super().setUp()
        self.vioses = self.control.reset_vioses(2, volume_groups={'data': 10})
        self.names = {vios['uuid']: vios['name']
                      for vios in self.control.vioses()}

    def choose(self, name, vios_name=None):
        self.flags(group='powervm', volume_group_name=name,
                   volume_group_vios_name=vios_name)

    def test_several(self):
        self.assertRaises(exception.InvalidConfiguration, self.make_disks)

    def test_named(self):
        self.choose('data', self.names[self.vioses[1]])
        self.disks = self.make_disks()
        self.assertEqual(self.vioses[1], self.blank()[0])

    def test_absent(self):
        self.choose('absent')
        self.assertRaises(exception.InvalidConfiguration, self.make_disks)

    def test_other_is_unusable(self):
        self.control.set_vios(self.vioses[0], rmc=False)
        self.disks = self.make_disks()
        self.assertEqual(self.vioses[1], self.blank()[0])
        self.choose('data', self.names[self.vioses[0]])
        self.assertRaises(exception.InvalidConfiguration, self.make_disks)


@ddt.ddt
class MappingTestCase(DisksTestCase):

    def setUp(self):
        super().setUp()
        self.instance = self.make_instance()
        self.lpar, self.other = self.control.add_lpars(
            2, state='not activated')
        self.requests()

    def attach(self, lpar, *backings):
        mapping.attach(self.adapter, 'system', lpar, backings)

    def detach(self, lpar, instance=None):
        mapping.detach(
            self.adapter, lpar, lambda name: instance is not None
            and self.disks.is_of(instance, name))

    def mapped(self):
        """Return the LPARs of the mappings, in their order."""
        return [one['lpar'] for vios in self.control.vioses()
                for one in vios['mappings']]

    def test_requests_of_a_boot(self):
        """One change of each Virtual I/O Server, however much is mapped."""
        image = self.glance.add()
        self.boot(image)
        swap = self.blank()
        self.requests()
        self.attach(self.lpar, self.boot(image), swap)
        self.assertEqual({**WARM_BOOT, **MAPPED}, self.requests())
        self.assertEqual([self.lpar] * 2, self.mapped())

    def test_contents(self):
        self.attach(self.lpar, self.boot(self.glance.add()))
        one, = self.control.vioses()[0]['mappings']
        self.assertEqual(CONTENTS[1], one['sha256'])

    @ddt.data(str.upper, str.lower)
    def test_again(self, change):
        backing = self.blank()
        self.attach(self.lpar, backing)
        self.requests()
        self.attach(change(self.lpar), backing)
        self.assertEqual({'vios_feed': 1}, self.requests())
        self.assertEqual(1, len(self.mapped()))

    @ddt.data('etag_mismatch', 'vios_busy')
    def test_changed_or_busy(self, fault):
        self.control.inject_fault('vios_update', fault, count=2)
        self.attach(self.lpar, self.blank(), self.blank())
        self.assertEqual(2, len(self.mapped()))
        self.control.inject_fault('vios_update', fault, count=2)
        self.detach(self.lpar)
        self.assertEqual([], self.mapped())

    def test_refused(self):
        backing = self.blank()
        self.control.inject_fault('vios_update', 'no_space', count=1)
        self.assertRaises(exception.InstanceDeployFailure, self.attach,
                          self.lpar, backing)
        self.attach(self.lpar, backing)
        self.control.inject_fault('vios_update', 'no_space', count=1)
        self.assertRaises(exception.InstanceTerminationFailure, self.detach,
                          self.lpar)
        self.assertEqual(1, len(self.mapped()))

    def test_vios_is_absent(self):
        self.assertRaises(
            exception.InstanceDeployFailure, self.attach, self.lpar,
            (uuidutils.generate_uuid(), self.blank()[1]))

    def test_detach(self):
        self.attach(self.lpar, self.blank(), self.blank())
        self.attach(self.other, self.blank())
        self.requests()
        self.detach(self.lpar)
        self.assertEqual(MAPPED, self.requests())
        self.assertEqual([self.other], self.mapped())
        self.detach(self.lpar)
        self.assertEqual({'vios_feed': 1}, self.requests())

    def test_detach_what_a_deleted_lpar_had(self):
        """Its storage tells whose it was, and can be deleted then."""
        lpar = vm.get_pvm_uuid(self.instance)
        self.control.add_lpars(1, uuids=[lpar])
        self.attach(lpar, self.blank(self.instance))
        self.control.delete_lpars([lpar])
        self.assertEqual(1, len(self.mapped()))
        self.detach(lpar, self.instance)
        self.assertEqual([], self.mapped())
        self.disks.delete_of(self.instance)
        self.assertEqual({}, self.stored())

    def test_stale_mapping_of_another(self):
        """A new LPAR has its partition id, and leaves it alone."""
        self.attach(self.lpar, self.blank())
        stale = {one['uuid']: one['id'] for one in self.control.lpars()}
        self.control.delete_lpars([self.lpar])
        new, = self.control.add_lpars(1, state='not activated')
        ids = {one['uuid']: one['id'] for one in self.control.lpars()}
        self.assertEqual(stale[self.lpar], ids[new])
        self.attach(new, self.blank(self.instance))
        self.assertEqual(2, len(self.mapped()))
        self.detach(new, self.instance)
        self.assertEqual(1, len(self.mapped()))

    def test_no_vios(self):
        self.control.reset_vioses(0)
        self.detach(self.lpar)
