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


"""Compute drivers that have only what events need."""

from typing import Any

from nova import exception
from nova.virt import driver
from nova.virt import hardware

from nova_powervm.testing import agreement
from nova_powervm.testing import internals
from nova_powervm.testing import novalink
from nova_powervm.virt.powervm import vm


class EventDriver(driver.ComputeDriver):
    """A driver for an event handler, with nova's own ``emit_event``.

    As in nova, events are discarded until somebody has called
    ``register_event_listener``, and ``emit_event`` lets no exception out.

    :param adapter: pypowervm's adapter.
    """

    nvram_mgr = None

    def __init__(self, adapter: Any) -> None:
        super().__init__(None)
        self.adapter = adapter
        self.session = adapter.session

    def get_info(self, instance: Any,
                 use_cache: bool = True) -> hardware.InstanceInfo:
        """Read an instance's power state from NovaLink."""
        return vm.get_vm_info(self.adapter, instance)

    def power_on(self, context: Any, instance: Any, network_info: Any,
                 *args: Any, **kwargs: Any) -> None:
        """Start an instance's LPAR."""
        vm.power_on(self.adapter, instance)

    def power_off(self, instance: Any, timeout: int = 0,
                  retry_interval: int = 0) -> None:
        """Stop an instance's LPAR."""
        vm.power_off(self.adapter, instance, timeout, retry_interval)


class FakeDriver(EventDriver):
    """A driver whose LPARs are in memory.

    :ivar lpars: PartitionStates by upper-case LPAR uuid, those of the
        adapter.

    :param adapter: the adapter that the event handler reads from.
    """

    def __init__(self, adapter: novalink.FakeAdapter | None = None) -> None:
        super().__init__(adapter or novalink.FakeAdapter())
        self.lpars: dict[str, str] = self.adapter.lpars

    def get_info(self, instance: Any,
                 use_cache: bool = True) -> hardware.InstanceInfo:
        """Return an instance's power state; not one of the adapter's reads.

        :raises nova.exception.InstanceNotFound: if there is no such LPAR.
        """
        return hardware.InstanceInfo(agreement.power_of(
            self._state(instance)))

    def power_on(self, context: Any, instance: Any, network_info: Any,
                 *args: Any, **kwargs: Any) -> None:
        """Let an instance's LPAR run."""
        self._state(instance)
        self.lpars[internals.lpar_uuid(instance.uuid)] = 'running'

    def power_off(self, instance: Any, timeout: int = 0,
                  retry_interval: int = 0) -> None:
        """Let an instance's LPAR be off."""
        self._state(instance)
        self.lpars[internals.lpar_uuid(instance.uuid)] = 'not activated'

    def _state(self, instance: Any) -> str:
        try:
            return self.lpars[internals.lpar_uuid(instance.uuid)]
        except KeyError:
            raise exception.InstanceNotFound(
                instance_id=instance.uuid) from None
