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

"""Reading nova's records of LPARs, many with one call."""

from collections.abc import Collection
from typing import Any

from nova import context as nova_context
from nova import objects
from pypowervm.utils import uuid as pvm_uuid


def candidate_uuids(lpar: str) -> tuple[str, str]:
    """Return the two instance uuids that an LPAR's uuid may stand for.

    PowerVM clears the first bit of a uuid, so an LPAR may belong to the
    instance of the same uuid or to the one that has that bit set.

    :param lpar: uuid of the LPAR, of either case.
    """
    uuid = lpar.lower()
    return uuid, '%x%s' % (int(uuid[0], 16) | 8, uuid[1:])


def lpar_uuid(instance_uuid: str) -> str:
    """Return the upper-case uuid of the LPAR that stands for an instance."""
    return str(pvm_uuid.convert_uuid_to_pvm(instance_uuid)).upper()


class InstanceReader:
    """Finds the instances of LPARs.

    For one thread only: the context, made once, is used for every call.

    :param host: name under which nova knows this host; of two instances
        that an LPAR may stand for, the one here is meant.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._context: Any = None

    def find(self, lpars: Collection[str]) -> dict[str, Any]:
        """Look up the instances of LPARs with one call to nova-conductor.

        :param lpars: upper-case LPAR uuids.
        :returns: an Instance, nothing joined, or None for each LPAR.
        :raises Exception: whatever nova raises when the controller or its
            database does not answer.
        """
        candidates = {lpar: candidate_uuids(lpar) for lpar in lpars}
        instances = objects.InstanceList.get_by_filters(
            self._admin_context(),
            {'uuid': [uuid for pair in candidates.values() for uuid in pair],
             'deleted': False},
            expected_attrs=[])
        by_uuid = {instance.uuid: instance for instance in instances}
        return {lpar: self._pick([by_uuid[uuid] for uuid in pair
                                  if uuid in by_uuid])
                for lpar, pair in candidates.items()}

    def find_all(self) -> dict[str, Any]:
        """Read this host's instances with one call to nova-conductor.

        :returns: the instances, nothing joined, by upper-case LPAR uuid.
        :raises Exception: as :meth:`find`.
        """
        return {lpar_uuid(instance.uuid): instance
                for instance in objects.InstanceList.get_by_host(
                    self._admin_context(), self._host, expected_attrs=[])}

    def _admin_context(self) -> Any:
        if self._context is None:
            self._context = nova_context.get_admin_context()
        return self._context

    def _pick(self, found: list[Any]) -> Any:
        here = [instance for instance in found if instance.host == self._host]
        return next(iter(here or found), None)
