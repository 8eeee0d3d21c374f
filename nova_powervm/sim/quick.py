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

"""Quick properties of LPARs, as JSON values."""

from collections.abc import Iterable
from typing import Any

from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod


def properties(lpar: lpar_mod.Lpar, host: host_mod.Host) -> dict[str, Any]:
    """Return the quick properties of an LPAR, without its uuid.

    They have the names and types of published responses: numbers are numbers,
    booleans are strings, and unknown values are null.
    """
    cpu = lpar.config.processors
    return {
        'AllocatedVirtualProcessors': None if cpu.dedicated else cpu.desired,
        'AssociatedManagedSystem': host.url,
        'CurrentMemory': lpar.config.memory.desired,
        'CurrentProcessingUnits': None if cpu.dedicated else cpu.units,
        'CurrentProcessors': cpu.desired if cpu.dedicated else None,
        'Description': None,
        'HasDedicatedProcessors': 'true' if cpu.dedicated else 'false',
        'HasPhysicalIO': 'false',
        'IsVirtualServiceAttentionLEDOn': 'false',
        'LastActivatedProfile': None,
        'MemoryMode': 'Dedicated',
        'MigrationState': 'Not_Migrating',
        'OperatingSystemVersion': lpar.operating_system,
        'PartitionID': lpar.lpar_id,
        'PartitionName': lpar.name,
        'PartitionState': lpar.state,
        'PartitionType': lpar.config.lpar_type,
        'PowerManagementMode': None,
        'ProgressState': None,
        'RMCState': lpar.rmc_state,
        'ReferenceCode': lpar.reference_code,
        'RemoteRestartState': 'Invalid',
        'ResourceMonitoringIPAddress': None,
        'SharingMode': cpu.sharing_mode,
    }


def listing(lpars: Iterable[lpar_mod.Lpar],
            host: host_mod.Host) -> list[dict[str, Any]]:
    """Return the quick properties of LPARs, each with its uuid."""
    return [{**properties(lpar, host), 'UUID': lpar.uuid} for lpar in lpars]
