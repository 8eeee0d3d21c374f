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


"""Whether nova and NovaLink agree about servers.

They agree about a server when nova, if it were told the LPAR's state now,
would neither save nor do anything: nova's power state is the LPAR's, nova has
no task for the server, and nova's rules for its vm_state let it be. The rules
are those of nova 34's compute manager.
"""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import enum
from typing import Any
from typing import Protocol

from nova.compute import power_state as power_states
from nova.compute import vm_states

from nova_powervm.testing import internals
from nova_powervm.virt.powervm import vm

#: Power states of a server that does not run and is not suspended.
OFF = frozenset((power_states.SHUTDOWN, power_states.CRASHED))


class Action(enum.Enum):
    """What nova does to a server by itself."""

    STOP = 'stop'
    FORCE_STOP = 'force_stop'


# By vm_state: the power states for which nova acts, and what it does.
_ACTIONS = {
    vm_states.ACTIVE: (OFF | {power_states.SUSPENDED}, Action.STOP),
    vm_states.STOPPED: (
        frozenset(power_states.STATE_MAP) - OFF - {power_states.NOSTATE},
        Action.FORCE_STOP),
    vm_states.PAUSED: (OFF, Action.FORCE_STOP),
}


class Record(Protocol):
    """What is used of nova's record of a server."""

    @property
    def uuid(self) -> str:
        """The instance's uuid."""

    @property
    def power_state(self) -> int:
        """nova's power state, of ``nova.compute.power_state``."""

    @property
    def vm_state(self) -> str:
        """nova's vm_state."""

    @property
    def task_state(self) -> str | None:
        """nova's task_state."""


@dataclasses.dataclass(frozen=True)
class Server:
    """A record for those who have its fields by themselves."""

    uuid: str
    power_state: int
    vm_state: str
    task_state: str | None = None


@dataclasses.dataclass(frozen=True)
class Difference:
    """In what nova and NovaLink differ about a server or an LPAR.

    :ivar lpar: upper-case uuid of the LPAR.
    :ivar lpar_state: its PartitionState; None if there is no such LPAR.
    :ivar instance: uuid of the instance; None if there is none.
    :ivar fields: by name, nova's values of what differs.
    """

    lpar: str
    lpar_state: str | None
    instance: str | None = None
    fields: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        if self.instance is None:
            return 'LPAR %s belongs to no server' % self.lpar
        values = dict(self.fields)
        if 'power_state' in values:
            values['power_state'] = power_states.STATE_MAP.get(
                values['power_state'], values['power_state'])
        return 'server %s: nova says %s; its LPAR is %s' % (
            self.instance,
            ', '.join('%s %s' % field for field in values.items()),
            self.lpar_state or 'missing')


def power_of(lpar_state: str | None) -> int:
    """Return the power state that the driver reports for an LPAR's state."""
    return int(vm.info_of(lpar_state).state)


def action(vm_state: str | None, power_state: int) -> Action | None:
    """Return what nova does when a server has a power state.

    :param vm_state: of the server.
    :param power_state: the one that the driver reports.
    :returns: None if nova does nothing.
    """
    powers, what = _ACTIONS.get(vm_state, (frozenset(), None))
    return what if power_state in powers else None


def difference(record: Record, lpar_state: str | None) -> Difference | None:
    """Return in what nova and NovaLink differ about a server, if they do.

    :param lpar_state: PartitionState of its LPAR; None if it has none.
    """
    power = power_of(lpar_state)
    differs = {
        'power_state': record.power_state != power,
        'vm_state': action(record.vm_state, power) is not None,
        'task_state': record.task_state is not None}
    fields = {name: getattr(record, name) for name, is_so in differs.items()
              if is_so or lpar_state is None}
    if not fields:
        return None
    return Difference(internals.lpar_uuid(record.uuid), lpar_state,
                      record.uuid, fields)


def differences(records: Iterable[Record],
                lpar_states: Mapping[str, str | None]) -> list[Difference]:
    """Return in what nova and NovaLink differ, of all servers and LPARs.

    :param records: all of nova's records that are to be compared.
    :param lpar_states: PartitionStates by upper-case LPAR uuid. An LPAR that
        belongs to no record is a difference, too.
    """
    left = dict(lpar_states)
    found = [difference(record, left.pop(
        internals.lpar_uuid(record.uuid), None)) for record in records]
    return [each for each in found if each is not None] + [
        Difference(lpar, state) for lpar, state in left.items()]
