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


"""Hosts: the real event handler of each, its NovaLink and its nova."""

from collections.abc import Iterable
import dataclasses
import math
import types
from typing import Any

from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from oslo_serialization import jsonutils

from benchmarks.fleet import cells
from benchmarks.fleet import sites
from nova_powervm.testing import internals
from nova_powervm.virt.powervm import event

_OFF = 'not activated'

# Seconds that nova-compute takes for a stop.
_STOP_SECONDS = 1.0

# Seconds by which a host wakes up late: more than its clock is rounded.
_TICK = 1e-6


class _Thread:
    """Stands for a thread of the handler; what it would do is done for it."""

    def __init__(self, **_: Any) -> None:
        pass

    def start(self) -> None:
        """Do nothing."""

    def is_alive(self) -> bool:
        """Look alive."""
        return True


class Host:
    """A host from the start of its nova-compute on.

    It is what its handler knows as the driver, and as the driver's adapter.

    :ivar right_at: when nova learnt of each LPAR that it was wrong about.
    :ivar wrong: about how many LPARs nova is wrong.
    """

    helpers = ()

    def __init__(self, site: sites.Site, cell: cells.Cell, offset: float
                 ) -> None:
        self._site = site
        self._engine = site.engine
        self._cell = cell
        # Its clock began when it was booted, not when all others were.
        self._offset = offset
        self.adapter = self
        self._states: dict[str, str] = {}
        self._records: dict[int, sites.Record] = {}
        self._jobs = 0
        self._wakes_at = math.inf
        self._workers = site.conf.powervm.event_emit_workers
        self._idle = False
        self.wrong = 0
        self.right_at: list[float] = []
        self.handler = event.PowerVMNovaEventHandler(
            self, conf=site.conf, clock=self._now, thread_factory=_Thread,
            jitter=site.jitter)
        self.handler.lifecycle.loop.start()
        self._look()

    def _now(self) -> float:
        return self._engine.now + self._offset

    # The handler's threads.

    def _look(self) -> None:
        """Wake up when something is due."""
        # A little later: by its own clock it must not be too soon.
        due = internals.due_at(self.handler) - self._offset + _TICK
        if self._engine.now < due < self._wakes_at:
            self._wakes_at = due
            self._engine.at(due, self._wake)

    def _wake(self) -> None:
        self._wakes_at = math.inf
        self._work()

    def _work(self) -> None:
        """Do what is due, and run jobs until all workers wait."""
        self.handler.lifecycle.loop.step()
        self._idle = False
        while not self._idle and self._jobs < self._workers:
            self._jobs += 1
            self._engine.start(self._run_next, self)
        self._look()

    def _run_next(self) -> None:
        self._idle = not self.handler.lifecycle.workers.run_next()
        self._jobs -= 1
        if not self._idle:
            self._engine.at(self._engine.now, self._work)

    # NovaLink.

    def tell(self, lpars: Iterable[int]) -> None:
        """Deliver an event of each of some LPARs."""
        self.handler.process([self._site.events[number] for number in lpars])
        self._look()

    def stop_lpars(self, lpars: Iterable[int]) -> None:
        """Let LPARs that run stop by themselves."""
        numbers = list(lpars)
        for number in numbers:
            self._states[self._site.lpars[number]] = _OFF
        self.wrong += len(numbers)
        self.tell(numbers)

    def resync(self) -> None:
        """Let NovaLink lose the events."""
        self.handler.resync()
        self._look()

    def read(self, root_type: str, root_id: str | None = None,
             **_: Any) -> Any:
        """Answer as pypowervm's adapter does, at once."""
        if root_id is not None:
            body = str(jsonutils.dumps(
                self._states.get(root_id, sites.RUNNING)))
        elif self._states:
            body = self._site.listing(self._states)
        else:
            body = self._site.body
        return types.SimpleNamespace(body=body)

    # nova.

    def operate(self, number: int, seconds: float) -> None:
        """Let nova do something that LPARs send events of; all is well.

        :param seconds: how long its task takes.
        """
        record = self._own(number)
        record.task_state = task_states.REBOOTING
        self.handler.forget_agreement(self._site.lpars[number])
        self.tell([number])
        self._engine.at(self._engine.now + seconds,
                        lambda: self._end_operation(number))

    def _end_operation(self, number: int) -> None:
        self.tell([number])
        self._records.pop(number, None)

    def emit_event(self, lifecycle_event: Any) -> None:
        """Do what nova's manager does, as calls and as their effect."""
        number = self._site.index[lifecycle_event.get_instance_uuid()]
        record = self._own(number)
        try:
            for _ in range(self._site.options.event_calls):
                self._cell.call(cells.Kind.NOVA,
                                self._site.options.lookup_seconds(1))
        except Exception:
            # ComputeDriver.emit_event logs it, and its caller learns nothing.
            return
        if record.wrong:
            self.wrong -= 1
            self.right_at.append(self._engine.now)
        record.power_state = power_state.SHUTDOWN
        record.task_state = task_states.POWERING_OFF
        self._engine.at(self._engine.now + _STOP_SECONDS,
                        lambda: _end_stop(record))

    def _own(self, number: int) -> sites.Record:
        return self._records.setdefault(
            number, dataclasses.replace(self._site.running[number]))

    def find(self, filters: dict[str, Any]) -> list[sites.Record]:
        """Answer a lookup by uuids."""
        wanted = filters['uuid']
        self._cell.call(cells.Kind.LOOKUP,
                        self._site.options.lookup_seconds(len(wanted)))
        if filters.get('hidden'):
            return []
        return [self._record(self._site.index[uuid]) for uuid in wanted
                if uuid in self._site.index]

    def find_all(self) -> list[sites.Record]:
        """Answer a lookup of all instances."""
        lpars = len(self._site.lpars)
        # As many records as a lookup of so many LPARs finds.
        self._cell.call(cells.Kind.RESYNC, self._site.options.lookup_seconds(
            2 * lpars))
        return [self._record(number) for number in range(lpars)]

    def _record(self, number: int) -> sites.Record:
        return self._records.get(number, self._site.running[number])


def _end_stop(record: sites.Record) -> None:
    record.vm_state = vm_states.STOPPED
    record.task_state = None
