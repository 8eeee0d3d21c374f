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

from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import refusals


@ddt.ddt
class RefusalsTestCase(driver_base.InstanceTestCase):

    @ddt.named_data(
        ('destination', 'check_can_live_migrate_destination', (None, None)),
        ('source', 'check_can_live_migrate_source', (None,)))
    def test_live_migration(self, name, arguments):
        self.assertRaises(
            exception.MigrationPreCheckError, getattr(self.driver, name),
            self.context, self.instance, *arguments)

    @ddt.named_data(
        ('none', None, False), ('no_volume', {'block_device_mapping': []},
                                False),
        ('volume', {'block_device_mapping': [{'mount_device': '/dev/sda'}]},
         True))
    def test_volumes(self, block_device_info, refused):
        def check():
            refusals.check_volumes(self.instance, block_device_info)

        if refused:
            self.assertRaises(exception.BuildAbortException, check)
        else:
            check()
