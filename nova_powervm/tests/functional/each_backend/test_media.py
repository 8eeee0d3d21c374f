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

"""Configuration drives, made by genisoimage and kept by the simulator."""

from concurrent import futures
import hashlib
import os
import subprocess

import ddt
import fixtures
from nova.api.metadata import base as instance_metadata
from nova import exception
from nova.network import model
from nova import objects
from nova.objects import instance as instance_obj
from oslo_serialization import base64
from oslo_serialization import jsonutils
from pypowervm import const
from pypowervm.tasks import scsi_mapper
from pypowervm.tasks import storage as storage_tasks
from pypowervm.wrappers import storage
from pypowervm.wrappers import virtual_io_server

from nova_powervm.tests import base
from nova_powervm.tests.functional.each_backend import storage_case
from nova_powervm.virt.powervm import connection
from nova_powervm.virt.powervm import media
from nova_powervm.virt.powervm import upload

FILES = [('/etc/motd', b'hello'), ('/root/two', b'2')]
PASSWORD = 'c0rrect horse'
USER_DATA = b'#cloud-config\n'
MAC = 'fa:16:3e:5c:1f:a4'

upload_for_real = upload.upload

#: Requests for a drive when it is known where the repository is.
STORED_WARM = {'file_create': 1, 'file_upload': 1, 'file_entry': 1,
               'file_delete': 1}


def make_network_info():
    subnet = model.Subnet(
        cidr='192.0.2.0/24', version=4,
        ips=[model.FixedIP(address='192.0.2.7', version=4)],
        gateway=model.IP(address='192.0.2.1', version=4))
    network = model.Network(id='net', label='one', subnets=[subnet], mtu=1450)
    return model.NetworkInfo([model.VIF(
        id='port', address=MAC, network=network, type='ovs')])


class MediaTestCase(storage_case.StorageTestCase):
    """``media`` is new to a host with two Virtual I/O Servers."""

    NUMBER_OF_VIOSES = 2

    def setUp(self):
        super().setUp()
        self.isos = []
        self.useFixture(fixtures.MockPatchObject(
            media.upload, 'upload', side_effect=self.spy_on_upload))
        # They would call nova-conductor and neutron.
        self.useFixture(fixtures.MockPatchObject(
            instance_metadata.security_group_api,
            'get_instance_security_groups', return_value=[]))
        self.useFixture(fixtures.MockPatchObject(
            instance_obj.Instance, 'get_bdms',
            return_value=objects.BlockDeviceMappingList()))
        self.temp = self.useFixture(fixtures.TempDir()).path
        self.flags(tempdir=self.temp)
        self.instance = self.make_instance()
        self.system = connection.only_system(self.adapter)
        self.media = self.make_media()
        self.control.reset_counters()

    def spy_on_upload(self, *args):
        """Keep what is uploaded."""
        stream = args[-1]
        self.isos.append(stream.read())
        stream.seek(0)
        return upload_for_real(*args)

    def make_media(self):
        return media.Media(self.adapter)

    def make_instance(self):
        made = base.make_instance(self.context)
        made.update({
            'user_data': base64.encode_as_text(USER_DATA), 'metadata': {},
            'hostname': 'one', 'display_name': 'one', 'launch_index': 0,
            'key_name': None, 'project_id': 'project', 'root_device_name': '',
            'availability_zone': 'nova', 'default_ephemeral_device': None,
            'default_swap_device': None, 'reservation_id': 'r-1',
            'keypairs': objects.KeyPairList(objects=[]),
            'device_metadata': None, 'numa_topology': None,
            'ec2_ids': objects.EC2Ids(instance_id='i-1', ami_id='ami-1',
                                      kernel_id=None, ramdisk_id=None)})
        return made

    def create(self, instance=None, files=FILES, password=PASSWORD):
        return self.media.create(
            self.context, instance or self.instance, files, password,
            make_network_info())

    def stored(self):
        """Return size and hash of each medium, by VIOS and name."""
        return self.contents('media')

    def repositories(self):
        """Return VIOS, volume group and size of each media repository."""
        return [(vios['uuid'], group['name'], group['repository_gb'])
                for vios in self.control.vioses()
                for group in vios['volume_groups'] if group['repository_gb']]

    def make_repository(self, vios_uuid, name='rootvg', gb=1):
        group = self.group(vios_uuid, name)
        group.vmedia_repos = [storage.VMediaRepos.bld(
            self.adapter, 'theirs', gb)]
        group.update()

    def map(self, vios_uuid, medium):
        """Map a medium to a new LPAR."""
        lpar, = self.control.add_lpars(1)
        vios = virtual_io_server.VIOS.get(
            self.adapter, uuid=vios_uuid, xag=[const.XAG.VIO_SMAP])
        vios.scsi_mappings.append(scsi_mapper.build_vscsi_mapping(
            self.system.uuid, vios, lpar, medium))
        vios.update()

    def assert_nothing_left(self):
        self.assertEqual(({}, []), (self.stored(), self.files()))
        self.assertEqual([], os.listdir(self.temp))


