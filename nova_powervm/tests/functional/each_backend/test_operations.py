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

"""What nova's API makes of operations that the driver has or has not."""

import pathlib

import ddt
import fixtures
from nova.compute import power_state
from nova.compute import vm_states
from nova import context
from nova.image import glance
from nova import policies
from nova import policy
from nova.tests import fixtures as nova_fixtures
from oslo_policy import policy as oslo_policy
from pypowervm.helpers import log_helper
import yaml

from nova_powervm import conf
from nova_powervm.testing import logs
from nova_powervm.tests.functional.each_backend import nova_case
from nova_powervm.tests.functional.each_backend import operations
from nova_powervm.virt.powervm import diagnostics

_POLICY = (pathlib.Path(__file__).parents[4]
           / 'doc/source/admin/refused-operations.yaml')
_IMAGE_BACKED = nova_fixtures.CinderFixture.IMAGE_BACKED_VOL


class OperationsTestCase(nova_case.NovaTestCase):
    """A nova with volumes, and a server that tests share if they can."""

    kept = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cloud.useFixture(nova_fixtures.CinderFixture(cls.cloud))
        # Or nova would refuse a resize because there is one host only.
        cls.cloud.flags(allow_resize_to_same_host=True)
        cls.larger = str(cls.cloud.api.post_flavor({'flavor': {
            'name': 'larger', 'vcpus': 1, 'ram': 512, 'disk': 0}})['id'])

    def prepare(self):
        if self.kept is None or not self.is_healthy(self.kept):
            self.delete_servers()
            type(self).kept = self.boot().uuid
        self.server = self.cloud.servers()[self.kept]
        self.settle()
        self.control.reset_counters()

    def is_healthy(self, uuid):
        server = self.cloud.servers().get(uuid)
        return server is not None and (
            server.vm_state, server.task_state, server.power_state,
            self.stage.lpar_states().get(server.lpar)) == (
                vm_states.ACTIVE, None, power_state.RUNNING, 'running')

    def request(self, operation):
        """Carry out an operation; wait until nova has done with it."""
        before = len(self.actions())
        response = operation.request(self.cloud.api, self.server.uuid)
        self.assertEqual(operation.status, response.status_code,
                         response.text)
        if operation.fails:
            self.wait(lambda: [
                action['message'] for action in self.actions()[:-before]
                if action['message']], 'the action has failed')
        self.wait_for(self.server.uuid, task_state=None)

    def actions(self):
        """Return nova's records of actions, the newest first."""
        return self.cloud.api.api_get('/servers/%s/os-instance-actions' % (
            self.server.uuid)).body['instanceActions']

    def act(self, name, body=None):
        """Ask for an action; return when nova has accepted it."""
        self.cloud.act([self.server.uuid], {name: body})

    def power_jobs(self):
        counters = self.control.counters()
        return {name: counters[name] for name in ('power_on', 'power_off')
                if name in counters}

    def assert_unharmed(self):
        self.settle()
        self.assertTrue(self.is_healthy(self.server.uuid))
        self.assertEqual({}, self.power_jobs())


