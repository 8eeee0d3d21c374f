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


"""VolumeGroup entries, and the storage in them."""

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import storage
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import volume_group

Field = atom.Field


def entry(group: volume_group.VolumeGroup, vios: vios_mod.Vios,
          host: host_mod.Host, href: str) -> etree._Element:
    """Build the entry of a volume group.

    :param href: its URI, which depends on the client's request.
    """
    content = atom.schema_object('VolumeGroup', [
        Field('AvailableSize', 'ROR', size(group.free_gb)),
        Field('FreeSpace', 'ROR', size(group.free_gb)),
        Field('GroupCapacity', 'CUR', size(group.gb)),
        Field('GroupName', 'CUR', group.name),
        Field('GroupSerialID', 'ROR', group.serial),
        Field('MaximumLogicalVolumes', 'ROR', 1024),
        *([] if group.repository is None else [
            Field('MediaRepositories', 'CUD', atom.Elements(
                repositories([group])))]),
        Field('PhysicalVolumes', 'CUD', atom.Elements(volumes([group]))),
        Field('UniqueDeviceID', 'ROR', f'04{group.serial}'),
        Field('VirtualDisks', 'CUD', atom.Elements([
            disk(one, url(group, vios, host))
            for one in group.disks.values()])),
    ], group.uuid)
    return atom.entry(content, group.uuid, href, group.etag)


def url(group: volume_group.VolumeGroup, vios: vios_mod.Vios,
        host: host_mod.Host) -> str:
    """Return the URI of a volume group in references."""
    return (f'{host.api_url}/VirtualIOServer/{vios.uuid}/VolumeGroup/'
            f'{group.uuid}')


def repositories(groups: list[volume_group.VolumeGroup]
                 ) -> list[etree._Element]:
    """Build the media repositories of volume groups."""
    return [
        atom.element('VirtualMediaRepository', [
            Field('OpticalMedia', 'CUD', atom.Elements([
                medium(one) for one in group.repository.media])),
            Field('RepositoryName', 'CUR', group.repository.name),
            Field('RepositorySize', 'CUR', size(group.repository.gb))])
        for group in groups if group.repository is not None]


def volumes(groups: list[volume_group.VolumeGroup]) -> list[etree._Element]:
    """Build the physical volumes of volume groups, one for each."""
    return [
        atom.element('PhysicalVolume', [
            Field('Description', 'CUD', 'SAS RAID 0 Disk Array'),
            Field('LocationCode', 'ROR',
                  f'U78C9.001.SIMULAT-P1-C14-R1-L{group.number}-L0'),
            Field('ReservePolicy', 'CUD', 'NoReserve'),
            Field('ReservePolicyAlgorithm', 'CUD', 'Failover'),
            Field('UniqueDeviceID', 'ROR', f'01M{group.serial}'),
            Field('AvailableForUsage', 'CUD', False),
            Field('VolumeCapacity', 'CUR', int(group.gb * 1024)),
            Field('VolumeName', 'CUR', f'hdisk{group.number}'),
            Field('VolumeState', 'ROR', 'active'),
            Field('VolumeUniqueID', 'ROR', f'391BIBMIPR-0{group.serial}'),
            Field('IsFibreChannelBacked', 'ROR', False)])
        for group in groups]


def disk(one: storage.Disk, group_url: str | None = None) -> etree._Element:
    """Build a virtual disk.

    :param group_url: URI of its volume group; None in a mapping.
    """
    return atom.element('VirtualDisk', [
        Field('DiskCapacity', 'CUR', size(one.gb)),
        Field('DiskLabel', 'CUR', one.label),
        Field('DiskName', 'CUR', one.name),
        *([] if group_url is None else [
            Field('VolumeGroup', 'ROR', atom.Link(group_url))]),
        Field('UniqueDeviceID', 'ROR', one.udid)])


def medium(one: storage.Medium) -> etree._Element:
    """Build a virtual optical medium."""
    return atom.element('VirtualOpticalMedia', [
        Field('MediaName', 'CUR', one.name),
        Field('MediaUDID', 'ROR', one.udid),
        Field('MountType', 'CUD', one.mount_type),
        Field('Size', 'CUR', f'{one.gb:.4f}')])


def size(gb: float) -> float | int:
    """Return a size as NovaLink writes it: integers without a point."""
    rounded = round(gb, 4)
    return int(rounded) if float(rounded).is_integer() else rounded
