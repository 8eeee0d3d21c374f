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

"""The extra specs ``powervm:*`` of flavors, in one table.

nova's API validates flavors by it, the driver makes LPARs by it, and the
support matrix shows it. It needs neither nova nor its configuration.
"""

from collections.abc import Mapping
import dataclasses
import enum
from types import MappingProxyType
from typing import Any

from pypowervm.utils import lpar_builder
from pypowervm.wrappers import base_partition

from nova_powervm.virt.powervm import extra_spec_values as kinds

PREFIX = 'powervm:'

_Dedicated = base_partition.DedicatedSharingMode
_Shared = base_partition.SharingMode


class Processors(enum.Enum):
    """The kind of processors that an extra spec is about."""

    SHARED = 'shared'
    DEDICATED = 'dedicated'


@dataclasses.dataclass(frozen=True)
class ExtraSpec:
    """An extra spec of a flavor.

    :ivar name: its name, with the prefix.
    :ivar values: the values that it can have.
    :ivar meaning: what it does, in reStructuredText.
    :ivar attribute: the attribute of pypowervm's LPAR builder that takes its
        value; None if the value needs the host before.
    :ivar processors: the kind of processors that it is for; None for both.
    :ivar capability: what pypowervm's wrapper of the managed system calls the
        capability without which only a value that is false works.
    """

    name: str
    values: kinds.Values
    meaning: str
    attribute: str | None = None
    processors: Processors | None = None
    capability: str | None = None

    def parse(self, text: str) -> Any:
        """Return the value for pypowervm.

        :raises ValueError: if it is not valid; the message says what is.
        """
        try:
            return self.values.parse(text)
        except ValueError as e:
            raise ValueError('the extra spec %s must be %s, not %r' % (
                self.name, self.values.form, text)) from e


DEDICATED_PROC = PREFIX + 'dedicated_proc'
UNCAPPED = PREFIX + 'uncapped'
SHARED_WEIGHT = PREFIX + 'shared_weight'
SHARED_PROC_POOL = PREFIX + 'shared_proc_pool_name'
PROCESSOR_COMPATIBILITY = PREFIX + 'processor_compatibility'

