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

"""Uploads, with a captured File."""

import io

import ddt
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import vios_file

from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import upload


def error(status, kind=pvm_exc.HttpError):
    return kind(pvm_adapter.Response('PUT', '/', status, 'reason', {}))


@ddt.ddt
class UploadTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.adapter = captured.make_adapter()
        self.adapter.create.return_value = captured.response(
            'upload_file.txt', self.adapter)
        self.made = vios_file.File.wrap(self.adapter.create.return_value)
        self.adapter.read.return_value = captured.response(
            'upload_file.txt', self.adapter)

    def upload(self, size=None, udid='udid'):
        return upload.upload(
            self.adapter, 'vios', 'name', vios_file.FileType.DISK_IMAGE, udid,
            self.made.current_file_size if size is None else size,
            io.BytesIO(b'image'))

    def assert_deleted(self):
        self.adapter.delete.assert_called_once_with(
            'File', root_id=self.made.uuid, service='web')

    @ddt.data('udid', None)
    def test_request(self, udid):
        self.upload(udid=udid)
        file = self.adapter.create.call_args.args[0]
        self.assertEqual(
            ('name', 'vios', udid, self.made.current_file_size,
             vios_file.FileType.DISK_IMAGE),
            (file.file_name, file.vios_uuid, file.tdev_udid,
             file.expected_file_size, file.enum_type))

    def test_file(self):
        self.assertEqual(self.made.file_uuid, self.upload().file_uuid)
        self.assert_deleted()

    def test_no_helper_repeats_it(self):
        self.upload()
        self.assertEqual(
            [], self.adapter.upload_file.call_args.kwargs['helpers'])

    @ddt.data(-1, 1)
    def test_another_size(self, difference):
        self.assertRaises(upload.IncompleteUpload, self.upload,
                          self.made.current_file_size + difference)
        self.assert_deleted()

    @ddt.data('upload_file', 'read')
    def test_refused(self, request):
        getattr(self.adapter, request).side_effect = error(500)
        self.assertRaises(pvm_exc.HttpError, self.upload)
        self.assert_deleted()

    def test_no_file(self):
        self.adapter.create.side_effect = error(409)
        self.assertRaises(pvm_exc.HttpError, self.upload)
        self.adapter.delete.assert_not_called()

    @ddt.data(error(404, pvm_exc.HttpNotFound), error(500))
    def test_file_cannot_be_deleted(self, failure):
        self.adapter.delete.side_effect = failure
        self.assertEqual(self.made.file_uuid, self.upload().file_uuid)

    def test_first_error_is_told(self):
        self.adapter.delete.side_effect = error(500)
        first = self.adapter.upload_file.side_effect = error(507)
        self.assertIs(first, self.assertRaises(pvm_exc.HttpError,
                                               self.upload))
