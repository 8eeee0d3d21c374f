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

"""The table of a host's LPARs."""

from collections.abc import Iterator
import itertools

from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import power


class LparTable:
    """The LPARs of a host, in the order of their creation.

    The uuid, the name and the id of each are unique.
    """

    def __init__(self) -> None:
        self._lpars: dict[str, lpar_mod.Lpar] = {}
        self._names: set[str] = set()
        self._used_ids: set[int] = set()

    def __iter__(self) -> Iterator[lpar_mod.Lpar]:
        return iter(self._lpars.values())

    def get(self, lpar_uuid: str) -> lpar_mod.Lpar:
        """Return an LPAR.

        :param lpar_uuid: in upper or lower case.
        :raises errors.NotFound: if it does not exist.
        """
        lpar = self._lpars.get(lpar_uuid.upper())
        if lpar is None:
            raise errors.NotFound(
                f'LogicalPartition {lpar_uuid} does not exist.')
        return lpar

    def add(self, config: lpar_mod.Config) -> lpar_mod.Lpar:
        """Add an LPAR; choose its uuid and id if the client did not.

        :raises errors.RestError: if the configuration is not valid, or its
            name, uuid or id is taken.
        """
        lpar_mod.validate(config)
        self._check_name(config.name)
        if config.uuid is None:
            config.uuid = lpar_mod.new_uuid()
        key = lpar_mod.canonical_uuid(config.uuid)
        if key in self._lpars:
            raise errors.RestError(
                409, f'LogicalPartition {key} already exists.')
        if config.lpar_id is None:
            config.lpar_id = self._free_id()
        elif config.lpar_id in self._used_ids or config.lpar_id < 1:
            raise errors.RestError(
                409, f'The partition ID {config.lpar_id} is not free.')
        lpar = lpar_mod.Lpar(key, config.lpar_id, config)
        self._lpars[key] = lpar
        self._names.add(lpar.name)
        self._used_ids.add(lpar.lpar_id)
        return lpar

    def restore(self, config: lpar_mod.Config, state: str, version: int,
                is_mgmt: bool, now: float) -> lpar_mod.Lpar:
        """Add an LPAR as it was.

        :param now: when it was booted, if it is on.
        :raises errors.RestError: as for :meth:`add`.
        """
        lpar = self.add(config)
        lpar.is_mgmt = is_mgmt
        lpar.state = state
        lpar.version = version
        lpar.booted_at = now if state in power.ON_STATES else None
        return lpar

    def replace_config(self, lpar: lpar_mod.Lpar,
                       config: lpar_mod.Config) -> None:
        """Replace an LPAR's configuration, except uuid, id, type and RMC.

        :raises errors.RestError: if the configuration is not valid, or its
            name is taken.
        """
        lpar_mod.validate(config)
        if config.name != lpar.name:
            self._check_name(config.name)
            self._names.remove(lpar.name)
            self._names.add(config.name)
        config.lpar_type = lpar.config.lpar_type
        config.rmc = lpar.config.rmc
        lpar.config = config

    def remove(self, lpar: lpar_mod.Lpar) -> None:
        """Remove an LPAR; its uuid, name and id become free."""
        del self._lpars[lpar.uuid]
        self._names.remove(lpar.name)
        self._used_ids.remove(lpar.lpar_id)

    def reserve_id(self, wanted: int | None = None) -> int:
        """Take an id for a partition that is no LPAR.

        :param wanted: this id; None for a free one.
        :raises errors.RestError: if it is not free.
        """
        reserved = self._free_id() if wanted is None else wanted
        if reserved in self._used_ids:
            raise errors.RestError(
                409, f'The partition ID {reserved} is not free.')
        self._used_ids.add(reserved)
        return reserved

    def release_id(self, lpar_id: int) -> None:
        """Undo :meth:`reserve_id`."""
        self._used_ids.remove(lpar_id)

    def _free_id(self) -> int:
        # The lowest: it may be that of a deleted LPAR, which stale mappings
        # still name.
        return next(i for i in itertools.count(1) if i not in self._used_ids)

    def _check_name(self, name: str) -> None:
        if name in self._names:
            raise errors.RestError(
                409, f'A partition with the name {name} already exists.')
