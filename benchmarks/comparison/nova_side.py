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


"""nova-compute as far as events pass through it, for both modules.

:mod:`benchmarks.nova_host` is the same for our module alone. This one uses
of ``nova_powervm`` only what 9.0.0 has, too.
"""

import importlib
import threading
from typing import Any

from nova.virt import driver
from nova.virt import event as virtevent
from nova.virt import hardware

from benchmarks import manager
from benchmarks import rpc

HOST = 'bench'


class HostDriver(driver.ComputeDriver):
    """The driver that the event handler is given. Thread-safe.

    :ivar emits: calls of ``emit_event`` that have returned.
    :ivar info_reads: reads from NovaLink that nova made.

    :param adapter: pypowervm's adapter; its session becomes ``session``.
    :param client: where nova's calls go.
    """

    nvram_mgr = None

    def __init__(self, adapter: Any, client: rpc.ConductorClient) -> None:
        super().__init__(None)
        self.adapter = adapter
        self.session = adapter.session
        self.host = HOST
        self._client = client
        self._lock = threading.Lock()
        self._vm = importlib.import_module('nova_powervm.virt.powervm.vm')
        self.reset_counters()
        self.register_event_listener(
            manager.Manager(self, client, HOST).handle_events)

    def reset_counters(self) -> None:
        """Let the counters begin anew."""
        with self._lock:
            self.emits = 0
            self.info_reads = 0

    def emit_event(self, event: virtevent.Event) -> None:
        """Tell nova, whose calls are counted apart."""
        with self._client.as_nova():
            super().emit_event(event)
        with self._lock:
            self.emits += 1

    def get_info(self, instance: Any,
                 use_cache: bool = True) -> hardware.InstanceInfo:
        """Read an instance's power state, as both drivers do."""
        with self._lock:
            self.info_reads += 1
        return self._vm.get_vm_info(self.adapter, instance)
