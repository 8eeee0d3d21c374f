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


"""Servers with a disk, a configuration drive and ports, in a whole nova."""

import ddt
import mock
from nova import context
from nova import exception
from nova import objects
from nova.tests import fixtures as nova_fixtures

from nova_powervm.testing import cloud
from nova_powervm.testing import image
from nova_powervm.tests.functional.each_backend import nova_case
from nova_powervm.virt.powervm import building

_NETWORK = nova_fixtures.NeutronFixture.network_1['id']
_PORT = nova_fixtures.NeutronFixture.port_1['id']


class ServersTestCase(nova_case.NovaTestCase):
    """Servers are created through nova's API, and leave nothing behind."""

    bare = False

    def prepare(self):
        self.addCleanup(self.delete_servers)
        self.addCleanup(self.control.clear_faults)
        self.empty = self.host()
        self.control.reset_counters()

    def host(self):
        """Return what there is on the host, but for copies of images."""
        groups = [group for vios in self.control.vioses()
                  for group in vios['volume_groups']]
        return {
            'lpars': self.control.lpars(),
            'adapters': self.control.adapters(),
            'mappings': [one for vios in self.control.vioses()
                         for one in vios['mappings']],
            'disks': [disk['name'] for group in groups
                      for disk in group['disks']
                      if not disk['name'].startswith('i_')],
            'media': [medium['name'] for group in groups
                      for medium in group['media']]}

    def create(self, count=1, status='ACTIVE', **fields):
        """Create servers and return their uuids."""
        before = set(self.cloud.servers())
        self.cloud.api.api_post('/servers', {'server': {
            'name': 'server', 'flavorRef': self.flavor,
            'imageRef': self.cloud.image,
            'networks': [{'uuid': _NETWORK}], 'config_drive': True,
            'min_count': count, 'max_count': count, **fields}})
        uuids = set(self.cloud.servers()) - before
        for uuid in uuids:
            self.wait(lambda uuid=uuid: self.cloud.servers()[uuid].status
                      != 'BUILD', 'the build ends')
            server = self.cloud.servers()[uuid]
            self.assertEqual(status, server.status, server.fault)
        return uuids

    def mapped(self):
        """Return LPAR and contents of each mapping."""
        return [(one['lpar'], one['sha256'])
                for vios in self.control.vioses()
                for one in vios['mappings']]


