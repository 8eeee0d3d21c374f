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

"""nova in memory: records, lookups, and its manager's conduct."""

import dataclasses

from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from nova import exception
from nova import objects
import oslo_messaging

from nova_powervm.testing import agreement
from nova_powervm.testing import nova as testing_nova
from nova_powervm.tests.unit.virt.powervm.model import slots

HOST = testing_nova.HOST
ELSEWHERE = 'other-host'

#: What a lookup raises, by what fails.
ERRORS = {
    'silent': oslo_messaging.MessagingTimeout('no answer'),
    'no database': oslo_messaging.RemoteError('DBConnectionError', 'gone'),
    'broken': exception.NovaException('broken')}
_TIMEOUT = 60.0


@dataclasses.dataclass
class Record:
    """nova's record of an instance."""

    uuid: str
    power_state: int
    vm_state: str
    host: str = HOST
    task_state: str | None = None

    def as_object(self):
        return objects.Instance(hidden=False, **vars(self))


def agrees(record, state):
    """Tell whether nova, told an LPAR's state, would do nothing."""
    power = agreement.power_of(state)
    return record.power_state == power and agreement.action(
        record.vm_state, power) is None


class Nova:
    """nova's records by letter, and what fails.

    :ivar error: one of :data:`ERRORS`, which every call raises, or None.
    :ivar unreadable: letters whose record fails each lookup that it is in.
    :ivar host_readable: whether all records of the host can be read at once.
    :ivar listens: whether nova takes events.
    :ivar loses_stops: whether its own stops get lost.
    :ivar recorded: letter -> record, as looked up since somebody emptied it.

    :param stage: where an answer, or the manager, may stay on its way.
    :param looked_up: called with letter and record for each that was found.
    :param clock: moves by rpc_response_timeout for each call that gets no
        answer.
    """

    def __init__(self, stage, looked_up, clock):
        self._stage = stage
        self._clock = clock
        self._looked_up = looked_up
        self.records = {}
        self.error = None
        self.unreadable = set()
        self.host_readable = True
        self.listens = True
        self.loses_stops = False
        self.recorded = {}
        self._before = {}
        self.add('A', power_state.RUNNING, vm_states.ACTIVE)
        self.add('B', power_state.SHUTDOWN, vm_states.STOPPED)
        self.add('D', power_state.RUNNING, vm_states.ACTIVE, host=ELSEWHERE)

    def add(self, slot, power, vm_state, **fields):
        self.records[slot] = Record(
            slots.instance_of(slot), power, vm_state, **fields)

    def get_by_filters(self, context, filters, expected_attrs):
        """Answer a lookup by uuids."""
        found = [record for record in self.records.values()
                 if record.uuid in filters['uuid']]
        if filters.get('hidden'):
            found = []
        if self.unreadable.intersection(map(slots.slot_of, filters['uuid'])):
            self._stage.pause('conductor')
            raise exception.NovaException('a record makes no sense')
        if self.error is None:
            for record in found:
                self._looked_up(slots.slot_of(record.uuid), record)
        return self._look_up(found)

    def get_by_host(self, context, host, expected_attrs):
        """Answer a lookup of all instances of a host."""
        if not self.host_readable or self.unreadable.intersection(
                self.records):
            raise exception.NovaException('a record makes no sense')
        return self._look_up([record for record in self.records.values()
                              if record.host == host])

    def _look_up(self, records):
        answer = []
        error = self.error
        if error is None:
            for record in records:
                self.recorded[slots.slot_of(record.uuid)] = (
                    dataclasses.replace(record))
                answer.append(record.as_object())
        self._stage.pause('conductor')
        if error == 'silent':
            self._clock.advance(_TIMEOUT)
        if error is not None:
            raise ERRORS[error]
        return answer

    def begin(self, slot, task, lpar_state):
        """Begin a task, unless there is one.

        :param lpar_state: the LPAR's when it begins.
        """
        record = self.records[slot]
        if record.task_state is None:
            record.task_state = task
            self._before[slot] = lpar_state

    def end(self, slot, lpar_state, stale=False):
        """End a task, which saves the power state.

        :param lpar_state: the LPAR's when it ends; None without an LPAR.
        :param stale: save the one that the LPAR had when the task began.
        """
        record = self.records[slot]
        state = self._before[slot] if stale else lpar_state
        if state is not None:
            record.power_state = agreement.power_of(state)
        record.vm_state = {
            task_states.POWERING_OFF: vm_states.STOPPED,
            task_states.POWERING_ON: vm_states.ACTIVE,
            task_states.SPAWNING: vm_states.ACTIVE,
        }.get(record.task_state, record.vm_state)
        record.task_state = None

    def manage(self, slot, power, is_valid, lpar_power):
        """Do what the manager does about an event.

        :param power: the power state that the event tells.
        :param is_valid: tells whether nova-compute still runs.
        :param lpar_power: returns the one that get_info tells, None if it
            fails.
        :returns: whether nova stops the instance now.
        """
        if self.error is not None or slot not in self.records or (
                slot in self.unreadable or lpar_power() != power):
            return False
        self._stage.pause('manager')
        record = self.records.get(slot)
        if self.error is not None or not is_valid() or record is None or (
                record.host != HOST or record.task_state is not None):
            return False
        self._stage.pause('save')
        if self.error is not None or not is_valid() or (
                self.records.get(slot) is not record):
            return False
        record.power_state = power
        return (record.task_state is None and not self.loses_stops
                and agreement.action(record.vm_state, power) is not None)
