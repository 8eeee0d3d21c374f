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
from lxml import etree
import mock
from pypowervm.wrappers import storage as pvm_storage
from pypowervm.wrappers import virtual_io_server

from nova_powervm.sim import atom
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import mapping
from nova_powervm.sim import mapping_document
from nova_powervm.sim import storage
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import vios_document
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes

CAPTURES = ('fake_vios_mappings.txt', 'fake_vios_feed.txt')
NEW = mapping.MappingRequest(client=base.UUID)
DISK = ('VirtualDisk', '', 'disk')
MEDIUM = ('VirtualOpticalMedia', '', 'cd')


def captured_mappings():
    return [found for name in CAPTURES for found
            in captured.load(name).iter('{*}VirtualSCSIMapping')]


@ddt.ddt
class MappingDocumentTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.io = fakes.make_io()
        self.host = self.io.host
        self.lpar = self.host.create(
            lpar_mod.Config(name='one', uuid=base.UUID))
        self.vios, = self.host.vioses
        self.io.update_group(
            self.vios, self.vios.groups[0], storage.GroupRequest(
                [storage.DiskRequest('disk', 0.5, 'None', None, None)],
                [storage.RepositoryRequest(
                    'vopt', 1, [storage.Medium('cd', 0.25)])]))

    def _map(self, *storages):
        self.io.update_mappings(
            self.vios, [NEW._replace(storage=one) for one in storages])

    def _elements(self):
        found = mapping_document.elements(self.vios.mappings, self.vios,
                                          self.host)
        return [etree.fromstring(atom.serialize(one)) for one in found]

    def _wrapper(self):
        entry = vios_document.entry(
            self.vios, self.io, frozenset([vios_mod.SCSI_MAPPING]),
            base.API)
        return virtual_io_server.VIOS.wrap(self.response(entry))

    @ddt.named_data(('disk', DISK), ('medium', MEDIUM), ('empty', None))
    def test_like_captured(self, stored):
        self._map(stored)
        element, = self._elements()
        self.assertEqual([], captured.differences(element,
                                                  captured_mappings()))

    def test_of_a_deleted_lpar(self):
        self._map(DISK)
        # Not the one that is built already.
        self._elements()
        self.host.delete(base.UUID)
        element, = self._elements()
        self.assertEqual([], captured.differences(element,
                                                  captured_mappings()))
        self.assertEqual(
            ['Metadata', 'ServerAdapter', 'Storage', 'TargetDevice'],
            captured.child_names(element))

    def test_nothing_omitted(self):
        self._map(DISK)
        theirs = [found for found in captured_mappings()
                  if found.find('{*}Storage/{*}VirtualDisk') is not None]
        self.assertNotEqual([], theirs)
        element, = self._elements()
        self.assertEqual([], captured.omitted(element, theirs))
        for name in ('ClientAdapter', 'ServerAdapter'):
            self.assertEqual([], captured.omitted(
                element.find('{*}' + name),
                [found.find('{*}' + name) for found in theirs]))

    def test_parse_what_it_builds(self):
        self._map(DISK, None)
        first, second = mapping_document.parse(self._wrapper().toxmlstring())
        made = next(iter(self.vios.mappings))
        self.assertEqual(mapping.MappingRequest(made.target.udid), first)
        self.assertEqual(
            mapping.MappingRequest(client=base.UUID, server_slot=3,
                                   client_slot=3), second)

    def test_same_request_changes_nothing(self):
        self._map(DISK, MEDIUM, None)
        before = list(self.vios.mappings)
        self.io.update_mappings(self.vios, mapping_document.parse(
            self._wrapper().toxmlstring()))
        self.assertEqual(before, list(self.vios.mappings))

    @ddt.named_data(
        ('any_slot', {}, None), ('slot', {'lpar_slot_num': 7}, 7))
    def test_parse_a_new_one(self, attrs, slot):
        client = mock.Mock()
        client.build_href.return_value = (
            f'{base.API}/LogicalPartition/{base.UUID}?group=None')
        vios = self._wrapper()
        vios.scsi_mappings.append(virtual_io_server.VSCSIMapping.bld(
            client, None, base.UUID,
            pvm_storage.VDisk.bld_ref(client, 'disk'), lua='0x1',
            target_name='boot', **attrs))
        parsed, = mapping_document.parse(vios.toxmlstring())
        self.assertEqual(
            NEW._replace(client_slot=slot, storage=DISK, lua='0x1',
                         target_name='boot'), parsed)

    def test_parse_nothing(self):
        entry = vios_document.entry(self.vios, self.io, frozenset(),
                                    base.API)
        vios = virtual_io_server.VIOS.wrap(self.response(entry))
        self.assertIsNone(mapping_document.parse(vios.toxmlstring()))

    @ddt.named_data(
        ('new_without_an_lpar', 400, {'client': None, 'storage': DISK}),
        ('no_such_lpar', 404, {'client': 'x', 'storage': DISK}),
        ('no_such_storage', 404, {'storage': ('VirtualDisk', 'x', '')}),
        ('no_such_adapter', 404, {'server_slot': 9, 'storage': DISK}),
        ('no_such_target', 404, {'target': 'x', 'storage': DISK}),
        ('no_slot', 409, {'client_slot': 64, 'storage': DISK}))
    def test_refused(self, status, changes):
        self._map(MEDIUM)
        before = list(self.vios.mappings)
        kept = mapping_document.parse(self._wrapper().toxmlstring())
        self.assertRefused(
            status, self.io.update_mappings, self.vios,
            [*kept, NEW._replace(storage=DISK), NEW._replace(**changes)])
        self.assertEqual(before, list(self.vios.mappings))
        # Nor has the refused request taken a slot.
        self.assertEqual(3, self.lpar.slots.take(64))

    @ddt.named_data(('deleted', 'update_mappings'), ('reset', 'reset'))
    def test_slots_become_free(self, how):
        self._map(DISK, MEDIUM)
        if how == 'reset':
            self.io.reset(1)
        else:
            self.io.update_mappings(self.vios, [])
            self.assertEqual(2, self.vios.slots.take(64))
        self.assertEqual(2, self.lpar.slots.take(64))

    def test_extended_disk(self):
        self._map(DISK)
        self._elements()
        disk, = self.vios.groups[0].disks.values()
        self.io.update_group(
            self.vios, self.vios.groups[0], storage.GroupRequest(
                [storage.DiskRequest('disk', 3, 'None', disk.udid, None)],
                None))
        element, = self._elements()
        self.assertEqual('3', element.findtext(
            './/{*}VirtualDisk/{*}DiskCapacity'))

    def test_events(self):
        self._map(DISK)
        self.assertIn(('MODIFY_URI', 'Other'),
                      fakes.fetch(self.host, self.lpar))
