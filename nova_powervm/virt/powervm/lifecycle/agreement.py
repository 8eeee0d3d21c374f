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

"""When nova has nothing to do about the power state of an LPAR.

nova ends all that it does about power states, after a lifecycle event as well
as in its periodic task, in ``ComputeManager._sync_instance_power_state``
(nova.compute.manager, the same in nova 30 to 34). It saves a power state that
differs from its record, and then may call its API, by vm_state. Only where it
would do neither does nova agree with the hypervisor: a power state that was
saved says nothing about a ``stop`` that was lost after it.
"""

import enum

from nova.compute import power_state
from nova.compute import vm_states
from nova.virt import event as virt_event
from pypowervm.wrappers import base_partition as pvm_bp

from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm import vm

_OFF = (power_state.SHUTDOWN, power_state.CRASHED)

# The power states in which nova calls the API to stop an instance, by its
# vm_state. In the vm_states that are missing it only saves, or only warns.
_STOPS = {
    vm_states.ACTIVE: (*_OFF, power_state.SUSPENDED),
    vm_states.STOPPED: (power_state.RUNNING, power_state.PAUSED,
                        power_state.SUSPENDED),
    vm_states.PAUSED: _OFF,
}


class Transition(enum.Enum):
    """A lifecycle event, and the power state that nova takes from it."""

    STARTED = virt_event.EVENT_LIFECYCLE_STARTED, power_state.RUNNING
    STOPPED = virt_event.EVENT_LIFECYCLE_STOPPED, power_state.SHUTDOWN
    SUSPENDED = virt_event.EVENT_LIFECYCLE_SUSPENDED, power_state.SUSPENDED

    @property
    def event(self) -> int:
        """The constant of ``nova.virt.event``."""
        return int(self.value[0])

    @property
    def power(self) -> int:
        """The constant of ``nova.compute.power_state``."""
        return int(self.value[1])


# nova has no event for a crash: it is emitted as a stop.
_TRANSITIONS = {
    power_state.RUNNING: Transition.STARTED,
    power_state.SHUTDOWN: Transition.STOPPED,
    power_state.CRASHED: Transition.STOPPED,
    power_state.SUSPENDED: Transition.SUSPENDED,
}

# States on the way to another one, which sends an event of its own.
_PASSING = frozenset((pvm_bp.LPARState.SUSPENDING, pvm_bp.LPARState.RESUMING,
                      pvm_bp.LPARState.SHUTTING_DOWN))
_POWER_STATES = {state.lower(): power
                 for state, power in vm.POWERVM_TO_NOVA_STATE.items()
                 if power in _TRANSITIONS and state not in _PASSING}
_KNOWN_STATES = frozenset(state.lower() for state in vm.POWERVM_TO_NOVA_STATE)


def power_of(state: interfaces.PartitionState) -> int | None:
    """Return the nova power state that an LPAR's state stands for.

    :returns: a ``nova.compute.power_state`` constant; None if the state is
        a passing one or carries no information.
    """
    return _POWER_STATES.get(state.lower())


def is_known_state(state: interfaces.PartitionState) -> bool:
    """Tell whether PowerVM documents a state; no state at all counts."""
    return not state or state.lower() in _KNOWN_STATES


def transition(power: int) -> Transition:
    """Return the event that tells nova of an LPAR's power state."""
    return _TRANSITIONS[power]


def would_act(vm_state: str | None, recorded: int | None, power: int) -> bool:
    """Tell whether nova would save, or call its API, if told a power state.

    :param vm_state: the instance's, as nova's record has it.
    :param recorded: the power state in nova's record.
    :param power: the power state that nova is told.
    """
    return recorded != power or power in _STOPS.get(vm_state, ())


def agrees(vm_state: str | None, recorded: int | None, power: int) -> bool:
    """Tell whether nova has nothing to do about an LPAR's power state.

    Of a crash nova may know as a crash, from its periodic task, or as the
    stop that the event for it says.

    :param power: the LPAR's, by :func:`power_of`.
    """
    return not (would_act(vm_state, recorded, power) and would_act(
        vm_state, recorded, _TRANSITIONS[power].power))