@ddt.ddt
class CreateTestCase(MediaTestCase):

    def test_stored(self):
        vios_uuid, medium = self.create()
        self.assertEqual(self.vioses[0], vios_uuid)
        self.assertIsInstance(medium, storage.VOptMedia)
        iso, = self.isos
        self.assertEqual(
            {(vios_uuid, medium.name):
             (len(iso), hashlib.sha256(iso).hexdigest())}, self.stored())
        self.assertEqual([], os.listdir(self.temp))

    def read(self, path):
        """Return a file of the only drive that was made."""
        iso, = self.isos
        name = os.path.join(self.temp, 'iso')
        with open(name, 'wb') as f:
            f.write(iso)
        return subprocess.check_output(
            ['isoinfo', '-R', '-i', name, '-x', '/openstack/' + path])

    def test_contents(self):
        self.create()
        metadata = jsonutils.loads(self.read('latest/meta_data.json'))
        self.assertEqual((self.instance.uuid, PASSWORD),
                         (metadata['uuid'], metadata['admin_pass']))
        self.assertEqual(FILES, [
            (file['path'], self.read(file['content_path'].strip('/')))
            for file in metadata['files']])
        self.assertEqual(USER_DATA, self.read('latest/user_data'))
        network = jsonutils.loads(self.read('latest/network_data.json'))
        self.assertEqual(
            ([MAC], ['192.0.2.7']),
            ([link['ethernet_mac_address'] for link in network['links']],
             [one['ip_address'] for one in network['networks']]))

    def test_no_password_and_no_files(self):
        self.create(files=None, password=None)
        metadata = jsonutils.loads(self.read('latest/meta_data.json'))
        self.assertEqual([], [key for key in ('admin_pass', 'files')
                              if key in metadata])

    def test_mapped(self):
        """A mapping finds it by its name."""
        self.map(*self.create())
        mapping, = self.control.vioses()[0]['mappings']
        self.assertEqual(hashlib.sha256(self.isos[0]).hexdigest(),
                         mapping['sha256'])

    def test_requests_cold(self):
        self.create()
        self.assertEqual(
            STORED_WARM | {'vios_feed': 1, 'group_feed': 2,
                           'group_entry': 1, 'group_update': 1},
            self.control.counters())

    def test_requests_warm(self):
        self.create()
        self.control.reset_counters()
        self.create(self.make_instance())
        self.assertEqual(STORED_WARM, self.control.counters())

    def test_repository_is_made(self):
        self.flags(group='powervm', vopt_media_volume_group='data',
                   vopt_media_rep_size=3)
        self.create()
        self.assertEqual([(self.vioses[0], 'data', 3)], self.repositories())

    def test_repository_is_there(self):
        self.make_repository(self.vioses[1], 'data', 2)
        vios_uuid, _ = self.create()
        self.assertEqual(self.vioses[1], vios_uuid)
        self.assertEqual([(self.vioses[1], 'data', 2)], self.repositories())

    def test_many_at_once(self):
        instances = [self.make_instance() for _ in range(10)]
        self.at_once(self.create, *instances)
        self.assertEqual({media.medium_name(instance)
                          for instance in instances},
                         {name for _, name in self.stored()})
        counters = self.control.counters()
        self.assertEqual((1, 1, 10), (
            counters['vios_feed'], counters['group_update'],
            counters['file_create']))

    def test_beside_new_disks(self):
        self.create()
        group = self.group(self.vioses[0])
        instances = [self.make_instance() for _ in range(5)]
        with futures.ThreadPoolExecutor(10) as pool:
            disks = [pool.submit(
                storage_tasks.crt_vdisk, self.adapter, self.vioses[0],
                group.uuid, 'disk%d' % number, 1) for number in range(5)]
            list(pool.map(self.create, instances))
        for disk in disks:
            disk.result()
        self.assertEqual(6, len(self.stored()))

    @ddt.named_data(('no_rmc', {'rmc': False}),
                    ('down', {'state': 'not activated'}))
    def test_unusable(self, state):
        self.control.set_vios(self.vioses[0], **state)
        vios_uuid, _ = self.create()
        self.assertEqual(self.vioses[1], vios_uuid)
        self.control.set_vios(self.vioses[1], **state)
        self.assertRaises(exception.InstanceDeployFailure, self.create)

    def test_unreadable(self):
        self.control.inject_fault('group_feed', 'no_space', count=1)
        vios_uuid, _ = self.create()
        self.assertEqual(self.vioses[1], vios_uuid)

    def test_no_volume_group(self):
        self.flags(group='powervm', vopt_media_volume_group='none')
        exc = self.assertRaises(exception.InstanceDeployFailure, self.create)
        self.assertIn("'none'", str(exc))
        self.assertEqual([], self.repositories())

    def test_no_servers(self):
        self.control.reset_vioses(0)
        self.assertRaises(exception.InstanceDeployFailure, self.create)

    def test_repository_moves(self):
        """It is looked for again once it is not where it was."""
        self.create()
        self.control.set_vios(self.vioses[0], rmc=False)
        vios_uuid, _ = self.create(self.make_instance())
        self.assertEqual(self.vioses[1], vios_uuid)

    @ddt.data('unauthorized_upload', 'unauthorized', 'cut_upload')
    def test_interrupted_once(self, fault):
        self.create()
        self.control.inject_fault('file_upload', fault, count=1)
        instance = self.make_instance()
        vios_uuid, medium = self.create(instance)
        self.assertEqual(len(self.isos[-1]),
                         self.stored()[vios_uuid, medium.name][0])
        self.assertEqual([], self.files())

    @ddt.data(('file_create', 'no_space'), ('file_upload', 'no_space'),
              ('file_upload', 'cut_upload'), ('file_upload', 'vios_busy'),
              ('file_entry', 'no_space'), ('file_entry', 'cut'))
    def test_interrupted(self, fault):
        self.control.inject_fault(*fault)
        self.assertRaises(exception.InstanceDeployFailure, self.create)
        self.control.clear_faults()
        self.assert_nothing_left()

    def test_too_large(self):
        self.make_repository(self.vioses[0], gb=0.001)
        self.assertRaises(exception.InstanceDeployFailure, self.create,
                          files=[('/big', os.urandom(2 << 20))])
        self.assert_nothing_left()

    @ddt.named_data(('missing', '/no/such/command'), ('failing', 'false'))
    def test_command(self, command):
        self.flags(mkisofs_cmd=command)
        self.assertRaises(exception.InstanceDeployFailure, self.create)
        self.assert_nothing_left()
        self.assertEqual([], self.isos)

    def test_another_format(self):
        self.flags(config_drive_format='vfat')
        self.assertRaises(exception.ConfigDriveUnsupportedFormat,
                          self.create)
        self.assert_nothing_left()

    def test_medium_remains(self):
        self.create()
        self.control.inject_fault('file_upload', 'cut_upload')
        self.control.inject_fault('group_update', 'no_space')
        self.assertRaises(exception.InstanceDeployFailure, self.create,
                          self.make_instance())
        self.assertEqual([], os.listdir(self.temp))

    def test_file_remains(self):
        """That one costs a warning, and no server."""
        self.control.inject_fault('file_delete', 'no_space')
        self.create()
        self.assertEqual(1, len(self.stored()))


