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


import hashlib

from nova_powervm.sim import files
from nova_powervm.sim import storage
from nova_powervm.tests.unit.sim import base


class UploadTestCase(base.SimTestCase):

    def setUp(self):
        super().setUp()
        request = files.FileRequest('x', 'y', files.DISK_IMAGE, base.UUID,
                                    None, None)
        self.file = files.File('a', request, 0, 7)

    def _upload(self, target, room=10.0):
        upload = files.Upload(self.file, target, room)
        upload.write(b'ab')
        upload.write(b'c')
        upload.close()

    def test_disk(self):
        disk = storage.Disk('one', 1.0, 'udid')
        self._upload(disk)
        self.assertEqual(
            (3, hashlib.sha256(b'abc').hexdigest()), disk.contents)
        self.assertEqual((1.0, 3), (disk.gb, self.file.received))

    def test_medium_has_the_size_of_its_contents(self):
        medium = storage.Medium('cd', 1.0)
        self._upload(medium)
        self.assertEqual(3 / storage.GB, medium.gb)

    def test_too_large(self):
        disk = storage.Disk('one', 1.0, 'udid',
                            contents=storage.Contents(3, 'abc'))
        self.assertRefused(500, self._upload, disk, room=2.0)
        self.assertIsNone(disk.contents)


class FileTableTestCase(base.SimTestCase):

    def setUp(self):
        super().setUp()
        self.files = files.FileTable()
        self.request = files.FileRequest('x', 'y', files.DISK_IMAGE,
                                         base.UUID, None, None)

    def test_add_and_delete(self):
        made = self.files.add(self.request)
        self.assertEqual([made], list(self.files))
        self.assertIs(made, self.files.get(made.uuid.upper()))
        self.files.delete(made.uuid)
        self.assertRefused(404, self.files.get, made.uuid)
        self.assertRefused(404, self.files.delete, made.uuid)

    def test_limit(self):
        made = [self.files.add(self.request) for _ in range(files.LIMIT)]
        self.assertRefused(409, self.files.add, self.request)
        self.files.delete(made[0].uuid)
        self.files.add(self.request)
