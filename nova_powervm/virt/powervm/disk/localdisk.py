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

"""Disks in a volume group of a Virtual I/O Server."""

from collections.abc import Callable, Iterable, Iterator
import contextlib
import hashlib
import math
import re
import threading
import time
from typing import Any

from nova import exception
from oslo_concurrency import lockutils
from oslo_log import log as logging
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import storage
from pypowervm.wrappers import vios_file

from nova_powervm import conf
from nova_powervm.virt.powervm.disk import driver
from nova_powervm.virt.powervm.disk import images
from nova_powervm.virt.powervm.disk import volume_group
from nova_powervm.virt.powervm import mapping
from nova_powervm.virt.powervm import upload
from nova_powervm.virt.powervm import vios

LOG = logging.getLogger(__name__)
CONF = conf.CONF

_MB_PER_GB = 1024

# NovaLink takes 15 characters for the name of a disk.
_ID_LENGTH = 12
_OURS = re.compile('([a-z][a-z0-9]?)_([0-9a-f]{%d})' % _ID_LENGTH)
_BOOT, _IMAGE, _UPLOAD = 'b', 'i', 'u'

# NovaLink takes no more uploads at once, says pypowervm.
_MAX_UPLOADS = 3

# Seconds for which a read of the volume group tells its capacity.
_CAPACITY_MAX_AGE = 10.0


