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

"""What nova may ask for and this driver refuses, without harm to the LPAR.

What is missing here is refused by the base class's NotImplementedError or by
a capability that is False: nova then leaves the server as it was.
"""

from typing import Any

from nova.compute import task_states
from nova import exception
from nova.virt import driver as nova_driver


_LIVE_MIGRATION = 'this driver does not support live migration'

# Tasks in which nova stops a server before it asks the driver for the rest,
# which this driver would refuse when the LPAR is off already.
_STOPPED_FIRST = {
    task_states.RESCUING: 'rescue',
    task_states.SHELVING: 'shelve',
    # From one cell to another; within a cell nova asks the driver first.
    task_states.RESIZE_MIGRATING: 'resize',
}


def check_volumes(instance: Any, block_device_info: Any) -> None:
    """Check that a server is to have no volumes.

    :raises nova.exception.BuildAbortException: if it is. It ends the build:
        no host has them.
    """
    if nova_driver.block_device_info_get_mapping(block_device_info):
        raise exception.BuildAbortException(
            instance_uuid=instance.uuid,
            reason='this driver does not support volumes, neither to boot '
                   'from nor to attach')


def check_power_off(instance: Any) -> None:
    """Check that nova stops an instance for something that can succeed.

    :raises nova.exception.InstancePowerOffFailure: if not.
    """
    operation = _STOPPED_FIRST.get(instance.task_state)
    if operation is not None:
        raise exception.InstancePowerOffFailure(
            reason='this driver does not support %s, so the server is not '
                   'stopped for it' % operation)


class Refusals:
    """The operations that nova's own base class would refuse with harm."""

    def check_can_live_migrate_destination(
            self, context: Any, instance: Any, src_compute_info: Any,
            dst_compute_info: Any, block_migration: bool = False,
            disk_over_commit: bool = False) -> Any:
        """Refuse a live migration to this host, before anything is done.

        :raises nova.exception.MigrationPreCheckError: always; nova tries
            another host, or leaves the server as it is.
        """
        raise exception.MigrationPreCheckError(reason=_LIVE_MIGRATION)

    def check_can_live_migrate_source(
            self, context: Any, instance: Any, dest_check_data: Any,
            block_device_info: Any = None) -> Any:
        """Refuse a live migration from this host, to one that agreed.

        :raises nova.exception.MigrationPreCheckError: always.
        """
        raise exception.MigrationPreCheckError(reason=_LIVE_MIGRATION)
