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

"""The control interface: people and tests change the simulated host.

JSON over HTTP under ``/control``, without a token.
"""

from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
import inspect
from typing import Any

from aiohttp import web
from oslo_log import log as logging
from oslo_serialization import jsonutils

from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import power
from nova_powervm.sim import rest
from nova_powervm.sim import routes
from nova_powervm.sim import transitions
from nova_powervm.sim import virtual_io
from nova_powervm.sim import virtual_io_control

LOG = logging.getLogger(__name__)


class ControlService:
    """Handlers of the requests under ``/control``.

    :param io: the virtual I/O of the simulated host.
    :param service: the REST service, which has the counters and the faults.
    :param refuse: refuses connections, see :meth:`.server.Acceptor.refuse`.
    """

    def __init__(self, io: virtual_io.VirtualIo, service: rest.RestService,
                 refuse: Callable[[float, Callable[[], None]],
                                  Awaitable[None]]) -> None:
        self._host = io.host
        self._io = virtual_io_control.VirtualIoControl(io)
        self._service = service
        self._refuse_connections = refuse

    def add_to(self, app: web.Application) -> None:
        """Add the routes to an application."""
        calls: list[tuple[str, str, Callable[..., Any]]] = [
            ('GET', 'lpars', self._list_lpars),
            ('POST', 'lpars', self.add_lpars),
            ('POST', 'lpars/state', self._set_state),
            ('POST', 'lpars/power', self._power),
            ('POST', 'lpars/delete', self._delete_lpars),
            ('POST', 'storm', self._storm),
            ('POST', 'events', self._send_events),
            ('GET', 'counters', self._counters),
            ('DELETE', 'counters', self._reset_counters),
            ('GET', 'faults', self._faults),
            ('POST', 'faults', self._inject_fault),
            ('DELETE', 'faults', self._service.faults.clear),
            ('POST', 'service/refuse', self._refuse),
            ('POST', 'service/restart', self._restart_service),
            ('GET', 'settings', self._settings),
            ('POST', 'settings', self._configure),
            *self._io.calls(),
        ]
        for method, path, call in calls:
            app.router.add_route(method, f'/control/{path}',
                                 self._handler(call))

    @staticmethod
    def _handler(call: Callable[..., Any]) -> routes.Handler:
        """Return a handler; the JSON fields of a request are arguments."""
        async def handle(request: web.Request) -> web.Response:
            try:
                body = await request.read()
                arguments = jsonutils.loads(body) if body else {}
                if not isinstance(arguments, dict):
                    raise ValueError('Expected a JSON object.')
                result, status = call(**arguments), 200
                if inspect.isawaitable(result):
                    result = await result
            except errors.RestError as exc:
                result, status = {'error': exc.message}, exc.status
            except (KeyError, TypeError, ValueError) as exc:
                # Fields that are missing, unknown or of the wrong type.
                LOG.info('%s: malformed request; responding with 400',
                         request.path, exc_info=True)
                result = {'error': f'{type(exc).__name__}: {exc}'}
                status = 400
            return web.Response(body=jsonutils.dump_as_bytes(result),
                                status=status,
                                content_type='application/json')
        return handle

    def _list_lpars(self) -> list[dict[str, Any]]:
        return [{'uuid': lpar.uuid, 'name': lpar.name, 'state': lpar.state,
                 'id': lpar.lpar_id} for lpar in self._client_lpars()]

    def add_lpars(self, count: int, state: str = transitions.RUNNING,
                  boot: bool = False, uuids: list[str] | None = None,
                  names: list[str] | None = None, memory_mb: int = 1024,
                  vcpus: int = 1, proc_units: float = 0.1,
                  lpar_type: str = 'AIX/Linux',
                  rmc: bool = False) -> list[str]:
        """Create LPARs; see nova_powervm.sim.client."""
        for values in (uuids, names):
            if values is not None and len(values) != count:
                raise ValueError(f'Expected {count} uuids and names.')
        created = []
        for i in range(count):
            config = lpar_mod.Config(
                name='', uuid=uuids[i] if uuids else None,
                lpar_type=lpar_type, rmc=rmc,
                memory=lpar_mod.Memory(memory_mb, memory_mb, memory_mb),
                processors=lpar_mod.Processors(
                    desired=vcpus, minimum=vcpus, maximum=vcpus,
                    units=proc_units, min_units=proc_units,
                    max_units=proc_units))
            # The uuid makes the default name unique.
            config.uuid = config.uuid or lpar_mod.new_uuid()
            config.name = names[i] if names else f'lpar-{config.uuid[:18]}'
            lpar = self._host.create(
                config, transitions.NOT_ACTIVATED if boot else state)
            created.append(lpar.uuid)
        if boot:
            self._power(created, 'on')
        return created

    def _set_state(self, uuids: list[str], state: str,
                   events: int = 1) -> None:
        for lpar in self._find_all(uuids):
            self._host.set_state(lpar.uuid, state, events)

    def _power(self, uuids: list[str], operation: str) -> list[str]:
        """Start an operation; return the uuids of LPARs that started it."""
        operations: dict[str, Callable[[str, power.Done], None]] = {
            'on': self._host.power_on,
            'off': self._host.power_off,
            'restart': self._restart,
        }
        if operation not in operations:
            raise ValueError(f'operation: {operation!r} is none of '
                             f'{", ".join(operations)}')
        refused = set()
        for lpar in self._find_all(uuids):
            def done(error: str | None, key: str = lpar.uuid) -> None:
                if error:
                    refused.add(key)

            operations[operation](lpar.uuid, done)
        return [key.upper() for key in uuids if key.upper() not in refused]

    def _restart(self, lpar_uuid: str, done: power.Done) -> None:
        self._host.power_off(lpar_uuid, done, restart=True)

    def _delete_lpars(self, uuids: list[str]) -> None:
        for lpar in self._find_all(uuids):
            self._host.delete(lpar.uuid, force=True)

    def _storm(self, uuids: list[str] | None = None, events: int = 12,
               detail: str = 'PartitionState,Other') -> int:
        if uuids is None:
            uuids = [lpar.uuid for lpar in self._client_lpars()]
        self._host.storm(uuids, events, detail)
        return len(uuids) * events

    def _send_events(self, events: list[dict[str, str]]) -> None:
        for event in events:
            self._host.events.publish(event['type'], event.get('data') or '',
                                      event.get('detail') or '')

    def _counters(self) -> dict[str, int]:
        return dict(self._service.counters)

    def _reset_counters(self) -> None:
        self._service.counters.clear()

    def _faults(self) -> dict[str, dict[str, int]]:
        return {kind: dict(counts) for kind, counts
                in self._service.faults.counts.items()}

    def _inject_fault(self, kind: str, fault: str, count: int | None = None,
                      seconds: float | None = None,
                      probability: float = 1.0) -> None:
        self._service.faults.inject(
            kind, fault, self._host, count=count, seconds=seconds,
            probability=probability)

    async def _refuse(self, seconds: float) -> None:
        await self._refuse_connections(_positive(seconds), lambda: None)
        self._service.faults.count('service', 'refuse')

    async def _restart_service(self, seconds: float = 0,
                               new_client: bool = True) -> None:
        def restart() -> None:
            self._service.restart(new_client)

        if seconds:
            await self._refuse_connections(_positive(seconds), restart)
            self._service.abort_connections()
        else:
            restart()

    def _settings(self) -> dict[str, Any]:
        return dataclasses.asdict(self._host.config)

    def _configure(self, **changes: Any) -> dict[str, Any]:
        self._host.config.update(**changes)
        return self._settings()

    def _client_lpars(self) -> Iterable[lpar_mod.Lpar]:
        return (lpar for lpar in self._host if not lpar.is_mgmt)

    def _find_all(self, uuids: list[str]) -> list[lpar_mod.Lpar]:
        # All of them first, so that an unknown one changes nothing.
        return [self._host.get(key) for key in uuids]


def _positive(seconds: float) -> float:
    if isinstance(seconds, bool) or not 0 < seconds < float('inf'):
        raise ValueError(f'seconds: {seconds!r} is not more than 0')
    return seconds
