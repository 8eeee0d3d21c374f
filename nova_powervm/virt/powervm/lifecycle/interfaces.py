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

"""The types that the event module's parts share, and what it uses of others.

Nothing here is tied to NovaLink or to nova, so that neither is needed to
understand or to test what stands between them.
"""

from collections.abc import Mapping
import dataclasses
import enum
from typing import Any
from typing import NamedTuple
from typing import NewType
from typing import Protocol

#: Upper-case uuid of an LPAR, as NovaLink writes it.
LparUuid = NewType('LparUuid', str)
#: State of an LPAR, as NovaLink spells it; empty if it told none.
PartitionState = NewType('PartitionState', str)


class Absent(enum.Enum):
    """Stands for a state or a record that is not there.

    GONE: NovaLink says that there is no such LPAR.
    NOT_ASKED: nobody asked.
    UNREAD: the read failed for this one LPAR or instance; others succeed.
    AWAY: the service does not answer at all.
    """

    GONE = enum.auto()
    NOT_ASKED = enum.auto()
    UNREAD = enum.auto()
    AWAY = enum.auto()


class NovaAway(Exception):
    """nova-conductor, or the database behind it, answers nothing.

    :ivar resume_at: clock time of the next attempt.
    """

    def __init__(self, resume_at: float) -> None:
        super().__init__('nova is away until %s at least' % resume_at)
        self.resume_at = resume_at


#: What NovaLink says of an LPAR.
Observed = PartitionState | Absent
#: States of all LPARs of this host.
Listing = Mapping[LparUuid, PartitionState]


class Listed(NamedTuple):
    """A list of the states of all LPARs.

    :ivar began: clock time when its read began; what it says was so then or
        later.
    :ivar ended: clock time when its read ended.
    """

    began: float
    ended: float
    states: Listing


class Record(NamedTuple):
    """What nova says of an instance, as far as the event module looks at it.

    :ivar power_state: a ``nova.compute.power_state`` constant, or None.
    """

    uuid: str
    host: str | None
    vm_state: str | None
    power_state: int | None
    task_state: str | None


#: What nova says of an LPAR; None if no instance stands for it.
Recorded = Record | None | Absent


@dataclasses.dataclass(frozen=True, slots=True)
class PowerKey:
    """Asks to compare the power state of an LPAR with nova's record."""

    lpar: LparUuid


@dataclasses.dataclass(frozen=True, slots=True)
class NvramKey:
    """Asks to hand the NVRAM of an LPAR to the store."""

    lpar: LparUuid


@dataclasses.dataclass(frozen=True, slots=True)
class ResyncKey:
    """Asks to compare all instances of this host with all its LPARs."""


Key = PowerKey | NvramKey | ResyncKey


class Adapter(Protocol):
    """pypowervm's adapter, as far as reads need it."""

    def read(self, root_type: str, *args: Any, **kwargs: Any) -> Any:
        """Read from NovaLink; see ``pypowervm.adapter.Adapter.read``."""


class NvramManager(Protocol):
    """Keeps the NVRAM of instances."""

    def store(self, instance: str) -> Any:
        """Store the NVRAM of an instance, given by its uuid."""


class Driver(Protocol):
    """The compute driver, as far as the event module needs it.

    A driver may also have an ``nvram_mgr``, a :class:`NvramManager` or None;
    a ``session``, pypowervm's; and a ``renew_session()``, which replaces a
    session that is lost.
    """

    @property
    def adapter(self) -> Adapter:
        """The adapter at present; another one after a new logon."""

    def emit_event(self, event: Any) -> None:
        """Hand an event to nova."""
