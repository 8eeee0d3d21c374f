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

"""LPARs: their configuration and their state."""

import dataclasses
from typing import Any
import uuid
import zlib

from nova_powervm.sim import errors
from nova_powervm.sim import slots as slots_mod
from nova_powervm.sim import transitions

LPAR_TYPES = ('AIX/Linux', 'OS400')
# The last is newer than those that pypowervm knows.
COMPAT_MODES = ('default', 'POWER8', 'POWER9_Base', 'POWER9', 'POWER10',
                'POWER11')
POOL_IDS = range(4)
# The limit in pypowervm.util.sanitize_partition_name_for_api.
MAX_NAME_LENGTH = 31


@dataclasses.dataclass
class Memory:
    """Memory of an LPAR, MB.

    ``ppt_ratio`` is the number that stands for a ratio of the physical page
    table; None for the firmware's.
    """

    desired: int = 1024
    minimum: int = 1024
    maximum: int = 1024
    ppt_ratio: int | None = None


@dataclasses.dataclass
class Processors:
    """Processors of an LPAR, dedicated or shared.

    The fields from ``units`` on are about shared processors only.
    """

    dedicated: bool = False
    desired: int = 1
    minimum: int = 1
    maximum: int = 1
    units: float = 0.1
    min_units: float = 0.1
    max_units: float = 0.1
    sharing_mode: str = 'uncapped'
    weight: int = 64
    pool_id: int = 0

    @property
    def assigned_units(self) -> float:
        """Processing units that the LPAR takes from its host."""
        return float(self.desired) if self.dedicated else self.units


@dataclasses.dataclass
class Config:
    """The part of an LPAR that a client sets."""

    name: str
    uuid: str | None = None
    lpar_id: int | None = None
    lpar_type: str = 'AIX/Linux'
    memory: Memory = dataclasses.field(default_factory=Memory)
    processors: Processors = dataclasses.field(default_factory=Processors)
    availability_priority: int = 127
    max_io_slots: int = 64
    compat_mode: str = 'default'
    perf_collection: bool = False
    srr_capable: bool = False
    secure_boot: int = 0
    # Whether RMC is active while the LPAR runs: only then does pypowervm ask
    # the operating system to shut down.
    rmc: bool = False


@dataclasses.dataclass(eq=False)
class Lpar:
    """An LPAR of the host; only the host changes it.

    ``version`` grows with each change that a client can see.
    """

    uuid: str
    lpar_id: int
    config: Config
    is_mgmt: bool = False
    state: str = transitions.NOT_ACTIVATED
    booted_at: float | None = None
    version: int = 0
    slots: slots_mod.Slots = dataclasses.field(
        default_factory=slots_mod.Slots)

    @property
    def etag(self) -> str:
        """Entity tag of the LPAR's entry."""
        return etag(f'{self.uuid}:{self.version}')

    @property
    def name(self) -> str:
        """PartitionName, unique on its host."""
        return self.config.name

    @property
    def compat_mode(self) -> str:
        """Processor compatibility mode that the LPAR runs in."""
        mode = self.config.compat_mode
        return COMPAT_MODES[-1] if mode == COMPAT_MODES[0] else mode

    @property
    def rmc_state(self) -> str:
        """State of the RMC connection."""
        up = self.config.rmc and self.state == transitions.RUNNING
        return 'active' if up else 'inactive'

    @property
    def operating_system(self) -> str:
        """Operating system, known only while RMC is active."""
        return 'Linux' if self.rmc_state == 'active' else 'Unknown'

    @property
    def reference_code(self) -> str:
        """Code on the operator panel."""
        if self.state == transitions.RUNNING:
            return 'Linux ppc64le'
        return '00000000'


def etag(content: str) -> str:
    """Return an entity tag: a signed number, as in captured responses."""
    number = zlib.crc32(content.encode())
    return str(number - (1 << 32) if number >= 1 << 31 else number)


def new_uuid() -> str:
    """Return a random LPAR uuid: upper case, its first bit clear."""
    number = uuid.uuid4().int & ~(1 << 127)
    return str(uuid.UUID(int=number)).upper()


def canonical_uuid(value: str) -> str:
    """Return an LPAR's uuid as the REST service spells it, in upper case.

    :raises errors.RestError: if it is not a uuid, or if its first bit is set,
        which PowerVM reserves.
    """
    try:
        parsed = uuid.UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise errors.RestError(400, f'{value!r} is not a UUID.') from None
    if parsed.int >> 127:
        raise errors.RestError(
            400, f'{value} is not a partition UUID: its first bit is set.')
    return str(parsed).upper()


def validate(config: Config) -> None:
    """Check a configuration.

    :raises errors.RestError: if it is not valid.
    """
    if not 1 <= len(config.name) <= MAX_NAME_LENGTH:
        raise errors.RestError(
            400, f'PartitionName: {config.name!r} does not have 1 to '
            f'{MAX_NAME_LENGTH} characters.')
    if config.lpar_type not in LPAR_TYPES:
        raise errors.RestError(
            400, f'PartitionType: {config.lpar_type!r} is none of '
            f'{", ".join(LPAR_TYPES)}.')
    cpu = config.processors
    if config.compat_mode not in COMPAT_MODES:
        raise errors.RestError(
            400, f'PendingProcessorCompatibilityMode: {config.compat_mode!r} '
            f'is none of {", ".join(COMPAT_MODES)}.')
    if not cpu.dedicated and cpu.pool_id not in POOL_IDS:
        raise errors.RestError(
            400, f'SharedProcessorPoolID: there is no pool {cpu.pool_id}.')
    ranges: list[tuple[str, Any, Any, Any]] = [
        ('Memory', config.memory.minimum, config.memory.desired,
         config.memory.maximum),
        ('Processors', cpu.minimum, cpu.desired, cpu.maximum)]
    if not cpu.dedicated:
        ranges.append(
            ('ProcessingUnits', cpu.min_units, cpu.units, cpu.max_units))
    for name, low, desired, high in ranges:
        if not 0 < low <= desired <= high:
            raise errors.RestError(
                400, f'{name}: minimum {low}, desired {desired} and maximum '
                f'{high} are not in ascending order above 0.')
