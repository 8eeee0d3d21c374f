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

"""Resources of the managed system, in the formats of nova and placement.

Pure functions of pypowervm's wrapper of the managed system.
"""

import math
from typing import Any

from nova.objects import fields
from oslo_serialization import jsonutils

# NovaLink's REST service does not report one. nova needs a number and compares
# it between hosts: it stays that of the driver's earlier releases.
_HYPERVISOR_VERSION = 8


def available_resource(system: Any, disk: Any, nodename: str
                       ) -> dict[str, Any]:
    """Return the resources of the managed system for nova.

    The used amounts include nova's LPARs, other LPARs, the Virtual I/O
    Servers and the hypervisor.

    :param system: pypowervm's wrapper of the managed system.
    :param disk: the disk driver's capacity; None without disks.
    :param nodename: nova's name of the managed system.
    :returns: a dict for nova's resource tracker; memory in MiB, disk in GiB.
    """
    units_used = system.proc_units_configurable - system.proc_units_avail
    return {
        'vcpus': int(system.proc_units_configurable),
        'vcpus_used': math.ceil(units_used),
        'memory_mb': system.memory_configurable,
        'memory_mb_used': system.memory_configurable - system.memory_free,
        'local_gb': int(disk.total_gb) if disk else 0,
        'local_gb_used': math.ceil(
            disk.total_gb - disk.free_gb) if disk else 0,
        'disk_available_least': int(disk.free_gb) if disk else 0,
        'hypervisor_type': fields.HVType.PHYP,
        'hypervisor_version': _HYPERVISOR_VERSION,
        'hypervisor_hostname': nodename,
        'cpu_info': jsonutils.dumps(
            {'vendor': 'ibm', 'arch': fields.Architecture.PPC64}),
        'numa_topology': None,
        'supported_instances': [
            (arch, fields.HVType.PHYP, fields.VMMode.HVM)
            for arch in (fields.Architecture.PPC64,
                         fields.Architecture.PPC64LE)],
        'stats': {
            'proc_units': '%.2f' % system.proc_units_configurable,
            'proc_units_used': '%.2f' % units_used,
            'memory_region_size': system.memory_region_size,
        },
    }


def inventory(system: Any, disk: Any, ratios: dict[str, float],
              reserved_cpus: int, reserved_memory: int, reserved_disk: int
              ) -> dict[str, dict[str, Any]]:
    """Return the placement inventory of the managed system.

    Without disks it has one GiB that is reserved, so placement finds no host
    for a flavor with a disk. Watcher leaves hosts out that have no DISK_GB.

    :param system: pypowervm's wrapper of the managed system.
    :param disk: the disk driver's capacity; None without disks.
    :param ratios: allocation ratio of each resource class.
    :param reserved_cpus: processors reserved for the host.
    :param reserved_memory: memory reserved for the host, MiB, in addition to
        the hypervisor's present use.
    :param reserved_disk: disk space reserved for the host, GiB.
    """
    cpus = int(system.proc_units_configurable)
    memory = system.memory_configurable
    # pypowervm returns 0 for a limit that the host does not report.
    lpar_cpus = min(limit for limit in (
        cpus, system.max_sys_vcpus_limit, system.max_vcpus_per_aix_linux_lpar)
        if limit)
    # placement refuses a total of 0, but takes one that is reserved.
    disk_total = int(disk.total_gb) if disk else 1
    return {
        'VCPU': {
            'total': cpus,
            'reserved': min(reserved_cpus, cpus),
            'min_unit': 1,
            'max_unit': lpar_cpus,
            'step_size': 1,
            'allocation_ratio': ratios['VCPU'],
        },
        'MEMORY_MB': {
            'total': memory,
            # placement refuses an inventory that reserves more than its total.
            'reserved': min(reserved_memory + system.firmware_memory, memory),
            'min_unit': 1,
            'max_unit': memory,
            # The memory of an LPAR is a multiple of the memory region.
            'step_size': system.memory_region_size or 1,
            'allocation_ratio': ratios['MEMORY_MB'],
        },
        'DISK_GB': {
            'total': disk_total,
            'reserved': min(reserved_disk, disk_total) if disk else disk_total,
            'min_unit': 1,
            'max_unit': disk_total,
            'step_size': 1,
            'allocation_ratio': ratios['DISK_GB'],
        },
    }
