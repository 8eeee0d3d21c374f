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

"""What the driver needs of a way to store disks."""

import abc
from collections.abc import Iterable
from typing import Any, NamedTuple

from nova_powervm.virt.powervm import mapping


class Capacity(NamedTuple):
    """Space for disks on this host, GiB."""

    total_gb: float
    free_gb: float


class DiskDriver(abc.ABC):
    """Makes disks of servers, deletes them, and keeps copies of images.

    The entry points in ``nova_powervm.disk_drivers`` are subclasses. Any
    number of threads may call a driver. Making and deleting raises nova's
    exceptions; what only reads raises ``pypowervm.exceptions.Error``.

    :param adapter: pypowervm's adapter.
    :param system_uuid: uuid of the managed system.
    :param image_api: nova's client of glance.
    :raises nova.exception.InvalidConfiguration: if the options do not name
        exactly one place for disks.
    """

    @abc.abstractmethod
    def __init__(self, adapter: Any, system_uuid: str, image_api: Any
                 ) -> None:
        """Find where the disks are."""

    @abc.abstractmethod
    def renew(self, adapter: Any) -> None:
        """Use another adapter from now on, that of a new session."""

    @abc.abstractmethod
    def capacity(self) -> Capacity:
        """Return the space for disks, at most ten seconds old."""

    @abc.abstractmethod
    def create_boot(self, context: Any, instance: Any, image_meta: Any
                    ) -> mapping.Backing:
        """Make a disk of the flavor's size with the contents of an image.

        :raises nova.exception.NovaException: if the image is not acceptable,
            or the disk cannot be made.
        """

    @abc.abstractmethod
    def create_blank(self, instance: Any, label: str, size_mb: int
                     ) -> mapping.Backing:
        """Make an empty disk.

        :param label: what it is for, a few characters; other disks of the
            instance have other labels.
        :raises nova.exception.InstanceDeployFailure: if it cannot be made.
        """

    @abc.abstractmethod
    def is_of(self, instance: Any, name: str) -> bool:
        """Tell whether a disk of that name is an instance's."""

    @abc.abstractmethod
    def names(self) -> dict[str, mapping.Backing]:
        """Return the disks of all instances, by their names."""

    @abc.abstractmethod
    def delete(self, backings: Iterable[mapping.Backing]) -> None:
        """Delete disks, which no LPAR has any more; missing ones are fine.

        What is no disk of an instance is left alone.

        :raises nova.exception.InstanceTerminationFailure: if that fails.
        """

    @abc.abstractmethod
    def delete_of(self, instance: Any) -> None:
        """Delete the disks of an instance, as :meth:`delete` does.

        :raises nova.exception.InstanceTerminationFailure: if that fails.
        """

    @abc.abstractmethod
    def manage_image_cache(self, context: Any, instances: Any) -> None:
        """Delete the copies of images that none has used for long.

        :param instances: nova's instances of this host.
        """
