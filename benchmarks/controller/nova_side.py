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

"""nova-compute of a host, as far as events and stops pass through it.

What nova does is nova's own code: the compute manager's handling of lifecycle
events, the compute API's stop, its message through RabbitMQ, and what the
manager does when that arrives. Left out are only constructors.
"""

import importlib
import threading
import time
from typing import Any

from nova.compute import rpcapi
from nova.objects import base as objects_base
from nova import rpc
from nova.share import manila
from nova.virt import driver
from nova.virt import event as virtevent
from nova.virt import hardware
import oslo_messaging

from benchmarks.controller import calls as calls_mod
from benchmarks import manager


class HostDriver(driver.ComputeDriver):
    """The driver that the event handler is given. Thread-safe.

    :ivar emits: calls of ``emit_event`` that have returned.

    :param adapter: what stands for pypowervm's adapter.
    """

    nvram_mgr = None

    def __init__(self, adapter: Any, calls: calls_mod.Calls) -> None:
        super().__init__(None)
        self.adapter = adapter
        self.emits = 0
        self._calls = calls
        self._lock = threading.Lock()
        self._vm = importlib.import_module('nova_powervm.virt.powervm.vm')

    def emit_event(self, event: virtevent.Event) -> None:
        """Tell nova, whose calls are counted apart."""
        with self._calls.as_nova():
            super().emit_event(event)
        with self._lock:
            self.emits += 1

    def get_info(self, instance: Any,
                 use_cache: bool = True) -> hardware.InstanceInfo:
        """Read an instance's power state, as both drivers do."""
        return self._vm.get_vm_info(self.adapter, instance)

    def power_off(self, instance: Any, timeout: int = 0,
                  retry_interval: int = 0) -> None:
        """Do nothing: nova stops only what is off."""


class Manager(manager.Manager):
    """nova's compute manager, which also receives the stops. Thread-safe.

    :ivar stops: when stops ended, on the monotonic clock.
    :ivar stopping: how many have begun and not ended.
    """

    def __init__(self, host_driver: HostDriver, calls: calls_mod.Calls,
                 host: str) -> None:
        super().__init__(host_driver, rpcapi.ComputeAPI(), host)
        self.notifier = rpc.get_notifier('compute', host)
        # nova 34's.
        from nova.compute import share_management

        self.share_manager = share_management.ShareManager(
            manila.API(), host_driver)
        self.stops: list[float] = []
        self.stopping = 0
        self._calls = calls
        self._lock = threading.Lock()

    def stop_instance(self, context: Any, instance: Any,
                      clean_shutdown: bool) -> None:
        """Stop a server; its message came through RabbitMQ."""
        with self._lock:
            self.stopping += 1
        try:
            with self._calls.as_nova():
                super().stop_instance(context, instance, clean_shutdown)
            with self._lock:
                self.stops.append(time.monotonic())
        finally:
            with self._lock:
                self.stopping -= 1

    def serve(self) -> Any:
        """Receive the messages for the host; returns the server."""
        server = rpc.get_server(
            oslo_messaging.Target(topic=rpcapi.RPC_TOPIC, server=self.host),
            [self], objects_base.NovaObjectSerializer())
        server.start()
        return server
