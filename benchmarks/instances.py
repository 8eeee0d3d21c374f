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


"""The instance records of the conductor's stand-in."""

from collections.abc import Iterable
import json
import time
from typing import Any

Row = dict[str, Any]


class CallError(Exception):
    """A call that nova's conductor would answer with an exception.

    :param kind: name of the exception on nova's side.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Table:
    """Instance records by uuid, each also kept as the JSON that is sent.

    :ivar powers: when nova last saved a power state, by instance uuid, in
        seconds of the monotonic clock, which is the whole machine's.
    """

    def __init__(self) -> None:
        self.powers: dict[str, float] = {}
        self._rows: dict[str, Row] = {}
        self._encoded: dict[str, bytes] = {}

    def load(self, rows: Iterable[Row]) -> None:
        """Replace everything by these records."""
        self._rows = {row['uuid']: row for row in rows}
        self._encoded.clear()
        self.powers.clear()

    def get(self, uuid: str) -> Row:
        try:
            return self._rows[uuid]
        except KeyError:
            raise CallError('InstanceNotFound', uuid) from None

    def update(self, uuid: str, values: Row) -> None:
        self.get(uuid).update(values)
        self._encoded.pop(uuid, None)

    def save(self, uuid: str, values: Row) -> None:
        """Change a record, as nova does."""
        self.update(uuid, values)
        if 'power_state' in values:
            self.powers[uuid] = time.monotonic()

    def rows(self) -> list[Row]:
        return list(self._rows.values())

    def find(self, filters: dict[str, Any]) -> list[Row]:
        """The records that nova's filters select.

        :raises CallError: for a filter that is not modelled; an answer that
            ignored one would be measured as if it were right.
        """
        unknown = set(filters) - {
            'uuid', 'host', 'deleted', 'soft_deleted', 'hidden'}
        if unknown or filters.get('deleted'):
            raise CallError('NotImplementedError', f'filters {filters}')
        uuids = filters.get('uuid')
        if isinstance(uuids, str):
            uuids = [uuids]
        found = self._rows.values() if uuids is None else [
            self._rows[uuid] for uuid in uuids if uuid in self._rows]
        host = filters.get('host')
        hidden = filters.get('hidden', False)
        return [row for row in found if host in (None, row['host'])
                and row['hidden'] is hidden]

    def encode(self, row: Row, version: str) -> bytes:
        """The record as a primitive of nova's Instance object."""
        if row['uuid'] not in self._encoded:
            self._encoded[row['uuid']] = json.dumps(
                primitive('Instance', version, row)).encode()
        return self._encoded[row['uuid']]


def primitive(name: str, version: str, data: Row) -> dict[str, Any]:
    """An object as oslo.versionedobjects serialises it for nova."""
    return {'nova_object.name': name, 'nova_object.namespace': 'nova',
            'nova_object.version': version, 'nova_object.data': data}
