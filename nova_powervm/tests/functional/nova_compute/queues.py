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

"""Messages, the queues that they wait in, and what leads them there."""

import collections
from collections.abc import Callable
import dataclasses

#: Takes a message for a consumer.
Deliver = Callable[['Message'], None]


@dataclasses.dataclass
class Message:
    exchange: str
    key: str
    size: int
    # As they came: nothing here depends on them.
    properties: bytes
    body: bytes = b''


class Queue:
    """Messages for consumers, who take turns."""

    def __init__(self) -> None:
        self.messages: collections.deque[Message] = collections.deque()
        self.consumers: collections.deque[Deliver] = collections.deque()

    def put(self, message: Message) -> None:
        self.messages.append(message)
        self.deliver()

    def deliver(self) -> None:
        while self.messages and self.consumers:
            self.consumers[0](self.messages.popleft())
            self.consumers.rotate()


class Broker:
    """Exchanges, queues and what binds them."""

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {}
        self._fanouts: set[str] = set()
        # By exchange and key; the key of a fanout's is empty.
        self._bound: dict[tuple[str, str], list[Queue]] = (
            collections.defaultdict(list))
        self._unrouted: dict[tuple[str, str], list[Message]] = (
            collections.defaultdict(list))

    def declare_exchange(self, name: str, kind: str) -> None:
        if kind == 'fanout':
            self._fanouts.add(name)

    def declare_queue(self, name: str) -> None:
        if name not in self.queues:
            self.queues[name] = Queue()
            self.bind(name, '', name)

    def bind(self, queue: str, exchange: str, key: str) -> None:
        route = self._route(exchange, key)
        if self.queues[queue] not in self._bound[route]:
            self._bound[route].append(self.queues[queue])
        for message in self._unrouted.pop(route, ()):
            self.queues[queue].put(message)

    def publish(self, message: Message) -> None:
        route = self._route(message.exchange, message.key)
        queues = self._bound.get(route, ())
        for queue in queues:
            queue.put(message)
        if not queues and message.exchange not in self._fanouts:
            self._unrouted[route].append(message)

    def _route(self, exchange: str, key: str) -> tuple[str, str]:
        # oslo.messaging's topics have no wildcards.
        return exchange, '' if exchange in self._fanouts else key
