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


"""nova's records of instances in memory, and calls that ask for them."""

from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
import random
import threading
import time
from typing import Any

import fixtures
from nova.compute import power_state
from nova.compute import vm_states
from nova import exception
from nova import objects
import oslo_messaging

from nova_powervm.testing import agreement
from nova_powervm.testing import internals

HOST = internals.HOST

#: The vm_state that suits each power state, where a test does not say.
_VM_STATES = {power_state.RUNNING: vm_states.ACTIVE,
              power_state.PAUSED: vm_states.PAUSED,
              power_state.SHUTDOWN: vm_states.STOPPED,
              power_state.CRASHED: vm_states.STOPPED,
              power_state.SUSPENDED: vm_states.SUSPENDED}

_FILTERS = {'uuid', 'host', 'deleted', 'soft_deleted', 'hidden'}



@dataclasses.dataclass
class Faults:
    """What fails, and how often: chances from 0 to 1, times in seconds.

    Each may be changed at any time.

    :ivar calls_fail: chance that a call to nova-conductor fails.
    :ivar call_seconds: the most that such a call takes; chance decides.
    :ivar stops_get_lost: chance that a stop never happens that nova asks
        itself for once it has saved the power state.
    :ivar deaf: whether nova discards all events.
    """

    calls_fail: float = 0.0
    call_seconds: float = 0.0
    stops_get_lost: float = 0.0
    deaf: bool = False


def instance_uuid(lpar: str, number: int) -> str:
    """Return one of the two uuids that an LPAR's instance may have.

    :param number: chooses one: even the LPAR's own, odd the other.
    """
    return internals.candidate_uuids(lpar)[number % 2]


