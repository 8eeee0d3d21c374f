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

"""The simulated host: its LPARs, what they use, and what happens to them.

No I/O and no clock of its own: time and call-backs come from the scheduler,
requests from whoever calls. Not thread-safe.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import itertools
import uuid

from nova_powervm.sim import errors
from nova_powervm.sim import events
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import settings
from nova_powervm.sim import transitions

# Told the outcome of a power operation: None, or why it failed.
Done = Callable[[str | None], None]

# The codes by which pypowervm.tasks.power recognises an LPAR that is already
# on or off, one without RMC, and (in a captured job) any other refusal.
ALREADY_ON = 'HSCL3681 The partition is already activated.'
ALREADY_OFF = 'HSCL1558 The partition is already powered off.'
NO_RMC = 'HSCL0DB4 The partition has no active RMC connection.'
WRONG_STATE = ('HSCL05DF The operation is not possible while the partition '
               'is in the state %r.')
INTERRUPTED = 'The operation was overtaken by another one.'

_ON_STATES = (transitions.STARTING, transitions.OPEN_FIRMWARE,
              transitions.RUNNING)


class Host:
    """A managed system and its LPARs.

    :param scheduler: an asyncio event loop, or anything with its ``time``
        and ``call_later``.
    :param config: settings, which may change at any time.
    :param url: scheme, host and port under which clients see the service.
    :param memory_mb: installed memory, MB.
    :param proc_units: installed processors.
    """

    def __init__(self, scheduler: transitions.Scheduler,
                 config: settings.Settings, url: str,
                 memory_mb: int = 16 * 1024 * 1024,
                 proc_units: float = 1024.0) -> None:
        self.config = config
        self.memory_mb = memory_mb
        # Of the order that a captured system of 512 GB has.
        self.hypervisor_memory_mb = min(8192, memory_mb)
        self.proc_units = float(proc_units)
        self.api_url = f'{url}/rest/api/uom'
        # Stays the same when the simulator is restarted on the same port.
        self.uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, url))
        self.serial = f'S{int(url.rpartition(":")[2]):06d}'
        self.events = events.EventBus(config, scheduler.time)
        self.version = 0
        self._scheduler = scheduler
        self._lpars: dict[str, lpar_mod.Lpar] = {}
        self._names: set[str] = set()
        self._used_ids: set[int] = set()
        self._ids = itertools.count(1)
        self._transitions: dict[str, transitions.Transition] = {}
        self._waiting: dict[str, tuple[str, Done]] = {}
        self._add_mgmt_partition()

    @property
    def url(self) -> str:
        """The managed system's URI."""
        return f'{self.api_url}/ManagedSystem/{self.uuid}'

    @property
    def etag(self) -> str:
        """The entity tag of the system and of feeds of what it has."""
        return lpar_mod.etag(f'{self.uuid}:{self.version}')

    @property
    def free_memory_mb(self) -> int:
        """Memory that no LPAR has been given, MB."""
        used = sum(lpar.config.memory.desired for lpar in self)
        return max(0, self.memory_mb - self.hypervisor_memory_mb - used)

    @property
    def free_proc_units(self) -> float:
        """Processing units that no LPAR has been given."""
        used = sum(lpar.config.processors.assigned_units for lpar in self)
        return max(0.0, self.proc_units - used)

    def __iter__(self) -> Iterator[lpar_mod.Lpar]:
        return iter(self._lpars.values())

    def get(self, lpar_uuid: str) -> lpar_mod.Lpar:
        """Find an LPAR by its uuid, in whatever case.

        :raises errors.NotFound: there is none.
        """
        lpar = self._lpars.get(lpar_uuid.upper())
        if lpar is None:
            raise errors.NotFound(
                f'There is no LogicalPartition {lpar_uuid}.')
        return lpar

    def uptime(self, lpar: lpar_mod.Lpar) -> int:
        """Seconds since the LPAR was booted; 0 while it is off."""
        if lpar.booted_at is None:
            return 0
        return int(self._scheduler.time() - lpar.booted_at)

    def lpar_url(self, lpar: lpar_mod.Lpar) -> str:
        """The LPAR's URI in events."""
        return f'{self.url}/LogicalPartition/{lpar.uuid}'

    # What clients and hands behind their backs do.

    def create(self, config: lpar_mod.Config,
               state: str = transitions.NOT_ACTIVATED) -> lpar_mod.Lpar:
        """Make an LPAR.

        :raises errors.RestError: it cannot be made: the configuration is
            wrong, or the name, the uuid or the id is taken.
        """
        lpar = self._add(config, state)
        url = self.lpar_url(lpar)
        self.events.post('ADD_URI', url)
        self.events.post('MODIFY_URI', url, 'NVRAM')
        self._system_event()
        self.events.post('MODIFY_URI', url, 'PartitionState,Other')
        self._system_event()
        self.events.post('MODIFY_URI', url, 'Other')
        return lpar

    def update(self, lpar_uuid: str,
               config: lpar_mod.Config) -> lpar_mod.Lpar:
        """Give an LPAR another configuration; uuid, id and type stay.

        :raises errors.RestError: it is not there, or as for create().
        """
        lpar = self.get(lpar_uuid)
        lpar_mod.check(config)
        if config.name != lpar.name:
            self._check_name(config.name)
            self._names.remove(lpar.name)
            self._names.add(config.name)
            detail = 'PartitionName,Other'
        else:
            detail = 'Other'
        config.lpar_type = lpar.config.lpar_type
        config.rmc = lpar.config.rmc
        lpar.config = config
        self._changed(lpar)
        self._lpar_event(lpar, detail)
        self._system_event()
        return lpar

    def delete(self, lpar_uuid: str, force: bool = False) -> None:
        """Remove an LPAR.

        :param force: also one that is not powered off.
        :raises errors.RestError: it is not there, or it is not powered off,
            or it is the management partition.
        """
        lpar = self.get(lpar_uuid)
        if lpar.is_mgmt:
            raise errors.RestError(
                409, f'{lpar.name} is the management partition.')
        if lpar.state != transitions.NOT_ACTIVATED and not force:
            raise errors.RestError(409, WRONG_STATE % lpar.state)
        self._interrupt(lpar)
        del self._lpars[lpar.uuid]
        self._names.remove(lpar.name)
        self._used_ids.remove(lpar.lpar_id)
        self.version += 1
        self.events.post('DELETE_URI', self.lpar_url(lpar))
        self._system_event()

    def power_on(self, lpar_uuid: str, done: Done) -> None:
        """Activate an LPAR; done when its firmware runs.

        :raises errors.NotFound: it is not there.
        """
        lpar = self.get(lpar_uuid)
        if lpar.state in _ON_STATES:
            done(ALREADY_ON)
        elif lpar.state != transitions.NOT_ACTIVATED:
            done(WRONG_STATE % lpar.state)
        else:
            self._start(lpar, self._boot_steps(), transitions.OPEN_FIRMWARE,
                        done)

    def power_off(self, lpar_uuid: str, done: Done, hard: bool = False,
                  restart: bool = False, by_os: bool = False) -> None:
        """Power off an LPAR, and power it on again when that is asked for.

        :param done: told when it is off, or when it has been restarted.
        :param hard: at once, like pulling the plug.
        :param by_os: through its operating system.
        :raises errors.NotFound: it is not there.
        """
        lpar = self.get(lpar_uuid)
        if lpar.state == transitions.NOT_ACTIVATED:
            done(ALREADY_OFF)
            return
        if by_os and lpar.rmc_state != 'active':
            done(NO_RMC)
            return
        if hard:
            steps = transitions.power_cut(self.config.shutdown_events)
        else:
            steps = transitions.shutdown(self.config.shutdown_seconds,
                                         self.config.shutdown_events)
        goal = transitions.NOT_ACTIVATED
        if restart:
            steps = transitions.followed_by(steps, self._boot_steps())
            goal = transitions.OPEN_FIRMWARE
        self._start(lpar, steps, goal, done)

    def set_state(self, lpar_uuid: str, state: str, state_events: int) -> None:
        """Put an LPAR into a state at once.

        :param state_events: PartitionState events to send.
        :raises errors.NotFound: it is not there.
        """
        lpar = self.get(lpar_uuid)
        self._interrupt(lpar)
        self._enter(lpar, state)
        for _ in range(state_events):
            self._lpar_event(lpar, 'PartitionState,Other')

    def storm(self, lpar_uuids: Iterable[str], passes: int,
              detail: str) -> None:
        """Send events about LPARs that have not changed.

        :param passes: events for each; every LPAR has had its first before
            any has its second.
        :raises errors.NotFound: one is not there; nothing is sent then.
        """
        urls = [self.lpar_url(self.get(key)) for key in lpar_uuids]
        for _ in range(passes):
            for url in urls:
                self.events.post('MODIFY_URI', url, detail)

    def _add_mgmt_partition(self) -> None:
        config = lpar_mod.Config(name='novalink', rmc=True,
                                 memory=lpar_mod.Memory(4096, 4096, 4096))
        self._add(config, transitions.RUNNING).is_mgmt = True

    def _add(self, config: lpar_mod.Config, state: str) -> lpar_mod.Lpar:
        lpar_mod.check(config)
        self._check_name(config.name)
        if config.uuid is None:
            config.uuid = lpar_mod.new_uuid()
        key = lpar_mod.canonical_uuid(config.uuid)
        if key in self._lpars:
            raise errors.RestError(
                409, f'There is already a LogicalPartition {key}.')
        if config.lpar_id is None:
            config.lpar_id = next(i for i in self._ids
                                  if i not in self._used_ids)
        elif config.lpar_id in self._used_ids or config.lpar_id < 1:
            raise errors.RestError(
                409, f'The partition ID {config.lpar_id} is not free.')
        lpar = lpar_mod.Lpar(key, config.lpar_id, config)
        self._lpars[key] = lpar
        self._names.add(lpar.name)
        self._used_ids.add(lpar.lpar_id)
        self._enter(lpar, state)
        return lpar

    def _check_name(self, name: str) -> None:
        if name in self._names:
            raise errors.RestError(
                409, f'There is already a partition with the name {name}.')

    # How a transition goes on.

    def _boot_steps(self) -> list[transitions.Step]:
        return transitions.boot(self.config.boot_seconds,
                                self.config.boot_events)

    def _start(self, lpar: lpar_mod.Lpar, steps: list[transitions.Step],
               goal: str, done: Done) -> None:
        self._interrupt(lpar)
        self._waiting[lpar.uuid] = (goal, done)

        def perform(step: transitions.Step) -> None:
            self._perform(lpar, step)

        transition = transitions.Transition(self._scheduler, steps, perform)
        if not transition.finished:
            self._transitions[lpar.uuid] = transition

    def _perform(self, lpar: lpar_mod.Lpar, step: transitions.Step) -> None:
        if step.kind is transitions.StepKind.SYSTEM_EVENT:
            self._system_event()
        elif step.kind is transitions.StepKind.LPAR_EVENT:
            self._lpar_event(lpar, step.value)
        else:
            self._enter(lpar, step.value)
            goal, done = self._waiting.get(lpar.uuid, ('', None))
            if done is not None and goal == step.value:
                del self._waiting[lpar.uuid]
                done(None)

    def _interrupt(self, lpar: lpar_mod.Lpar) -> None:
        transition = self._transitions.pop(lpar.uuid, None)
        if transition is not None:
            transition.cancel()
        _, done = self._waiting.pop(lpar.uuid, ('', None))
        if done is not None:
            done(INTERRUPTED)

    def _enter(self, lpar: lpar_mod.Lpar, state: str) -> None:
        if state not in _ON_STATES:
            lpar.booted_at = None
        elif lpar.booted_at is None:
            lpar.booted_at = self._scheduler.time()
        lpar.state = state
        self._changed(lpar)

    def _changed(self, lpar: lpar_mod.Lpar) -> None:
        lpar.version += 1
        self.version += 1

    def _lpar_event(self, lpar: lpar_mod.Lpar, detail: str) -> None:
        self.events.post('MODIFY_URI', self.lpar_url(lpar), detail)

    def _system_event(self) -> None:
        self.events.post('MODIFY_URI', self.url, 'Other')
