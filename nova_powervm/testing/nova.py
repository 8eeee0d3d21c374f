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


"""nova in memory: its records, its answers, and its manager's conduct.

What it does with a lifecycle event is what nova 34's compute manager does:
see :meth:`Nova.handle_events`.
"""

from collections.abc import Callable
import dataclasses
from typing import Any

from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from nova import context as nova_context
from nova import exception
from nova.virt import event as virt_event

from nova_powervm.testing import agreement
from nova_powervm.testing import records

HOST = records.HOST
Faults = records.Faults
instance_uuid = records.instance_uuid

#: The power state that each lifecycle event tells nova.
TOLD = {virt_event.EVENT_LIFECYCLE_STARTED: power_state.RUNNING,
        virt_event.EVENT_LIFECYCLE_RESUMED: power_state.RUNNING,
        virt_event.EVENT_LIFECYCLE_STOPPED: power_state.SHUTDOWN,
        virt_event.EVENT_LIFECYCLE_PAUSED: power_state.PAUSED,
        virt_event.EVENT_LIFECYCLE_SUSPENDED: power_state.SUSPENDED}


@dataclasses.dataclass(frozen=True)
class Told:
    """A lifecycle event that nova got.

    :ivar uuid: of the instance.
    :ivar power_state: the one that it tells; None for an event without one.
    """

    uuid: str
    power_state: int | None


class Nova(records.Records):
    """nova's records and its manager. Thread-safe.

    To tell it of events, let the driver call :meth:`handle_events`::

        nova = self.useFixture(Nova(driver))
        driver.register_event_listener(nova.handle_events)

    :ivar events: what nova was told, in order.
    :ivar overlaps: uuids of instances that nova was told of while it was
        still dealing with an earlier event about them.
    :ivar stops: uuids of instances that the manager stopped by itself.
    :ivar stops_lost: number of stops that got lost.

    :param driver: its ``get_info``, ``power_on`` and ``power_off`` are used.
    :param host: name of the host that the manager manages.
    :param cast: runs what nova does as a cast, a stop; at once unless given.
    :param options: keyword arguments of
        :class:`nova_powervm.testing.records.Records`.
    """

    def __init__(self, driver: Any, host: str = HOST, *,
                 cast: Callable[[Callable[[], None]], object]
                 = lambda work: work(), **options: Any) -> None:
        super().__init__(host, **options)
        self._driver = driver
        self._cast = cast
        self._in_progress: set[str] = set()
        self.overlaps: list[str] = []
        self.stops_lost = 0

    def forget_calls(self) -> None:
        """Forget what was asked, told and stopped so far.

        What failed, or should not have happened, is not forgotten.
        """
        with self._lock:
            super().forget_calls()
            self.events: list[Told] = []
            self.stops: list[str] = []

    def handle_events(self, event: Any) -> None:
        """Take a lifecycle event as nova's compute manager does.

        Nothing happens if the driver's ``get_info`` does not say what the
        event says, or if the instance has a task or is on another host. Else
        the power state is saved, and the vm_state decides what nova does
        besides: see :func:`nova_powervm.testing.agreement.action`.

        :raises Exception: if a call fails; a driver's ``emit_event`` lets
            that not out.
        """
        uuid = event.get_instance_uuid()
        told = TOLD.get(event.get_transition())
        with self._lock:
            self.events.append(Told(uuid, told))
            if uuid in self._in_progress:
                self.overlaps.append(uuid)
            self._in_progress.add(uuid)
        try:
            if not self.faults.deaf:
                self._handle(uuid, told)
        except exception.InstanceNotFound:
            # It was deleted meanwhile.
            pass
        finally:
            with self._lock:
                self._in_progress.discard(uuid)

    def _handle(self, uuid: str, told: int | None) -> None:
        self._call()
        if told is not None and self._power_state(self._read(uuid)) == told:
            self._sync_power_state(uuid, told)

    def sync_power_states(self) -> None:
        """Do what nova's periodic task does, for all of the host at once."""
        for record in self.get_by_host(None, self.host):
            if record.task_state is None:
                self._sync_power_state(
                    record.uuid, self._power_state(record))

    def start(self, lpar: str) -> None:
        """Start a server as its user does; returns when it runs."""
        self._operate(self.find(lpar).uuid, task_states.POWERING_ON,
                      vm_states.ACTIVE, lambda instance:
                      self._driver.power_on(
                          nova_context.get_admin_context(), instance, None))

    def stop(self, lpar: str) -> None:
        """Stop a server as its user does; returns when it is off."""
        self._stop(self.find(lpar).uuid)

    def _power_state(self, instance: Any) -> int:
        try:
            return int(self._driver.get_info(instance, use_cache=False).state)
        except exception.InstanceNotFound:
            return int(power_state.NOSTATE)

    def _sync_power_state(self, uuid: str, power: int) -> None:
        self._call()
        with self._lock:
            record = self.instances.get(uuid)
            if (record is None or record.host != self.host
                    or record.task_state is not None):
                return
            record.power_state = power
            vm_state = record.vm_state
        action = agreement.action(vm_state, power)
        if action is None:
            return
        # It asks again before it stops what should run and is off.
        if (action is agreement.Action.STOP and power in agreement.OFF
                and self._power_state(self._read(uuid)) not in agreement.OFF):
            return
        with self._lock:
            if self._chance.random() < self.faults.stops_get_lost:
                self.stops_lost += 1
                return
            self.stops.append(uuid)
        self._cast(lambda: self._stop(uuid))

    def _stop(self, uuid: str) -> None:
        self._operate(uuid, task_states.POWERING_OFF, vm_states.STOPPED,
                      self._driver.power_off)

    def _operate(self, uuid: str, task_state: str, vm_state: str,
                 work: Callable[[Any], object]) -> None:
        """Carry out a task of nova-compute's, unless there is one already.

        If it fails, the instance is as before.
        """
        with self._lock:
            record = self.instances.get(uuid)
            if record is None or record.task_state is not None:
                return
            record.task_state = task_state
            before = record.vm_state, record.power_state
            instance = record.obj_clone()
        try:
            work(instance)
            after = vm_state, self._power_state(instance)
        except Exception:
            after = before
        with self._lock:
            record.task_state = None
            record.vm_state, record.power_state = after
