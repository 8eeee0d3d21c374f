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

"""nova's compute driver for PowerVM, by way of NovaLink."""

from collections.abc import Iterator
import contextlib
import datetime
import threading
import time
from typing import Any

from nova.compute import utils as compute_utils
from nova import context as nova_context
from nova import exception
from nova import objects
from nova.virt import driver
from nova.virt import hardware
from oslo_log import log as logging
from oslo_utils import excutils
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import logical_partition

from nova_powervm import conf
from nova_powervm.conf import release_9
from nova_powervm.virt.powervm import building
from nova_powervm.virt.powervm import compute_service
from nova_powervm.virt.powervm import connection
from nova_powervm.virt.powervm import diagnostics
from nova_powervm.virt.powervm import handlers
from nova_powervm.virt.powervm import host as pvm_host
from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import listing
from nova_powervm.virt.powervm.lifecycle import opts
from nova_powervm.virt.powervm.lifecycle import reads
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm import lost_stop
from nova_powervm.virt.powervm import refusals
from nova_powervm.virt.powervm import shared_listing
from nova_powervm.virt.powervm import vif as pvm_vif
from nova_powervm.virt.powervm import vm

LOG = logging.getLogger(__name__)
CONF = conf.CONF

# pypowervm takes five seconds over each of them.
_LISTENER_TRIES = 3

# Seconds for which a read of the managed system tells its inventory. nova
# reads it once a minute, [DEFAULT] update_resources_interval.
_SYSTEM_MAX_AGE = 120.0

# What nova may do with servers that have disks and networks.
_WITH_STORAGE = ('has_imagecache', 'supports_attach_interface',
                 'supports_image_type_raw')


