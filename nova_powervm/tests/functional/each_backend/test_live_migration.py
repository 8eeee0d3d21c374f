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

"""Requests to migrate a running server to another host."""

import ddt
import fixtures
from nova.compute import vm_states
from nova import context
from nova import objects

from nova_powervm.testing import cloud
from nova_powervm.tests.functional.each_backend import nova_case

_OTHER_HOST = 'other-host'


@ddt.ddt
class TestLiveMigration(nova_case.NovaTestCase):
    """The other host has nova's fake driver, which agrees to everything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = cls.cloud.start_compute(
            _OTHER_HOST, 'fake.FakeDriver').manager
        cls.other = manager.driver
        # nova migrates between hypervisors of one type only.
        cls.other.host_status_base.update({
            name: value for name, value
            in cls.cloud.driver.get_available_resource(cloud.HOST).items()
            if name in ('hypervisor_type', 'hypervisor_version')})
        manager.update_available_resource(context.get_admin_context())

    def prepare(self):
        self.set_disabled(True)
        super().prepare()
        self.set_disabled(False)

    def set_disabled(self, disabled):
        """Let no server be scheduled to the other host, or let it be."""
        service = objects.Service.get_by_compute_host(
            context.get_admin_context(), _OTHER_HOST)
        service.disabled = disabled
        service.save()

    def patch(self, driver, name, **kwargs):
        return self.useFixture(fixtures.MockPatchObject(
            driver, name, autospec=True, **kwargs)).mock

    @ddt.named_data(('source', True), ('destination', False))
    def test_refused(self, is_source):
        ours = self.cloud.driver
        source = self.patch(ours, 'check_can_live_migrate_source',
                            side_effect=ours.check_can_live_migrate_source)
        destination = self.patch(
            self.other, 'check_can_live_migrate_destination', side_effect=(
                self.other if is_source else ours
            ).check_can_live_migrate_destination)
        self.control.reset_counters()
        self.cloud.act([self.server.uuid], {'os-migrateLive': {
            'host': None, 'block_migration': 'auto'}})
        self.wait_for(self.server.uuid, task_state=None)
        self.assertTrue(destination.called)
        self.assertEqual(is_source, source.called)
        self.stay(vm_state=vm_states.ACTIVE)
        self.assertEqual('running', self.lpar_state())
        self.assertNotIn('power_off', self.control.counters())
