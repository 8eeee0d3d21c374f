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

"""Shared processor pools of the host, and their entries.

Each host has the same pools. They limit nothing.
"""

from typing import NamedTuple
import uuid

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod

Field = atom.Field

_MAXIMUM_UNITS = 8.0


class Pool(NamedTuple):
    """A shared processor pool."""

    id: int
    name: str

    def uuid(self, host: host_mod.Host) -> str:
        """Return the pool's uuid."""
        return str(uuid.uuid5(uuid.UUID(host.uuid),
                              f'SharedProcessorPool/{self.id}'))


#: The first is that of LPARs which name none.
POOLS = tuple(Pool(pool_id, f'SharedPool{pool_id:02d}' if pool_id
                   else 'DefaultPool') for pool_id in lpar_mod.POOL_IDS)


def entry(pool: Pool, host: host_mod.Host, href: str) -> etree._Element:
    """Build the entry of a pool."""
    key = pool.uuid(host)
    content = atom.schema_object('SharedProcessorPool', [
        *_members(pool, host), *_limits(pool),
        Field('PoolID', 'ROR', pool.id),
        Field('AvailableProcUnits', 'CUD', 0.0),
        Field('PoolName', 'CUR', pool.name)], key)
    return atom.entry(content, key, href, host.etag)


def _members(pool: Pool, host: host_mod.Host) -> list[Field]:
    hrefs = [host.lpar_url(lpar) for lpar in host
             if not lpar.config.processors.dedicated
             and lpar.config.processors.pool_id == pool.id]
    return [Field('AssignedPartitions', 'CUD', atom.Links(hrefs))
            ] if hrefs else []


def _limits(pool: Pool) -> list[Field]:
    # The default pool has none.
    return [] if pool is POOLS[0] else [
        Field('CurrentReservedProcessingUnits', 'ROR', 0.0),
        Field('MaximumProcessingUnits', 'CUD', _MAXIMUM_UNITS),
        Field('PendingReservedProcessingUnits', 'CUD', 0.0)]