@ddt.ddt
class TestServers(ServersTestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.larger = cls.cloud.create_flavor(
            'larger', **{'disk': 2, 'OS-FLV-EXT-DATA:ephemeral': 1,
                         'swap': 512})

    def test_life(self):
        uuid, = self.create(networks=[{'port': _PORT}])
        lpar = self.cloud.servers()[uuid].lpar
        self.assertIn((lpar, image.SHA256), self.mapped())
        self.assertEqual(2, len(self.mapped()))
        macs = [adapter['mac'] for adapter in self.control.adapters()
                if adapter['partition'] == lpar]
        self.assertEqual(
            [nova_fixtures.NeutronFixture.port_1['mac_address']
             .replace(':', '').upper()], macs)
        self.delete_servers()
        self.assertEqual(self.empty, self.host())

    def requests(self):
        """Return the counted requests of a build or a deletion.

        Polls for events and of jobs depend on time; the event module reads
        states for itself.
        """
        self.settle()
        counters = self.control.counters()
        return {kind: count for kind, count in counters.items()
                if kind not in ('event_poll', 'job') and
                not kind.startswith('quick')}

    def test_requests(self):
        self.create()
        self.delete_servers()
        self.control.reset_counters()
        self.create()
        built = self.requests()
        self.assertLessEqual(sum(built.values()), 25, built)
        self.control.reset_counters()
        self.delete_servers()
        deleted = self.requests()
        self.assertLessEqual(sum(deleted.values()), 25, deleted)

    def test_larger_flavor(self):
        self.create(flavorRef=self.larger)
        # Boot disk, ephemeral disk, swap, configuration drive.
        self.assertEqual(4, len(self.mapped()))
        self.delete_servers()
        self.assertEqual(self.empty, self.host())

    def test_ten_at_once(self):
        self.create(10)
        self.assertEqual(10, sum(
            contents == image.SHA256 for _, contents in self.mapped()))
        self.assertLessEqual(self.control.counters()['vios_feed'], 20)
        self.delete_servers()
        self.assertEqual(self.empty, self.host())

    def test_two_ports(self):
        uuid, = self.create(networks=2 * [{'uuid': _NETWORK}])
        devices = self.control.devices()[self.cloud.servers()[uuid].lpar]
        self.assertEqual(2, len({one['vlan'] for one in devices['adapters']}))
        self.delete_servers()
        self.assertEqual(self.empty, self.host())

    def test_deleted_during_the_build(self):
        self.control.configure(copy_seconds=1)
        self.addCleanup(self.control.configure, copy_seconds=0)
        self.cloud.api.api_post('/servers', {'server': {
            'name': 'server', 'flavorRef': self.flavor,
            'imageRef': self.cloud.image, 'config_drive': True,
            'networks': [{'uuid': _NETWORK}]}})
        self.wait(self.control.lpars, 'the build is under way')
        self.delete_servers()
        self.wait(lambda: self.host() == self.empty, 'nothing is left')

    def test_rebuild(self):
        uuid, = self.create()
        self.cloud.act([uuid], {'rebuild': {'imageRef': self.cloud.image}})
        self.wait(lambda: self.control.counters()['create'] == 2,
                  'the LPAR is created anew')
        self.wait_for(uuid, status='ACTIVE', task_state=None)
        self.assertIn((self.cloud.servers()[uuid].lpar, image.SHA256),
                      self.mapped())
        self.assertEqual(2, len(self.mapped()))

    @ddt.named_data(('unavailable', 'unavailable', 'ACTIVE',
                     exception.HypervisorUnavailable),
                    ('refused', 'no_space', 'ERROR', None))
    @ddt.unpack
    def test_start_of_nova_compute(self, fault, status, error):
        """A server is not in error because NovaLink was away."""
        uuid, = self.create()
        self.control.inject_fault('adapter_feed', fault)
        start = self.cloud.compute.manager._init_instance
        record = objects.Instance.get_by_uuid(
            context.get_admin_context(), uuid)
        if error:
            self.assertRaises(error, start, record._context, record)
        else:
            start(record._context, record)
        self.assertEqual(status, self.cloud.servers()[uuid].status)

    def test_interface(self):
        uuid, = self.create(networks='none')
        self.control.set_rmc([self.cloud.servers()[uuid].lpar], True)
        before = self.control.adapters()
        path = '/servers/%s/os-interface' % uuid
        self.cloud.api.api_post(path, {
            'interfaceAttachment': {'port_id': _PORT}})
        self.wait(lambda: len(self.control.adapters()) == len(before) + 2,
                  'an adapter and its trunk')
        self.cloud.api.api_delete('%s/%s' % (path, _PORT))
        self.wait(lambda: self.control.adapters() == before,
                  'both are gone')


@ddt.ddt
class TestFailedBuilds(ServersTestCase):

    @ddt.data('create', 'adapter_create', 'group_update', 'vios_update',
              'file_create', 'file_upload', 'power_on')
    def test_fails(self, request):
        self.control.inject_fault(request, 'unavailable')
        self.create(status='ERROR')
        self.control.clear_faults()
        self.wait(lambda: self.host() == self.empty, 'nothing is left')

    def die(self, request):
        """Let a build end at a request as if nova-compute was killed there.

        Nobody undoes what was done before.
        """
        self.control.inject_fault(request, 'unavailable')
        with (mock.patch.object(building, '_on_failure'),
              mock.patch.object(building.Builder, 'take_apart')):
            uuid, = self.create(status='ERROR')
        self.control.clear_faults()
        return objects.Instance.get_by_uuid(
            context.get_admin_context(), uuid)

    @ddt.data('adapter_create', 'group_update', 'file_upload', 'vios_update',
              'power_on')
    def test_deleted_after_nova_compute_died(self, request):
        instance = self.die(request)
        self.assertNotEqual(self.empty, self.host())
        self.cloud.driver.destroy(None, instance, [])
        self.assertEqual(self.empty, self.host())

    def test_leftovers(self):
        self.die('vios_update')
        self.delete_servers()
        left = self.host()
        self.assertEqual((1, 1), (len(left['disks']), len(left['media'])))
        self.control.delete_lpars(lpar['uuid'] for lpar in left['lpars'])
        # As init_host does.
        driver = self.cloud.driver
        building.make(None, driver.adapter, driver.host_wrapper
                      ).remove_leftovers(
                          context.get_admin_context(), cloud.HOST)
        self.assertEqual(self.empty, self.host())
