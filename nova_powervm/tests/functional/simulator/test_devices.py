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
"""Servers with an image, a medium and a port, on a host as it starts."""

import hashlib
import io

from pypowervm import const
from pypowervm.tasks import cna
from pypowervm.tasks import partition
from pypowervm.tasks import scsi_mapper
from pypowervm.tasks import storage as storage_tasks
from pypowervm.tasks import vopt
from pypowervm.wrappers import virtual_io_server

from nova_powervm.tests.functional.simulator import case

IMAGE = b'image' * 1000
HASH = hashlib.sha256(IMAGE).hexdigest()
MAC = 'FA163E010203'
NOTHING = {'boot_disk': None, 'disks': [], 'media': [], 'adapters': []}


class DevicesTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        self.patch(vopt, '_cur_vios_uuid', None)
        self.patch(vopt, '_cur_vg_uuid', None)
        vios, self.group = storage_tasks.find_vg(self.pvm, 'data')
        self.vios = vios.uuid
        self.one, self.two = self.control.add_lpars(2, state='not activated')

    def base(self):
        return storage_tasks.upload_new_vdisk(
            self.pvm, self.vios, self.group.uuid, io.BytesIO(IMAGE), 'base',
            len(IMAGE), d_size=1 << 30)[0]

    def disk(self, name):
        return storage_tasks.crt_vdisk(self.pvm, self.vios, self.group.uuid,
                                       name, 1)

    def map(self, lpar, stored, **attrs):
        scsi_mapper.add_vscsi_mapping(None, self.vios, lpar, stored, **attrs)

    def plug(self, lpar, **attrs):
        mgmt = partition.get_mgmt_partition(self.pvm)
        return cna.crt_p2p_cna(self.pvm, None, lpar, [mgmt.uuid],
                               'NOVALINKVEA', mac_addr=MAC, **attrs)

    def boot_disk(self):
        return self.control.devices()[self.one]['boot_disk']['name']

    def test_server(self):
        copied = storage_tasks.crt_copy_vdisk(
            self.pvm, self.vios, self.group.uuid, self.base().udid,
            len(IMAGE), 'boot', d_size=5 << 30)
        self.map(self.one, copied)
        vopt.validate_vopt_repo_exists(self.pvm)
        self.map(self.one, storage_tasks.upload_vopt(
            self.pvm, self.vios, io.BytesIO(b'iso'), 'cfg')[0])
        self.plug(self.one, ovs_bridge='br-int', ovs_ext_ids='iface-id=x')
        found = self.control.devices()
        self.assertEqual({self.one, self.two}, set(found))
        boot, medium = found[self.one]['boot_disk'], found[self.one]['media']
        self.assertEqual(
            ('boot', 5, copied.udid, len(IMAGE), HASH),
            (boot['name'], boot['gb'], boot['udid'], boot['bytes'],
             boot['sha256']))
        self.assertEqual([boot], found[self.one]['disks'])
        self.assertEqual(
            [('cfg', 3, hashlib.sha256(b'iso').hexdigest())],
            [(one['name'], one['bytes'], one['sha256']) for one in medium])
        self.assertEqual(
            [{'mac': MAC, 'switch': 'NOVALINKVEA', 'vlan': 1, 'slot': 3,
              'enabled': True, 'bridge': 'br-int', 'ovs_ids': 'iface-id=x'}],
            found[self.one]['adapters'])
        self.assertEqual(NOTHING, found[self.two])

    def test_boots_from_the_first_address(self):
        self.map(self.one, self.disk('second'), lua='0x8200000000000000')
        self.map(self.one, self.disk('first'), lua='0x8100000000000000')
        self.assertEqual('first', self.boot_disk())

    def test_boots_from_the_first_slot(self):
        self.map(self.one, self.disk('second'), lpar_slot_num=9)
        self.map(self.one, self.disk('first'), lpar_slot_num=8, fuse_limit=1)
        self.assertEqual('first', self.boot_disk())

    def test_no_contents(self):
        self.map(self.one, self.disk('blank'))
        boot = self.control.devices()[self.one]['boot_disk']
        self.assertEqual((None, None), (boot['bytes'], boot['sha256']))

    def test_adapter_without_a_trunk(self):
        cna.crt_cna(self.pvm, None, self.one, 5, mac_addr=MAC)
        found, = self.control.devices()[self.one]['adapters']
        self.assertEqual(('ETHERNET0', 5, None),
                         (found['switch'], found['vlan'], found['bridge']))

    def test_of_deleted_lpars_and_of_novalink(self):
        mgmt = partition.get_mgmt_partition(self.pvm)
        self.map(self.one, self.disk('stale'))
        self.map(mgmt.uuid, self.disk('own'))
        self.control.delete_lpars([self.one])
        self.assertEqual({self.two: NOTHING}, self.control.devices())
        vios = virtual_io_server.VIOS.get(self.pvm, uuid=self.vios,
                                          xag=[const.XAG.VIO_SMAP])
        self.assertEqual(2, len(vios.scsi_mappings))
