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
from pypowervm.wrappers import storage as pvm_storage

from nova_powervm.sim import atom
from nova_powervm.sim import storage
from nova_powervm.sim import volume_group_document
from nova_powervm.sim import volume_group_parser
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes

CAPTURES = ('fake_volume_group.txt', 'fake_volume_group2.txt',
            'upload_volgrp2.txt')
DISKS = '<VolumeGroup><VirtualDisks>%s</VirtualDisks></VolumeGroup>'


@ddt.ddt
class VolumeGroupDocumentTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.io = fakes.make_io()
        self.vios, = self.io.host.vioses
        self.group = self.vios.groups[0]
        self.io.update_group(self.vios, self.group, storage.GroupRequest(
            [storage.DiskRequest('one', 3, 'None', None, None),
             storage.DiskRequest('two', 0.5, 'None', None, None)],
            [storage.RepositoryRequest(
                'vopt', 2, [storage.Medium('cd', 0.25)])]))
        self.entry = volume_group_document.entry(
            self.group, self.vios, self.io.host, base.API)
        self.element = self.entry.find('{*}content')[0]
        self.wrapper = pvm_storage.VG.wrap(self.response(self.entry))

    def test_like_captured(self):
        theirs = [content for name in CAPTURES for content
                  in captured.schema_objects(captured.load(name))]
        self.assertEqual([], captured.differences(self.element, theirs))
        self.assertEqual([], captured.omitted(self.element, theirs))

    def test_pypowervm_reads_it(self):
        self.assertEqual(
            ('rootvg', self.group.serial, 100.0, 94.5, 94.5),
            (self.wrapper.name, self.wrapper.serial_id,
             self.wrapper.capacity, self.wrapper.available_size,
             self.wrapper.free_space))
        self.assertEqual(
            [('one', 3.0, f'03{self.group.serial}.1'),
             ('two', 0.5, f'03{self.group.serial}.2')],
            [(disk.name, disk.capacity, disk.udid)
             for disk in self.wrapper.virtual_disks])
        self.assertTrue(self.wrapper.virtual_disks[0].vg_uri.endswith(
            f'{self.vios.uuid}/VolumeGroup/{self.group.uuid}'))

    def test_one_repository(self):
        self.assertRefused(
            409, self.io.update_group, self.vios, self.vios.groups[1],
            storage.GroupRequest(None, [
                storage.RepositoryRequest('vopt', 2, [])]))

    def test_pypowervm_reads_media(self):
        repository, = self.wrapper.vmedia_repos
        medium, = repository.optical_media
        self.assertEqual(('vopt', 2.0, 'cd', 0.25, '0ecd', 'rw'),
                         (repository.name, repository.size, medium.name,
                          medium.size, medium.udid, medium.mount_type))

    def _parse(self):
        return volume_group_parser.parse(self.wrapper.toxmlstring())

    def test_parse_what_it_builds(self):
        parsed = self._parse()
        self.assertEqual(
            [('one', 3.0, 'None', f'03{self.group.serial}.1', None),
             ('two', 0.5, 'None', f'03{self.group.serial}.2', None)],
            [tuple(disk) for disk in parsed.disks])
        (name, gb, media), = parsed.repositories
        self.assertEqual(('vopt', 2.0, 'cd', 0.25),
                         (name, gb, media[0].name, media[0].gb))
        self.assertEqual(0, parsed.copies)

    def test_parse_a_copy(self):
        self.wrapper.virtual_disks.append(pvm_storage.VDisk.bld(
            self.wrapper.adapter, 'three', 4, base_image='source'))
        parsed = self._parse()
        self.assertEqual(('three', 4.0, 'None', None, 'source'),
                         parsed.disks[-1])
        self.assertEqual(1, parsed.copies)

    def test_parse_nothing(self):
        parsed = volume_group_parser.parse(atom.serialize(
            atom.schema_object('VolumeGroup', [])))
        self.assertEqual((None, None), parsed)

    @ddt.named_data(
        ('another_object', '<LogicalPartition/>'), ('half', '<VolumeGroup>'),
        ('no_name', DISKS % '<VirtualDisk/>'),
        ('no_number', DISKS % (
            '<VirtualDisk><DiskName>x</DiskName>'
            '<DiskCapacity>much</DiskCapacity></VirtualDisk>')))
    def test_malformed(self, text):
        body = text.replace('>', f' xmlns="{atom.UOM_NS}">', 1)
        self.assertRefused(400, volume_group_parser.parse, body.encode())
