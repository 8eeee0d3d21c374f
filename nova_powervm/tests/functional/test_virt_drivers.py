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

"""nova's own tests of a compute driver, with this one.

They accept a NotImplementedError wherever a driver may raise it.
"""

import fixtures
import mock
from nova import objects
from nova import test
from nova.tests import fixtures as nova_fixtures
from nova.tests.unit.virt import test_virt_drivers

from nova_powervm.sim import process
from nova_powervm.tests.functional import pauses
from nova_powervm.tests.functional import polls


class TestVirtDriver(test_virt_drivers._VirtDriverTestCase, test.TestCase):

    driver_module = 'nova_powervm.virt.powervm.driver.PowerVMDriver'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(polls.wait_for_end)
        cls.simulator = process.SimulatorProcess(
            poll_seconds=0.1, boot_seconds=0, shutdown_seconds=0)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)

    def setUp(self):
        # Parsing nova's policies takes longer than a test, and no driver
        # asks for them.
        self.useFixture(fixtures.MonkeyPatch(
            nova_fixtures.__name__ + '.PolicyFixture', fixtures.Fixture))
        super().setUp()
        self.useFixture(pauses.ShortPauses())
        self.addCleanup(self.delete_lpars)
        self.flags(group='powervm', rest_port=self.simulator.port,
                   bare_lpars=True, disable_service_after=0)
        # nova's tests make LPARs of instances that no database has.
        patcher = mock.patch.object(
            objects.InstanceList, 'get_uuids_by_host',
            side_effect=self.uuids_by_host)
        self.addCleanup(patcher.stop)
        patcher.start()
        self.connection.init_host('host')
        self.addCleanup(self.connection.cleanup_host, 'host')

    def _setup_fakelibvirt(self):
        """Leave out what only nova's libvirt driver needs."""

    def _teardown_fakelibvirt(self):
        """Leave it out here as well."""

    def uuids_by_host(self, context, host):
        # Of the two that each LPAR may stand for.
        return self.connection.list_instance_uuids()[::2]

    def delete_lpars(self):
        control = self.simulator.control
        control.delete_lpars(lpar['uuid'] for lpar in control.lpars())

    def test_live_migration(self):
        self.skipTest('not implemented')

    def test_live_migration_force_complete(self):
        self.skipTest('not implemented')
