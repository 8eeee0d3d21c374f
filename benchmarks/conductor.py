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

"""A stand-in for nova-conductor and its database, in a process of its own.

It answers nova's object indirection calls over TCP from a table of instances
in memory. It models waiting, not work: a call occupies one of a given number
of workers for a given time, and the answer is made of records that are kept
encoded, so the process takes next to no CPU from the one that is measured.

Protocol: frames of a 4-byte big-endian length and a JSON object, one
outstanding request a connection. ``{"op": "class", ...}`` and
``{"op": "object", ...}`` carry nova's object_class_action_versions and
object_action. ``{"op": "stop", ...}`` is the stop_instance message that nova
casts to its compute service. All others are the benchmark's own, take no
worker and are not counted.

The service time of a call is the given one, and :data:`UUID_SECONDS` more for
each further uuid or record that it names.
"""

import argparse
import asyncio
from collections.abc import Coroutine
import json
import sys
from typing import Any

from benchmarks import instances

LENGTH_BYTES = 4

# Nova's numbers and words, kept here so that this process need not import it.
SHUTDOWN = 4
STOPPED = 'stopped'

# A conductor on MariaDB was seen to answer a lookup of 200 LPARs (400
# candidate uuids) in 64 ms and one of a single instance in 17 to 32 ms. Some
# 20 ms of the former are the caller's, who makes objects of the answer.
UUID_SECONDS = 0.00005

# How long nova-compute takes for the stop that nova's manager asks for.
STOP_SECONDS = 1.0


