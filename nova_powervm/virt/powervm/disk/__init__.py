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

"""Where the disks of servers are; entry points name the ways."""

from typing import Any

from nova import exception
from stevedore import driver as stevedore_driver
from stevedore import exception as stevedore_exc
from stevedore import extension

from nova_powervm.virt.powervm.disk import driver

_NAMESPACE = 'nova_powervm.disk_drivers'


def load(name: str, *args: Any) -> driver.DiskDriver:
    """Return the disk driver of a name, made with the arguments.

    :raises nova.exception.InvalidConfiguration: if no package offers one of
        the name, or it finds no place for disks.
    """
    try:
        found: Any = stevedore_driver.DriverManager(_NAMESPACE, name).driver
    except stevedore_exc.NoMatches as e:
        names = extension.ExtensionManager(_NAMESPACE).entry_points_names()
        raise exception.InvalidConfiguration(
            "There is no disk driver '%s', which [powervm] disk_driver names; "
            'installed are: %s' % (
                name, ', '.join(sorted(names)) or 'none')) from e
    made: driver.DiskDriver = found(*args)
    return made
