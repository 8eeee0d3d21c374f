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


"""vSCSI mappings."""

import io

import ddt
from pypowervm import adapter
from pypowervm import const
from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import vios_busy
from pypowervm.tasks import partition
from pypowervm.tasks import scsi_mapper
from pypowervm.tasks import storage as storage_tasks
from pypowervm.tasks import vopt
from pypowervm.utils import retry
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import storage as pvm_storage
from pypowervm.wrappers import virtual_io_server

from nova_powervm.tests.functional.simulator import case

VIOS = virtual_io_server.VIOS
LPAR = logical_partition.LPAR


@ddt.ddt
class MappingTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        # No pauses between its attempts.
        self.patch(retry, 'STEPPED_RANDOM_DELAY', retry.NO_DELAY)
        self.patch(vopt, '_cur_vios_uuid', None)
        self.patch(vopt, '_cur_vg_uuid', None)
        self.vios, self.rootvg = vopt.validate_vopt_repo_exists(self.pvm)
        self.one, self.two = self.control.add_lpars(2, state='not activated')

    def disk(self, name='disk'):
        return storage_tasks.crt_vdisk(self.pvm, self.vios, self.rootvg,
                                       name, 1)

    def medium(self):
        return storage_tasks.upload_vopt(self.pvm, self.vios,
                                         io.BytesIO(b'iso'), 'cd')[0]

    def map(self, lpar, stored, **attrs):
        return scsi_mapper.add_vscsi_mapping(None, self.vios, lpar, stored,
                                             **attrs)

    def mappings(self):
        return list(VIOS.get(self.pvm, uuid=self.vios,
                             xag=[const.XAG.VIO_SMAP]).scsi_mappings)

    def remove(self, lpar, **attrs):
        vios = VIOS.get(self.pvm, uuid=self.vios, xag=[const.XAG.VIO_SMAP])
        removed = scsi_mapper.remove_maps(vios, lpar, **attrs)
        vios.update()
        return removed

    def shown(self):
        """Return LPAR, UDID and slots as the control interface shows them."""
        vios, = self.control.vioses()
        return [(found['lpar'], found['udid'], found['client_slot'],
                 found['server_slot']) for found in vios['mappings']]

    def test_disk(self):
        disk = self.disk()
        vios = self.map(self.one, disk)
        found, = vios.scsi_mappings
        lpar = LPAR.get(self.pvm, uuid=self.one)
        self.assertTrue(found.client_lpar_href.endswith(self.one))
        self.assertEqual(
            (lpar.id, 2, vios.id, 2, lpar.id),
            (found.client_adapter.lpar_id, found.client_adapter.lpar_slot_num,
             found.client_adapter.vios_id,
             found.client_adapter.vios_slot_num,
             found.server_adapter.lpar_id))
        self.assertEqual(
            ('vhost0', 'disk', disk.udid, 'disk', 'vtscsi0',
             '0x8100000000000000'),
            (found.server_adapter.name,
             found.server_adapter.backing_dev_name,
             found.backing_storage.udid, found.backing_storage.name,
             found.target_dev.name, found.target_dev.lua))
        self.assertEqual([(self.one, disk.udid, 2, 2)], self.shown())

    def test_requests(self):
        disk = self.disk()
        self.control.reset_counters()
        self.map(self.one, disk)
        self.assertEqual({'vios_entry': 1, 'vios_update': 1},
                         self.control.counters())

    def test_medium(self):
        self.map(self.one, self.medium())
        found, = self.mappings()
        self.assertEqual(('cd', '0ecd', 'vtopt0'),
                         (found.backing_storage.name,
                          found.backing_storage.udid, found.target_dev.name))

    def test_same_bus(self):
        self.map(self.one, self.disk('a'))
        self.map(self.one, self.disk('b'))
        self.map(self.two, self.disk('c'))
        self.assertEqual(['vhost0', 'vhost0', 'vhost1'], [
            found.server_adapter.name for found in self.mappings()])
        self.assertEqual(
            ['0x8100000000000000', '0x8200000000000000',
             '0x8100000000000000'],
            [found.target_dev.lua for found in self.mappings()])
        self.assertEqual(3, len({found.target_dev.element.findtext(
            'UniqueDeviceID') for found in self.mappings()}))

    def test_another_bus(self):
        self.map(self.one, self.disk('a'))
        self.map(self.one, self.disk('b'), fuse_limit=1)
        self.assertEqual([2, 3], [slots[2] for slots in self.shown()])

    def test_wanted_slot_and_address(self):
        self.map(self.one, self.disk(), lpar_slot_num=9,
                 lua='0x8f00000000000000')
        found, = self.mappings()
        self.assertEqual(
            (9, '0x8f00000000000000'),
            (found.client_adapter.lpar_slot_num, found.target_dev.lua))
        other = self.disk('other')
        exc = self.assertRaises(
            pvm_exc.HttpError, self.map, self.one, other, fuse_limit=1,
            lpar_slot_num=9)
        self.assertEqual(409, exc.response.status)
        self.assertEqual(1, len(self.shown()))

    def test_remove(self):
        disk, cd = self.disk(), self.medium()
        self.map(self.one, disk)
        self.map(self.one, cd)
        self.map(self.two, self.disk('other'))
        removed = self.remove(self.one, match_func=scsi_mapper.gen_match_func(
            pvm_storage.VDisk, names=['disk']))
        self.assertEqual(['disk'],
                         [found.backing_storage.name for found in removed])
        self.assertEqual(['cd', 'other'], [
            found.backing_storage.name for found in self.mappings()])
        self.remove(self.one)
        self.remove(self.two)
        self.assertEqual([], self.shown())
        # Its slots are free again.
        self.map(self.one, disk)
        self.assertEqual([(self.one, disk.udid, 2, 2)], self.shown())

    def test_what_is_mapped_is_not_deleted(self):
        disk = self.disk()
        self.map(self.one, disk)
        group = pvm_storage.VG.get(self.pvm, uuid=self.rootvg,
                                   parent_type=VIOS, parent_uuid=self.vios)
        exc = self.assertRaises(pvm_exc.HttpError,
                                storage_tasks.rm_vg_storage, group,
                                vdisks=[disk])
        self.assertEqual(409, exc.response.status)
        self.remove(self.one)
        storage_tasks.rm_vg_storage(group.refresh(), vdisks=[disk])

    def test_extended_disk(self):
        self.map(self.one, self.disk())
        self.mappings()
        group = pvm_storage.VG.get(self.pvm, uuid=self.rootvg,
                                   parent_type=VIOS, parent_uuid=self.vios)
        group.virtual_disks[0].capacity = 3
        group.update()
        self.assertEqual(3, self.mappings()[0].backing_storage.capacity)

    def test_no_such_lpar(self):
        self.assertRaises(pvm_exc.HttpNotFound, self.map, case.NOBODY,
                          self.disk())

    def test_no_such_disk(self):
        self.assertRaises(
            pvm_exc.HttpNotFound, self.map, self.one,
            pvm_storage.VDisk.bld_ref(self.pvm, 'none'))
        self.assertEqual([], self.shown())

    def test_no_rmc(self):
        disk = self.disk()
        self.control.set_vios(self.vios, rmc=False)
        exc = self.assertRaises(pvm_exc.HttpError, self.map, self.one, disk)
        self.assertEqual(500, exc.response.status)

    def test_deleted_lpar(self):
        disk = self.disk()
        self.map(self.one, disk)
        lpar = LPAR.get(self.pvm, uuid=self.one)
        lpar.delete()
        found, = self.mappings()
        self.assertEqual((None, None, lpar.id, 'disk'), (
            found.client_lpar_href, found.client_adapter,
            found.server_adapter.lpar_id, found.backing_storage.name))
        self.assertEqual([(None, disk.udid, 2, 2)], self.shown())
        vios = VIOS.get(self.pvm, uuid=self.vios, xag=[const.XAG.VIO_SMAP])
        self.assertEqual([lpar.id], storage_tasks.find_stale_lpars(vios))
        self.remove(lpar.id)
        self.assertEqual([], self.shown())

    def test_lpar_with_the_id_of_a_deleted_one(self):
        self.map(self.one, self.disk())
        old = LPAR.get(self.pvm, uuid=self.one)
        old.delete()
        new, = self.control.add_lpars(1, state='not activated')
        self.assertEqual(old.id, LPAR.get(self.pvm, uuid=new).id)
        found, = self.mappings()
        self.assertEqual((old.id, None), (found.server_adapter.lpar_id,
                                          found.client_adapter))
        storage_tasks.ScrubOrphanStorageForLpar(self.pvm, old.id).execute()
        self.assertEqual([], self.shown())

    def test_scrub(self):
        # Of disks only: pypowervm's task expects that each volume group has
        # a media repository, if there are media to delete.
        self.map(self.one, self.disk())
        self.map(self.two, self.disk('other'))
        LPAR.get(self.pvm, uuid=self.one).delete()
        task = partition.build_active_vio_feed_task(self.pvm)
        storage_tasks.add_orphan_storage_scrub_tasks(task)
        task.execute()
        self.assertEqual([self.two], [found[0] for found in self.shown()])
        vios, = self.control.vioses()
        self.assertEqual(['other'], [
            disk['name'] for group in vios['volume_groups']
            for disk in group['disks']])

    def test_feed_task(self):
        disk = self.disk()
        task = partition.build_active_vio_feed_task(
            self.pvm, xag=[const.XAG.VIO_SMAP])

        def add(vios):
            return scsi_mapper.add_map(vios, scsi_mapper.build_vscsi_mapping(
                None, vios, self.one, disk))

        task.add_functor_subtask(add)
        # Another request changes the VIOS after the task has read it.
        self.map(self.two, self.disk('other'))
        task.execute()
        self.assertEqual({self.one, self.two},
                         {mapping[0] for mapping in self.shown()})

    @ddt.data(1, 5)
    def test_etag_mismatches(self, count):
        self.control.inject_fault('vios_update', 'etag_mismatch',
                                  count=count)
        self.map(self.one, self.disk())
        self.assertEqual(1, len(self.shown()))
        self.assertEqual(count + 1,
                         self.control.counters()['vios_update'])

    def test_busy(self):
        self.pvm = adapter.Adapter(
            self.session(), helpers=vios_busy.vios_busy_retry_helper)
        self.patch(vios_busy, 'SLEEP', lambda seconds: None)
        disk = self.disk()
        self.control.inject_fault('vios_update', 'vios_busy', count=3)
        self.map(self.one, disk)
        self.assertEqual(1, len(self.shown()))
        self.assertEqual(4, self.control.counters()['vios_update'])

    def test_other_views_change_no_mapping(self):
        self.map(self.one, self.disk())
        vios = VIOS.get(self.pvm, uuid=self.vios, xag=[const.XAG.VIO_STOR])
        self.assertEqual(self.vios, vios.update().uuid)
        self.assertEqual(1, len(self.shown()))

    def test_stale_view(self):
        stale = VIOS.get(self.pvm, uuid=self.vios, xag=[const.XAG.VIO_SMAP])
        self.map(self.one, self.disk())
        exc = self.assertRaises(pvm_exc.HttpError, stale.update)
        self.assertEqual(const.HTTPStatus.ETAG_MISMATCH, exc.response.status)
        self.assertIsNot(stale, stale.refresh())
