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

"""LPARs as nova's instances: names, states, and what is done to them.

The functions take pypowervm's adapter and keep no state of their own; they
may be called from any thread. Unless one says otherwise, errors of the REST
service pass through as ``pypowervm.exceptions.Error``.
"""

import math
import time
from typing import Any

from nova.compute import power_state
from nova import exception
from nova import objects
from nova.virt import event
from nova.virt import hardware
from oslo_concurrency import lockutils
from oslo_log import log as logging
from oslo_serialization import jsonutils
from oslo_utils import uuidutils
from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import log_helper
from pypowervm.tasks import power
from pypowervm.tasks import power_opts
from pypowervm import util as pvm_util
from pypowervm.utils import lpar_builder
from pypowervm.utils import uuid as pvm_uuid_utils
from pypowervm.utils import validation
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import logical_partition

from nova_powervm import conf

LOG = logging.getLogger(__name__)
CONF = conf.CONF

_State = base_partition.LPARState

POWERVM_TO_NOVA_STATE: dict[str, int] = {
    # An LPAR counts as running from the first moment of its start to the
    # last of its shutdown: until then it can be stopped.
    _State.STARTING: power_state.RUNNING,
    _State.OPEN_FIRMWARE: power_state.RUNNING,
    _State.RUNNING: power_state.RUNNING,
    _State.MIGRATING_RUNNING: power_state.RUNNING,
    _State.SUSPENDING: power_state.RUNNING,
    _State.SHUTTING_DOWN: power_state.RUNNING,
    # Likewise it stays suspended until it has resumed.
    _State.SUSPENDED: power_state.SUSPENDED,
    _State.RESUMING: power_state.SUSPENDED,
    _State.NOT_ACTIVATED: power_state.SHUTDOWN,
    _State.MIGRATING_NOT_ACTIVE: power_state.SHUTDOWN,
    _State.ERROR: power_state.CRASHED,
    _State.HARDWARE_DISCOVERY: power_state.NOSTATE,
    _State.NOT_AVAILBLE: power_state.NOSTATE,
    _State.UNKNOWN: power_state.NOSTATE,
}

_POWER_STATES: dict[str | None, int] = {
    state.lower(): power for state, power in POWERVM_TO_NOVA_STATE.items()}

# What translate_event makes of a state. It is not the table above: an error
# counts as stopped here, and a suspension as done once it has begun.
RUNNING_EVENTS = [_State.MIGRATING_RUNNING, _State.RUNNING, _State.STARTING,
                  _State.OPEN_FIRMWARE]
STOPPED_EVENTS = [_State.NOT_ACTIVATED, _State.ERROR, _State.UNKNOWN]
SUSPENDED_EVENTS = [_State.SUSPENDING]
RESUMING_EVENTS = [_State.RESUMING]

POWERVM_STARTABLE_STATE = (_State.NOT_ACTIVATED,)
# For callers that ask first. power_off leaves it to the hypervisor, which can
# stop an LPAR in other states too.
POWERVM_STOPABLE_STATE = (
    _State.RUNNING, _State.STARTING, _State.OPEN_FIRMWARE,
    _State.SHUTTING_DOWN, _State.ERROR, _State.RESUMING, _State.SUSPENDING)

# Extra specs of a flavor and the attribute of pypowervm's LPAR builder that
# each one sets as it is.
_EXTRA_SPECS = {
    'powervm:min_mem': lpar_builder.MIN_MEM,
    'powervm:max_mem': lpar_builder.MAX_MEM,
    'powervm:min_vcpu': lpar_builder.MIN_VCPU,
    'powervm:max_vcpu': lpar_builder.MAX_VCPU,
    'powervm:proc_units': lpar_builder.PROC_UNITS,
    'powervm:min_proc_units': lpar_builder.MIN_PROC_U,
    'powervm:max_proc_units': lpar_builder.MAX_PROC_U,
    'powervm:dedicated_proc': lpar_builder.DED_PROCS,
    'powervm:shared_weight': lpar_builder.UNCAPPED_WEIGHT,
    'powervm:availability_priority': lpar_builder.AVAIL_PRIORITY,
}


