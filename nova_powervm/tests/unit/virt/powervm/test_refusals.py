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

"""Operations that are refused without harm."""

import ddt
from nova import exception
from nova.virt import driver

from nova_powervm.tests.unit.virt.powervm import driver_base


@ddt.ddt
class RefusalsTestCase(driver_base.InstanceTestCase):

    @ddt.named_data(
        ('destination', 'check_can_live_migrate_destination', (None, None)),
        ('source', 'check_can_live_migrate_source', (None,)))
    def test_live_migration(self, name, arguments):
        self.assertRaises(
            exception.MigrationPreCheckError, getattr(self.driver, name),
            self.context, self.instance, *arguments)

    def rebuild(self):
        self.driver.rebuild(
            self.context, self.instance, None, [], None, {}, [], None, None)

    def test_rebuild_by_nova(self):
        self.flags(group='powervm', bare_lpars=True)
        self.assertRaises(NotImplementedError, self.rebuild)

    def test_rebuild_that_would_only_delete(self):
        self.flags(group='powervm', bare_lpars=False)
        e = self.assertRaises(exception.InstanceFaultRollback, self.rebuild)
        self.assertIsInstance(e.inner_exception,
                              exception.BuildAbortException)

    def test_capabilities(self):
        """Whatever one promises has to be here."""
        self.assertEqual(driver.ComputeDriver.capabilities,
                         self.driver.capabilities)
        self.assertNotIn(True, self.driver.capabilities.values())
