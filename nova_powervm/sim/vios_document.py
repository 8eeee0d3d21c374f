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


"""VirtualIOServer entries and their views.

A view shows the extended attribute groups that a client asks for.
"""

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import lpar_document
from nova_powervm.sim import mapping_document
from nova_powervm.sim import network_document
from nova_powervm.sim import vios as vios_mod
from nova_powervm.sim import virtual_io
from nova_powervm.sim import volume_group_document

Field = atom.Field

# Fields that captured Virtual I/O Servers do not have, unless one is the
# management partition.
_LPARS_ONLY = ('IsManagementPartition', 'BootMode', 'PendingSecureBoot',
               'CurrentSecureBoot')


def entry(vios: vios_mod.Vios, io: virtual_io.VirtualIo,
          view: frozenset[str], href: str) -> etree._Element:
    """Build the entry of a Virtual I/O Server.

    :param io: the virtual I/O of its host.
    :param view: the extended attribute groups that it shows.
    :param href: its URI, which depends on the client's request.
    """
    fields = [
        *(field for field in lpar_document.base_fields(vios, io.host)
          if field.name not in _LPARS_ONLY),
        *(field for field in _own_fields(vios, io, view)
          if field.group is None or field.group in view)]
    content = atom.schema_object('VirtualIOServer', fields, vios.uuid)
    return atom.entry(content, vios.uuid, href, vios.view_etag(view))


def view(query: str | None) -> frozenset[str]:
    """Return the extended attribute groups that a query asks for.

    :param query: their names with commas between; None for all groups.
    """
    if query is None:
        return frozenset(vios_mod.GROUPS)
    return frozenset(query.split(',')) & frozenset(vios_mod.GROUPS)


def _own_fields(vios: vios_mod.Vios, io: virtual_io.VirtualIo,
                view: frozenset[str]) -> list[Field]:
    host = io.host
    trunks = [] if vios_mod.NETWORK not in view else [
        network_document.trunk(adapter, host)
        for adapter in io.networks.of(vios)
        if adapter.config.trunk_priority is not None]
    mappings = [] if vios_mod.SCSI_MAPPING not in view else (
        mapping_document.elements(vios.mappings, vios, host))
    return [
        Field('APICapable', 'CUD', True),
        Field('ManagerPassthroughCapable', 'CUD', True),
        Field('MediaRepositories', 'CUD', atom.Elements(
            volume_group_document.repositories(vios.groups)),
            vios_mod.STORAGE),
        Field('MoverServicePartition', 'CUD', False),
        Field('PhysicalVolumes', 'CUD', atom.Elements(
            volume_group_document.volumes(vios.groups)), vios_mod.STORAGE),
        Field('SharedEthernetAdapters', 'CUD', [], vios_mod.NETWORK),
        Field('StoragePools', 'CUD', atom.Links([
            volume_group_document.url(group, vios, host)
            for group in vios.groups]), vios_mod.STORAGE),
        Field('TrunkAdapters', 'CUD', atom.Elements(trunks),
              vios_mod.NETWORK),
        Field('VirtualIOServerLicenseAccepted', 'CUD', True),
        Field('VirtualFibreChannelMappings', 'CUD', [],
              vios_mod.FC_MAPPING),
        Field('VirtualSCSIMappings', 'CUD', atom.Elements(mappings),
              vios_mod.SCSI_MAPPING),
    ]
