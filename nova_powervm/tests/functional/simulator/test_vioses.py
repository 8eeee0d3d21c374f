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

"""Virtual I/O Servers and their volume groups."""

import concurrent.futures
import time

import ddt
from pypowervm import const
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import partition
from pypowervm.tasks import storage as storage_tasks
from pypowervm.tasks import vopt
from pypowervm.wrappers import storage as pvm_storage
from pypowervm.wrappers import virtual_io_server

from nova_powervm.tests.functional.simulator import case

VIOS = virtual_io_server.VIOS
GB = 1 << 30


@ddt.ddt
class ViosTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.uuids = self.control.reset_vioses(2)
        self.pvm = self.adapter()

    def test_feed(self):
        self.assertEqual(
            list(zip(self.uuids, ('vios1', 'vios2'), strict=True)),
            [(vios.uuid, vios.name) for vios in VIOS.get(self.pvm)])
        self.assertEqual(1, self.control.counters()['vios_feed'])

    def test_no_servers(self):
        self.control.reset_vioses(0)
        self.assertEqual([], VIOS.get(self.pvm))
        self.assertEqual([], partition.get_active_vioses(self.pvm))

    def test_entry(self):
        vios = VIOS.get(self.pvm, uuid=self.uuids[0])
        # As when the answer is 304.
        self.assertIs(vios, vios.refresh())
        self.control.set_vios(vios.uuid, state='shutting down')
        self.assertEqual('shutting down', vios.refresh().state)
        self.assertRaises(pvm_exc.HttpNotFound, VIOS.get, self.pvm,
                          uuid=case.NOBODY)

    def test_search(self):
        found = VIOS.search(self.pvm, name='vios2', one_result=True)
        self.assertEqual(self.uuids[1], found.uuid)
        self.assertEqual([found.uuid], [
            vios.uuid for vios in VIOS.search(self.pvm, id=found.id)])
        self.assertEqual([], VIOS.search(self.pvm, name='none'))

    @ddt.named_data(('none', [], False), ('scsi', [const.XAG.VIO_SMAP], True))
    def test_views(self, xag, shown):
        vios = VIOS.get(self.pvm, uuid=self.uuids[0],
                        xag=xag or [const.XAG.NONE])
        self.assertIs(shown, vios.element.find(
            'VirtualSCSIMappings') is not None)

    def test_active_servers(self):
        def active():
            return [vios.name
                    for vios in partition.get_active_vioses(self.pvm)]

        self.assertEqual(['vios1', 'vios2'], active())
        self.control.set_vios(self.uuids[0], rmc=False)
        self.assertEqual(['vios2'], active())
        self.control.set_vios(self.uuids[1], state='open firmware')
        self.assertEqual([], active())

    def test_partitions(self):
        self.control.add_lpars(1, names=['one'])
        self.assertEqual(
            ['vios1', 'vios2', 'novalink', 'one'],
            [found.name for found in partition.get_partitions(self.pvm)])
        self.assertEqual('novalink',
                         partition.get_mgmt_partition(self.pvm).name)
        ids = [found.id for found in partition.get_partitions(self.pvm)]
        self.assertEqual(4, len(set(ids)))

    def test_events(self):
        path = 'uom/Event?QUEUE_APPLICATIONID=' + self.id()
        session = self.session()
        self.get(session, path)
        self.control.set_vios(self.uuids[0], state='error')
        self.assertIn(f'/VirtualIOServer/{self.uuids[0]}<',
                      self.get(session, path).body)


class VolumeGroupTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.vios, = self.control.reset_vioses(
            volume_groups={'rootvg': 20, 'data': 100})
        self.pvm = self.adapter()
        self.rootvg, self.data = self._groups()

    def _groups(self):
        return pvm_storage.VG.get(self.pvm, parent_type=VIOS,
                                  parent_uuid=self.vios)

    def _disks(self):
        vios, = self.control.vioses()
        return {disk['name']: disk for group in vios['volume_groups']
                for disk in group['disks']}

    def _create(self, name, gb, **attrs):
        return storage_tasks.crt_vdisk(self.pvm, self.vios, self.data.uuid,
                                       name, gb, **attrs)

    def test_feed(self):
        self.assertEqual(
            [('rootvg', 20, 20), ('data', 100, 100)],
            [(group.name, group.capacity, group.free_space)
             for group in self._groups()])
        entry = pvm_storage.VG.get(self.pvm, uuid=self.data.uuid,
                                   parent_type=VIOS, parent_uuid=self.vios)
        self.assertEqual('data', entry.name)
        self.assertIs(entry, entry.refresh())

    def test_find_vg(self):
        vios, group = storage_tasks.find_vg(self.pvm, 'data')
        self.assertEqual((self.vios, self.data.uuid),
                         (vios.uuid, group.uuid))
        self.assertRaises(pvm_exc.VGNotFound, storage_tasks.find_vg,
                          self.pvm, 'none', 'vios1')

    def test_create(self):
        disk = self._create('one', 10)
        self.assertEqual(('one', 10), (disk.name, disk.capacity))
        self.assertEqual(disk.udid, self._disks()['one']['udid'])
        self.assertEqual(90, self.data.refresh().free_space)

    def test_copy(self):
        base = self._create('base', 2)
        copied = storage_tasks.crt_copy_vdisk(
            self.pvm, self.vios, self.data.uuid, base.udid, 2 * GB, 'copy',
            d_size=5 * GB)
        self.assertEqual(('copy', 5), (copied.name, copied.capacity))
        self.assertNotEqual(base.udid, copied.udid)

    def test_extend(self):
        self._create('one', 10)
        group = self.data.refresh()
        group.virtual_disks[0].capacity = 30
        self.assertEqual(30, group.update().virtual_disks[0].capacity)

    def test_delete(self):
        disk = self._create('one', 10)
        storage_tasks.rm_vg_storage(self.data.refresh(), vdisks=[disk])
        self.assertEqual({}, self._disks())

    def test_no_space(self):
        exc = self.assertRaises(pvm_exc.HttpError, self._create, 'one', 101)
        self.assertEqual(500, exc.response.status)
        self.assertEqual({}, self._disks())

    def test_what_has_changed(self):
        stale = self.data.refresh()
        self._create('one', 1)
        stale.virtual_disks.append(
            pvm_storage.VDisk.bld(self.pvm, 'two', 1))
        exc = self.assertRaises(pvm_exc.HttpError, stale.update)
        self.assertEqual(const.HTTPStatus.ETAG_MISMATCH,
                         exc.response.status)

    def test_media_repository(self):
        # pypowervm remembers the one that it has found.
        self.patch(vopt, '_cur_vios_uuid', None)
        self.patch(vopt, '_cur_vg_uuid', None)
        expected = (self.vios, self.rootvg.uuid)
        self.assertEqual(expected, vopt.validate_vopt_repo_exists(
            self.pvm, vopt_media_rep_size=2))
        self.assertEqual(expected,
                         vopt.validate_vopt_repo_exists(self.pvm))
        repository, = self._groups()[0].vmedia_repos
        self.assertEqual(('vopt', 2), (repository.name, repository.size))
        self.assertEqual(18, self._groups()[0].free_space)

    def test_no_rmc(self):
        self.control.set_vios(self.vios, rmc=False)
        exc = self.assertRaises(pvm_exc.HttpError, self._groups)
        self.assertEqual(500, exc.response.status)
        exc = self.assertRaises(pvm_exc.HttpError, self.data.update)
        self.assertEqual(500, exc.response.status)

    def _copy(self, base, name, **attrs):
        group = self.data.refresh()
        group.virtual_disks.append(pvm_storage.VDisk.bld(
            self.pvm, name, 2, base_image=base.udid))
        return group.update(**attrs)

    def test_slow_copy(self):
        base = self._create('base', 2)
        self.control.configure(copy_seconds=3600)
        self.assertRaises(pvm_exc.TimeoutError, self._copy, base, 'copy',
                          timeout=0.2)
        # The server goes on, and the disk is there.
        self.assertIn('copy', self._disks())

    def test_slow_copies_at_once(self):
        base = self._create('base', 2)
        self.control.configure(copy_seconds=1)
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            copy = pool.submit(self._copy, base, 'copy')
            self.wait_for_requests('group_update', 2)
            # Others are served meanwhile.
            self.assertEqual(96, self._groups()[1].free_space)
            self.assertFalse(copy.done())
            copy.result()
        self.assertGreaterEqual(time.monotonic() - begin, 1)

    def test_storm_of_etag_mismatches(self):
        self.control.inject_fault('group_update', 'etag_mismatch', count=2)
        for _ in range(2):
            exc = self.assertRaises(pvm_exc.HttpError, self.data.update)
            self.assertEqual(const.HTTPStatus.ETAG_MISMATCH,
                             exc.response.status)
        self.data.update()
