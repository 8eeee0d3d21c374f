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

"""What a cloud's broker and database counted."""

import dataclasses
from typing import Any
from typing import Protocol
from typing import Self

_STATEMENT = (
    "show global status where variable_name in "
    "('Com_select', 'Com_update', 'Com_insert')")


class Stores(Protocol):
    """What has a broker and a database, such as a cloud."""

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Execute an SQL statement; return its rows."""

    def messages_received(self) -> int:
        """Return how many messages the broker got since its start."""


@dataclasses.dataclass(frozen=True)
class Counters:
    """Counts since some moment.

    :ivar messages: messages that the broker received.
    :ivar selects: select statements that the database was sent; updates and
        inserts alike.
    """

    messages: float = 0
    selects: float = 0
    updates: float = 0
    inserts: float = 0

    def minus(self, other: Self) -> Self:
        """Return what was counted since another moment.

        A count that is less than it was began anew, as its service did: it
        is left as it is.
        """
        was = dataclasses.asdict(other)
        return dataclasses.replace(self, **{
            name: count - was[name] if count >= was[name] else count
            for name, count in dataclasses.asdict(self).items()})

    def net(self, idle: Self, seconds: float) -> Self:
        """Return the counts less what an idle cloud counts, but at least 0.

        :param idle: counts of an idle cloud in one second.
        """
        rate = dataclasses.asdict(idle)
        return dataclasses.replace(self, **{
            name: max(0.0, count - rate[name] * seconds)
            for name, count in dataclasses.asdict(self).items()})

    def per(self, divisor: float) -> Self:
        """Return the counts divided, by seconds or by servers."""
        return dataclasses.replace(self, **{
            name: count / divisor
            for name, count in dataclasses.asdict(self).items()})


def read(cloud: Stores) -> Counters:
    """Return what a cloud counted since its services started.

    :raises Exception: what the cloud raises if its broker or its database
        does not answer.
    """
    counts = {name: int(value) for name, value in cloud.sql(_STATEMENT)}
    return Counters(
        cloud.messages_received(), counts['Com_select'],
        counts['Com_update'], counts['Com_insert'])
