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
from oslo_serialization import jsonutils

from nova_powervm.sim import files
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import mapping
from nova_powervm.sim import network
from nova_powervm.sim import settings
from nova_powervm.sim import state_document
from nova_powervm.sim import storage
from nova_powervm.sim import virtual_io
from nova_powervm.sim import virtual_io_control
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import fakes


def views(io):
    """Return what the control interface shows of virtual I/O."""
    return {(method, path): call() for method, path, call
            in virtual_io_control.VirtualIoControl(io).calls()
            if method == 'GET'}


@ddt.ddt
class StateDocumentTestCase(base.SimTestCase):

    def setUp(self):
        super().setUp()
        self.scheduler = fakes.Scheduler()
        self.io = virtual_io.VirtualIo(
            fakes.make_host(self.scheduler, boot_seconds=4.0))
        self.io.reset(1, {'rootvg': 100.0, 'data': 50.0})
        self.host = self.io.host
        self.vios, = self.host.vioses
        self.lpar = self.create(
            'one', 'running', rmc=True, memory=lpar_mod.Memory(2048, 1024,
                                                               4096, 3),
            processors=lpar_mod.Processors(dedicated=True, desired=2,
                                           maximum=4))

    def create(self, name, state, **attrs):
        return self.host.create(lpar_mod.Config(name=name, **attrs), state)

    def make_disk(self, name):
        group = self.vios.groups[1]
        kept = [storage.DiskRequest(one.name, one.gb, one.label, one.udid,
                                    None) for one in group.disks.values()]
        self.io.update_group(self.vios, group, storage.GroupRequest(
            [*kept, storage.DiskRequest(name, 5.0, 'None', None, None)],
            None))
        return list(group.disks.values())[-1]

    def make_medium(self, name):
        self.io.update_group(
            self.vios, self.vios.groups[0], storage.GroupRequest(
                None, [storage.RepositoryRequest('vopt', 1.0, [])]))
        self.upload(files.FileRequest(
            name, files.MEDIA_ISO, 'vopt', self.vios.uuid, 3, None))
        return self.vios.media_group().repository.media[-1]

    def upload(self, request):
        file = self.io.create_file(request)
        upload = self.io.open_upload(file)
        upload.write(b'abc')
        self.io.close_upload(file, upload)

    def attach(self, lpar, *stored):
        """Map disks or media to an LPAR, on one pair of adapters."""
        for one in stored:
            kind = ('VirtualDisk' if isinstance(one, storage.Disk)
                    else 'VirtualOpticalMedia')
            kept = [mapping.MappingRequest(target=one.target.udid)
                    for one in self.vios.mappings]
            self.io.update_mappings(self.vios, [
                *kept, mapping.MappingRequest(
                    client=lpar.uuid, storage=(kind, one.udid, one.name),
                    server_slot=next(
                        (one.bus.server_slot for one in self.vios.mappings
                         if one.bus.client is lpar), None))])

    def add_adapter(self, partition, **attrs):
        switch = next(iter(self.io.networks.switches))
        return self.io.add_adapter(partition, network.AdapterConfig(
            attrs.pop('vlan', 7), switch, **attrs))

    def restored(self):
        """Return the virtual I/O of a host from this one's document."""
        document = jsonutils.loads(jsonutils.dumps(
            state_document.dump(self.io)))
        state_document.check(document)
        made = virtual_io.VirtualIo(host_mod.Host(
            self.scheduler, settings.Settings(), 'http://localhost:1',
            identity=document['identity'], lpars=state_document.lpars(
                document, self.scheduler.time())))
        state_document.restore(made, document)
        return made

    def equip(self):
        """Give the LPAR a disk, a medium and an adapter with a trunk."""
        disk = self.make_disk('disk')
        self.upload(files.FileRequest(
            'disk', files.DISK_IMAGE, 'lun', self.vios.uuid, 3, disk.udid))
        self.attach(self.lpar, disk, self.make_medium('drive'))
        self.add_adapter(self.lpar, mac='0A0B0C0D0E0F')
        self.add_adapter(self.vios, tagged=(8, 9), trunk_priority=1,
                         ovs_bridge='br-int')

    def test_lpars(self):
        found = self.restored().host.get(self.lpar.uuid)
        self.assertEqual(
            (self.lpar.config, 'running', 'active'),
            (found.config, found.state, found.rmc_state))

    def test_management_partition(self):
        mgmt, = (one for one in self.host if one.is_mgmt)
        found, = (one for one in self.restored().host if one.is_mgmt)
        self.assertEqual((mgmt.uuid, mgmt.lpar_id, 'active'),
                         (found.uuid, found.lpar_id, found.rmc_state))

    def test_system_is_the_same_on_another_port(self):
        found = self.restored().host
        self.assertEqual((self.host.uuid, self.host.serial),
                         (found.uuid, found.serial))

    def test_devices(self):
        self.equip()
        shown = views(self.io)
        self.assertEqual(
            1, len(shown['GET', 'lpars/devices'][self.lpar.uuid]['disks']))
        self.assertEqual(shown, views(self.restored()))

    def test_mapping_of_a_deleted_lpar(self):
        self.equip()
        self.host.delete(self.lpar.uuid, force=True)
        self.assertEqual(views(self.io), views(self.restored()))

    def test_all_again(self):
        self.equip()
        first = self.restored()
        shown = views(first)
        self.io = first
        self.assertEqual(shown, views(self.restored()))

    def test_switch_of_a_client(self):
        added = self.io.networks.add_switch('mine', 'Veb')
        self.assertEqual(
            added, self.restored().networks.switches[added.uuid])

    def test_stopped_vios(self):
        self.io.set_vios(self.vios.uuid, 'not activated', False)
        found, = self.restored().host.vioses
        self.assertEqual(('not activated', False),
                         (found.state, found.config.rmc))

    def test_what_is_new_is_not_taken_for_what_is_kept(self):
        self.equip()
        disk = self.make_disk('two')
        kept = [one.target.name for one in self.vios.mappings]
        self.io = self.restored()
        self.host = self.io.host
        self.vios, = self.host.vioses
        self.lpar = self.host.get(self.lpar.uuid)
        self.attach(self.lpar, self.vios.disk(disk.udid))
        third = self.make_disk('three')
        names = [one.target.name for one in self.vios.mappings]
        self.assertEqual((kept, 3), (names[:2], len(set(names))))
        self.assertNotEqual(disk.udid, third.udid)
        # The slots of the kept adapters are taken.
        adapter = self.add_adapter(self.lpar)
        self.assertEqual(4, adapter.slot)

    def test_partition_ids_are_taken(self):
        self.host = self.restored().host
        taken = {one.lpar_id for one in (*self.host, *self.host.vioses)}
        self.assertNotIn(self.create('two', 'running').lpar_id, taken)

    @ddt.named_data(('boot', 'not activated', 'power_on', 'running'),
                    ('shutdown', 'running', 'power_off', 'not activated'))
    def test_what_is_under_way_has_ended(self, state, operation, expected):
        lpar = self.create('two', state)
        getattr(self.host, operation)(lpar.uuid, lambda error: None)
        self.assertNotIn(lpar.state, (state, expected))
        found = self.restored().host.get(lpar.uuid)
        self.assertEqual(expected, found.state)

    def test_uptime_begins_anew(self):
        self.scheduler.advance(100)
        host = self.restored().host
        self.scheduler.advance(5)
        self.assertEqual(5, host.uptime(host.get(self.lpar.uuid)))

    def test_entity_tags_of_unwritten_changes_do_not_come_back(self):
        restored = self.restored()
        self.io.set_rmc(self.lpar, False)
        found = restored.host.get(self.lpar.uuid)
        restored.set_rmc(found, True)
        self.assertNotEqual(
            (self.lpar.etag, self.host.etag),
            (found.etag, restored.host.etag))

    @ddt.named_data(('list', []), ('other', {'version': 2}), ('none', {}))
    def test_not_of_this_version(self, document):
        self.assertRaises(state_document.Malformed, state_document.check,
                          document)