@ddt.ddt
class TestOperations(OperationsTestCase):

    @ddt.named_data(*operations.REFUSED.items())
    def test_refused(self, operation):
        self.request(operation)
        self.assert_unharmed()

    def test_resize(self):
        self.request(operations.Operation(
            'POST', '/action', {'resize': {'flavorRef': self.larger}}, 202,
            fails=True))
        self.assert_unharmed()

    def test_rebuild_that_would_only_delete(self):
        self.refuse_bare_lpars()
        self.request(self.rebuild(fails=True))
        self.assert_unharmed()

    def rebuild(self, fails=False):
        return operations.Operation(
            'POST', '/action', {'rebuild': {'imageRef': self.cloud.image}},
            202, fails)

    def test_rebuild(self):
        self.request(self.rebuild())
        self.wait_for(self.server.uuid, status='ACTIVE', task_state=None)
        self.assertEqual(1, self.control.counters()['create'])
        self.assertEqual('running', self.lpar_state())

    def test_images_of_what_was_refused(self):
        before = len(self.images())
        self.request(operations.REFUSED['snapshot'])
        self.request(operations.REFUSED['backup'])
        self.assertEqual(before, len(self.images()))

    def images(self):
        return list(glance.API().get_all(context.get_admin_context()))

    @ddt.named_data(
        ('hard_reboot', {'reboot': {'type': 'HARD'}}, {'power_off': 1}),
        ('reset_state', {'os-resetState': {'state': 'active'}}, {}))
    def test_rescue(self, way_back, jobs):
        self.act('rescue')
        self.wait_for(self.server.uuid, vm_state=vm_states.ERROR,
                      task_state=None)
        self.settle()
        self.assertEqual('running', self.lpar_state())
        self.assertEqual({}, self.power_jobs())
        self.assertNotEqual('', self.cloud.servers()[self.server.uuid].fault)
        self.cloud.act([self.server.uuid], way_back)
        self.wait_for(self.server.uuid, vm_state=vm_states.ACTIVE,
                      task_state=None)
        self.assertEqual(jobs, self.power_jobs())

    @ddt.data('rescue', 'shelve')
    def test_switched_off_by_policy(self, action):
        lines = yaml.safe_load(_POLICY.read_text())
        defaults = {rule.name: rule.check_str
                    for rule in policies.list_rules() if rule.name in lines}
        self.addCleanup(self.set_policy, defaults)
        self.set_policy(lines)
        response = operations.Operation(
            'POST', '/action', {action: None}, 403).request(
                self.cloud.api, self.server.uuid)
        self.assertEqual(403, response.status_code)
        self.assert_unharmed()

    @staticmethod
    def set_policy(lines):
        policy.set_rules(oslo_policy.Rules.from_dict(lines), overwrite=False)

    def test_shelve_of_a_stopped_server(self):
        self.act('os-stop')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.request(operations.REFUSED['shelve'])
        self.assertTrue(self.seen(self.server.uuid, status='SHUTOFF'))

    def test_deferred_delete_and_restore(self):
        conf.CONF.set_override('reclaim_instance_interval', 3600)
        self.addCleanup(conf.CONF.clear_override, 'reclaim_instance_interval')
        self.cloud.api.delete_server(self.server.uuid)
        self.wait(lambda: self.lpar_state() == 'not activated',
                  'the LPAR is off')
        self.wait(lambda: self.shown()['status'] == 'SOFT_DELETED',
                  'the server can be restored')
        self.act('restore')
        self.wait(lambda: self.shown()['status'] == 'ACTIVE',
                  'the server is restored')
        self.assertEqual('running', self.lpar_state())

    def shown(self):
        return self.cloud.api.api_get(
            '/servers/' + self.server.uuid).body['server']

    @ddt.named_data(
        ('boot_from_volume', {
            'imageRef': '', 'block_device_mapping_v2': [{
                'boot_index': 0, 'uuid': _IMAGE_BACKED,
                'source_type': 'volume', 'destination_type': 'volume'}]}),
        ('volume', {
            'block_device_mapping_v2': [{
                'boot_index': 0, 'uuid': None, 'source_type': 'image',
                'destination_type': 'local'}, {
                'uuid': _IMAGE_BACKED, 'source_type': 'volume',
                'destination_type': 'volume'}]}),
        ('tagged_disk', {
            'block_device_mapping_v2': [{
                'boot_index': 0, 'uuid': None, 'source_type': 'image',
                'destination_type': 'local', 'tag': 'root'}]}),
        ('trusted_certificates', {'trusted_image_certificates': ['one']}))
    def test_creation_is_refused(self, fields):
        uuid = self.create(fields)
        self.addCleanup(self.cloud.api.delete_server, uuid)
        self.wait_for(uuid, status='ERROR', task_state=None)
        self.assertNotEqual('', self.cloud.servers()[uuid].fault)
        self.assertNotIn('create', self.control.counters())

    def create(self, fields):
        body = {'name': 'server', 'flavorRef': self.flavor,
                'imageRef': self.cloud.image, 'networks': 'none', **fields}
        for disk in body.get('block_device_mapping_v2', ()):
            if disk['source_type'] == 'image':
                disk['uuid'] = self.cloud.image
        return self.cloud.api.api_post(
            '/servers', {'server': body}).body['server']['id']

    def test_configuration_drive_is_left_out(self):
        uuid = self.create({'config_drive': True})
        self.addCleanup(self.cloud.api.delete_server, uuid)
        self.wait_for(uuid, status='ACTIVE', task_state=None)


@ddt.ddt
class TestMissingLpars(OperationsTestCase):
    """Somebody deleted the LPAR."""

    def prepare(self):
        super().prepare()
        self.dumps = self.useFixture(logs.Logs(log_helper.__name__))
        self.control.delete_lpars([self.server.lpar])

    @ddt.data('HARD', 'SOFT')
    def test_reboot(self, how):
        self.act('reboot', {'type': how})
        self.wait_for(self.server.uuid, vm_state=vm_states.ERROR,
                      task_state=None)
        self.assertIn(self.server.lpar,
                      self.cloud.servers()[self.server.uuid].fault)

    def test_delete(self):
        self.cloud.api.delete_server(self.server.uuid)
        self.wait(lambda: not self.cloud.servers(), 'the server is deleted')
        self.assertEqual([], self.dumps.records)

    def test_stop(self):
        self.request(operations.Operation(
            'POST', '/action', {'os-stop': None}, 202, fails=True))
        self.assertTrue(self.seen(self.server.uuid, status='ACTIVE'))


class TestDiagnostics(OperationsTestCase):

    def diagnostics(self, version):
        self.useFixture(fixtures.MockPatchObject(
            self.cloud.api, 'microversion', version))
        return self.cloud.api.api_get(
            '/servers/%s/diagnostics' % self.server.uuid).body

    def test_of_the_driver(self):
        found = self.diagnostics('2.47')
        self.assertEqual(('running', 256, 1, False), tuple(
            found[name] for name in (
                'PartitionState', 'CurrentMemory',
                'AllocatedVirtualProcessors', 'HasDedicatedProcessors')))

    def test_standardized(self):
        # nova's tests are stricter than nova, and its schema has no word for
        # this driver.
        conf.CONF.set_override('response_validation', 'warn', 'api')
        self.addCleanup(conf.CONF.clear_override, 'response_validation', 'api')
        found = self.diagnostics('2.48')
        self.assertEqual(
            ('running', diagnostics.HYPERVISOR, None, 256, None, 1),
            (found['state'], found['hypervisor'], found['driver'],
             found['memory_details']['maximum'],
             found['memory_details']['used'], found['num_cpus']))

    def test_off(self):
        self.act('os-stop')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.assertEqual(409, self.cloud.api.api_request(
            '/servers/%s/diagnostics' % self.server.uuid).status_code)
