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

"""The simulated host: a managed system, its LPARs and its events.

It does no I/O; the scheduler has its clock and its timers.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import uuid

from nova_powervm.sim import errors
from nova_powervm.sim import events
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_table
from nova_powervm.sim import power
from nova_powervm.sim import settings
from nova_powervm.sim import transitions
from nova_powervm.sim import vios


class Host:
    """A managed system and its LPARs; iterates over the LPARs.

    Methods that take an LPAR's uuid accept upper and lower case. Not
    thread-safe: only the scheduler's thread may call it.

    :param scheduler: an asyncio event loop, or an object with its ``time``
        and ``call_later``.
    :param config: settings, which may change at any time.
    :param url: scheme, host and port of the service in its responses.
    :param memory_mb: installed memory, MB.
    :param proc_units: installed processors.
    :param identity: what uuid and serial number are made of; None for url.
    :param lpars: its partitions; None for the management partition alone.
    :ivar vioses: its Virtual I/O Servers, which are no LPARs.
    :ivar on_delete: called with each LPAR that is deleted.
    """

    def __init__(self, scheduler: transitions.Scheduler,
                 config: settings.Settings, url: str,
                 memory_mb: int = 16 * 1024 * 1024,
                 proc_units: float = 1024.0, identity: str | None = None,
                 lpars: lpar_table.LparTable | None = None) -> None:
        self.config = config
        self.memory_mb = memory_mb
        # About as much as on a captured system of 512 GB.
        self.hypervisor_memory_mb = min(8192, memory_mb)
        self.proc_units = float(proc_units)
        self.api_url = f'{url}/rest/api/uom'
        # The same after a restart of the simulator on the same port.
        self.identity = identity or url
        self.uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, self.identity))
        self.serial = f'S{int(self.identity.rpartition(":")[2]):06d}'
        self.events = events.EventQueues(config, scheduler.time)
        self.version = 0
        self.on_delete: list[Callable[[lpar_mod.Lpar], None]] = []
        self._scheduler = scheduler
        self._lpars = lpars or lpar_table.LparTable()
        self.vioses = vios.ViosTable(self.uuid, self._lpars, scheduler.time)
        self._power = power.PowerControl(scheduler, config, self._perform)
        if lpars is None:
            self._add(vios.mgmt_config(), transitions.RUNNING).is_mgmt = True

    @property
    def url(self) -> str:
        """URI of the managed system."""
        return f'{self.api_url}/ManagedSystem/{self.uuid}'

    @property
    def etag(self) -> str:
        """Entity tag of the managed system and of feeds of its objects."""
        return lpar_mod.etag(f'{self.uuid}:{self.version}')

    @property
    def free_memory_mb(self) -> int:
        """Memory that no partition has, MB."""
        partitions: list[lpar_mod.Lpar] = [*self, *self.vioses]
        used = sum(one.config.memory.desired for one in partitions)
        return max(0, self.memory_mb - self.hypervisor_memory_mb - used)

    @property
    def free_proc_units(self) -> float:
        """Processing units that no partition has."""
        partitions: list[lpar_mod.Lpar] = [*self, *self.vioses]
        used = sum(one.config.processors.assigned_units
                   for one in partitions)
        return max(0.0, self.proc_units - used)

    def __iter__(self) -> Iterator[lpar_mod.Lpar]:
        return iter(self._lpars)

    def get(self, lpar_uuid: str) -> lpar_mod.Lpar:
        """Return an LPAR.

        :raises errors.NotFound: if it does not exist.
        """
        return self._lpars.get(lpar_uuid)

    def outcome(self, lpar: lpar_mod.Lpar) -> str:
        """Return the PartitionState to which an LPAR is on its way."""
        return self._power.outcome(lpar) or lpar.state

    def uptime(self, lpar: lpar_mod.Lpar) -> int:
        """Return the seconds since an LPAR's boot; 0 while it is off."""
        booted = lpar.booted_at
        return 0 if booted is None else int(self._scheduler.time() - booted)

    def lpar_url(self, lpar: lpar_mod.Lpar) -> str:
        """Return the URI of an LPAR in events."""
        return f'{self.url}/LogicalPartition/{lpar.uuid}'

    def create(self, config: lpar_mod.Config,
               state: str = transitions.NOT_ACTIVATED) -> lpar_mod.Lpar:
        """Create an LPAR.

        :param state: its first PartitionState.
        :raises errors.RestError: if the configuration is not valid, or its
            name, uuid or id is taken.
        """
        lpar = self._add(config, state)
        self.events.publish('ADD_URI', self.lpar_url(lpar))
        self._publish_lpar_event(lpar, 'NVRAM')
        self._publish_system_event()
        self._publish_lpar_event(lpar, 'PartitionState,Other')
        self._publish_system_event()
        self._publish_lpar_event(lpar, 'Other')
        return lpar

    def update(self, lpar_uuid: str,
               config: lpar_mod.Config) -> lpar_mod.Lpar:
        """Replace an LPAR's configuration, except uuid, id, type and RMC.

        :raises errors.RestError: if the LPAR does not exist, the
            configuration is not valid, or its name is taken.
        """
        lpar = self.get(lpar_uuid)
        detail = 'Other' if config.name == lpar.name else 'PartitionName,Other'
        self._lpars.replace_config(lpar, config)
        self._increase_version(lpar)
        self._publish_lpar_event(lpar, detail)
        self._publish_system_event()
        return lpar

    def delete(self, lpar_uuid: str, force: bool = False) -> None:
        """Delete an LPAR.

        :param force: in any state, not only ``not activated``.
        :raises errors.RestError: if the LPAR does not exist, is in another
            state, or is the management partition.
        """
        lpar = self.get(lpar_uuid)
        if lpar.is_mgmt:
            raise errors.RestError(
                409, f'{lpar.name} is the management partition.')
        if lpar.state != transitions.NOT_ACTIVATED and not force:
            raise errors.RestError(409, power.WRONG_STATE % lpar.state)
        self._power.cancel(lpar)
        self._lpars.remove(lpar)
        self.version += 1
        for notify in self.on_delete:
            notify(lpar)
        self.events.publish('DELETE_URI', self.lpar_url(lpar))
        self._publish_system_event()

    def power_on(self, lpar_uuid: str, done: power.Done) -> None:
        """Boot an LPAR; see :meth:`.power.PowerControl.power_on`.

        :raises errors.NotFound: if it does not exist.
        """
        self._power.power_on(self.get(lpar_uuid), done)

    def power_off(self, lpar_uuid: str, done: power.Done, hard: bool = False,
                  restart: bool = False, by_os: bool = False) -> None:
        """Shut down an LPAR; see :meth:`.power.PowerControl.power_off`.

        :raises errors.NotFound: if it does not exist.
        """
        self._power.power_off(self.get(lpar_uuid), done, hard=hard,
                              restart=restart, by_os=by_os)

    def set_state(self, lpar_uuid: str, state: str, state_events: int) -> None:
        """Set the PartitionState of an LPAR; cancel its power operation.

        :param state_events: number of PartitionState events.
        :raises errors.NotFound: if it does not exist.
        """
        lpar = self.get(lpar_uuid)
        self._power.cancel(lpar)
        self._enter(lpar, state)
        for _ in range(state_events):
            self._publish_lpar_event(lpar, 'PartitionState,Other')

    def storm(self, lpar_uuids: Iterable[str], events_each: int,
              detail: str) -> None:
        """Publish events of LPARs that did not change.

        The events are interleaved: the second of an LPAR comes after the
        first of all LPARs.

        :param events_each: number of events of each LPAR.
        :raises errors.NotFound: if one does not exist; then it publishes
            nothing.
        """
        urls = [self.lpar_url(self.get(key)) for key in lpar_uuids]
        for _ in range(events_each):
            for url in urls:
                self.events.publish('MODIFY_URI', url, detail)

    def _add(self, config: lpar_mod.Config, state: str) -> lpar_mod.Lpar:
        lpar = self._lpars.add(config)
        self._enter(lpar, state)
        return lpar

    def _perform(self, lpar: lpar_mod.Lpar, step: transitions.Step) -> None:
        if step.kind is transitions.StepKind.SYSTEM_EVENT:
            self._publish_system_event()
        elif step.kind is transitions.StepKind.LPAR_EVENT:
            self._publish_lpar_event(lpar, step.value)
        else:
            self._enter(lpar, step.value)

    def _enter(self, lpar: lpar_mod.Lpar, state: str) -> None:
        if state not in power.ON_STATES:
            lpar.booted_at = None
        elif lpar.booted_at is None:
            lpar.booted_at = self._scheduler.time()
        lpar.state = state
        self._increase_version(lpar)

    def _increase_version(self, lpar: lpar_mod.Lpar) -> None:
        lpar.version += 1
        self.version += 1

    def _publish_lpar_event(self, lpar: lpar_mod.Lpar, detail: str) -> None:
        self.events.publish('MODIFY_URI', self.lpar_url(lpar), detail)

    def _publish_system_event(self) -> None:
        self.events.publish('MODIFY_URI', self.url, 'Other')
