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

"""Virtual Ethernet adapters, and the switches and VLANs that they are on.

The functions take pypowervm's adapter, which stands for the REST service, and
are thread-safe. They raise ``pypowervm.exceptions.Error`` if the service
refuses, and KeyError if its answer is empty.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
from typing import Any, NamedTuple
import weakref

from oslo_concurrency import lockutils
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import cna as pvm_cna
from pypowervm.tasks import partition
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import network

from nova_powervm.virt.powervm import vm

#: What the functions raise.
ERRORS = (pvm_exc.Error, KeyError)

_VLANS = range(1, 4094)
# Trunks that NovaLink may refuse, one after the other: all builds wait.
_TRIES = 10


class Partition(NamedTuple):
    """What pypowervm must know of the partition that an adapter is for.

    It would read the partition, if it did not get this.
    """

    schema_type: str
    uuid: str
    is_mgmt_partition: bool = False
    env: str = base_partition.LPARType.AIXLINUX


# It stays the same, and to find it is to read all LPARs.
_management_partitions: weakref.WeakKeyDictionary[Any, Partition] = (
    weakref.WeakKeyDictionary())


def lpar(uuid: str) -> Partition:
    """Return an LPAR.

    :param uuid: its uuid or that of its instance.
    """
    return Partition(logical_partition.LPAR.schema_type,
                     vm.get_pvm_uuid(uuid))


def management_partition(adapter: Any) -> Partition:
    """Return the management partition; the first time it is looked for."""
    found = _management_partitions.get(adapter)
    if found is None:
        wrapper = partition.get_mgmt_partition(adapter)
        found = Partition(wrapper.schema_type, wrapper.uuid, True)
        _management_partitions[adapter] = found
    return found


def switch(adapter: Any, system: Any, name: str, create: bool = False) -> Any:
    """Read a virtual switch.

    :param create: whether to create it if it does not exist.
    """
    found = _find_switch(adapter, system, name)
    if found is None and create:
        try:
            return network.VSwitch.bld(adapter, name).create(parent=system)
        except pvm_exc.HttpError:
            found = _find_switch(adapter, system, name)
            if found is None:
                raise
            # Another thread or process was faster.
    if found is None:
        raise pvm_exc.Error('There is no virtual switch %s' % name)
    return found


def _find_switch(adapter: Any, system: Any, name: str) -> Any:
    return network.VSwitch.search(adapter, parent=system, one_result=True,
                                  name=name)


@lockutils.synchronized(pvm_cna.VLAN_LOCK)
def create_trunk(adapter: Any, system: Any, on: Any,
                 build: Callable[[int], Any]) -> Any:
    """Create a trunk on a free VLAN, on the management partition.

    One is created at a time, by pypowervm's functions too. If another process
    is faster, NovaLink refuses the VLAN, and the next free one is tried.

    :param on: the virtual switch.
    :param build: returns the trunk's wrapper for a VLAN.
    """
    used = _used_vlans(adapter, system, on)
    refused = 0
    while True:
        vlan = next((one for one in _VLANS if one not in used), None)
        if vlan is None:
            raise pvm_exc.Error('No VLAN of the switch %s is free' % on.name)
        try:
            return build(vlan).create(parent=management_partition(adapter))
        except pvm_exc.HttpError:
            used = _used_vlans(adapter, system, on)
            refused += 1
            if vlan not in used or refused == _TRIES:
                raise


def _used_vlans(adapter: Any, system: Any, on: Any) -> set[int]:
    return {one.vlan for one in network.VNet.get(adapter, parent=system)
            if one.vswitch_id == on.switch_id}


def trunks(adapter: Any) -> Iterator[tuple[Any, dict[str, str]]]:
    """Read the trunks of the management partition.

    :returns: each and the external ids of its port in Open vSwitch.
    """
    for one in network.CNA.get(adapter,
                               parent=management_partition(adapter)):
        if one.is_trunk:
            pairs = (pair.partition('=')
                     for pair in (one.ovs_ext_ids or '').split(','))
            yield one, {key: value for key, _, value in pairs}


def remove(adapter: Any, owner: Partition, takes: Callable[[Any], bool],
           takes_trunk: Callable[[dict[str, str]], bool]) -> None:
    """Remove adapters of an LPAR, then trunks of the management partition.

    What does not exist any more is removed, also the LPAR.

    :param owner: the LPAR.
    :param takes: tells whether an adapter of the LPAR is removed.
    :param takes_trunk: tells whether a trunk is, from its external ids.
    """
    try:
        clients = network.CNA.get(adapter, parent=owner)
    except pvm_exc.HttpNotFound:
        clients = []
    taken = [one for one, ids in trunks(adapter) if takes_trunk(ids)]
    for one in [*filter(takes, clients), *taken]:
        with contextlib.suppress(pvm_exc.HttpNotFound):
            adapter.delete_by_href(one.href)
