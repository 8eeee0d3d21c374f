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

"""What an LPAR is: its configuration and its state."""

import dataclasses
from typing import Any
import uuid
import zlib

from nova_powervm.sim import errors
from nova_powervm.sim import transitions

LPAR_TYPES = ('AIX/Linux', 'OS400')
# pypowervm.util.sanitize_partition_name_for_api names this limit.
MAX_NAME_LENGTH = 31


@dataclasses.dataclass
class Memory:
    """Sizes in MB."""

    desired: int = 1024
    minimum: int = 1024
    maximum: int = 1024


@dataclasses.dataclass
class Processors:
    """Virtual processors and, when they are shared, processing units."""

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
    """What a client can say about an LPAR when it makes or changes it."""

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
    # Whether the operating system answers RMC once it runs: pypowervm shuts
    # it down through the operating system only then.
    rmc: bool = False


@dataclasses.dataclass
class Lpar:
    """An LPAR of the host; the model alone changes it.

    ``version`` grows with each change that a client can see.
    """

    uuid: str
    lpar_id: int
    config: Config
    is_mgmt: bool = False
    state: str = transitions.NOT_ACTIVATED
    booted_at: float | None = None
    version: int = 0

    @property
    def etag(self) -> str:
        """The entity tag: a signed number, as in captured answers."""
        return etag(f'{self.uuid}:{self.version}')

    @property
    def name(self) -> str:
        """The partition's name, which is unique on its host."""
        return self.config.name

    @property
    def rmc_state(self) -> str:
        """The state of the RMC connection."""
        up = self.config.rmc and self.state == transitions.RUNNING
        return 'active' if up else 'inactive'

    @property
    def operating_system(self) -> str:
        """What RMC tells of the operating system."""
        return 'Linux' if self.rmc_state == 'active' else 'Unknown'

    @property
    def reference_code(self) -> str:
        """The operator panel's code."""
        if self.state == transitions.RUNNING:
            return 'Linux ppc64le'
        return '00000000'


def etag(content: str) -> str:
    """Make an entity tag."""
    number = zlib.crc32(content.encode())
    return str(number - (1 << 32) if number >= 1 << 31 else number)


def new_uuid() -> str:
    """Make an LPAR's uuid: upper case, its first bit clear."""
    number = uuid.uuid4().int & ~(1 << 127)
    return str(uuid.UUID(int=number)).upper()


def canonical_uuid(value: str) -> str:
    """Bring an LPAR's uuid into the form of the REST service's URIs.

    :raises errors.RestError: it is none, or its first bit is set, which
        PowerVM keeps for itself.
    """
    try:
        parsed = uuid.UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise errors.RestError(400, f'{value!r} is not a UUID.') from None
    if parsed.int >> 127:
        raise errors.RestError(
            400, f'{value} is no partition UUID: its first bit is set.')
    return str(parsed).upper()


def check(config: Config) -> None:
    """See that a configuration makes sense.

    :raises errors.RestError: it does not.
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
    ranges: list[tuple[str, Any, Any, Any]] = [
        ('Memory', config.memory.minimum, config.memory.desired,
         config.memory.maximum),
        ('Processors', cpu.minimum, cpu.desired, cpu.maximum)]
    if not cpu.dedicated:
        ranges.append(
            ('ProcessingUnits', cpu.min_units, cpu.units, cpu.max_units))
    for what, low, desired, high in ranges:
        if not 0 < low <= desired <= high:
            raise errors.RestError(
                400, f'{what}: minimum {low}, desired {desired} and maximum '
                f'{high} are not in ascending order above 0.')