def translate_event(pvm_state: str | None, pwr_state: int | None
                    ) -> int | None:
    """Tell which lifecycle event leads from nova's state to the LPAR's.

    :param pvm_state: PartitionState, as NovaLink spells it.
    :param pwr_state: nova's power state of the instance.
    :returns: a ``nova.virt.event.EVENT_LIFECYCLE_*``, or None if the states
        agree or the LPAR's has no event.
    """
    if pvm_state in RUNNING_EVENTS:
        target, result = power_state.RUNNING, event.EVENT_LIFECYCLE_STARTED
    elif pvm_state in STOPPED_EVENTS:
        target, result = power_state.SHUTDOWN, event.EVENT_LIFECYCLE_STOPPED
    elif pvm_state in SUSPENDED_EVENTS:
        target, result = (power_state.SUSPENDED,
                          event.EVENT_LIFECYCLE_SUSPENDED)
    elif pvm_state in RESUMING_EVENTS:
        target, result = power_state.RUNNING, event.EVENT_LIFECYCLE_RESUMED
    else:
        return None
    return None if pwr_state == target else result


def get_pvm_uuid(instance: Any) -> str:
    """Return the uuid of the LPAR that stands for an instance.

    PowerVM clears the first bit of each uuid, so the way back is ambiguous:
    see :func:`instance_uuids`.

    :param instance: a ``nova.objects.Instance`` or an instance's uuid.
    :returns: the LPAR's uuid in upper case.
    """
    uuid = instance if uuidutils.is_uuid_like(instance) else instance.uuid
    return str(pvm_uuid_utils.convert_uuid_to_pvm(uuid).upper())


def _uuid_set_high_bit(pvm_uuid: str) -> str:
    """Return the uuid with its first bit set, which PowerVM had cleared."""
    return '%x%s' % (int(pvm_uuid[0], 16) | 8, pvm_uuid[1:])


def instance_uuids(pvm_uuid: str) -> tuple[str, str]:
    """Return both instance uuids that an LPAR's uuid can stand for.

    :returns: with the first bit clear, and set; both in lower case.
    """
    uuid = pvm_uuid.lower()
    return uuid, _uuid_set_high_bit(uuid)


def get_instance(context: Any, pvm_uuid: str) -> Any:
    """Look up the instance for which an LPAR stands.

    One call to nova-conductor, or two where the first finds nothing.

    :param context: a nova request context, of an administrator.
    :param pvm_uuid: the LPAR's uuid, in any case.
    :returns: the ``nova.objects.Instance``, or None: if there is none, and
        also if the lookup failed, which a warning tells.
    """
    try:
        for uuid in instance_uuids(pvm_uuid):
            try:
                return objects.Instance.get_by_uuid(context, uuid)
            except exception.InstanceNotFound:
                continue
    except Exception as e:
        LOG.warning('Looking up the instance of LPAR %s failed; it is treated '
                    'as if there were none: %s', pvm_uuid, e)
    return None


def get_vm_qp(adapter: Any, lpar_uuid: str, qprop: str | None = None,
              log_errors: bool = True) -> Any:
    """Read one or all quick properties of an LPAR.

    :param adapter: pypowervm's adapter.
    :param lpar_uuid: the LPAR's uuid.
    :param qprop: name of the property; None reads them all.
    :param log_errors: whether pypowervm's log helper may log the REST
        exchange when it fails; False where a failure is to be expected.
    :returns: the property's value, or a dict of all of them, as they were in
        the JSON answer.
    :raises nova.exception.InstanceNotFound: if there is no such LPAR on this
        host.
    :raises ValueError: if the answer is no JSON.
    """
    kwargs: dict[str, Any] = {}
    if not log_errors:
        kwargs['helpers'] = [helper for helper in adapter.helpers
                             if helper is not log_helper.log_helper]
    try:
        response = adapter.read(
            logical_partition.LPAR.schema_type, root_id=lpar_uuid,
            suffix_type='quick', suffix_parm=qprop, **kwargs)
    except pvm_exc.HttpNotFound as e:
        raise exception.InstanceNotFound(instance_id=lpar_uuid) from e
    return jsonutils.loads(response.body)


def get_vm_info(adapter: Any, instance: Any) -> hardware.InstanceInfo:
    """Read the power state of an instance's LPAR.

    :returns: the state by :data:`POWERVM_TO_NOVA_STATE`, in whatever case
        NovaLink writes it; NOSTATE for a state that is not in it.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    """
    state = get_vm_qp(adapter, get_pvm_uuid(instance), 'PartitionState')
    return hardware.InstanceInfo(_POWER_STATES.get(
        state.lower() if isinstance(state, str) else None,
        power_state.NOSTATE))


