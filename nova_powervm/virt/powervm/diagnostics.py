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

"""What NovaLink's quick properties say of an LPAR, as nova's diagnostics.

A value that is absent, unknown or of another kind than expected is left out.
"""

from collections.abc import Callable
import math
from typing import Any

from nova.objects import diagnostics
from nova.objects import fields
from oslo_log import log as logging

from nova_powervm.virt.powervm import vm

LOG = logging.getLogger(__name__)

#: nova's name of the hypervisor, as among its hypervisors.
HYPERVISOR = fields.HVType.PHYP

_STATE = 'PartitionState'
_MEMORY_MB = 'CurrentMemory'
_PROCESSORS = ('AllocatedVirtualProcessors', 'CurrentProcessors')

# Larger numbers do not fit a field of nova's.
_MOST = 2 ** 63


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> int | float | None:
    """Return a number of zero or more, a whole one as int."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not math.isfinite(value) or not 0 <= value < _MOST:
        return None
    return int(value) if value == int(value) else value


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {'true': True, 'false': False}.get(
        value.lower()) if isinstance(value, str) else None


# The properties that say how an LPAR is, and how each is read.
_PROPERTIES: dict[str, Callable[[Any], Any]] = {
    _STATE: _text,
    'ReferenceCode': _text,
    'RMCState': _text,
    'OperatingSystemVersion': _text,
    _MEMORY_MB: _number,
    'MemoryMode': _text,
    **dict.fromkeys(_PROCESSORS, _number),
    'CurrentProcessingUnits': _number,
    'HasDedicatedProcessors': _truth,
    'SharingMode': _text,
    'MigrationState': _text,
}


def read(adapter: Any, instance: Any) -> dict[str, Any]:
    """Read the quick properties that make sense, with one REST read.

    :returns: their values, by NovaLink's names: text, whole numbers or
        fractions, booleans.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    :raises pypowervm.exceptions.Error: if NovaLink does not answer.
    """
    try:
        found = vm.get_vm_qp(adapter, vm.get_pvm_uuid(instance))
    except ValueError as e:
        LOG.warning("NovaLink's answer about the LPAR is malformed; leaving "
                    'it out of the diagnostics: %s', e, instance=instance)
        found = None
    if not isinstance(found, dict):
        return {}
    values = {name: convert(found.get(name))
              for name, convert in _PROPERTIES.items()}
    return {name: value for name, value in values.items()
            if value is not None}


def standardized(properties: dict[str, Any]) -> diagnostics.Diagnostics:
    """Return properties as nova's diagnostics object.

    nova has no word for this driver, so the field ``driver`` is not set. The
    numbers of disks and network adapters are 0: none is listed.

    :param properties: as :func:`read` returns them.
    """
    found = diagnostics.Diagnostics(
        state=fields.InstancePowerState.from_index(
            vm.info_of(properties.get(_STATE)).state),
        hypervisor=HYPERVISOR,
        # There is none: see the support matrix.
        config_drive=False)
    memory_mb = properties.get(_MEMORY_MB)
    if isinstance(memory_mb, int):
        found.memory_details = diagnostics.MemoryDiagnostics(
            maximum=memory_mb)
    processors = next((properties[name] for name in _PROCESSORS
                       if isinstance(properties.get(name), int)), None)
    if processors is not None:
        found.num_cpus = processors
    return found
