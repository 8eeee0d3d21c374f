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

"""A server's parts: made in order, and taken away again if one fails.

The parts are the LPAR, its network adapters, its disks, its configuration
drive and the mappings that connect these to it. Each is made by a module of
its own; what is here is the order.
"""

from collections.abc import Callable, Iterator, Sequence
import contextlib
import dataclasses
from typing import Any

from nova import exception
from nova.image import glance
from nova.virt import configdrive
from nova.virt import driver as nova_driver
from oslo_log import log as logging
from pypowervm import exceptions as pvm_exc

from nova_powervm import conf
from nova_powervm.virt.powervm import disk
from nova_powervm.virt.powervm import leftovers
from nova_powervm.virt.powervm import mapping
from nova_powervm.virt.powervm import media
from nova_powervm.virt.powervm import vif
from nova_powervm.virt.powervm import vif_events
from nova_powervm.virt.powervm import vios
from nova_powervm.virt.powervm import vm

LOG = logging.getLogger(__name__)
CONF = conf.CONF

_MB_PER_GB = 1024


@dataclasses.dataclass(frozen=True)
class Request:
    """What nova asks for when it spawns a server.

    :ivar context: nova's request context.
    :ivar instance: the ``nova.objects.Instance``.
    :ivar image_meta: the ``nova.objects.ImageMeta``.
    :ivar files: injected files, pairs of path and contents.
    :ivar password: of the administrator, or None.
    :ivar network_info: the allocated ports; waiting for them is over.
    :ivar block_device_info: as nova passes it to spawn, or None.
    """

    context: Any
    instance: Any
    image_meta: Any
    files: Sequence[Any]
    password: str | None
    network_info: Any
    block_device_info: Any


def blank_disks(block_device_info: Any) -> Iterator[tuple[str, int]]:
    """Yield label and size in MiB of the empty disks that nova asks for."""
    for number, ephemeral in enumerate(
            nova_driver.block_device_info_get_ephemerals(block_device_info)):
        yield 'e%d' % number, ephemeral['size'] * _MB_PER_GB
    swap = nova_driver.block_device_info_get_swap(block_device_info)
    if nova_driver.swap_is_usable(swap):
        yield 's', swap['swap_size']


def make(virtapi: Any, adapter: Any, system: Any) -> 'Builder':
    """Return a builder as the options want it.

    Waits for Virtual I/O Servers, unless servers are bare LPARs.

    :raises nova.exception.InvalidConfiguration: if the options do not name a
        place for disks.
    :raises nova.exception.HypervisorUnavailable: if NovaLink does not say
        what there is, or has no Virtual I/O Server to use.
    """
    if CONF.powervm.bare_lpars:
        return Builder(virtapi, adapter, system.uuid, None, None)
    disks = vios.when_ready(
        adapter, CONF.powervm.vios_active_wait_timeout, lambda: disk.load(
            CONF.powervm.disk_driver, adapter, system.uuid, glance.API()))
    return Builder(
        virtapi, adapter, system.uuid, disks, media.Media(adapter))


