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


"""What a work queue holds of a key, and what it hands out."""

from collections.abc import Hashable
from typing import Generic
from typing import NamedTuple
from typing import TypeVar

K = TypeVar('K', bound=Hashable)


class Request(NamedTuple, Generic[K]):
    """A key that a queue's ``get_batch`` handed out.

    :ivar attempts: how often it was requeued in vain since it was added.
    :ivar since: clock time of the first add that it answers, None if it was
        only requeued.
    """

    key: K
    attempts: int
    since: float | None


class Item(Generic[K]):
    """What the queue holds of a key.

    :ivar processing: a worker has it.
    :ivar wanted: it was added or requeued since a worker took it.
    :ivar first: time of the first add since a worker took it.
    :ivar since: time of the first add that is not answered yet, of those
        that a worker has taken.
    :ivar due: when it is wanted.
    :ivar queued: see :class:`.schedule.Scheduled`.
    """

    __slots__ = ('key', 'processing', 'wanted', 'attempts', 'first', 'since',
                 'due', 'queued')

    def __init__(self, key: K) -> None:
        self.key = key
        self.processing = False
        self.wanted = False
        self.attempts = 0
        self.first: float | None = None
        self.since: float | None = None
        self.due = 0.0
        self.queued: float | None = None