class LocalDisk(driver.DiskDriver):
    """Keeps disks of servers, and one of each image, in a volume group.

    The first server of an image uploads it. Each gets a copy, which the
    Virtual I/O Server makes by itself. The names of disks say what they are
    for, and have the first twelve digits of the instance's uuid, or a hash of
    the image's.
    """

    def __init__(self, adapter: Any, system_uuid: str, image_api: Any,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._adapter = adapter
        self._image_api = image_api
        self._clock = clock
        self._vios_uuid, group_uuid = vios.find_volume_group(
            adapter, CONF.powervm.volume_group_name,
            CONF.powervm.volume_group_vios_name)
        self._group = volume_group.VolumeGroup(
            adapter, self._vios_uuid, group_uuid)
        self._capacity_lock = threading.Lock()
        self._capacity: driver.Capacity | None = None
        self._capacity_read_at = 0.0
        # Since when no instance has used an image.
        self._unused_since: dict[str, float] = {}
        self._upload_slots = threading.Semaphore(_MAX_UPLOADS)
        # Names of disks that a boot uses now.
        self._busy: set[str] = set()

    def renew(self, adapter: Any) -> None:
        """Use another adapter from now on, that of a new session."""
        self._adapter = adapter
        self._group.renew(adapter)

    def capacity(self) -> driver.Capacity:
        """Return size and free space of the volume group."""
        with self._capacity_lock:
            now = self._clock()
            if (self._capacity is None
                    or now >= self._capacity_read_at + _CAPACITY_MAX_AGE):
                group = self._group.read()
                self._capacity = driver.Capacity(
                    group.capacity, group.available_size)
                self._capacity_read_at = now
            return self._capacity

    def create_boot(self, context: Any, instance: Any, image_meta: Any
                    ) -> mapping.Backing:
        """Copy the disk of an image, which is made if there is none."""
        size_gb = images.disk_gb(instance, image_meta)
        image = _name(_IMAGE, _image_id(image_meta.id))
        name = _name(_BOOT, _instance_id(instance))
        try:
            # Who boots another image does not wait.
            with lockutils.lock('powervm_' + image), self._keep(image):
                made = self._group.copy(image, name, size_gb)
                if made is None:
                    self._upload(context, image_meta.id, image)
                    made = self._group.copy(image, name, size_gb)
        except (pvm_exc.Error, OSError) as e:
            # glance's client raises OSError while it downloads.
            raise _deploy_failure(e) from e
        if made is None:
            raise _deploy_failure('the disk of the image disappeared')
        return self._vios_uuid, made

    def create_blank(self, instance: Any, label: str, size_mb: int
                     ) -> mapping.Backing:
        """Make an empty virtual disk."""
        try:
            return self._vios_uuid, self._group.add(
                _name(label, _instance_id(instance)),
                # NovaLink takes whole GiB.
                math.ceil(size_mb / _MB_PER_GB))
        except pvm_exc.Error as e:
            raise _deploy_failure(e) from e

    def is_of(self, instance: Any, name: str) -> bool:
        """Tell whether a virtual disk of that name is an instance's."""
        return (_is_of_an_instance(name)
                and name.endswith('_' + _instance_id(instance)))

    def names(self) -> dict[str, mapping.Backing]:
        """Return the virtual disks of all instances, by their names."""
        return {disk.name: (self._vios_uuid, disk)
                for disk in self._group.read().virtual_disks
                if _is_of_an_instance(disk.name)}

    def delete(self, backings: Iterable[mapping.Backing]) -> None:
        """Delete virtual disks of instances; others are left alone."""
        names = {disk.name for vios_uuid, disk in backings
                 if vios_uuid == self._vios_uuid
                 and isinstance(disk, storage.VDisk)
                 and _is_of_an_instance(disk.name)}
        self._delete_disks(names.__contains__)

    def delete_of(self, instance: Any) -> None:
        """Delete the virtual disks of an instance; none is fine."""
        self._delete_disks(lambda name: self.is_of(instance, name))

    def _delete_disks(self, chosen: Callable[[str], bool]) -> None:
        try:
            self._group.delete(chosen)
        except pvm_exc.Error as e:
            raise exception.InstanceTerminationFailure(reason=str(e)) from e

    def manage_image_cache(self, context: Any, instances: Any) -> None:
        """Delete disks of images as the group ``[image_cache]`` says."""
        if not CONF.image_cache.remove_unused_base_images:
            return
        now = self._clock()
        used = {_name(_IMAGE, _image_id(instance.image_ref))
                for instance in instances}
        unused = {disk.name for disk in self._group.read().virtual_disks
                  if (found := _OURS.fullmatch(disk.name))
                  and found[1] in (_IMAGE, _UPLOAD)} - used
        self._unused_since = {
            name: self._unused_since.get(name, now) for name in unused}
        age = CONF.image_cache.remove_unused_original_minimum_age_seconds
        old = {name for name, since in self._unused_since.items()
               if now >= since + age} - self._busy
        if old:
            LOG.info('Deleting disks of images that no server has used for '
                     '%(age)d s: %(names)s',
                     {'age': age, 'names': ', '.join(sorted(old))})
            # A boot may have begun meanwhile.
            self._group.delete(
                lambda name: name in old and name not in self._busy)

    @contextlib.contextmanager
    def _keep(self, image: str) -> Iterator[None]:
        """Keep the disks of an image, whole or not, from being deleted."""
        names = {image, _part_of(image)}
        self._busy |= names
        try:
            yield
        finally:
            self._busy -= names

    def _upload(self, context: Any, image_id: str, image: str) -> None:
        """Make the disk of an image; leave nothing of it if that fails.

        A disk whose upload was cut must never pass for the image, whatever
        cut it. So it has another name, and the whole one is copied.
        """
        part = _part_of(image)
        with self._upload_slots:
            stream = images.Stream(
                self._image_api.get(context, image_id),
                iter(self._image_api.download(context, image_id)))
            LOG.info('Uploading image %(image)s, %(size)d bytes, as %(disk)s',
                     {'image': image_id, 'size': stream.size, 'disk': image})
            try:
                # One may be left from a nova-compute that died.
                self._group.delete({part}.__contains__)
                self._send(stream, part)
                self._group.copy(part, image, images.size_gb(stream.size))
            finally:
                self._delete_quietly(part)

    def _send(self, stream: images.Stream, name: str) -> None:
        """Make a disk and send an image to it."""
        disk = self._group.add(name, images.size_gb(stream.size))
        try:
            upload.upload(self._adapter, self._vios_uuid, name,
                          vios_file.FileType.DISK_IMAGE, disk.udid,
                          stream.size, iter(stream))
        except pvm_exc.Error as e:
            if stream.error is None:
                raise
            # pypowervm raises its own for whatever a stream raises. What is
            # wrong with the image would be wrong on any host.
            raise stream.error from e

    def _delete_quietly(self, name: str) -> None:
        try:
            self._group.delete({name}.__contains__)
        except pvm_exc.Error as e:
            LOG.warning('The disk %(name)s remains until the image cache is '
                        'managed: %(error)s', {'name': name, 'error': e})


def _is_of_an_instance(name: str) -> bool:
    found = _OURS.fullmatch(name)
    return found is not None and found[1] not in (_IMAGE, _UPLOAD)


def _name(label: str, identity: str) -> str:
    return '%s_%s' % (label, identity)


def _instance_id(instance: Any) -> str:
    return str(instance.uuid).replace('-', '').lower()[:_ID_LENGTH]


def _image_id(image_id: Any) -> str:
    # Whoever makes an image may choose its uuid, so no part of it is unique.
    return hashlib.sha256(str(image_id).encode()).hexdigest()[:_ID_LENGTH]


def _part_of(image: str) -> str:
    """Return the name under which the disk of an image is uploaded."""
    return _name(_UPLOAD, image[-_ID_LENGTH:])


def _deploy_failure(why: Any) -> exception.InstanceDeployFailure:
    return exception.InstanceDeployFailure(
        reason='the disks cannot be made: %s' % why)