class Builder:
    """Builds servers and takes them apart. Thread-safe.

    :param virtapi: nova's, by which a plugged port is waited for.
    :param adapter: pypowervm's.
    :param system_uuid: uuid of the managed system.
    :param disks: the disk driver; None makes bare LPARs: no disks, no
        configuration drive and no adapters.
    :param media: of configuration drives; None with ``disks``.
    """

    def __init__(self, virtapi: Any, adapter: Any, system_uuid: str,
                 disks: Any, media: Any) -> None:
        self._virtapi = virtapi
        self._adapter = adapter
        self._system_uuid = system_uuid
        self._disks = disks
        self._media = media

    def renew(self, adapter: Any) -> None:
        """Use another adapter from now on, that of a new session."""
        self._adapter = adapter
        if self._disks is not None:
            self._disks.renew(adapter)
            self._media.renew(adapter)

    def build(self, system: Any, request: Request, power_on: bool) -> None:
        """Make a server's parts and start it.

        If a step fails, all that was made is taken away again, last first,
        and its error is raised. What cannot be taken away is logged.

        :param system: wrapper of the managed system.
        :raises nova.exception.NovaException: of the step that failed.
        """
        instance = request.instance
        with contextlib.ExitStack() as undo:
            lpar = vm.create_lpar(self._adapter, system, instance)
            _on_failure(undo, instance, 'delete the LPAR', self._delete_lpar,
                        instance)
            if self._disks is not None:
                self._equip(undo, system, lpar, request)
            if power_on:
                _on_failure(undo, instance, 'power the LPAR off',
                            self._cut_power, instance)
                self._start(instance)
            undo.pop_all()

    def _equip(self, undo: contextlib.ExitStack, system: Any, lpar: Any,
               request: Request) -> None:
        """Give an LPAR its adapters, disks and configuration drive."""
        instance = request.instance
        _on_failure(undo, instance, 'unplug its ports', self._unplug,
                    instance)
        with vif_events.wait_for_plugging(
                self._virtapi, instance, request.network_info):
            self.plug(system, instance, request.network_info)
        _on_failure(undo, instance, 'delete its disks', self._disks.delete_of,
                    instance)
        _on_failure(undo, instance, 'delete its configuration drive',
                    self._media.delete_of, instance)
        made = list(self._backings(request))
        _on_failure(undo, instance, 'remove its mappings', self._detach,
                    instance)
        mapping.attach(self._adapter, self._system_uuid, lpar.uuid, made)

    def _backings(self, request: Request) -> Iterator[mapping.Backing]:
        """Make what an LPAR is mapped to, the boot disk first."""
        instance = request.instance
        yield self._disks.create_boot(
            request.context, instance, request.image_meta)
        for label, size_mb in blank_disks(request.block_device_info):
            yield self._disks.create_blank(instance, label, size_mb)
        if configdrive.required_by(instance):
            yield self._media.create(
                request.context, instance, request.files, request.password,
                request.network_info)

    def _start(self, instance: Any) -> None:
        try:
            vm.power_on(self._adapter, instance)
        except exception.InstanceNotFound as e:
            # nova would take that for a server deleted by its user.
            raise exception.InstanceDeployFailure(
                reason='the LPAR disappeared before it was started') from e

    def take_apart(self, instance: Any) -> None:
        """Cut a server's power and take away its parts; missing is fine.

        The LPAR goes last: while it is there, its mappings tell what is its.

        :raises nova.exception.InstancePowerOffFailure: if its LPAR is still
            there and could not be powered off.
        :raises nova.exception.InstanceTerminationFailure: if something could
            not be taken away.
        """
        try:
            self._cut_power(instance)
        except exception.InstancePowerOffFailure:
            # Deleted meanwhile is deleted.
            if vm.instance_exists(self._adapter, instance):
                raise
        if self._disks is not None:
            self._detach(instance)
            self._disks.delete_of(instance)
            self._media.delete_of(instance)
            try:
                self._unplug(instance)
            except exception.VirtualInterfaceUnplugException as e:
                raise exception.InstanceTerminationFailure(
                    reason=str(e)) from e
        self._delete_lpar(instance)

    def plug(self, system: Any, instance: Any, network_info: Any) -> None:
        """Plug ports that are not plugged; bare LPARs have none."""
        if self._disks is not None:
            vif.plug_all(self._adapter, system, instance.uuid, network_info)

    def capacity(self) -> Any:
        """Return the disk driver's capacity; None without disks.

        :raises nova.exception.HypervisorUnavailable: if it cannot be read.
        """
        if self._disks is None:
            return None
        try:
            return self._disks.capacity()
        except pvm_exc.Error as e:
            raise exception.HypervisorUnavailable(
                'Cannot read the space for disks: %s' % e) from e

    def remove_leftovers(self, context: Any, host: str) -> None:
        """Remove what a nova-compute that died has left of servers.

        If that fails it is logged: the next start tries again.

        :param context: nova's request context of an administrator.
        :param host: nova's name of this host.
        """
        if self._disks is None:
            return
        try:
            leftovers.remove(self._adapter, context, host,
                             [self._disks, self._media])
        except Exception as e:
            LOG.warning('Leftovers of servers could not be looked for; '
                        'trying again at the next start: %s', e)

    def manage_image_cache(self, context: Any, instances: Any) -> None:
        """Delete copies of images that no instance has used for long."""
        if self._disks is not None:
            self._disks.manage_image_cache(context, instances)

    def _cut_power(self, instance: Any) -> None:
        with contextlib.suppress(exception.InstanceNotFound):
            vm.power_off(self._adapter, instance)

    # A build takes minutes, and the session may be another one at its end.

    def _delete_lpar(self, instance: Any) -> None:
        vm.delete_lpar(self._adapter, instance)

    def _unplug(self, instance: Any) -> None:
        vif.unplug_all(self._adapter, instance.uuid)

    def _detach(self, instance: Any) -> None:
        drive = media.medium_name(instance)
        mapping.detach(
            self._adapter, vm.get_pvm_uuid(instance),
            lambda name: name == drive or self._disks.is_of(instance, name))


def _on_failure(undo: contextlib.ExitStack, instance: Any, what: str,
                function: Callable[..., object], *args: Any) -> None:
    """Have something done if the build fails, whatever else fails then."""
    def done() -> None:
        try:
            function(*args)
        except Exception:
            # The build's own error is the one to raise.
            LOG.exception('The build failed, and nova-compute could not %s',
                          what, instance=instance)

    undo.callback(done)