class PowerVMDriver(refusals.Refusals, driver.ComputeDriver):
    """Runs instances as LPARs of the managed system it is itself part of.

    It may be called from any number of threads once ``init_host`` has
    returned; the power operations of one instance wait for each other.

    ``session`` and ``adapter`` are pypowervm's, ``host_wrapper`` is its
    wrapper of the managed system as it was last read. All are None before
    ``init_host`` and after ``cleanup_host``. ``nvram_mgr`` is where an event
    handler hands on NVRAM changes; this driver keeps no NVRAM, so it is None.
    """

    def __init__(self, virtapi: Any) -> None:
        super().__init__(virtapi)
        self.session: Any = None
        self.adapter: Any = None
        self.host_wrapper: Any = None
        self.nvram_mgr: Any = None
        # Bare LPARs get none of this.
        self.capabilities: dict[str, bool] = {
            **driver.ComputeDriver.capabilities,
            **dict.fromkeys(_WITH_STORAGE, not CONF.powervm.bare_lpars)}
        self._builder: building.Builder | None = None
        self._nodename: str = CONF.host
        self._event_handler: Any = None
        self._mgmt_lpar_uuid: str | None = None
        self._system_read_at = 0.0
        self._service: compute_service.ComputeService | None = None
        self._listing = shared_listing.SharedListing(
            listing.Lister(
                self, stats.Statistics({}, reported=False),
                time.monotonic).read,
            # A handler from elsewhere need not have it.
            lambda: getattr(self._event_handler, 'listed', None),
            time.monotonic)
        # Held while the session and what hangs on it change.
        self._session_lock = threading.Lock()

    def init_host(self, host: str) -> None:
        """Log on to NovaLink and begin to receive its events.

        Blocks until the REST service answers, for as long as the option
        ``rest_connect_tries`` allows. Whatever was set up is cleaned up again
        if it fails, and before it begins anew.

        :param host: nova's name for this host, and for its only node.
        :raises oslo_config.cfg.ConfigFileValueError: if an option's value is
            not one that it can have.
        :raises ValueError: if options contradict each other.
        :raises nova.exception.InvalidConfiguration: if there is no event
            handler or disk driver of the configured name, or no place for
            disks.
        :raises nova.exception.HypervisorUnavailable: if the REST service
            cannot be used or does not manage exactly one system, or if there
            is no Virtual I/O Server to use.
        """
        self.cleanup_host(host)
        # First what needs no service, so that it is told without a wait.
        opts.validate(CONF)
        release_9.warn_if_set(CONF)
        handler_class = handlers.load(CONF.powervm.event_handler)
        if CONF.powervm.bare_lpars:
            LOG.warning('[powervm] bare_lpars is set: servers are created '
                        'without disks and network adapters')
        self._nodename = host
        try:
            self.session = connection.open_session(
                CONF.powervm.rest_connect_tries, _LISTENER_TRIES)
            self.adapter = connection.make_adapter(self.session)
            self.host_wrapper = connection.only_system(self.adapter)
            self._system_read_at = time.monotonic()
            self._builder = building.make(
                self.virtapi, self.adapter, self.host_wrapper)
            self._builder.remove_leftovers(
                nova_context.get_admin_context(), host)
            self._event_handler = handler_class(self)
            self.session.get_event_listener().subscribe(self._event_handler)
            self._watch_service()
        except Exception:
            with excutils.save_and_reraise_exception():
                self.cleanup_host(host)
        LOG.info('Managing the PowerVM system %(name)s (%(uuid)s) with the '
                 'event handler %(handler)s',
                 {'name': self.host_wrapper.system_name,
                  'uuid': self.host_wrapper.uuid,
                  'handler': CONF.powervm.event_handler})

    def cleanup_host(self, host: str) -> None:
        """Stop to receive events and let go of NovaLink.

        Other subscribers of the session's listener are left alone. May be
        called at any time, more than once, whatever ``init_host`` achieved.
        """
        service, self._service = self._service, None
        if service is not None:
            service.stop()
        with self._session_lock:
            handler, self._event_handler = self._event_handler, None
        if handler is not None:
            self._dismiss(self.session, handler)
        self.session = None
        self.adapter = None
        self.host_wrapper = None
        self._builder = None
        self._mgmt_lpar_uuid = None

    def renew_session(self) -> None:
        """Log on anew, after NovaLink ended the session for good.

        The event handler calls this, on a thread of its own. Until it
        succeeds everything stays as it was.

        :raises nova.exception.HypervisorUnavailable: if the REST service
            cannot be used.
        """
        # Who calls this tries it again.
        session = connection.open_session(1, 1)
        adapter = connection.make_adapter(session)
        system = connection.only_system(adapter)
        with self._session_lock:
            handler, old = self._event_handler, self.session
            if handler is None:
                # cleanup_host was faster.
                return
            self.session, self.adapter = session, adapter
            self.host_wrapper = system
            self._building().renew(adapter)
            self._system_read_at = time.monotonic()
            _unsubscribe(old, handler)
            session.get_event_listener().subscribe(handler)

    def register_event_listener(self, callback: Any) -> None:
        """Take nova's callback for events; see the base class.

        nova registers it after ``init_host``. What the event handler found
        until then was told to nobody.
        """
        super().register_event_listener(
            None if callback is None else lost_stop.Callback(
                callback, self._nodename, time.monotonic))
        # A handler from elsewhere need not have one.
        resync = getattr(self._event_handler, 'resync', None)
        if callback is not None and resync is not None:
            resync()

    @contextlib.contextmanager
    def _acting_on(self, instance: Any) -> Iterator[None]:
        """Drop what is known of an instance's LPAR, as nova acts on it.

        Whatever the event handler knew of nova and the LPAR, or a list says
        of it, may be wrong from now on.
        """
        # A handler from elsewhere need not have it.
        forget = getattr(self._event_handler, 'forget_agreement', None)
        lpar = interfaces.LparUuid(vm.get_pvm_uuid(instance))
        try:
            self._listing.acted(lpar)
            if forget is not None:
                forget(lpar)
            yield
        finally:
            self._listing.acted(lpar)
            if forget is not None:
                forget(lpar)

    @staticmethod
    def _dismiss(session: Any, handler: Any) -> None:
        _unsubscribe(session, handler)
        # A handler from elsewhere need not have one.
        stop = getattr(handler, 'stop', None)
        if stop is not None:
            try:
                stop()
            except Exception:
                # Nova has more to clean up after this.
                LOG.exception('The event handler did not stop')

    def _watch_service(self) -> None:
        after = CONF.powervm.disable_service_after
        if after:
            self._service = compute_service.ComputeService(
                self._nodename, after,
                lambda: getattr(self.session, 'away_since', None),
                self.virtapi)
            self._service.start()

    def _refresh_host(self) -> Any:
        """Read the managed system anew, and return it."""
        began = time.monotonic()
        system = connection.refresh(self.host_wrapper)
        with self._session_lock:
            # Not the lost session's, if there was a new one meanwhile.
            if system.adapter is self.adapter:
                self.host_wrapper = system
                self._system_read_at = began
            return self.host_wrapper

    def spawn(self, context: Any, instance: Any, image_meta: Any,
              injected_files: Any, admin_password: Any, allocations: Any,
              network_info: Any = None, block_device_info: Any = None,
              power_on: bool = True, accel_info: Any = None) -> None:
        """Create an instance's LPAR and start it; see the base class.

        nova allocates the network meanwhile, on another thread. The LPAR is
        created when that has succeeded. If anything fails, nothing of the
        server is left on this host.

        :raises nova.exception.BuildAbortException: if the server is to have
            volumes.
        :raises Exception: what the allocation, or a step of the build, failed
            with. nova knows which of these end the build, and which may
            succeed on another host.
        """
        # Before the wait: nova itself waits for the allocation, to undo it.
        refusals.check_volumes(instance, block_device_info)
        if network_info is not None:
            # To read it is to wait for it.
            len(network_info)
        with self._acting_on(instance):
            self._building().build(self._refresh_host(), building.Request(
                context, instance, image_meta, injected_files or [],
                admin_password, network_info or [], block_device_info),
                power_on)

    def destroy(self, context: Any, instance: Any, network_info: Any,
                block_device_info: Any = None, destroy_disks: bool = True,
                destroy_secrets: bool = True) -> None:
        """Cut an instance's power and take away all that it has here.

        What is gone already is no error.

        :raises nova.exception.InstancePowerOffFailure: if it is still there
            and could not be powered off.
        :raises nova.exception.InstanceTerminationFailure: if something could
            not be deleted.
        """
        with self._acting_on(instance):
            self._building().take_apart(instance)

    def cleanup(self, context: Any, instance: Any, network_info: Any,
                block_device_info: Any = None, destroy_disks: bool = True,
                migrate_data: Any = None, destroy_vifs: bool = True,
                destroy_secrets: bool = True) -> None:
        """Nothing is left of an instance once it is destroyed."""

    def plug_vifs(self, instance: Any, network_info: Any) -> None:
        """Plug an instance's ports again, as after a restart of the host.

        Ports that are plugged stay as they are.

        :raises nova.exception.VirtualInterfacePlugException: if one cannot be
            plugged; nova sets the server in error.
        :raises nova.exception.HypervisorUnavailable: if NovaLink does not
            answer: nova-compute does not start then, as after
            :meth:`get_info`, and the server is left as it is.
        """
        try:
            self._building().plug(self.host_wrapper, instance, network_info)
        except exception.VirtualInterfacePlugException as e:
            if reads.is_no_service(e.__cause__):
                raise exception.HypervisorUnavailable(str(e)) from e
            raise

    def unplug_vifs(self, instance: Any, network_info: Any) -> None:
        """Unplug an instance's ports.

        :raises nova.exception.VirtualInterfaceUnplugException: if that fails.
        """
        for port in network_info:
            pvm_vif.unplug(self.adapter, instance.uuid, port)

    def attach_interface(self, context: Any, instance: Any, image_meta: Any,
                         vif: Any) -> None:
        """Give an LPAR one more network adapter, whether it runs or not.

        :raises nova.exception.InterfaceAttachFailed: if that fails.
        """
        pvm_vif.attach(self.adapter, self.host_wrapper, instance, vif)

    def detach_interface(self, context: Any, instance: Any, vif: Any
                         ) -> None:
        """Take a network adapter from an LPAR, whether it runs or not.

        :raises nova.exception.InterfaceDetachFailed: if that fails.
        """
        pvm_vif.detach(self.adapter, instance, vif)

    def manage_image_cache(self, context: Any, all_instances: Any) -> None:
        """Delete copies of images that no instance has used for long."""
        self._building().manage_image_cache(context, all_instances)

    def _building(self) -> building.Builder:
        builder = self._builder
        if builder is None:
            raise exception.VirtDriverNotReady('init_host has not ended')
        return builder

    def power_on(self, context: Any, instance: Any, network_info: Any,
                 block_device_info: Any = None, accel_info: Any = None,
                 share_info: Any = None) -> None:
        """Start an instance's LPAR; see :func:`.vm.power_on`."""
        with self._acting_on(instance):
            vm.power_on(self.adapter, instance)

    def power_off(self, instance: Any, timeout: int = 0,
                  retry_interval: int = 0) -> None:
        """Stop an instance's LPAR; see :func:`.vm.power_off`.

        :raises nova.exception.InstancePowerOffFailure: also if nova stops the
            instance for something that this driver would then refuse.
        """
        refusals.check_power_off(instance)
        with self._acting_on(instance):
            vm.power_off(self.adapter, instance, timeout, retry_interval)

    def reboot(self, context: Any, instance: Any, network_info: Any,
               reboot_type: str, block_device_info: Any = None,
               bad_volumes_callback: Any = None, accel_info: Any = None,
               share_info: Any = None) -> None:
        """Restart an instance's LPAR; see :func:`.vm.reboot`.

        In a soft reboot the operating system has as long to shut down as
        when nova stops the instance.

        :raises nova.exception.InstanceRebootFailure: also if the instance has
            no LPAR here: nova records no fault for an InstanceNotFound.
        """
        timeout = compute_utils.get_value_from_system_metadata(
            instance, key='image_os_shutdown_timeout', type=int,
            default=CONF.shutdown_timeout)
        try:
            with self._acting_on(instance):
                vm.reboot(self.adapter, instance, hard=reboot_type == 'HARD',
                          timeout=timeout)
        except exception.InstanceNotFound as e:
            raise exception.InstanceRebootFailure(
                reason='its LPAR %s does not exist on this host' %
                       vm.get_pvm_uuid(instance)) from e

    def get_info(self, instance: Any, use_cache: bool = True
                 ) -> hardware.InstanceInfo:
        """Return an instance's power state.

        :param use_cache: whether a list of all LPARs may answer that was read
            a few seconds ago, as for nova's periodic power sync. It does so
            only if nova would do nothing about that answer: nova acts upon a
            state that was read for it.
        :raises nova.exception.InstanceNotFound: if it has no LPAR here. Any
            other failure is raised as it is, lest it pass for a state.
        :raises nova.exception.HypervisorUnavailable: if ``use_cache`` and the
            LPARs cannot be listed.
        """
        if use_cache:
            state = self._listing.state(
                interfaces.LparUuid(vm.get_pvm_uuid(instance)))
            if state is not None:
                info = vm.info_of(state)
                if not agreement.would_act(
                        instance.vm_state, instance.power_state, info.state):
                    return info
        return vm.get_vm_info(self.adapter, instance)

    def get_diagnostics(self, instance: Any) -> dict[str, Any]:
        """Read an LPAR's properties; see :func:`.diagnostics.read`."""
        return diagnostics.read(self.adapter, instance)

    def get_instance_diagnostics(self, instance: Any) -> Any:
        """Read an LPAR's properties as nova's diagnostics object.

        See :func:`.diagnostics.read` for what is raised.
        """
        return diagnostics.standardized(
            diagnostics.read(self.adapter, instance))

    def instance_exists(self, instance: Any) -> bool:
        """Tell whether an instance has an LPAR on this host."""
        return vm.instance_exists(self.adapter, instance)

    def get_num_instances(self) -> int:
        """Return how many of nova's instances of this host have an LPAR here.

        nova compares it with the number of its own. One read from NovaLink,
        or none, and one call to nova-conductor.

        :raises nova.exception.VirtDriverNotReady: if the LPARs cannot be
            listed; nova skips the round of its power sync then.
        """
        with _not_ready():
            lpars = self._listing.get()
        uuids = objects.InstanceList.get_uuids_by_host(
            nova_context.get_admin_context(), self._nodename)
        return sum(vm.get_pvm_uuid(uuid) in lpars for uuid in uuids)

    def list_instances(self) -> list[str]:
        """Return the names of all LPARs but the management partition.

        :raises nova.exception.VirtDriverNotReady: if they cannot be read.
        """
        with _not_ready():
            return [lpar.name for lpar in vm.get_lpars(self.adapter)]

    def list_instance_uuids(self) -> list[str]:
        """Return the uuids of all instances that may have an LPAR here.

        Each LPAR contributes the two that its uuid can stand for. nova uses
        the list to select from its own records, where at most one exists.

        :raises nova.exception.VirtDriverNotReady: if they cannot be read.
        """
        with _not_ready():
            return [uuid for lpar in vm.get_lpars(self.adapter)
                    for uuid in vm.instance_uuids(lpar.uuid)]

    def get_available_nodes(self, refresh: bool = False) -> list[str]:
        """Return the only node: the managed system, by nova's host name.

        Its uuid is the one that nova itself keeps for this host, in the file
        ``compute_id`` of the state path. The managed system's own would not
        do: a cloud that is upgraded already knows the node by another.
        """
        return [self._nodename]

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        """Read the resources of the host, in two REST reads.

        :raises nova.exception.HypervisorUnavailable: if they cannot be read.
        """
        return pvm_host.available_resource(
            self._refresh_host(), self._building().capacity(), nodename)

    def update_provider_tree(self, provider_tree: Any, nodename: str,
                             allocations: Any = None) -> None:
        """Set the node's inventory of VCPU, MEMORY_MB and DISK_GB.

        nova calls it after ``get_available_resource`` and uses what that
        read. nova calls it also whenever an instance changes; if the last
        read is too old by then, it costs one.

        :raises nova.exception.HypervisorUnavailable: if that fails.
        """
        system = self.host_wrapper
        if time.monotonic() >= self._system_read_at + _SYSTEM_MAX_AGE:
            system = self._refresh_host()
        ratios = self._get_allocation_ratios(
            provider_tree.data(nodename).inventory)
        provider_tree.update_inventory(nodename, pvm_host.inventory(
            system, self._building().capacity(), ratios,
            CONF.reserved_host_cpus, CONF.reserved_host_memory_mb,
            self._get_reserved_host_disk_gb_from_config()))

    def get_host_uptime(self) -> str:
        """Tell for how long the management partition has been running.

        NovaLink's REST does not offer the managed system's own uptime.

        :raises NotImplementedError: if NovaLink does not tell.
        """
        if self._mgmt_lpar_uuid is None:
            found = logical_partition.LPAR.search(
                self.adapter, is_mgmt_partition=True)
            if not found:
                raise NotImplementedError()
            self._mgmt_lpar_uuid = found[0].uuid
        seconds = logical_partition.LPAR.get(
            self.adapter, uuid=self._mgmt_lpar_uuid).uptime
        if seconds is None:
            raise NotImplementedError()
        return 'management partition up %s' % datetime.timedelta(
            seconds=seconds)


@contextlib.contextmanager
def _not_ready() -> Iterator[None]:
    """Say that NovaLink cannot be read as nova's periodic tasks expect it."""
    try:
        yield
    except (pvm_exc.Error, exception.HypervisorUnavailable) as e:
        raise exception.VirtDriverNotReady('NovaLink: %s' % e) from e


def _unsubscribe(session: Any, handler: Any) -> None:
    try:
        session.get_event_listener().unsubscribe(handler)
    except ValueError as e:
        LOG.debug('The event handler could not be unsubscribed: %s', e)