class Records(fixtures.Fixture):
    """nova's records of instances. Thread-safe.

    As a fixture it makes nova's objects read from here, by
    ``Instance.get_by_uuid``, ``InstanceList.get_by_filters``,
    ``InstanceList.get_by_host`` and ``InstanceList.get_uuids_by_host``.

    :ivar host: name of this host.
    :ivar instances: the records by uuid. A test may change a record at any
        time; callers get copies.
    :ivar faults: what fails.
    :ivar lookups: the uuids that each lookup by uuids named.
    :ivar host_reads: number of reads of all instances of a host.
    :ivar calls_failed: number of calls that failed.

    :param host: name of this host.
    :param chance: decides what fails.
    :param pause: passes the time that calls take, seconds.
    """

    def __init__(self, host: str = HOST, *,
                 chance: random.Random | None = None,
                 pause: Callable[[float], object] = time.sleep) -> None:
        super().__init__()
        self.host = host
        self.instances: dict[str, Any] = {}
        self.faults = Faults()
        self.calls_failed = 0
        self._chance = chance or random.Random(0)  # noqa: S311 -- a test's
        self._pause = pause
        self._lock = threading.RLock()
        self.forget_calls()

    def _setUp(self) -> None:
        for cls, name in ((objects.Instance, 'get_by_uuid'),
                          (objects.InstanceList, 'get_by_filters'),
                          (objects.InstanceList, 'get_by_host'),
                          (objects.InstanceList, 'get_uuids_by_host')):
            self.addCleanup(setattr, cls, name, vars(cls)[name])
            setattr(cls, name, staticmethod(getattr(self, name)))

    def forget_calls(self) -> None:
        """Forget what was asked so far."""
        with self._lock:
            self.lookups: list[list[str]] = []
            self.host_reads = 0

    def add(self, lpars: Iterable[str], power: int = power_state.RUNNING,
            **fields: Any) -> list[Any]:
        """Add a record for each LPAR, with either form of its uuid in turn.

        :param power: nova's power state; vm_state is the one that suits it.
        :param fields: fields of the records that differ from that.
        :returns: the records.
        """
        with self._lock:
            added = []
            for lpar in lpars:
                number = len(self.instances)
                record = objects.Instance(**{
                    'id': number + 1, 'host': self.host, 'deleted': False,
                    'hidden': False, 'task_state': None,
                    'display_name': 'server-%d' % number,
                    'uuid': instance_uuid(lpar, number),
                    'power_state': power, 'vm_state': _VM_STATES.get(
                        power, vm_states.ACTIVE), **fields})
                self.instances[record.uuid] = record
                added.append(record)
            return added

    def find(self, lpar: str) -> Any:
        """Return the record of an LPAR.

        :raises KeyError: if there is none.
        """
        with self._lock:
            for uuid in internals.candidate_uuids(lpar):
                if uuid in self.instances:
                    return self.instances[uuid]
        raise KeyError(lpar)

    def update(self, lpars: Iterable[str], **fields: Any) -> None:
        """Change fields of the records of LPARs."""
        with self._lock:
            for lpar in lpars:
                self.find(lpar).update(fields)

    def remove(self, lpars: Iterable[str]) -> None:
        """Remove the records of LPARs."""
        with self._lock:
            for lpar in lpars:
                del self.instances[self.find(lpar).uuid]

    def power_states(self, lpars: Iterable[str]) -> list[int]:
        """Return nova's power states of LPARs."""
        return [self.find(lpar).power_state for lpar in lpars]

    def servers(self) -> list[agreement.Server]:
        """Return the records as of one moment."""
        with self._lock:
            return [agreement.Server(
                record.uuid, record.power_state, record.vm_state,
                record.task_state) for record in self.instances.values()]

    def get_by_uuid(self, context: Any, uuid: str, **kwargs: Any) -> Any:
        """Answer as ``Instance.get_by_uuid`` does.

        :raises nova.exception.InstanceNotFound: if there is no such record.
        """
        self._call()
        return self._read(uuid)

    def get_by_filters(self, context: Any, filters: dict[str, Any],
                       **kwargs: Any) -> list[Any]:
        """Answer as ``InstanceList.get_by_filters`` does.

        :raises NotImplementedError: for a filter that is not known here.
        """
        unknown = set(filters) - _FILTERS
        if unknown or filters.get('deleted'):
            raise NotImplementedError('filters %s' % filters)
        with self._lock:
            self.lookups.append(list(filters.get('uuid', ())))
        self._call()
        with self._lock:
            return [record.obj_clone() for record in self.instances.values()
                    if _selects(filters, record)]

    def get_by_host(self, context: Any, host: str,
                    **kwargs: Any) -> list[Any]:
        """Answer as ``InstanceList.get_by_host`` does."""
        with self._lock:
            self.host_reads += 1
        self._call()
        with self._lock:
            return [record.obj_clone() for record in self.instances.values()
                    if record.host == host and not record.deleted]

    def get_uuids_by_host(self, context: Any, host: str) -> list[str]:
        """Answer as ``InstanceList.get_uuids_by_host`` does."""
        return [record.uuid for record in self.get_by_host(context, host)]

    def _call(self) -> None:
        """Take as long, and fail as often, as calls to nova-conductor do."""
        if self.faults.call_seconds:
            self._pause(self._chance.random() * self.faults.call_seconds)
        if self._chance.random() < self.faults.calls_fail:
            with self._lock:
                self.calls_failed += 1
            raise oslo_messaging.MessagingTimeout('no answer in time')

    def _read(self, uuid: str) -> Any:
        with self._lock:
            if uuid not in self.instances:
                raise exception.InstanceNotFound(instance_id=uuid)
            return self.instances[uuid].obj_clone()


def _selects(filters: dict[str, Any], record: Any) -> bool:
    """Tell whether nova's filters select a record."""
    uuids = filters.get('uuid', record.uuid)
    if isinstance(uuids, str):
        uuids = [uuids]
    return (record.uuid in uuids
            and record.host == filters.get('host', record.host)
            and bool(record.hidden) == bool(filters.get('hidden'))
            and not ('deleted' in filters and record.deleted)
            and not ('deleted' in filters and not filters.get('soft_deleted')
                     and record.vm_state == vm_states.SOFT_DELETED))