def instance_exists(adapter: Any, instance: Any) -> bool:
    """Tell whether an instance has an LPAR on this host."""
    try:
        get_vm_qp(adapter, get_pvm_uuid(instance), 'PartitionID',
                  log_errors=False)
    except exception.InstanceNotFound:
        return False
    return True


def get_lpars(adapter: Any) -> list[Any]:
    """Return the wrappers of all LPARs but the management partition."""
    return list(logical_partition.LPAR.search(adapter,
                                              is_mgmt_partition=False))


def get_instance_wrapper(adapter: Any, instance: Any) -> Any:
    """Return the pypowervm wrapper of an instance's LPAR.

    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    """
    lpar_uuid = get_pvm_uuid(instance)
    try:
        return logical_partition.LPAR.get(adapter, uuid=lpar_uuid)
    except pvm_exc.HttpNotFound as e:
        raise exception.InstanceNotFound(instance_id=lpar_uuid) from e


def _lpar_attributes(instance: Any) -> dict[str, Any]:
    """Translate an instance and its flavor for pypowervm's LPAR builder.

    :raises ValueError: for an extra spec ``powervm:*`` that is not known.
    """
    attributes = {
        lpar_builder.NAME:
            pvm_util.sanitize_partition_name_for_api(instance.name),
        lpar_builder.UUID: get_pvm_uuid(instance),
        lpar_builder.MEM: instance.flavor.memory_mb,
        lpar_builder.VCPU: instance.flavor.vcpus,
    }
    for key, value in instance.flavor.extra_specs.items():
        if not key.startswith('powervm:'):
            continue
        if key not in _EXTRA_SPECS:
            raise ValueError(
                "the flavor's extra spec %s is not supported; the supported "
                "ones are %s" % (key, ', '.join(sorted(_EXTRA_SPECS))))
        attributes[_EXTRA_SPECS[key]] = value
    return attributes


def create_lpar(adapter: Any, host_wrapper: Any, instance: Any) -> Any:
    """Create an instance's LPAR, sized by its flavor and powered off.

    :param host_wrapper: wrapper of the managed system.
    :returns: the wrapper of the new LPAR.
    :raises nova.exception.BuildAbortException: if no LPAR can be built from
        the flavor; other hosts would find the same.
    :raises nova.exception.ComputeResourcesUnavailable: if the LPAR exceeds
        what this machine has free or allows; nova may try another host.
    :raises nova.exception.InstanceDeployFailure: if NovaLink refuses the
        LPAR; nova may try another host.
    """
    try:
        standardize = lpar_builder.DefaultStandardize(
            host_wrapper, proc_units_factor=CONF.powervm.proc_units_factor)
        lpar = lpar_builder.LPARBuilder(
            adapter, _lpar_attributes(instance), standardize).build()
    except (lpar_builder.LPARBuilderException, TypeError, ValueError) as e:
        raise exception.BuildAbortException(
            instance_uuid=instance.uuid, reason=str(e)) from e
    try:
        validation.LPARWrapperValidator(lpar, host_wrapper).validate_all()
    except validation.ValidatorException as e:
        raise exception.ComputeResourcesUnavailable(reason=str(e)) from e
    LOG.info('Creating LPAR %s', lpar.name, instance=instance)
    try:
        return lpar.create(parent=host_wrapper)
    except pvm_exc.Error as e:
        raise exception.InstanceDeployFailure(reason=str(e)) from e


def delete_lpar(adapter: Any, instance: Any) -> None:
    """Delete an instance's LPAR; nothing to do if there is none.

    :raises nova.exception.InstanceTerminationFailure: if NovaLink refuses.
    """
    try:
        adapter.delete(logical_partition.LPAR.schema_type,
                       root_id=get_pvm_uuid(instance))
    except pvm_exc.HttpNotFound:
        LOG.info('There is no LPAR to delete', instance=instance)
    except pvm_exc.Error as e:
        raise exception.InstanceTerminationFailure(reason=str(e)) from e
    else:
        LOG.info('Deleted the LPAR', instance=instance)


