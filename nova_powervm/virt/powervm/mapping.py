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

"""vSCSI mappings: what connects disks and media to LPARs.

The functions take pypowervm's adapter and are thread-safe. They read all
Virtual I/O Servers at once and change each that is concerned with one request,
again if somebody else changed it meanwhile.
"""

import collections
from collections.abc import Callable, Collection, Sequence
import contextlib
from typing import Any

from nova import exception
from pypowervm import const as pvm_const
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import scsi_mapper
from pypowervm import util as pvm_util
from pypowervm.utils import transaction
from pypowervm.wrappers import virtual_io_server

#: The uuid of a Virtual I/O Server, and the wrapper of one of its virtual
#: disks or optical media.
Backing = tuple[str, Any]


def attach(adapter: Any, system_uuid: str, lpar_uuid: str,
           backings: Sequence[Backing]) -> None:
    """Map disks and media to an LPAR, in their order; mapped ones stay.

    :raises nova.exception.InstanceDeployFailure: if NovaLink refuses, or does
        not list a Virtual I/O Server; nova may try another host.
    """
    elements = collections.defaultdict(list)
    for vios_uuid, element in backings:
        elements[vios_uuid.upper()].append(element)

    def add(vios: Any) -> bool:
        # All of them: any() alone would end with the first.
        added = [_add(vios, system_uuid, lpar_uuid, element)
                 for element in elements[vios.uuid.upper()]]
        return any(added)

    if not backings:
        return
    try:
        _change(adapter, 'attach', add, elements)
    except pvm_exc.Error as e:
        raise exception.InstanceDeployFailure(
            reason='the disks cannot be mapped to the LPAR: %s' % e) from e


def detach(adapter: Any, lpar_uuid: str, chosen: Callable[[str], bool]
           ) -> None:
    """Remove the mappings of an LPAR, and those of its storage.

    What is left of an LPAR that does not exist any more names the storage
    only.

    :param chosen: tells whether storage of some name is the LPAR's.
    :raises nova.exception.InstanceTerminationFailure: if NovaLink refuses, as
        it does for a Virtual I/O Server that does not run.
    """
    def remove(vios: Any) -> bool:
        found = [one for one in vios.scsi_mappings
                 if _is_of(one, lpar_uuid, chosen)]
        for one in found:
            vios.scsi_mappings.remove(one)
        return bool(found)

    try:
        # Of a host without a Virtual I/O Server nothing is mapped.
        with contextlib.suppress(pvm_exc.FeedTaskEmptyFeed):
            _change(adapter, 'detach', remove)
    except pvm_exc.Error as e:
        raise exception.InstanceTerminationFailure(
            reason='the mappings of the LPAR cannot be removed: %s' % e
        ) from e


def _vioses(adapter: Any) -> Any:
    return virtual_io_server.VIOS.getter(
        adapter, xag=[pvm_const.XAG.VIO_SMAP])


def _change(adapter: Any, name: str, function: Callable[[Any], bool],
            needed: Collection[str] = ()) -> None:
    """Apply a function to each Virtual I/O Server, and save what it changed.

    :param function: returns whether it changed the wrapper.
    :param needed: upper-case uuids of those that have to be there.
    """
    task = transaction.FeedTask(name, _vioses(adapter))
    if needed:
        missing = set(needed) - {vios.uuid.upper() for vios in task.feed}
        if missing:
            raise pvm_exc.Error('NovaLink does not list the Virtual I/O '
                                'Servers %s' % ', '.join(sorted(missing)))
    task.add_functor_subtask(function)
    task.execute()


def _add(vios: Any, system_uuid: str, lpar_uuid: str, element: Any) -> bool:
    made = scsi_mapper.build_vscsi_mapping(
        system_uuid, vios, lpar_uuid, element)
    return scsi_mapper.add_map(vios, made) is not None


def _is_of(one: Any, lpar_uuid: str, chosen: Callable[[str], bool]) -> bool:
    href, stored = one.client_lpar_href, one.backing_storage
    # A medium's may be its path.
    if stored is not None and chosen((stored.name or '').rpartition('/')[2]):
        return True
    return bool(href) and pvm_util.get_req_path_uuid(
        href, preserve_case=True).upper() == lpar_uuid.upper()
