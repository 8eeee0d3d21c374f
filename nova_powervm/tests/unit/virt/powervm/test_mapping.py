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

"""Mappings of captured Virtual I/O Servers."""

import ddt
from nova import exception
from pypowervm import util as pvm_util
from pypowervm.wrappers import storage
from pypowervm.wrappers import virtual_io_server

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import mapping

#: Two Virtual I/O Servers, with adapters of many LPARs and nothing behind.
MULTI = 'fake_vios_feed_multi.txt'
#: One, with a logical unit, virtual disks and media.
STORAGE = 'fake_vios_ssp_npiv.txt'
#: One, with a mapping whose client is gone.
ORPHAN = 'fake_vios_mappings.txt'
NEW = '0A1B2C3D-0000-4000-8000-000000000001'


def none(name):
    return False


class MappingTestCase(driver_base.TestCase):

    def read(self, name):
        """Have the Virtual I/O Servers of a captured document."""
        self.adapter = captured.make_adapter()
        self.adapter.build_href.side_effect = (
            lambda *args, **kwargs: novalink.lpar_uri(kwargs['root_id']))
        found = virtual_io_server.VIOS.wrap(
            captured.response(name, self.adapter))
        self.vioses = found if isinstance(found, list) else [found]
        self.patch_object(virtual_io_server.VIOS, 'getter',
                          return_value=self.vioses)
        self.updated = []
        self.patch_object(virtual_io_server.VIOS, 'update', autospec=True,
                          side_effect=self.update)
        self.before = self.mapped()

    def update(self, vios, **kwargs):
        self.updated.append(vios.uuid)
        return vios

    def mapped(self):
        """Return client, its id and storage of each mapping, by VIOS."""
        return {vios.uuid: [(
            pvm_util.get_req_path_uuid(one.client_lpar_href or '',
                                       preserve_case=True),
            one.server_adapter.lpar_id,
            one.backing_storage and one.backing_storage.name)
            for one in vios.scsi_mappings] for vios in self.vioses}

    def removed(self):
        after = self.mapped()
        return [one for uuid, found in self.before.items() for one in found
                if one not in after[uuid]]


@ddt.ddt
class DetachTestCase(MappingTestCase):

    @ddt.data(str.upper, str.lower)
    def test_by_uuid(self, case):
        """Each Virtual I/O Server that has the LPAR is changed once."""
        self.read(MULTI)
        clients = [one[0] for one in self.before[self.vioses[0].uuid]
                   if one[0]]
        mapping.detach(self.adapter, case(clients[0]), none)
        self.assertEqual({clients[0]}, {one[0] for one in self.removed()})
        expected = [uuid for uuid, found in self.before.items()
                    if clients[0] in [one[0] for one in found]]
        self.assertEqual(sorted(expected), sorted(self.updated))

    def test_by_name(self):
        """The name of a medium may be a path."""
        self.read(STORAGE)
        names = {one[2].rpartition('/')[2]
                 for one in self.before[self.vioses[0].uuid] if one[2]}
        for name in names:
            mapping.detach(self.adapter, NEW, {name}.__contains__)
        self.assertEqual(names, {one[2].rpartition('/')[2]
                                 for one in self.removed()})

    @ddt.data(MULTI, STORAGE, ORPHAN)
    def test_of_others(self, name):
        self.read(name)
        mapping.detach(self.adapter, NEW, none)
        self.assertEqual(([], []), (self.updated, self.removed()))

    def test_stale_mapping_of_a_deleted_lpar(self):
        """The id of its partition says nothing: another may have it now."""
        self.read(ORPHAN)
        orphans = [one for one in self.before[self.vioses[0].uuid]
                   if one[0] is None]
        self.assertNotEqual([], orphans)
        for client in {one[0] for one in self.before[self.vioses[0].uuid]}:
            if client is not None:
                mapping.detach(self.adapter, client, none)
        self.assertEqual(orphans, self.mapped()[self.vioses[0].uuid])

    def test_storage_without_a_name(self):
        self.read(STORAGE)
        self.patch_object(storage.VDisk, 'name', new=None)
        mapping.detach(self.adapter, NEW, none)
        self.assertEqual([], self.updated)

    def test_no_vios(self):
        self.read(MULTI)
        virtual_io_server.VIOS.getter.return_value = []
        mapping.detach(self.adapter, NEW, none)

    def test_refused(self):
        self.read(STORAGE)
        virtual_io_server.VIOS.update.side_effect = novalink.http_error(500)
        self.assertRaises(
            exception.InstanceTerminationFailure, mapping.detach,
            self.adapter, NEW, lambda name: True)


class AttachTestCase(MappingTestCase):

    def attach(self, *places):
        mapping.attach(self.adapter, 'system', NEW, [
            (uuid, storage.VDisk.bld(self.adapter, name, 1))
            for uuid, name in places])

    def test_attached(self):
        self.read(MULTI)
        first, second = [vios.uuid for vios in self.vioses]
        self.attach((first, 'one'), (first.lower(), 'two'))
        self.assertEqual([first], self.updated)
        self.assertEqual(
            ['one', 'two'],
            [one.backing_storage.name
             for one in self.vioses[0].scsi_mappings[-2:]])
        self.assertEqual(self.before[second], self.mapped()[second])

    def test_on_both(self):
        self.read(MULTI)
        uuids = [vios.uuid for vios in self.vioses]
        self.attach(*[(uuid, 'disk') for uuid in uuids])
        self.assertEqual(sorted(uuids), sorted(self.updated))

    def test_again(self):
        """What is there, with a client's adapter, stays as it is."""
        self.read(STORAGE)
        vios, = self.vioses
        one = next(one for one in vios.scsi_mappings
                   if isinstance(one.backing_storage, storage.VDisk)
                   and one.client_adapter is not None)
        mapping.attach(
            self.adapter, 'system', pvm_util.get_req_path_uuid(
                one.client_lpar_href), [(vios.uuid, one.backing_storage)])
        self.assertEqual(([], self.before), (self.updated, self.mapped()))

    def test_nothing(self):
        self.read(MULTI)
        self.attach()
        virtual_io_server.VIOS.getter.assert_not_called()

    def test_vios_is_absent(self):
        """Nothing is mapped then, rather than a part."""
        self.read(MULTI)
        self.assertRaises(
            exception.InstanceDeployFailure, self.attach,
            (self.vioses[0].uuid, 'one'), (NEW, 'two'))
        self.assertEqual(([], self.before), (self.updated, self.mapped()))

    def test_no_vios(self):
        self.read(MULTI)
        virtual_io_server.VIOS.getter.return_value = []
        self.assertRaises(exception.InstanceDeployFailure, self.attach,
                          (NEW, 'one'))
