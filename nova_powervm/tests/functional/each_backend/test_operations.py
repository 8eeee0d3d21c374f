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
from nova.compute import vm_states
from nova import context
from nova.image import glance
from nova import policies
from nova import policy
from nova.tests import fixtures as nova_fixtures
from oslo_policy import policy as oslo_policy
import yaml

from nova_powervm import conf
from nova_powervm.tests.functional.each_backend import operations
from nova_powervm.tests.functional.each_backend import operations_case

_POLICY = (pathlib.Path(__file__).parents[4]
           / 'doc/source/admin/refused-operations.yaml')
_IMAGE_BACKED = nova_fixtures.CinderFixture.IMAGE_BACKED_VOL


@ddt.ddt
class TestOperations(operations_case.OperationsTestCase):

    @ddt.named_data(*operations.REFUSED.items())
    def test_refused(self, operation):
        self.request(operation)
        self.assert_unharmed()

    def test_resize(self):
        self.request(operations.Operation(
            'POST', '/action', {'resize': {'flavorRef': self.larger}}, 202,
            fails=True))
        self.assert_unharmed()

    def rebuild(self, fails=False):
        return operations.Operation(
            'POST', '/action', {'rebuild': {'imageRef': self.cloud.image}},
            202, fails)

    def test_rebuild(self):
        self.request(self.rebuild())
        self.wait_for(self.server.uuid, status='ACTIVE', task_state=None)
        self.assertEqual(1, self.control.counters()['create'])
        self.wait_until_all_run()

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
        self.wait_until_all_run()

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
