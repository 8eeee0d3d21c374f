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

"""How many calls a batch may make; pure."""

import dataclasses
import enum
import math

from nova_powervm.virt.powervm.lifecycle import histogram


class Kind(enum.Enum):
    """What a batch can have too much of; the text stands in the log.

    LOOKUPS: calls to nova-conductor.
    READS: reads from NovaLink.
    SLOW: milliseconds that one call took.
    """

    LOOKUPS = 'lookups'
    READS = 'reads'
    SLOW = 'slow_call'


@dataclasses.dataclass(frozen=True, slots=True)
class Work:
    """What a batch did.

    :ivar lpars: LPARs that it compared.
    :ivar gone: those of them that do not exist.
    :ivar strangers: those of them that are no instance of this host.
    :ivar resync: whether it compared all instances as well.
    :ivar batch_size: LPARs that one lookup may serve.
    :ivar few: LPARs that are still read one by one.
    """

    lpars: int
    gone: int
    strangers: int
    resync: bool
    batch_size: int
    few: int


@dataclasses.dataclass(frozen=True, slots=True)
class Spent:
    """What that cost.

    :ivar lookups: calls to nova-conductor.
    :ivar reads: reads from NovaLink.
    :ivar slowest: seconds that the longest of both took.
    """

    lookups: int
    reads: int
    slowest: float


@dataclasses.dataclass(frozen=True, slots=True)
class Excess:
    """What a batch had too much of, and the most that was expected."""

    kind: Kind
    spent: int
    limit: int


def limits(work: Work) -> Spent:
    """Return the most that a batch may cost.

    Of lookups, one for each ``batch_size`` LPARs, and as many for those of
    which the first found nothing, but always one; another one reads all
    instances. Of reads, one for each LPAR if they are few. Else one list, one
    more where NovaLink refuses the usual kind, and one for each LPAR that a
    list lacks because it is gone.
    """
    lookups = (math.ceil(work.lpars / work.batch_size)
               + max(1, math.ceil(work.strangers / work.batch_size))
               + work.resync)
    reads = (2 + work.gone if work.resync or work.lpars > work.few
             else work.lpars)
    return Spent(lookups, reads, histogram.SLOW_SECONDS)


def excesses(work: Work, spent: Spent) -> list[Excess]:
    """Return what a batch had too much of."""
    most = limits(work)
    return [Excess(kind, round(had), round(limit)) for kind, had, limit in (
        (Kind.LOOKUPS, spent.lookups, most.lookups),
        (Kind.READS, spent.reads, most.reads),
        (Kind.SLOW, spent.slowest * 1000, most.slowest * 1000))
        if had > limit]
