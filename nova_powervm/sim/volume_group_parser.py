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


"""Volume groups in requests of clients."""

from nova_powervm.sim import reader
from nova_powervm.sim import storage


def parse(body: bytes) -> storage.GroupRequest:
    """Return the volume group in a request.

    :raises errors.RestError: if it is malformed.
    """
    with reader.malformed_is_refused():
        root = reader.parse(body, 'VolumeGroup')
        disks = root.find('VirtualDisks')
        repositories = root.find('MediaRepositories')
        return storage.GroupRequest(
            None if disks is None else [
                _disk(one) for one in disks.children('VirtualDisk')],
            None if repositories is None else [
                _repository(one) for one
                in repositories.children('VirtualMediaRepository')])


def _disk(disk: reader.Reader) -> storage.DiskRequest:
    return storage.DiskRequest(
        disk.text('DiskName'), disk.number('DiskCapacity'),
        disk.text('DiskLabel', 'None'),
        disk.text('UniqueDeviceID', '') or None,
        disk.text('BaseImage', '') or None)


def _repository(repository: reader.Reader) -> storage.RepositoryRequest:
    media = repository.find('OpticalMedia')
    return storage.RepositoryRequest(
        repository.text('RepositoryName'),
        repository.number('RepositorySize'),
        [] if media is None else [
            storage.Medium(one.text('MediaName'), one.number('Size', 0.0),
                           one.text('MountType', 'rw'))
            for one in media.children('VirtualOpticalMedia')])
