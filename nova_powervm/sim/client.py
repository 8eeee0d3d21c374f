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
    """The simulator refused a request; the text is its reason."""


class Control:
    """Controls a running simulator.

    Thread-safe: each call is one HTTP request on a new connection.

    LPARs are named by their uuids. Calls leave out the management partition
    unless they are given its uuid.

    Every call raises ControlError if the simulator refuses it, for example
    because an LPAR does not exist, and OSError if the simulator does not
    respond.

    :param port: the simulator's port.
    :param host: the simulator's address.
    """

    def __init__(self, port: int, host: str = '127.0.0.1') -> None:
        self._host = host
        self._port = port

    def add_lpars(self, count: int, state: str = 'running',
                  boot: bool = False, **attrs: Any) -> list[str]:
        """Create LPARs, with the events that a real host sends for them.

        :param state: their PartitionState, from the start.
        :param boot: boot them from ``not activated`` instead.
        :param attrs: ``uuids`` and ``names``, lists with ``count`` items;
            ``memory_mb``, ``vcpus``, ``proc_units``, ``lpar_type`` and
            ``rmc`` (whether RMC is active while they run), for all of them.
        :returns: their uuids in upper case.
        """
        uuids: list[str] = self._call('POST', 'lpars', count=count,
                                      state=state, boot=boot, **attrs)
        return uuids

    def lpars(self) -> list[dict[str, Any]]:
        """Return uuid, name, state and id of each LPAR."""
        lpars: list[dict[str, Any]] = self._call('GET', 'lpars')
        return lpars

    def devices(self) -> dict[str, dict[str, Any]]:
        """Return what each LPAR has, by its uuid.

        ``boot_disk``, the first of its ``disks``, or None; ``media``;
        ``adapters``, with the bridge of the trunk adapter in their VLAN.
        Each disk and medium has ``bytes`` and ``sha256`` of its contents,
        None before the first upload.
        """
        devices: dict[str, dict[str, Any]] = self._call(
            'GET', 'lpars/devices')
        return devices

    def set_state(self, uuids: Iterable[str], state: str,
                  events: int = 1) -> None:
        """Set the PartitionState of LPARs at once.

        :param state: one of pypowervm's LPARState, or any other string.
        :param events: number of PartitionState events of each LPAR.
        """
        self._call('POST', 'lpars/state', uuids=list(uuids), state=state,
                   events=events)

    def power(self, uuids: Iterable[str], operation: str) -> list[str]:
        """Start to power LPARs on or off, or to restart them.

        :param operation: ``on``, ``off`` or ``restart``.
        :returns: the uuids of the LPARs that started it; the others were not
            in a state that allows it.
        """
        started: list[str] = self._call('POST', 'lpars/power',
                                        uuids=list(uuids),
                                        operation=operation)
        return started

    def delete_lpars(self, uuids: Iterable[str]) -> None:
        """Delete LPARs in any state."""
        self._call('POST', 'lpars/delete', uuids=list(uuids))

    def vioses(self) -> list[dict[str, Any]]:
        """Return the Virtual I/O Servers, with all that is in them.

        Each disk and medium has ``bytes`` and ``sha256`` of its contents,
        None before the first upload.
        """
        vioses: list[dict[str, Any]] = self._call('GET', 'vioses')
        return vioses

    def reset_vioses(self, count: int = 1,
                     volume_groups: Mapping[str, float] | None = None
                     ) -> list[str]:
        """Begin anew: new Virtual I/O Servers, no adapters, no Files.

        :param volume_groups: volume groups of each and their capacities, GB.
        :returns: their uuids in upper case.
        """
        uuids: list[str] = self._call('POST', 'vioses', count=count,
                                      volume_groups=volume_groups)
        return uuids

    def set_vios(self, key: str, state: str | None = None,
                 rmc: bool | None = None) -> None:
        """Set state and RMC of a Virtual I/O Server.

        :param key: its uuid.
        :param state: PartitionState; None to keep it.
        :param rmc: whether RMC is active while it runs; None to keep it.
        """
        self._call('POST', 'vioses/state', key=key, state=state, rmc=rmc)

    def adapters(self) -> list[dict[str, Any]]:
        """Return the virtual Ethernet adapters of all partitions."""
        adapters: list[dict[str, Any]] = self._call('GET', 'adapters')
        return adapters

    def set_rmc(self, uuids: Iterable[str], active: bool) -> None:
        """Set whether RMC is active while LPARs run."""
        self._call('POST', 'lpars/rmc', uuids=list(uuids), active=active)

    def storm(self, uuids: Iterable[str] | None = None, events: int = 12,
              detail: str = 'PartitionState,Other') -> int:
        """Send events of LPARs that did not change.

        The events are interleaved: the second of an LPAR comes after the
        first of all LPARs.

        :param uuids: None for all LPARs.
        :param events: number of events of each LPAR.
        :returns: the number of all events.
        """
        sent: int = self._call(
            'POST', 'storm', uuids=None if uuids is None else list(uuids),
            events=events, detail=detail)
        return sent

    def send_events(self, events: Iterable[Mapping[str, str]]) -> None:
        """Send any events, in order.

        :param events: mappings with ``type``, ``data`` and ``detail``; the
            last two are optional.
        """
        self._call('POST', 'events', events=[dict(event) for event in events])

    def counters(self) -> dict[str, int]:
        """Return the number of REST requests of each kind since the reset."""
        counters: dict[str, int] = self._call('GET', 'counters')
        return counters

    def reset_counters(self) -> None:
        """Set the counters to 0."""
        self._call('DELETE', 'counters')

    def inject_fault(self, kind: str, fault: str, count: int | None = None,
                     seconds: float | None = None,
                     probability: float = 1.0) -> None:
        """Inject a fault; see nova_powervm.sim.faults.

        :param kind: kind of request, ``'*'`` for all requests, or
            ``'event'`` for events on their way to clients.
        :param count: how often it hits; None for no limit.
        :param seconds: how long it lasts; None until clear_faults().
        :param probability: the share of requests or events that it hits.
        """
        self._call('POST', 'faults', kind=kind, fault=fault, count=count,
                   seconds=seconds, probability=probability)

    def clear_faults(self) -> None:
        """End all injected faults."""
        self._call('DELETE', 'faults')

    def faults(self) -> dict[str, dict[str, int]]:
        """Return how often each fault has hit each kind of request."""
        counts: dict[str, dict[str, int]] = self._call('GET', 'faults')
        return counts

    def refuse(self, seconds: float) -> None:
        """Refuse new connections for a time, those of control as well."""
        self._call('POST', 'service/refuse', seconds=seconds)

    def restart(self, seconds: float = 0, new_client: bool = True) -> None:
        """Restart the service: drop connections, tokens and queued events.

        LPARs stay as they are.

        :param seconds: how long it takes; meanwhile it refuses connections,
            those of control as well.
        :param new_client: whether clients that come back get a NEW_CLIENT.
        """
        self._call('POST', 'service/restart', seconds=seconds,
                   new_client=new_client)

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change settings of nova_powervm.sim.settings.Settings.

        :returns: all settings after the change.
        """
        changed: dict[str, Any] = self._call('POST', 'settings', **settings)
        return changed

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        connection = http.client.HTTPConnection(self._host, self._port,
                                                timeout=_TIMEOUT)
        try:
            body = jsonutils.dump_as_bytes(arguments) if arguments else None
            connection.request(method, f'/control/{path}', body,
                               {'Content-Type': 'application/json'})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        try:
            answer = jsonutils.loads(content)
            if response.status == 200:
                return answer
            message = answer['error']
        except (ValueError, TypeError, KeyError):
            message = ('the answer is not that of a simulator: HTTP '
                       f'{response.status} {response.reason}')
        raise ControlError(message)
