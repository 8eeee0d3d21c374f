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


"""What a decision is made from, and what it says."""

import dataclasses
import enum

from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import workitem

_Absent = interfaces.Absent
Request = workitem.Request[interfaces.Key]


class Outcome(enum.Enum):
    """What was decided about an LPAR; the text says when."""

    EMIT = ('nova would act on the state of the LPAR, the instance is on '
            'this host and has no task_state')
    NO_CHANGE = ('nova agrees: told the state of the LPAR, it would neither '
                 'save anything nor call its API')
    CACHED = ('nova agreed to this state within event_state_ttl, and nobody '
              'has touched the LPAR since, as far as is known')
    BUSY = 'the instance has a task_state, on whatever host'
    GONE = 'NovaLink says that there is no such LPAR'
    NOT_OURS = ('no instance stands for the LPAR, or it is on another host '
                'and has no task_state')
    TRANSIENT = ('the state is a passing one, carries no information, or is '
                 'not known to this release')
    RETRY = ('the state or the record could not be read, or something '
             'unexpected happened')
    GIVEN_UP = ('nova was told of the state several times and still does '
                'not agree')
    NVRAM = 'only the NVRAM of the LPAR is due'
    ASK = "nova's record is needed and was not read yet"


@dataclasses.dataclass(frozen=True, slots=True)
class Again:
    """When to look again, instead of never.

    :ivar at: clock time, seconds.
    :ivar attempts: how often it was looked at in vain by then.
    :ivar answered: False if the events that asked for this look are not
        answered by it.
    """

    at: float
    attempts: int = 0
    answered: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What to do about an LPAR.

    :ivar instance_uuid: the instance that the LPAR stands for here.
    :ivar transition: the lifecycle event to emit.
    :ivar store_nvram: whether to hand the NVRAM to the store.
    :ivar power_again: when to compare the power state again; if there is an
        event to emit, only if that succeeds, and not before.
    :ivar nvram_again: when to handle the NVRAM again, which was not possible.
    :ivar remember: what replaces all that was remembered of the LPAR, once
        the plan is carried out.
    """

    outcome: Outcome
    instance_uuid: str | None = None
    transition: agreement.Transition | None = None
    store_nvram: bool = False
    power_again: Again | None = None
    nvram_again: Again | None = None
    remember: memory.Entry | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """What does not change from one decision to the next.

    :ivar host: the name by which nova knows this host.
    :ivar delay: ``event_delay``, seconds.
    :ivar ttl: ``event_state_ttl``, seconds; 0 remembers no agreement.
    :ivar batch_size: ``event_batch_size``, LPARs.
    """

    host: str
    delay: float
    ttl: float
    batch_size: int


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One LPAR, and all that is known about it.

    :ivar power: the request to compare its power state, if there is one.
    :ivar nvram: the request to store its NVRAM, if there is one.
    :ivar observed: what NovaLink says.
    :ivar recorded: what nova says.
    :ivar remembered: what an earlier batch left.
    """

    lpar: interfaces.LparUuid
    power: Request | None
    nvram: Request | None
    observed: interfaces.Observed = _Absent.UNREAD
    recorded: interfaces.Recorded = _Absent.NOT_ASKED
    remembered: memory.Entry | None = None