class DeleteTestCase(MediaTestCase):

    def test_deleted(self):
        kept = self.create()
        backing = self.create(self.make_instance())
        self.control.reset_counters()
        self.media.delete([backing])
        self.assertEqual({'group_entry': 1, 'group_update': 1},
                         self.control.counters())
        self.assertEqual({(kept[0], kept[1].name)}, set(self.stored()))

    def test_after_a_restart(self):
        backing = self.create()
        self.control.reset_counters()
        self.make_media().delete([backing])
        self.assertEqual({}, self.stored())
        self.assertEqual({'group_feed': 1, 'group_entry': 1,
                          'group_update': 1}, {
            kind: count for kind, count in self.control.counters().items()
            if kind.startswith('group')})

    def test_repository_moved_meanwhile(self):
        """It holds passwords; nobody would ask for it again."""
        self.create()
        self.control.set_vios(self.vioses[0], rmc=False)
        vios_uuid, other = self.create(self.make_instance())
        self.control.set_vios(self.vioses[0], rmc=True)
        self.media.delete_of(self.instance)
        self.assertEqual({(vios_uuid, other.name)}, set(self.stored()))

    def test_gone_after_it_was_found(self):
        vios_uuid, medium = self.create()
        self.media._repository._known = None
        found = [('0' * 8 + vios_uuid[8:], medium)]
        self.useFixture(fixtures.MockPatchObject(
            self.media._repository, 'media', return_value=found))
        self.media.delete_of(self.instance)
        self.assertEqual({(vios_uuid, medium.name)}, set(self.stored()))

    def test_deleted_where_new_ones_go(self):
        self.create()
        self.control.reset_counters()
        self.media.delete_of(self.instance)
        self.assertEqual({}, self.stored())
        self.assertEqual({'group_entry': 1, 'group_update': 1},
                         self.control.counters())

    def test_none_to_delete(self):
        self.create(self.make_instance())
        self.media.delete_of(self.instance)
        self.assertEqual(1, len(self.stored()))
        self.control.reset_vioses(0)
        self.media.delete_of(self.instance)

    def test_missing(self):
        backing = self.create()
        self.media.delete([backing])
        self.media.delete([backing])
        self.make_media().delete([backing])
        self.control.reset_vioses(1)
        self.media.delete([backing])
        self.control.reset_vioses(0)
        self.media.delete([backing])
        self.assertEqual({}, self.stored())

    def test_changed_meanwhile(self):
        backing = self.create()
        self.control.inject_fault('group_update', 'etag_mismatch', count=3)
        self.media.delete([backing])
        self.assertEqual({}, self.stored())

    def test_refused(self):
        backing = self.create()
        self.control.inject_fault('group_update', 'no_space')
        self.assertRaises(exception.InstanceTerminationFailure,
                          self.media.delete, [backing])
        self.assertEqual(1, len(self.stored()))

    def test_not_ours(self):
        vios_uuid, _ = self.create()
        group = self.group(vios_uuid)
        group.vmedia_repos[0].optical_media.append(
            storage.VOptMedia.bld(self.adapter, 'rhel.iso', 0.1))
        group = group.update()
        disk = storage_tasks.crt_vdisk(
            self.adapter, vios_uuid, group.uuid, media.medium_name(
                self.instance)[:15], 1)
        before = self.stored()
        self.media.delete([
            (vios_uuid, storage.VOptMedia.bld_ref(self.adapter, 'rhel.iso')),
            (vios_uuid, disk)])
        self.assertEqual(before, self.stored())

    def test_names(self):
        self.make_repository(self.vioses[1])
        self.assertEqual({}, self.media.names())
        backing = self.create()
        self.media.delete([self.create(self.make_instance())])
        (name, (vios_uuid, medium)), = self.media.names().items()
        self.assertEqual((backing[0], backing[1].name),
                         (vios_uuid, medium.name))
        self.assertEqual(media.medium_name(self.instance), name)
        self.media.delete(self.media.names().values())
        self.assertEqual({}, self.stored())
