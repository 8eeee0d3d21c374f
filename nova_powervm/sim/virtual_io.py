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


"""Virtual I/O of the host: what its Virtual I/O Servers do for LPARs."""

from collections.abc import Mapping
from collections.abc import Sequence

from nova_powervm.sim import errors
from nova_powervm.sim import files
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import mapping
from nova_powervm.sim import network
from nova_powervm.sim import storage
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import volume_group


class VirtualIo:
    """The Virtual I/O Servers of a host, and their storage.

    Not thread-safe: only the scheduler's thread may call it.

    :param host: the simulated host.
    :ivar files: the Files of the REST service.
    :ivar networks: the switches, and the adapters of all partitions.
    """

    def __init__(self, host: host_mod.Host) -> None:
        self.host = host
        self.files = files.FileTable()
        self.networks = network.Networks(host.uuid)
        host.on_delete.append(self._forget)

    def reset(self, count: int,
              groups: Mapping[str, float] = vios_mod.VOLUME_GROUPS) -> None:
        """Begin anew: new Virtual I/O Servers, no adapters, no Files.

        :param count: their number.
        :param groups: volume groups of each and their capacities, GB.
        :raises ValueError: if one of them is not valid.
        """
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ValueError(f'count: {count!r} is not 0 or more')
        for name, gb in dict(groups).items():
            if not name or not 0 < gb < float('inf'):
                raise ValueError(f'{name}: {gb!r} GB is not a capacity')
        self.files.clear()
        self.networks.clear()
        for vios in self.host.vioses:
            # The slots of LPARs become free.
            vios.mappings.replace([], self.host.get)
        self.host.vioses.clear()
        for _ in range(count):
            self.host.vioses.add(groups)
        self.host.version += 1

    def set_vios(self, key: str, state: str | None = None,
                 rmc: bool | None = None) -> None:
        """Set state and RMC of a Virtual I/O Server.

        :param state: PartitionState; None to keep it.
        :param rmc: whether RMC is active while it runs; None to keep it.
        :raises errors.NotFound: if it does not exist.
        """
        vios = self.host.vioses.get(key)
        if state is not None:
            vios.state = state
        if rmc is not None:
            vios.config.rmc = rmc
        vios.version += 1
        self.publish(vios, 'Other' if state is None
                     else 'PartitionState,Other')

    def set_rmc(self, lpar: lpar_mod.Lpar, active: bool) -> None:
        """Set whether RMC is active while an LPAR runs."""
        lpar.config.rmc = active
        lpar.version += 1
        self._publish_partition(lpar)

    def update_group(self, vios: vios_mod.Vios,
                     group: volume_group.VolumeGroup,
                     request: storage.GroupRequest) -> None:
        """Change a volume group: :meth:`.volume_group.VolumeGroup.update`.

        :raises errors.RestError: if it is not valid, or another group has
            the media repository.
        """
        vios.check_ready()
        if request.repositories and any(
                other.repository is not None for other in vios.groups
                if other is not group):
            raise errors.RestError(
                409, f'{vios.name} already has a media repository.')
        group.update(request, vios.disk, vios.is_mapped)
        self.publish(vios)

    def update_mappings(self, vios: vios_mod.Vios,
                        requests: Sequence[mapping.MappingRequest]) -> None:
        """Change mappings; see :meth:`.mapping.MappingTable.replace`.

        :raises errors.RestError: if a request is not valid.
        """
        vios.check_ready()
        changed = vios.mappings.replace(requests, self.host.get)
        vios.version += 1
        self.publish(vios)
        self.host.storm([lpar.uuid for lpar in changed], 1, 'Other')

    def create_file(self, request: files.FileRequest) -> files.File:
        """Create a File.

        :raises errors.RestError: if its target does not exist or is not
            ready, or if there are too many Files.
        """
        self._check_target(request)
        return self.files.add(request)

    def open_upload(self, file: files.File) -> files.Upload:
        """Begin to replace the contents of a File's target.

        :raises errors.RestError: if the target does not exist any more, or
            is not ready.
        """
        vios = self._check_target(file.request)
        if file.request.udid is not None:
            disk = vios.disk(file.request.udid)
            return files.Upload(file, disk, disk.gb * storage.GB)
        group = vios.media_group()
        medium = group.upload_target(file.request.name)
        return files.Upload(file, medium,
                            group.room(medium) * storage.GB)

    def close_upload(self, file: files.File, upload: files.Upload) -> None:
        """End an upload; see :meth:`.files.Upload.close`.

        :raises errors.RestError: if it was too large.
        """
        upload.close()
        vios = self.host.vioses.get(file.request.vios_uuid)
        if file.request.udid is None:
            vios.media_group().version += 1
        self.publish(vios)

    def add_adapter(self, partition: lpar_mod.Lpar,
                    config: network.AdapterConfig) -> network.Adapter:
        """Add an adapter; see :meth:`.network.Networks.add`.

        :raises errors.RestError: if it is not valid, or the partition runs
            without RMC.
        """
        trunk = config.trunk_priority is not None
        if trunk and not (partition.is_mgmt
                          or isinstance(partition, vios_mod.Vios)):
            raise errors.RestError(
                400, f'{partition.name} cannot have trunk adapters.')
        vios_mod.check_dynamic(partition)
        adapter = self.networks.add(partition, config)
        self._publish_partition(partition)
        return adapter

    def update_adapter(self, adapter: network.Adapter,
                       config: network.AdapterConfig) -> None:
        """Change an adapter; see :meth:`.network.Networks.update`.

        :raises errors.RestError: if it is not valid, or the partition runs
            without RMC.
        """
        vios_mod.check_dynamic(adapter.partition)
        self.networks.update(adapter, config)
        self._publish_partition(adapter.partition)

    def remove_adapter(self, adapter: network.Adapter) -> None:
        """Remove an adapter.

        :raises errors.RestError: if the partition runs without RMC.
        """
        vios_mod.check_dynamic(adapter.partition)
        self.networks.remove(adapter)
        self._publish_partition(adapter.partition)

    def _publish_partition(self, partition: lpar_mod.Lpar) -> None:
        if isinstance(partition, vios_mod.Vios):
            partition.version += 1
            self.publish(partition)
        else:
            self.host.version += 1
            self.host.storm([partition.uuid], 1, 'Other')

    def _check_target(self, request: files.FileRequest) -> vios_mod.Vios:
        vios = self.host.vioses.get(request.vios_uuid)
        vios.check_ready()
        if request.udid is None:
            vios.media_group()
        else:
            vios.disk(request.udid)
        return vios

    def _forget(self, lpar: lpar_mod.Lpar) -> None:
        for adapter in self.networks.of(lpar):
            self.networks.remove(adapter)
        for vios in self.host.vioses:
            if vios.mappings.disconnect(lpar):
                vios.version += 1
                self.publish(vios)

    def publish(self, vios: vios_mod.Vios, detail: str = 'Other') -> None:
        """Publish that a Virtual I/O Server has changed."""
        self.host.version += 1
        self.host.events.publish(
            'MODIFY_URI', f'{self.host.url}/VirtualIOServer/{vios.uuid}',
            detail)