class Conductor:
    """Answers requests; holds the workers' semaphore and the counters.

    Not thread-safe: everything runs on one event loop.
    """

    def __init__(self, workers: int, rpc_ms: float) -> None:
        self._workers = asyncio.Semaphore(workers)
        self._rpc_seconds = rpc_ms / 1000
        self._table = instances.Table()
        self._counters: dict[str, int] = {}
        self.connections = 0  # That were ever made.
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, request: dict[str, Any]) -> bytes:
        """One request to one JSON answer, errors included."""
        try:
            if request['op'] in ('class', 'object'):
                return await self._call(request)
            return json.dumps({'result': self._control(request)}).encode()
        except instances.CallError as exc:
            return json.dumps(
                {'error': exc.kind, 'message': str(exc)}).encode()

    def _control(self, request: dict[str, Any]) -> Any:
        match request['op']:
            case 'stop':
                self._count(request['origin'], 'cast stop_instance')
                self.spawn(self._stop(request['uuid']))
            case 'load':
                self._table.load(request['rows'])
            case 'update':
                for uuid in request['uuids']:
                    self._table.update(uuid, request['values'])
            case 'rows':
                return [{name: row[name] for name in request['fields']}
                        for row in self._table.rows()]
            case 'counters':
                counters = self._counters
                self._counters = {}
                return counters
            case 'saved':
                return {'power': self._table.powers,
                        'connections': self.connections}
            case op:
                raise instances.CallError('NotImplementedError', op)
        return None

    def _count(self, origin: str, call: str) -> None:
        key = f'{origin} {call}'
        self._counters[key] = self._counters.get(key, 0) + 1

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine on its own."""
        # The loop keeps weak references only.
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop(self, uuid: str) -> None:
        await asyncio.sleep(STOP_SECONDS)
        self._table.update(uuid, {'power_state': SHUTDOWN,
                                  'vm_state': STOPPED, 'task_state': None})

    async def _call(self, request: dict[str, Any]) -> bytes:
        call = f'{request["name"]}.{request["method"]}'
        self._count(request['origin'], call)
        async with self._workers:
            size = self._size(call, request)
            await asyncio.sleep(
                self._rpc_seconds + UUID_SECONDS * max(0, size - 1))
            return self._execute(call, request)

    def _size(self, call: str, request: dict[str, Any]) -> int:
        if call == 'InstanceList.get_by_filters':
            uuids = self._argument(request, 0, 'filters').get('uuid', ())
            return 1 if isinstance(uuids, str) else len(uuids)
        if call == 'InstanceList.get_by_host':
            host = self._argument(request, 0, 'host')
            return len(self._table.find({'host': host}))
        return 1

    @staticmethod
    def _argument(request: dict[str, Any], index: int, name: str) -> Any:
        if len(request['args']) > index:
            return request['args'][index]
        return request['kwargs'][name]

    def _execute(self, call: str, request: dict[str, Any]) -> bytes:
        match call:
            case 'Instance.get_by_uuid':
                row = self._table.get(self._argument(request, 0, 'uuid'))
                return self._answer_object(
                    self._table.encode(row, request['versions']['Instance']))
            case 'InstanceList.get_by_filters':
                filters = self._argument(request, 0, 'filters')
                return self._answer_list(request, filters)
            case 'InstanceList.get_by_host':
                host = self._argument(request, 0, 'host')
                return self._answer_list(request, {'host': host})
            case 'InstanceList.get_uuids_by_host':
                host = self._argument(request, 0, 'host')
                uuids = [row['uuid']
                         for row in self._table.find({'host': host})]
                return self._answer_object(json.dumps(uuids).encode())
            case 'Instance.refresh':
                return self._refresh(request['object'])
            case 'Instance.save':
                return self._save(request)
            case 'InstanceAction.action_start':
                return b'{"result": null}'
        raise instances.CallError('NotImplementedError', call)

    @staticmethod
    def _answer_object(encoded: bytes) -> bytes:
        return b'{"result": %s}' % encoded

    def _answer_list(self, request: dict[str, Any],
                     filters: dict[str, Any]) -> bytes:
        versions = request['versions']
        shell = json.dumps(instances.primitive(
            'InstanceList', versions['InstanceList'], {'objects': []})
            ).encode()
        members = b','.join(
            self._table.encode(row, versions['Instance'])
            for row in self._table.find(filters))
        return self._answer_object(
            shell.replace(b'"objects": []', b'"objects": [%s]' % members))

    def _refresh(self, instance: dict[str, Any]) -> bytes:
        data = instance['nova_object.data']
        row = self._table.get(data['uuid'])
        updates = {name: value for name, value in row.items()
                   if name in data and data[name] != value}
        updates['obj_what_changed'] = []
        return json.dumps({'result': [updates, None]}).encode()

    def _save(self, request: dict[str, Any]) -> bytes:
        instance = request['object']
        data = instance['nova_object.data']
        expected = request['kwargs'].get('expected_task_state')
        task_state = self._table.get(data['uuid'])['task_state']
        if expected is not None and task_state not in expected:
            raise instances.CallError('UnexpectedTaskStateError', task_state)
        changes = instance.get('nova_object.changes', [])
        self._table.save(
            data['uuid'], {name: data[name] for name in changes})
        return b'{"result": [{"obj_what_changed": []}, null]}'


async def serve_connection(conductor: Conductor, reader: asyncio.StreamReader,
                           writer: asyncio.StreamWriter) -> None:
    """Answer one client's requests until it goes away."""
    try:
        while True:
            head = await reader.readexactly(LENGTH_BYTES)
            body = await reader.readexactly(int.from_bytes(head, 'big'))
            reply = await conductor.answer(json.loads(body))
            writer.write(len(reply).to_bytes(LENGTH_BYTES, 'big') + reply)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve(workers: int, rpc_ms: float) -> None:
    """Serve on a free port of 127.0.0.1 until standard input is closed.

    The port is printed; it goes away with the process that started it.
    """
    conductor = Conductor(workers, rpc_ms)

    def connected(reader: asyncio.StreamReader,
                  writer: asyncio.StreamWriter) -> None:
        conductor.connections += 1
        conductor.spawn(serve_connection(conductor, reader, writer))

    server = await asyncio.start_server(connected, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    print(f'listening on 127.0.0.1:{port}', flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser(
        description='A stand-in for nova-conductor and its database.')
    parser.add_argument('--workers', type=int, required=True)
    parser.add_argument('--rpc-ms', type=float, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.workers, options.rpc_ms))


if __name__ == '__main__':
    main()
