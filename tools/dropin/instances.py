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

"""nova's side in memory: records of instances, and what becomes of events."""

from collections.abc import Iterable
from typing import Any

from nova.compute import power_state
from nova.compute import vm_states
from nova import exception
from nova import objects
from nova.virt import event as virt_event
import oslo_messaging

#: Power state and vm_state after each event.
_AFTER = {
    virt_event.EVENT_LIFECYCLE_STARTED: (
        power_state.RUNNING, vm_states.ACTIVE),
    virt_event.EVENT_LIFECYCLE_STOPPED: (
        power_state.SHUTDOWN, vm_states.STOPPED)}


class Instances:
    """Answers lookups as nova-conductor does, and takes events as nova does.

    :ivar calls: number of lookups that were answered.
    :ivar events: what nova was told: instances and transitions, in order.
    :ivar away: whether nova-conductor does not answer.

    :param host: the host of all instances.
    :param lpars: uuids of their LPARs, which run.
    """

    def __init__(self, host: str, lpars: Iterable[str]) -> None:
        self.calls = 0
        self.events: list[tuple[str, int]] = []
        self.away = False
        self._records = {lpar.lower(): objects.Instance(
            id=number, uuid=lpar.lower(), host=host, deleted=False,
            hidden=False, display_name='server-%d' % number,
            vm_state=vm_states.ACTIVE, task_state=None,
            power_state=power_state.RUNNING)
            for number, lpar in enumerate(lpars, 1)}

    def install(self) -> None:
        """Take the place of nova's database, for good."""
        for cls, name in ((objects.Instance, 'get_by_uuid'),
                          (objects.InstanceList, 'get_by_filters'),
                          (objects.InstanceList, 'get_by_host')):
            setattr(cls, name, staticmethod(getattr(self, name)))

    def take(self, event: Any) -> None:
        """Do what the event says, as nova does if there is no task."""
        uuid, transition = event.get_instance_uuid(), event.get_transition()
        self.events.append((uuid, transition))
        record = self._records[uuid]
        record.power_state, record.vm_state = _AFTER[transition]

    def power_states(self) -> set[int]:
        """Return the power states that there are."""
        return {record.power_state for record in self._records.values()}

    def get_by_uuid(self, context: Any, uuid: str, **kwargs: Any) -> Any:
        """Answer as nova does."""
        self._call()
        try:
            return self._records[uuid].obj_clone()
        except KeyError:
            raise exception.InstanceNotFound(instance_id=uuid) from None

    def get_by_filters(self, context: Any, filters: dict[str, Any],
                       **kwargs: Any) -> list[Any]:
        """Answer a lookup by uuids as nova does."""
        self._call()
        return [self._records[uuid].obj_clone() for uuid in filters['uuid']
                if uuid in self._records]

    def get_by_host(self, context: Any, host: str, **kwargs: Any
                    ) -> list[Any]:
        """Answer as nova does."""
        self._call()
        return [each.obj_clone() for each in self._records.values()]

    def _call(self) -> None:
        if self.away:
            raise oslo_messaging.MessagingTimeout('nova-conductor is away')
        self.calls += 1
