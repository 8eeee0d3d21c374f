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
from pypowervm.wrappers import vios_file

from nova_powervm.sim import file_document
from nova_powervm.sim import files
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured

REQUEST = files.FileRequest('boot', 'application/octet-stream',
                            files.DISK_IMAGE, base.UUID, 5, 'udid', 'abcdef')


@ddt.ddt
class FileDocumentTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.file = files.File('a1', REQUEST, 1421385016137, 3)
        self.entry = file_document.entry(self.file, 'http://localhost/x')
        self.wrapper = vios_file.File.wrap(self.response(self.entry))

    def test_like_captured(self):
        theirs = [content for name in ('file_feed.txt', 'upload_file.txt')
                  for content
                  in captured.schema_objects(captured.load(name))]
        element = self.entry.find('{*}content')[0]
        self.assertEqual([], captured.differences(element, theirs))
        self.assertEqual([], captured.omitted(element, theirs))

    def test_pypowervm_reads_it(self):
        self.assertEqual(
            ('boot', 'a1', 'a1', 5, 3, files.DISK_IMAGE, base.UUID, 'udid',
             '1421385016137', 'application/octet-stream'),
            (self.wrapper.file_name, self.wrapper.uuid,
             self.wrapper.file_uuid, self.wrapper.expected_file_size,
             self.wrapper.current_file_size, self.wrapper.enum_type,
             self.wrapper.vios_uuid, self.wrapper.tdev_udid,
             self.wrapper.date_modified, self.wrapper.internet_media_type))

    def _parse(self, *args, **attrs):
        return file_document.parse(vios_file.File.bld(
            self.wrapper.adapter, *args, **attrs).toxmlstring())

    def test_parse(self):
        self.assertEqual(REQUEST, self._parse(
            'boot', files.DISK_IMAGE, base.UUID, f_size=5,
            tdev_udid='udid', sha_chksum='abcdef'))

    def test_parse_a_medium(self):
        self.assertEqual(
            REQUEST._replace(kind=files.MEDIA_ISO, expected=None, udid=None,
                             sha256=None),
            self._parse('boot', files.MEDIA_ISO, base.UUID))

    @ddt.named_data(('unknown_type', ('boot', 'x', base.UUID)),
                    ('no_disk', ('boot', files.DISK_IMAGE, base.UUID)))
    def test_malformed(self, args):
        self.assertRefused(400, self._parse, *args)
