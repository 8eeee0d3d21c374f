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

"""The measured process's side of the conductor stand-in.

It takes the place of nova's conductor RPC client, and a call costs here what
it costs nova-compute: oslo.versionedobjects turns arguments and answers into
primitives and back, oslo.serialization into JSON and back, and both cross a
socket. There is no broker, and no thread of oslo.messaging's; that makes every
call cheaper than a real one, the module's and nova's alike.
"""

import collections
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import socket
import threading
from typing import Any

from nova import context as nova_context
from nova import exception
from nova.objects import base as objects_base
from oslo_serialization import jsonutils

from benchmarks import conductor
from benchmarks import instances

# Who calls: nova's manager inside emit_event, or the module outside of it.
NOVA = 'nova'
MODULE = 'module'


class ConductorError(Exception):
    """The stand-in could not answer; the measurement is void."""


class Channel:
    """One connection to the stand-in; one request at a time."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(('127.0.0.1', port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._input = self._socket.makefile('rb')

    def exchange(self, body: bytes) -> bytes:
        """Send a request and return the answer.

        :raises ConductorError: if the stand-in has gone away.
        """
        self._socket.sendall(
            len(body).to_bytes(conductor.LENGTH_BYTES, 'big') + body)
        head = self._input.read(conductor.LENGTH_BYTES)
        size = int.from_bytes(head, 'big')
        answer = self._input.read(size)
        if not head or len(answer) < size:
            raise ConductorError('the conductor stand-in has gone away')
        return answer


class ConductorClient:
    """For ``NovaObject.indirection_api``, and the benchmark's controls.

    Thread-safe, on native and green threads: a connection is used by one
    thread at a time and kept for the next.

    :ivar before_call: called before each call of nova or the module; what it
        raises, the call raises.
    """

    def __init__(self, port: int) -> None:
        self.before_call: Callable[[], None] = lambda: None
        self._port = port
        self._idle: collections.deque[Channel] = collections.deque()
        self._origin = threading.local()
        self._serializer = objects_base.NovaObjectSerializer()

    @contextlib.contextmanager
    def as_nova(self) -> Iterator[None]:
        """Count calls of this thread as nova's, not as the module's."""
        self._origin.name = NOVA
        try:
            yield
        finally:
            self._origin.name = MODULE

    # The interface that oslo.versionedobjects calls.

    def object_class_action_versions(
            self, context: nova_context.RequestContext, objname: str,
            objmethod: str, object_versions: Mapping[str, str],
            args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
        result = self._call(
            context, op='class', name=objname, method=objmethod,
            versions=object_versions, args=tuple(args), kwargs=dict(kwargs))
        return self._serializer.deserialize_entity(context, result)

    def object_action(
            self, context: nova_context.RequestContext,
            objinst: objects_base.NovaObject, objmethod: str,
            args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
        result = self._call(
            context, op='object', name=objinst.obj_name(), method=objmethod,
            object=objinst, args=tuple(args), kwargs=dict(kwargs))
        return self._serializer.deserialize_entity(context, result)

    # nova.compute.rpcapi.ComputeAPI, as far as a stop goes.

    def stop_instance(self, ctxt: nova_context.RequestContext,
                      instance: objects_base.NovaObject,
                      do_cast: bool = True,
                      clean_shutdown: bool = True) -> None:
        self._call(ctxt, op='stop', uuid=instance.uuid, instance=instance,
                   clean_shutdown=clean_shutdown)

    # The benchmark's own requests.

    def load(self, rows: Iterable[instances.Row]) -> None:
        """Replace all instance records."""
        self._exchange({'op': 'load', 'rows': list(rows)})

    def update(self, uuids: Iterable[str], **values: Any) -> None:
        """Change these fields of these instances."""
        self._exchange({'op': 'update', 'uuids': list(uuids),
                        'values': values})

    def rows(self, *fields: str) -> list[instances.Row]:
        """Return these fields of every instance."""
        result = self._exchange({'op': 'rows', 'fields': fields})
        assert isinstance(result, list)
        return result

    def take_counters(self) -> dict[str, int]:
        """Return calls since the last time, by '<origin> <class>.<method>'."""
        result = self._exchange({'op': 'counters'})
        assert isinstance(result, dict)
        return result

    def saved(self) -> dict[str, Any]:
        """Return when nova last saved each power state, and more.

        :returns: ``power``, seconds of the machine's monotonic clock by
            instance uuid, and ``connections``, those that were ever made.
        """
        result = self._exchange({'op': 'saved'})
        assert isinstance(result, dict)
        return result

    def _call(self, context: nova_context.RequestContext,
              **request: Any) -> Any:
        self.before_call()
        message = self._serializer.serialize_entity(context, request)
        message['context'] = context.to_dict()
        message['origin'] = getattr(self._origin, 'name', MODULE)
        return self._exchange(message)

    def _exchange(self, message: Mapping[str, Any]) -> Any:
        try:
            channel = self._idle.pop()
        except IndexError:
            channel = Channel(self._port)
        answer = jsonutils.loads(
            channel.exchange(jsonutils.dump_as_bytes(message)))
        self._idle.append(channel)
        if 'error' not in answer:
            return answer['result']
        if answer['error'] == 'InstanceNotFound':
            raise exception.InstanceNotFound(instance_id=answer['message'])
        raise ConductorError(f'{answer["error"]}: {answer["message"]}')