_TABLE = (
    ExtraSpec(
        PREFIX + 'min_mem', kinds.Integer(lpar_builder.MEM_LOW_BOUND),
        'MiB of memory that the LPAR needs to start, a multiple of the '
        'memory region size. By default the flavor\'s memory.',
        lpar_builder.MIN_MEM),
    ExtraSpec(
        PREFIX + 'max_mem', kinds.Integer(lpar_builder.MEM_LOW_BOUND),
        'MiB of memory that the LPAR can have while it runs, a multiple of '
        'the memory region size. By default the flavor\'s memory.',
        lpar_builder.MAX_MEM),
    ExtraSpec(
        PREFIX + 'min_vcpu', kinds.Integer(lpar_builder.VCPU_LOW_BOUND),
        'Virtual or dedicated processors that the LPAR needs to start. By '
        'default the flavor\'s vCPUs.',
        lpar_builder.MIN_VCPU),
    ExtraSpec(
        PREFIX + 'max_vcpu', kinds.Integer(lpar_builder.VCPU_LOW_BOUND),
        'Virtual or dedicated processors that the LPAR can have while it '
        'runs. By default the flavor\'s vCPUs.',
        lpar_builder.MAX_VCPU),
    ExtraSpec(
        PREFIX + 'proc_units', kinds.Number(lpar_builder.PROC_UNITS_LOW_BOUND),
        'Processor units of the whole LPAR. By default '
        ':oslo.config:option:`powervm.proc_units_factor` for each vCPU.',
        lpar_builder.PROC_UNITS, Processors.SHARED),
    ExtraSpec(
        PREFIX + 'min_proc_units',
        kinds.Number(lpar_builder.PROC_UNITS_LOW_BOUND),
        'Processor units that the LPAR needs to start. By default the units '
        'that it has.',
        lpar_builder.MIN_PROC_U, Processors.SHARED),
    ExtraSpec(
        PREFIX + 'max_proc_units',
        kinds.Number(lpar_builder.PROC_UNITS_LOW_BOUND),
        'Processor units that the LPAR can have while it runs. By default '
        'the units that it has.',
        lpar_builder.MAX_PROC_U, Processors.SHARED),
    ExtraSpec(
        DEDICATED_PROC, kinds.Boolean(),
        'True for processors of its own, one for each vCPU. By default '
        'false.',
        lpar_builder.DED_PROCS),
    ExtraSpec(
        PREFIX + 'dedicated_sharing_mode',
        kinds.Words(MappingProxyType({
            'share_idle_procs': _Dedicated.SHARE_IDLE_PROCS,
            'keep_idle_procs': _Dedicated.KEEP_IDLE_PROCS,
            'share_idle_procs_active': _Dedicated.SHARE_IDLE_PROCS_ACTIVE,
            'share_idle_procs_always': _Dedicated.SHARE_IDLE_PROCS_ALWAYS})),
        'Whether other LPARs use the dedicated processors while they are '
        'idle: while this LPAR is off, never, while it is on, or always. By '
        'default ``share_idle_procs``.',
        lpar_builder.SHARING_MODE, Processors.DEDICATED),
    ExtraSpec(
        UNCAPPED, kinds.Boolean(_Shared.UNCAPPED, _Shared.CAPPED),
        'Whether the LPAR may use more than its processor units while others '
        'are idle. By default true.',
        lpar_builder.SHARING_MODE, Processors.SHARED),
    ExtraSpec(
        SHARED_WEIGHT, kinds.Integer(0, 255),
        'Weight among the uncapped LPARs that want more than their units. By '
        'default :oslo.config:option:`powervm.uncapped_proc_weight`.',
        lpar_builder.UNCAPPED_WEIGHT, Processors.SHARED),
    ExtraSpec(
        SHARED_PROC_POOL,
        kinds.Text('.{1,14}', 'a name of 1 to 14 characters'),
        'Name of the shared processor pool. A host without it cannot create '
        'the server. By default ``DefaultPool``, which all hosts have.',
        processors=Processors.SHARED),
    ExtraSpec(
        PROCESSOR_COMPATIBILITY,
        # Hosts that are newer than this have other modes.
        kinds.Text(r'(?i:default|power\d+)[\w+]*',
                   'default or a mode such as POWER9 or POWER9_Base'),
        'Processor compatibility mode, in the spelling of the managed system '
        'or with ``+`` for ``_Plus``. A host that does not list it cannot '
        'create the server. By default ``default``: the highest that '
        'firmware and operating system support.'),
    ExtraSpec(
        PREFIX + 'availability_priority', kinds.Integer(0, 255),
        'Priority when the machine loses processors. By default 127.',
        lpar_builder.AVAIL_PRIORITY),
    ExtraSpec(
        PREFIX + 'enable_lpar_metric', kinds.Boolean(),
        'Whether performance data of the LPAR is collected. By default '
        'false.',
        lpar_builder.ENABLE_LPAR_METRIC),
    ExtraSpec(
        PREFIX + 'ppt_ratio',
        kinds.Words(MappingProxyType({
            ratio: ratio for ratio in lpar_builder.ALLOWED_PPT_RATIOS})),
        'Ratio of the size of the physical page table to the LPAR\'s maximum '
        'memory. By default the firmware\'s.',
        lpar_builder.PPT_RATIO,
        capability='physical_page_table_ratio_capable'),
    ExtraSpec(
        PREFIX + 'secure_boot', kinds.Integer(0, 9),
        'Secure boot policy: 0 disables it, 1 reports, 2 and more enforce. '
        'By default 0.',
        lpar_builder.SECURE_BOOT,
        capability='partition_secure_boot_capable'),
    ExtraSpec(
        PREFIX + 'srr_capability', kinds.Boolean(),
        'Whether simplified remote restart is enabled for the LPAR. nova '
        'does not restart it elsewhere. By default false.',
        lpar_builder.SRR_CAPABLE,
        capability='simplified_remote_restart_capable'),
)

#: All extra specs that the driver supports, by their names.
SUPPORTED: Mapping[str, ExtraSpec] = MappingProxyType(
    {spec.name: spec for spec in _TABLE})

#: Those of release 9 that are refused, and why.
REFUSED: Mapping[str, str] = MappingProxyType({
    PREFIX + 'enforce_affinity_check':
        'it is about live migration, which the driver does not support',
})


def parse(name: str, text: str) -> Any:
    """Return the value of an extra spec ``powervm:*`` for pypowervm.

    :raises ValueError: if the extra spec is not supported, or the value is
        not valid; the message says why.
    """
    if name in REFUSED:
        raise ValueError('the extra spec %s is not supported: %s' % (
            name, REFUSED[name]))
    if name not in SUPPORTED:
        raise ValueError(
            'the extra spec %s is not supported; the supported ones are %s' % (
                name, ', '.join(sorted(SUPPORTED))))
    return SUPPORTED[name].parse(text)
