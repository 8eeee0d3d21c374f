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

"""As much of nova-compute as a lifecycle event passes through.

``emit_event`` runs nova's own code: ComputeDriver.emit_event,
ComputeManager.handle_events and what it calls, compute.API.stop. It leaves out
only the constructors, which need a message bus and the clients of other
services, none of which a lifecycle event uses. An emitted crash of an
active instance costs what it costs in nova-compute: Instance.get_by_uuid, a
NovaLink read, refresh, save, a second NovaLink read, another save,
InstanceAction.action_start and the stop_instance cast. What nova-compute does
later, when it receives that cast, is not part of it: see
:data:`benchmarks.conductor.STOP_SECONDS`.
"""

from collections.abc import Iterable
import threading
import time
from typing import Any

from nova.compute import power_state
from nova.compute import vm_states
import nova.conf
from nova import objects
from nova.virt import event as virtevent
from nova.virt import hardware
from oslo_utils import timeutils

from benchmarks import instances
from benchmarks import manager
from benchmarks import rpc
from nova_powervm.testing import compat
from nova_powervm.testing import drivers
from nova_powervm.testing import records

HOST = 'bench'


class Manager(manager.Manager):
    """nova's compute manager, as far as power states need it."""

    def __init__(self, host_driver: Any,
                 client: rpc.ConductorClient) -> None:
        super().__init__(host_driver, client, HOST)
        self.__dict__.update(compat.power_sync_state(
            nova.conf.CONF.sync_power_state_pool_size))


class HostDriver(drivers.EventDriver):
    """The driver that the event handler is given. Thread-safe.

    :ivar emits: calls of ``emit_event`` that have returned.
    :ivar last_emit: when the last one did, monotonic.
    :ivar info_reads: reads from NovaLink that nova made.

    :param adapter: pypowervm's adapter; its session becomes ``session``.
    :param client: where nova's calls go.
    """

    def __init__(self, adapter: Any, client: rpc.ConductorClient) -> None:
        super().__init__(adapter)
        self._client = client
        self._lock = threading.Lock()
        self.host = nova.conf.CONF.host
        self.reset_counters()
        self.register_event_listener(Manager(self, client).handle_events)

    def reset_counters(self) -> None:
        with self._lock:
            self.emits = 0
            self.info_reads = 0
            self.last_emit = 0.0

    def emit_event(self, event: virtevent.Event) -> None:
        with self._client.as_nova():
            super().emit_event(event)
        with self._lock:
            self.emits += 1
            self.last_emit = time.monotonic()

    def get_info(self, instance: Any,
                 use_cache: bool = True) -> hardware.InstanceInfo:
        with self._lock:
            self.info_reads += 1
        return super().get_info(instance, use_cache)


def instance_rows(lpar_uuids: Iterable[str],
                  **values: Any) -> list[instances.Row]:
    """Return records of active instances on this host, one for each LPAR.

    :param values: fields that differ from that.
    """
    now = timeutils.utcnow()
    rows = []
    for index, lpar_uuid in enumerate(lpar_uuids):
        fields = dict.fromkeys(
            name for name in objects.Instance.fields
            if name not in objects.instance.INSTANCE_OPTIONAL_ATTRS)
        fields.update(
            id=index, uuid=records.instance_uuid(lpar_uuid, index), host=HOST,
            node=HOST, compute_id=1, display_name=f'server-{index}',
            hostname=f'server-{index}', user_id='a' * 32,
            project_id='b' * 32, memory_mb=4096, vcpus=2, root_gb=20,
            ephemeral_gb=0, instance_type_id=1, reservation_id='r-bench',
            availability_zone='nova', launched_on=HOST, launched_at=now,
            created_at=now, updated_at=now, locked=False, deleted=False,
            cleaned=False, hidden=False, auto_disk_config=False,
            shutdown_terminate=False, disable_terminate=False, progress=0,
            launch_index=0, power_state=power_state.RUNNING,
            vm_state=vm_states.ACTIVE)
        fields.update(values)
        primitive = objects.Instance(**fields).obj_to_primitive()
        rows.append(primitive['nova_object.data'])
    return rows
