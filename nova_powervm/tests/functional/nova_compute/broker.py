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

"""As much of an AMQP 0-9-1 server as oslo.messaging uses.

It listens on 127.0.0.1 and prints the port. Everything is in memory. A
message counts as delivered when it is sent: what a client that dies has not
acknowledged is lost. A message for which there is no queue yet waits for it,
so that it does not matter in which order the services start.
"""

import asyncio
import functools
import itertools
import struct
import sys
from typing import Any
from typing import ClassVar

from amqp import serialization

from nova_powervm.tests.functional.nova_compute import queues

_PROTOCOL = b'AMQP\x00\x00\x09\x01'
_END = b'\xce'
_METHOD, _HEADER, _BODY = 1, 2, 3

# Methods, as their class and their number in it, with the format of their
# arguments as py-amqp writes it.
_START = (10, 10), 'ooFSS'
_TUNE = (10, 30), 'BlB'
_DELIVER = (60, 60), 'sLbss'
_CONFIRM = (60, 80), 'Lb'

_FRAME_MAX = 131072


class _Client:
    """A connection."""

    def __init__(self, broker: queues.Broker, reader: asyncio.StreamReader,
                 writer: asyncio.StreamWriter) -> None:
        self._broker = broker
        self._reader = reader
        self._writer = writer
        self._consumers: dict[
            tuple[int, str], tuple[queues.Queue, queues.Deliver]] = {}
        self._published: dict[int, queues.Message] = {}
        self._confirms: dict[int, itertools.count[int]] = {}
        self._delivery_tags = itertools.count(1)

    async def serve(self) -> None:
        """Answer until the connection ends."""
        try:
            if await self._reader.readexactly(8) == _PROTOCOL:
                self._send(0, *_START, 0, 9, {'capabilities': {
                    'publisher_confirms': True}}, 'PLAIN AMQPLAIN', 'en_US')
                while True:
                    self._handle(*await self._frame())
                    await self._writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            for key in list(self._consumers):
                self._forget(key)
            self._writer.close()

    def deliver(self, channel: int, tag: str, message: queues.Message) -> None:
        self._send(channel, *_DELIVER, tag, next(self._delivery_tags), False,
                   message.exchange, message.key)
        self._frame_out(_HEADER, channel, struct.pack(
            '>HHQ', 60, 0, message.size) + message.properties)
        step = _FRAME_MAX - 8
        for start in range(0, message.size, step):
            self._frame_out(_BODY, channel, message.body[start:start + step])

    async def _frame(self) -> tuple[int, int, bytes]:
        kind, channel, size = struct.unpack(
            '>BHI', await self._reader.readexactly(7))
        payload = await self._reader.readexactly(size + 1)
        return kind, channel, payload[:-1]

    def _frame_out(self, kind: int, channel: int, payload: bytes) -> None:
        self._writer.write(struct.pack('>BHI', kind, channel, len(payload))
                           + payload + _END)

    def _send(self, channel: int, method: tuple[int, int], form: str = '',
              *values: Any) -> None:
        self._frame_out(_METHOD, channel, struct.pack('>HH', *method)
                        + serialization.dumps(form, values))

    def _handle(self, kind: int, channel: int, payload: bytes) -> None:
        if kind == _METHOD:
            method = struct.unpack_from('>HH', payload)
            if method not in self._METHODS:
                raise ConnectionError('method %s.%s' % method)
            form, handler = self._METHODS[method]
            handler(self, channel,
                    *serialization.loads(form, payload, 4)[0])
        elif kind == _HEADER:
            message = self._published[channel]
            message.size, = struct.unpack_from('>Q', payload, 4)
            message.properties = payload[12:]
            self._publish_if_complete(channel)
        elif kind == _BODY:
            self._published[channel].body += payload
            self._publish_if_complete(channel)

    def _publish_if_complete(self, channel: int) -> None:
        message = self._published[channel]
        if len(message.body) < message.size:
            return
        self._broker.publish(message)
        if channel in self._confirms:
            self._send(channel, *_CONFIRM, next(self._confirms[channel]),
                       False)

    def _started(self, channel: int) -> None:
        self._send(channel, *_TUNE, 0, _FRAME_MAX, 0)

    def _opened(self, channel: int, host: str) -> None:
        self._send(channel, (10, 41), 's', '')

    def _close(self, channel: int) -> None:
        self._send(channel, (10, 51))

    def _open_channel(self, channel: int) -> None:
        self._send(channel, (20, 11), 'S', '')

    def _close_channel(self, channel: int) -> None:
        for key in [key for key in self._consumers if key[0] == channel]:
            self._forget(key)
        self._confirms.pop(channel, None)
        self._send(channel, (20, 41))

    def _declare_exchange(self, channel: int, _: int, name: str,
                          kind: str) -> None:
        self._broker.declare_exchange(name, kind)
        self._send(channel, (40, 11))

    def _declare_queue(self, channel: int, _: int, name: str) -> None:
        self._broker.declare_queue(name)
        self._send(channel, (50, 11), 'sll', name, 0, 0)

    def _bind(self, channel: int, _: int, queue: str, exchange: str,
              key: str) -> None:
        self._broker.bind(queue, exchange, key)
        self._send(channel, (50, 21))

    def _qos(self, channel: int) -> None:
        self._send(channel, (60, 11))

    def _consume(self, channel: int, _: int, name: str, tag: str) -> None:
        queue = self._broker.queues[name]
        consumer = functools.partial(self.deliver, channel, tag)
        self._consumers[channel, tag] = queue, consumer
        self._send(channel, (60, 21), 's', tag)
        queue.consumers.append(consumer)
        queue.deliver()

    def _cancel(self, channel: int, tag: str) -> None:
        self._forget((channel, tag))
        self._send(channel, (60, 31), 's', tag)

    def _publish(self, channel: int, _: int, exchange: str,
                 key: str) -> None:
        self._published[channel] = queues.Message(
            exchange, key, 0, b'')

    def _confirm(self, channel: int) -> None:
        self._confirms[channel] = itertools.count(1)
        self._send(channel, (85, 11))

    def _nothing(self, channel: int) -> None:
        """Take what needs no answer."""

    def _forget(self, key: tuple[int, str]) -> None:
        if key in self._consumers:
            queue, consumer = self._consumers.pop(key)
            queue.consumers.remove(consumer)

    # What clients send, with the format of the arguments that matter.
    _METHODS: ClassVar[dict[Any, Any]] = {
        (10, 11): ('', _started), (10, 31): ('', _nothing),
        (10, 40): ('s', _opened), (10, 50): ('', _close),
        (20, 10): ('', _open_channel), (20, 40): ('', _close_channel),
        (40, 10): ('Bss', _declare_exchange),
        (50, 10): ('Bs', _declare_queue), (50, 20): ('Bsss', _bind),
        (60, 10): ('', _qos), (60, 20): ('Bss', _consume),
        (60, 30): ('s', _cancel), (60, 40): ('Bss', _publish),
        (60, 80): ('', _nothing), (85, 10): ('', _confirm)}


async def main() -> None:
    """Serve until standard input ends."""
    broker = queues.Broker()
    server = await asyncio.start_server(
        lambda reader, writer: _Client(broker, reader, writer).serve(),
        '127.0.0.1', 0)
    print('port %d' % server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == '__main__':
    asyncio.run(main())
