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

"""A client of the simulator's control interface."""

from collections.abc import Iterable
from collections.abc import Mapping
import http.client
from typing import Any

from oslo_serialization import jsonutils

_TIMEOUT = 120.0


class ControlError(Exception):
    """The simulator refused a request; the text says why."""


class Control:
    """Changes what a running simulator simulates, and asks what it did.

    Each call is one HTTP request on a connection of its own, so that one
    object can be used by any number of threads.

    LPARs are named by their uuids. The management partition is no LPAR of
    these calls, unless its uuid is given.

    Every call raises ControlError when the simulator refuses it, for example
    because there is no such LPAR, and OSError when it does not answer.

    :param port: the simulator's port.
    :param host: where it runs.
    """

    def __init__(self, port: int, host: str = '127.0.0.1') -> None:
        self._host = host
        self._port = port

    def add_lpars(self, count: int, state: str = 'running',
                  boot: bool = False, **attrs: Any) -> list[str]:
        """Make LPARs and send the events of a real host that makes them.

        :param state: the state that they are in at once.
        :param boot: power them on from ``not activated`` instead.
        :param attrs: ``uuids`` and ``names``, lists of that length;
            ``memory_mb``, ``vcpus``, ``proc_units``, ``lpar_type`` and
            ``rmc`` (whether RMC is active while they run), for all of them.
        :returns: their uuids in upper case.
        """
        made: list[str] = self._call('POST', 'lpars', count=count,
                                     state=state, boot=boot, **attrs)
        return made

    def lpars(self) -> list[dict[str, Any]]:
        """Give uuid, name, state and id of each LPAR."""
        found: list[dict[str, Any]] = self._call('GET', 'lpars')
        return found

    def set_state(self, uuids: Iterable[str], state: str,
                  events: int = 1) -> None:
        """Put LPARs into a state at once.

        :param state: one of pypowervm's LPARState, or any other string.
        :param events: PartitionState events that each of them sends.
        """
        self._call('POST', 'lpars/state', uuids=list(uuids), state=state,
                   events=events)

    def power(self, uuids: Iterable[str], operation: str) -> list[str]:
        """Begin to power LPARs on or off, or to restart them.

        :param operation: ``on``, ``off`` or ``restart``.
        :returns: the uuids of those that were in a state to begin it.
        """
        begun: list[str] = self._call('POST', 'lpars/power',
                                      uuids=list(uuids), operation=operation)
        return begun

    def delete_lpars(self, uuids: Iterable[str]) -> None:
        """Remove LPARs, whatever their state."""
        self._call('POST', 'lpars/delete', uuids=list(uuids))

    def storm(self, uuids: Iterable[str] | None = None, events: int = 12,
              detail: str = 'PartitionState,Other') -> int:
        """Send events about LPARs that have not changed.

        They are interleaved: all LPARs have their first before any has its
        second.

        :param uuids: all LPARs if None.
        :param events: events for each LPAR.
        :returns: the number of events sent.
        """
        sent: int = self._call(
            'POST', 'storm', uuids=None if uuids is None else list(uuids),
            events=events, detail=detail)
        return sent

    def send_events(self, events: Iterable[Mapping[str, str]]) -> None:
        """Send any events, in order.

        :param events: mappings with ``type``, ``data`` and ``detail``; the
            last two may be absent.
        """
        self._call('POST', 'events', events=[dict(event) for event in events])

    def counters(self) -> dict[str, int]:
        """Give the number of REST requests of each kind since the reset."""
        counted: dict[str, int] = self._call('GET', 'counters')
        return counted

    def reset_counters(self) -> None:
        """Count from 0."""
        self._call('DELETE', 'counters')

    def inject_fault(self, kind: str, fault: str, count: int | None = None,
                     seconds: float | None = None,
                     probability: float = 1.0) -> None:
        """Make something fail from now on; see nova_powervm.sim.faults.

        :param kind: kind of request, ``'*'`` for all requests, or
            ``'event'`` for events on their way to clients.
        :param count: how often it fails; None for as often as it can.
        :param seconds: for how long; None until clear_faults().
        :param probability: the share of occasions on which it fails.
        """
        self._call('POST', 'faults', kind=kind, fault=fault, count=count,
                   seconds=seconds, probability=probability)

    def clear_faults(self) -> None:
        """End what inject_fault() began."""
        self._call('DELETE', 'faults')

    def faults(self) -> dict[str, dict[str, int]]:
        """Give how often each fault has happened to each kind of request."""
        counted: dict[str, dict[str, int]] = self._call('GET', 'faults')
        return counted

    def refuse(self, seconds: float) -> None:
        """Have connections refused for a time; those of control as well."""
        self._call('POST', 'service/refuse', seconds=seconds)

    def restart(self, seconds: float = 0, new_client: bool = True) -> None:
        """Restart the service: connections, tokens and queues are lost.

        LPARs stay as they are.

        :param seconds: how long it takes; connections are refused meanwhile,
            those of control as well.
        :param new_client: whether clients that come back get a NEW_CLIENT.
        """
        self._call('POST', 'service/restart', seconds=seconds,
                   new_client=new_client)

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change settings of nova_powervm.sim.settings.Settings.

        :returns: all settings as they are now.
        """
        now: dict[str, Any] = self._call('POST', 'settings', **settings)
        return now

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        connection = http.client.HTTPConnection(self._host, self._port,
                                                timeout=_TIMEOUT)
        try:
            body = jsonutils.dump_as_bytes(arguments) if arguments else None
            connection.request(method, f'/control/{path}', body,
                               {'Content-Type': 'application/json'})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status == 200:
            return jsonutils.loads(answer)
        try:
            message = jsonutils.loads(answer)['error']
        except ValueError:
            # Not an answer of the control interface.
            message = f'HTTP {response.status} {response.reason}'
        raise ControlError(message)
