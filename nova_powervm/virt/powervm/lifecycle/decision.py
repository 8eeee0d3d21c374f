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

"""What follows from what the hypervisor says and what nova says."""

import enum
from typing import Any
from typing import NamedTuple

from nova.compute import power_state
from nova.virt import event as virt_event
from pypowervm.wrappers import base_partition as pvm_bp

from nova_powervm.virt.powervm import vm


class Absent(enum.Enum):
    """What stands for an LPAR's state, or for an instance, that is not there.

    GONE: the service says that there is no such LPAR.
    NO_ANSWER: the read failed, so nothing is known.
    """

    GONE = enum.auto()
    NO_ANSWER = enum.auto()


class Outcome(enum.Enum):
    """What one look at an LPAR came to."""

    EMITTED = enum.auto()
    NO_CHANGE = enum.auto()
    BUSY = enum.auto()
    GONE = enum.auto()
    NOT_OURS = enum.auto()
    UNSETTLED = enum.auto()
    RETRY = enum.auto()


class Decision(NamedTuple):
    """What to do about an LPAR.

    :ivar power: the LPAR's power state, where the outcome depends on it.
    :ivar transition: the lifecycle transition to emit, if there is one.
    """

    outcome: Outcome
    power: int = power_state.NOSTATE
    transition: int | None = None


# States on the way to another one: the state that is reached sends an event
# of its own.
_PASSING = frozenset((pvm_bp.LPARState.SUSPENDING, pvm_bp.LPARState.RESUMING,
                      pvm_bp.LPARState.SHUTTING_DOWN))

# The event for each power state of an LPAR, and the power state that nova
# takes from that event (nova.compute.manager, handle_lifecycle_event). There
# is none for a crash; it is told as a stop.
_TRANSITIONS = {
    power_state.RUNNING:
        (virt_event.EVENT_LIFECYCLE_STARTED, power_state.RUNNING),
    power_state.SHUTDOWN:
        (virt_event.EVENT_LIFECYCLE_STOPPED, power_state.SHUTDOWN),
    power_state.CRASHED:
        (virt_event.EVENT_LIFECYCLE_STOPPED, power_state.SHUTDOWN),
    power_state.SUSPENDED:
        (virt_event.EVENT_LIFECYCLE_SUSPENDED, power_state.SUSPENDED),
}

_POWER_STATES = {state.lower(): power
                 for state, power in vm.POWERVM_TO_NOVA_STATE.items()
                 if power in _TRANSITIONS and state not in _PASSING}

_KNOWN_STATES = frozenset(state.lower() for state in vm.POWERVM_TO_NOVA_STATE)


def settled_power_state(state: Any) -> int | None:
    """Translate an LPAR state into the nova power state that it stands for.

    :param state: PartitionState as the service gave it, of whatever type.
    :returns: a ``nova.compute.power_state`` constant, or None if the state
        carries no information or is a passing one.
    """
    return _POWER_STATES.get(state.lower()) if isinstance(state, str) else None


def is_known_state(state: Any) -> bool:
    """Tell whether a PartitionState is one that PowerVM documents."""
    return isinstance(state, str) and state.lower() in _KNOWN_STATES


def decide(state: Any, instance: Any, host: str) -> Decision:
    """Compare an LPAR with nova's record of it. Pure.

    :param state: PartitionState as the service gave it, or an
        :class:`Absent`.
    :param instance: nova's record, None if nova has no instance for the
        LPAR, or ``Absent.NO_ANSWER``.
    :param host: name under which nova knows this host.
    """
    if state is Absent.GONE:
        return Decision(Outcome.GONE)
    if Absent.NO_ANSWER in (state, instance):
        return Decision(Outcome.RETRY)
    power = settled_power_state(state)
    if power is None:
        return Decision(Outcome.UNSETTLED)
    if instance is None:
        return Decision(Outcome.NOT_OURS, power)
    # Before the host: an instance that is migrating here becomes ours when
    # its task ends.
    if instance.task_state is not None:
        return Decision(Outcome.BUSY, power)
    if instance.host != host:
        return Decision(Outcome.NOT_OURS, power)
    transition, told = _TRANSITIONS[power]
    if instance.power_state in (power, told):
        return Decision(Outcome.NO_CHANGE, power)
    return Decision(Outcome.EMITTED, power, transition)
