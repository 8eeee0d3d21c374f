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


"""Files: what clients send to disks and media."""

import hashlib
import io

import ddt
from pypowervm import adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import vios_busy
from pypowervm.tasks import storage as storage_tasks
from pypowervm.tasks import vopt
from pypowervm.wrappers import storage as pvm_storage
from pypowervm.wrappers import vios_file
from pypowervm.wrappers import virtual_io_server

from nova_powervm.tests.functional.simulator import case

MB = 1 << 20
IMAGE = bytes(range(256)) * 4096 * 8
HASH = hashlib.sha256(IMAGE).hexdigest()
NOTHING = hashlib.sha256(b'').hexdigest()


class CountingStream(io.BytesIO):
    """Counts the bytes that have been read."""

    count = 0

    def read(self, size=-1):
        data = super().read(size)
        self.count += len(data)
        return data


@ddt.ddt
class UploadTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = adapter.Adapter(
            self.session(), helpers=vios_busy.vios_busy_retry_helper)
        self.patch(vios_busy, 'SLEEP', lambda seconds: None)
        self.patch(vopt, '_cur_vios_uuid', None)
        self.patch(vopt, '_cur_vg_uuid', None)
        self.vios, self.rootvg = vopt.validate_vopt_repo_exists(self.pvm)

    def stored(self, kind='disks'):
        """Return size and hash of the contents of each disk or medium."""
        vios, = self.control.vioses()
        return {one['name']: (one['bytes'], one['sha256'])
                for group in vios['volume_groups'] for one in group[kind]}

    def files(self):
        return vios_file.File.get(self.pvm, service='web')

    def upload(self, name='one', data=IMAGE, **attrs):
        return storage_tasks.upload_new_vdisk(
            self.pvm, self.vios, self.rootvg, io.BytesIO(data), name,
            len(data), **attrs)

    def test_disk(self):
        disk, left = self.upload(d_size=2 * 1024 * MB)
        self.assertEqual(('one', 2.0, None), (disk.name, disk.capacity, left))
        self.assertEqual({'one': (len(IMAGE), HASH)}, self.stored())
        self.assertEqual([], self.files())

    def test_requests(self):
        self.control.reset_counters()
        self.upload()
        self.assertEqual(
            {'group_entry': 1, 'group_update': 1, 'file_create': 1,
             'file_upload': 1, 'file_delete': 1}, self.control.counters())

    def test_builder(self):
        storage_tasks.upload_new_vdisk(
            self.pvm, self.vios, self.rootvg, lambda: io.BytesIO(IMAGE),
            'one', len(IMAGE),
            upload_type=storage_tasks.UploadType.IO_STREAM_BUILDER)
        self.assertEqual({'one': (len(IMAGE), HASH)}, self.stored())

    def test_copy_has_the_contents_of_its_source(self):
        disk, _ = self.upload()
        storage_tasks.crt_copy_vdisk(self.pvm, self.vios, self.rootvg,
                                     disk.udid, len(IMAGE), 'copy')
        expected = len(IMAGE), HASH
        self.assertEqual({'one': expected, 'copy': expected}, self.stored())
        self.upload('two', b'other')
        self.assertEqual(expected, self.stored()['copy'])

    def test_medium(self):
        medium, left = storage_tasks.upload_vopt(
            self.pvm, self.vios, io.BytesIO(IMAGE), 'cd', len(IMAGE))
        self.assertEqual(('cd', None), (medium.name, left))
        self.assertEqual({'cd': (len(IMAGE), HASH)}, self.stored('media'))
        group, = (group for group in pvm_storage.VG.get(
            self.pvm, parent_type=virtual_io_server.VIOS,
            parent_uuid=self.vios) if len(group.vmedia_repos))
        found, = group.vmedia_repos[0].optical_media
        self.assertEqual(('cd', '0ecd'), (found.name, found.udid))
        self.assertAlmostEqual(len(IMAGE) / (1024 * MB), found.size, 3)
        storage_tasks.rm_vg_storage(group, vopts=[found])
        self.assertEqual({}, self.stored('media'))

    def test_medium_is_lost_to_a_new_disk(self):
        update = pvm_storage.VG.update

        def upload_first(group):
            storage_tasks.upload_vopt(self.pvm, self.vios,
                                      io.BytesIO(IMAGE), 'cd')
            return update(group)

        self.patch(pvm_storage.VG, 'update', upload_first)
        # It sends no entity tag.
        storage_tasks.crt_vdisk(self.pvm, self.vios, self.rootvg, 'one', 1)
        self.assertEqual({}, self.stored('media'))

    def test_medium_without_repository(self):
        self.control.reset_vioses()
        self.assertRaises(
            pvm_exc.HttpNotFound, storage_tasks.upload_vopt, self.pvm,
            self.vios, io.BytesIO(IMAGE), 'cd')

    def test_medium_that_does_not_fit(self):
        self.control.reset_vioses()
        self.patch(vopt, '_cur_vg_uuid', None)
        vopt.validate_vopt_repo_exists(self.pvm, vopt_media_rep_size=0.001)
        self.assertRaises(
            pvm_exc.HttpError, storage_tasks.upload_vopt, self.pvm,
            self.vios, io.BytesIO(IMAGE), 'cd')
        self.assertEqual({'cd': (None, None)}, self.stored('media'))

    def create_file(self, udid):
        return vios_file.File.bld(
            self.pvm, 'one', vios_file.FileType.DISK_IMAGE, self.vios,
            f_size=len(IMAGE), tdev_udid=udid).create()

    def test_file(self):
        disk = storage_tasks.crt_vdisk(self.pvm, self.vios, self.rootvg,
                                       'one', 1)
        file = self.create_file(disk.udid)
        self.assertEqual(
            ('one', len(IMAGE), 0, self.vios, disk.udid),
            (file.file_name, file.expected_file_size, file.current_file_size,
             file.vios_uuid, file.tdev_udid))
        self.pvm.upload_file(file.element, io.BytesIO(IMAGE[:MB]))
        same, = self.files()
        self.assertEqual((file.uuid, MB),
                         (same.uuid, same.current_file_size))
        self.assertEqual(MB, vios_file.File.get(
            self.pvm, uuid=file.uuid, service='web').current_file_size)

    def test_file_of_a_disk_that_is_not_there(self):
        self.assertRaises(pvm_exc.HttpNotFound, self.create_file, 'none')

    def test_disk_that_is_too_small(self):
        disk = storage_tasks.crt_vdisk(self.pvm, self.vios, self.rootvg,
                                       'one', 0.001)
        exc = self.assertRaises(
            pvm_exc.HttpError, self.pvm.upload_file,
            self.create_file(disk.udid).element, io.BytesIO(IMAGE))
        self.assertEqual(500, exc.response.status)

    def test_no_more_than_a_hundred(self):
        disk = storage_tasks.crt_vdisk(self.pvm, self.vios, self.rootvg,
                                       'one', 1)
        made = [self.create_file(disk.udid) for _ in range(100)]
        exc = self.assertRaises(pvm_exc.HttpError, self.create_file,
                                disk.udid)
        self.assertEqual(409, exc.response.status)
        self.pvm.delete('File', made[0].uuid, service='web')
        self.create_file(disk.udid)
        self.assertRaises(pvm_exc.HttpNotFound, vios_file.File.get, self.pvm,
                          uuid=made[0].uuid, service='web')

    def test_not_held_in_memory(self):
        def memory():
            with open('/proc/%d/status' % self.sim.pid) as status:
                return int(next(line.split()[1] for line in status
                                if line.startswith('VmHWM')))

        self.upload(name='warm')
        before = memory()
        size = 128 * MB
        stream = CountingStream(bytes(size))
        storage_tasks.upload_new_vdisk(
            self.pvm, self.vios, self.rootvg, stream, 'one', size)
        self.assertEqual(size, stream.count)
        self.assertEqual(size, self.stored()['one'][0])
        self.assertLess(memory() - before, 32 * 1024)

    @ddt.named_data(('unauthorized_upload', 'unauthorized_upload'),
                    ('unauthorized', 'unauthorized'))
    def test_unauthorized(self, fault):
        # pypowervm logs on and repeats the request, without the body.
        self.control.inject_fault('file_upload', fault, count=1)
        self.upload()
        self.assertEqual({'one': (0, NOTHING)}, self.stored())
        self.assertEqual(2, self.control.counters()['file_upload'])

    def test_cut(self):
        self.control.inject_fault('file_upload', 'cut_upload', count=1)
        disk = storage_tasks.crt_vdisk(self.pvm, self.vios, self.rootvg,
                                       'one', 1)
        file = self.create_file(disk.udid)
        self.assertRaises(pvm_exc.Error, self.pvm.upload_file, file.element,
                          io.BytesIO(IMAGE))
        size, digest = self.stored()['one']
        self.assertTrue(len(IMAGE) / 2 <= size < len(IMAGE), size)
        self.assertEqual(hashlib.sha256(IMAGE[:size]).hexdigest(), digest)

    def test_pypowervm_cleans_up_after_a_cut(self):
        self.control.inject_fault('file_upload', 'cut_upload', count=1)
        self.assertRaises(pvm_exc.Error, self.upload)
        self.assertEqual({}, self.stored())
        self.assertEqual([], self.files())

    def test_no_rmc(self):
        disk = storage_tasks.crt_vdisk(self.pvm, self.vios, self.rootvg,
                                       'one', 1)
        file = self.create_file(disk.udid)
        self.control.set_vios(self.vios, rmc=False)
        for call, *arguments in (
                (self.create_file, disk.udid),
                (self.pvm.upload_file, file.element, io.BytesIO(IMAGE)),
                (storage_tasks.upload_vopt, self.pvm, self.vios,
                 io.BytesIO(IMAGE), 'cd')):
            exc = self.assertRaises(pvm_exc.HttpError, call, *arguments)
            self.assertEqual(500, exc.response.status)
        self.assertEqual({'one': (None, None)}, self.stored())

    def test_busy(self):
        self.control.inject_fault('group_update', 'vios_busy', count=3)
        self.upload()
        self.assertEqual({'one': (len(IMAGE), HASH)}, self.stored())
        self.control.inject_fault('group_update', 'vios_busy', count=4)
        exc = self.assertRaises(pvm_exc.HttpError, self.upload, 'two')
        self.assertTrue(exc.her_wrap.is_vios_busy())

    def test_no_space(self):
        self.control.inject_fault('group_update', 'no_space', count=1)
        exc = self.assertRaises(pvm_exc.HttpError, self.upload)
        self.assertFalse(exc.her_wrap.is_vios_busy())
        self.assertEqual({}, self.stored())