def _power_lock(instance: Any) -> Any:
    # A stop that overtakes a start would leave whichever job ends last.
    return lockutils.lock('power_%s' % instance.uuid)


def power_on(adapter: Any, instance: Any) -> bool:
    """Power on an instance's LPAR and wait for the job's end.

    One power operation of an instance runs at a time.

    :returns: whether it was started; False if it already ran.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    :raises nova.exception.InstancePowerOnFailure: if the REST service or the
        job failed, the job took longer than pypowervm's job timeout, or the
        LPAR is in a state from which it cannot be started.
    """
    with _power_lock(instance):
        try:
            lpar = get_instance_wrapper(adapter, instance)
            if lpar.state in POWERVM_STARTABLE_STATE:
                power.PowerOp.start(lpar)
                return True
        except pvm_exc.Error as e:
            raise exception.InstancePowerOnFailure(reason=str(e)) from e
    if POWERVM_TO_NOVA_STATE.get(lpar.state) == power_state.RUNNING:
        return False
    raise exception.InstancePowerOnFailure(
        reason="the LPAR's state is '%s'" % lpar.state)


def power_off(adapter: Any, instance: Any, timeout: int = 0,
              retry_interval: int = 0) -> bool:
    """Power off an instance's LPAR and wait for the job's end.

    One power operation of an instance runs at a time.

    :param timeout: seconds for which the operating system may shut down
        before the power is cut; 0 cuts it at once.
    :param retry_interval: seconds after which the operating system is asked
        to shut down again, within the timeout; 0 asks once.
    :returns: whether it was stopped; False if it already was.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    :raises nova.exception.InstancePowerOffFailure: if the REST service or the
        last job, which cuts the power, failed, or that job took longer than
        pypowervm's job timeout.
    """
    with _power_lock(instance):
        try:
            lpar = get_instance_wrapper(adapter, instance)
            if POWERVM_TO_NOVA_STATE.get(lpar.state) == power_state.SHUTDOWN:
                return False
            if not _shut_down(lpar, timeout, retry_interval):
                power.PowerOp.stop(
                    lpar, opts=power_opts.PowerOffOpts().vsp_hard())
        except pvm_exc.Error as e:
            raise exception.InstancePowerOffFailure(reason=str(e)) from e
    return True


def reboot(adapter: Any, instance: Any, hard: bool, timeout: int = 0) -> None:
    """Restart an instance's LPAR, or start it if it is off.

    One power operation of an instance runs at a time.

    :param hard: whether to cut the power instead of asking the operating
        system to shut down.
    :param timeout: seconds for which the operating system may shut down in a
        soft reboot before the power is cut.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    :raises nova.exception.InstanceRebootFailure: if the REST service or the
        last job failed, or that job took longer than pypowervm's job timeout.
    """
    with _power_lock(instance):
        try:
            lpar = get_instance_wrapper(adapter, instance)
            if lpar.state in POWERVM_STARTABLE_STATE:
                power.PowerOp.start(lpar)
            elif hard or not _shut_down(lpar, timeout, restart=True):
                power.PowerOp.stop(
                    lpar, opts=power_opts.PowerOffOpts().vsp_hard().restart())
        except pvm_exc.Error as e:
            raise exception.InstanceRebootFailure(reason=str(e)) from e


def _shut_down(lpar: Any, timeout: int, retry_interval: int = 0,
               restart: bool = False) -> bool:
    """Ask the operating system of an LPAR to shut down.

    Through RMC where the LPAR has it, else (or where that is refused) by the
    power-off signal that the firmware passes on. pypowervm's own progression
    is of no use here: it waits up to half an hour for its second step.

    :returns: whether the LPAR went down within the timeout.
    """
    opts = power_opts.PowerOffOpts().soft_detect(lpar).restart(restart)
    deadline = time.monotonic() + timeout
    # pypowervm takes 0 for no limit, and looks at a job once a second.
    while (left := math.ceil(deadline - time.monotonic())) > 0:
        try:
            power.PowerOp.stop(lpar, opts=opts,
                               timeout=min(left, retry_interval or left))
            return True
        except pvm_exc.VMPowerOffTimeout:
            continue
        except pvm_exc.VMPowerOffFailure as e:
            if not opts.is_os:
                LOG.warning('LPAR %s refused to shut down: %s', lpar.name, e)
                return False
            opts.vsp_normal()
    return False
