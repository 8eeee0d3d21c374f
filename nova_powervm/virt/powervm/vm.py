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

"""LPARs of nova's instances: uuids, states and operations.

The functions take pypowervm's adapter, keep no state and are thread-safe.
Unless a docstring says otherwise, an error of the REST service is raised as
``pypowervm.exceptions.Error``.
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
from pypowervm.tasks import power
from pypowervm.tasks import power_opts
from pypowervm import util as pvm_util
from pypowervm.utils import uuid as pvm_uuid_utils
from pypowervm.utils import validation
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import logical_partition

from nova_powervm.virt.powervm import flavor

LOG = logging.getLogger(__name__)

_State = base_partition.LPARState

#: nova's power state for each state of an LPAR that NovaLink reports.
POWERVM_TO_NOVA_STATE: dict[str, int] = {
    # Running from the start of the boot to the end of the shutdown: all that
    # time nova can stop it.
    _State.STARTING: power_state.RUNNING,
    _State.OPEN_FIRMWARE: power_state.RUNNING,
    _State.RUNNING: power_state.RUNNING,
    _State.MIGRATING_RUNNING: power_state.RUNNING,
    _State.SUSPENDING: power_state.RUNNING,
    _State.SHUTTING_DOWN: power_state.RUNNING,
    # Suspended until the end of the resume.
    _State.SUSPENDED: power_state.SUSPENDED,
    _State.RESUMING: power_state.SUSPENDED,
    _State.NOT_ACTIVATED: power_state.SHUTDOWN,
    _State.MIGRATING_NOT_ACTIVE: power_state.SHUTDOWN,
    # get_info says SHUTDOWN: see info_of.
    _State.ERROR: power_state.CRASHED,
    _State.HARDWARE_DISCOVERY: power_state.NOSTATE,
    _State.NOT_AVAILBLE: power_state.NOSTATE,
    _State.UNKNOWN: power_state.NOSTATE,
}

_POWER_STATES: dict[str | None, int] = {
    state.lower(): power for state, power in POWERVM_TO_NOVA_STATE.items()}
# nova has no event for a crash, so it is told of a stop. It ignores that
# unless get_info says the same.
_POWER_STATES[_State.ERROR.lower()] = power_state.SHUTDOWN

# Only callers written for release 9.0.0 use translate_event and these tables.
RUNNING_EVENTS = [_State.MIGRATING_RUNNING, _State.RUNNING, _State.STARTING,
                  _State.OPEN_FIRMWARE]
STOPPED_EVENTS = [_State.NOT_ACTIVATED, _State.ERROR, _State.UNKNOWN]
SUSPENDED_EVENTS = [_State.SUSPENDING]
RESUMING_EVENTS = [_State.RESUMING]

POWERVM_STARTABLE_STATE = (_State.NOT_ACTIVATED,)
# Only callers written for release 9.0.0 use this; power_off does not check it.
POWERVM_STOPABLE_STATE = (
    _State.RUNNING, _State.STARTING, _State.OPEN_FIRMWARE,
    _State.SHUTTING_DOWN, _State.ERROR, _State.RESUMING, _State.SUSPENDING)


def translate_event(pvm_state: str | None, pwr_state: int | None
                    ) -> int | None:
    """Translate an LPAR's state to a lifecycle event.

    Unlike POWERVM_TO_NOVA_STATE it treats ``error`` as stopped and
    ``suspending`` as suspended.

    :param pvm_state: PartitionState, as NovaLink spells it.
    :param pwr_state: nova's power state of the instance.
    :returns: a ``nova.virt.event.EVENT_LIFECYCLE_*``; None if the two states
        agree, or if no event corresponds to the PartitionState.
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
    """Return the uuid of an instance's LPAR.

    PowerVM clears the first bit of each uuid, so two instance uuids have the
    same LPAR uuid: see :func:`instance_uuids`.

    :param instance: a ``nova.objects.Instance`` or an instance's uuid.
    :returns: the LPAR's uuid in upper case.
    """
    uuid = instance if uuidutils.is_uuid_like(instance) else instance.uuid
    return str(pvm_uuid_utils.convert_uuid_to_pvm(uuid).upper())


def _uuid_set_high_bit(pvm_uuid: str) -> str:
    """Return a uuid with its first bit set."""
    return '%x%s' % (int(pvm_uuid[0], 16) | 8, pvm_uuid[1:])


def instance_uuids(pvm_uuid: str) -> tuple[str, str]:
    """Return both instance uuids that have an LPAR uuid.

    :returns: that with the first bit clear and that with it set, in lower
        case.
    """
    uuid = pvm_uuid.lower()
    return uuid, _uuid_set_high_bit(uuid)


def get_instance(context: Any, pvm_uuid: str) -> Any:
    """Look up the instance of an LPAR; only for callers of release 9.0.0.

    Calls nova-conductor once, or twice if the first call finds nothing.

    :param context: a nova request context of an administrator.
    :param pvm_uuid: the LPAR's uuid, in upper or lower case.
    :returns: the ``nova.objects.Instance``; None if it does not exist, or if
        the lookup failed, which is logged as a warning.
    """
    try:
        for uuid in instance_uuids(pvm_uuid):
            try:
                return objects.Instance.get_by_uuid(context, uuid)
            except exception.InstanceNotFound:
                continue
    except Exception as e:
        LOG.warning('Lookup of the instance of LPAR %s failed; assuming that '
                    'it does not exist: %s', pvm_uuid, e)
    return None


def get_vm_qp(adapter: Any, lpar_uuid: str, qprop: str | None = None
              ) -> Any:
    """Read one or all quick properties of an LPAR.

    :param adapter: pypowervm's adapter.
    :param lpar_uuid: the LPAR's uuid.
    :param qprop: name of the property; None reads all.
    :returns: the value of the property, or a dict of all properties, as in
        the JSON response.
    :raises nova.exception.InstanceNotFound: if the LPAR does not exist on
        this host.
    :raises ValueError: if the response is not JSON.
    """
    try:
        response = adapter.read(
            logical_partition.LPAR.schema_type, root_id=lpar_uuid,
            suffix_type='quick', suffix_parm=qprop)
    except pvm_exc.HttpNotFound as e:
        raise exception.InstanceNotFound(instance_id=lpar_uuid) from e
    return jsonutils.loads(response.body)


def info_of(state: str | None) -> hardware.InstanceInfo:
    """Return nova's information about an LPAR in a PartitionState.

    :returns: the power state in :data:`POWERVM_TO_NOVA_STATE`, with the case
        of the PartitionState ignored, but SHUTDOWN for ``error``; NOSTATE if
        it is not in the table.
    """
    return hardware.InstanceInfo(_POWER_STATES.get(
        state.lower() if isinstance(state, str) else None,
        power_state.NOSTATE))


def get_vm_info(adapter: Any, instance: Any) -> hardware.InstanceInfo:
    """Read the power state of an instance's LPAR.

    :returns: see :func:`info_of`.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    """
    return info_of(get_vm_qp(
        adapter, get_pvm_uuid(instance), 'PartitionState'))


def instance_exists(adapter: Any, instance: Any) -> bool:
    """Return whether an instance has an LPAR on this host."""
    return lpar_exists(adapter, get_pvm_uuid(instance))


def lpar_exists(adapter: Any, lpar_uuid: str) -> bool:
    """Return whether there is an LPAR of a uuid on this host."""
    try:
        get_vm_qp(adapter, lpar_uuid, 'PartitionID')
    except exception.InstanceNotFound:
        return False
    return True


def get_lpars(adapter: Any) -> list[Any]:
    """Return the wrappers of all LPARs except the management partition."""
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


def _build_lpar(adapter: Any, host_wrapper: Any, instance: Any) -> Any:
    try:
        return flavor.build_lpar(
            adapter, host_wrapper, instance.flavor,
            flavor.parse(instance.flavor.extra_specs),
            pvm_util.sanitize_partition_name_for_api(instance.name),
            get_pvm_uuid(instance))
    except pvm_exc.Error as e:
        raise exception.InstanceDeployFailure(reason=str(e)) from e
    except exception.ComputeResourcesUnavailable as e:
        # nova logs it at DEBUG, and the server's fault does not have it.
        LOG.warning('The LPAR cannot be created on this host: %s',
                    e.kwargs['reason'], instance=instance)
        raise
    except flavor.InvalidFlavor as e:
        raise exception.BuildAbortException(
            instance_uuid=instance.uuid, reason=str(e)) from e


def create_lpar(adapter: Any, host_wrapper: Any, instance: Any) -> Any:
    """Create an instance's LPAR from its flavor; leave it powered off.

    :param host_wrapper: wrapper of the managed system.
    :returns: the wrapper of the new LPAR.
    :raises nova.exception.BuildAbortException: if the flavor is invalid for
        an LPAR; it is so on other hosts too.
    :raises nova.exception.ComputeResourcesUnavailable: if the LPAR exceeds
        the free resources or a limit of this host, or this host lacks what
        the flavor asks for; nova may try another host.
    :raises nova.exception.InstanceDeployFailure: if NovaLink refuses the
        LPAR; nova may try another host.
    """
    lpar = _build_lpar(adapter, host_wrapper, instance)
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
    """Delete an instance's LPAR, if it exists.

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
    # Without it the last of two concurrent jobs decides the final state.
    return lockutils.lock('power_%s' % instance.uuid)


def power_on(adapter: Any, instance: Any) -> bool:
    """Power on an instance's LPAR and wait until the job ends.

    One power operation of an instance runs at a time. An LPAR in the state
    ``error`` is powered off hard first: only one that is off can start, and
    nova does not stop a server that it takes for stopped.

    :returns: whether it started the LPAR; False if the LPAR already ran.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    :raises nova.exception.InstancePowerOnFailure: if the REST service or the
        job failed, the job exceeded pypowervm's job timeout, or the state of
        the LPAR does not allow a start.
    """
    with _power_lock(instance):
        try:
            lpar = get_instance_wrapper(adapter, instance)
            if lpar.state == _State.ERROR:
                _cut_power(lpar)
            if lpar.state in (*POWERVM_STARTABLE_STATE, _State.ERROR):
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
    """Power off an instance's LPAR and wait until the job ends.

    One power operation of an instance runs at a time.

    :param timeout: seconds for the operating system to shut down before a
        hard power off; 0 powers off hard at once, and so does a crash.
    :param retry_interval: seconds between requests to the operating system
        to shut down, within the timeout; 0 sends one request.
    :returns: whether it stopped the LPAR; False if the LPAR was already off.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    :raises nova.exception.InstancePowerOffFailure: if the REST service or the
        job of the hard power off failed, or that job exceeded pypowervm's job
        timeout.
    """
    with _power_lock(instance):
        try:
            lpar = get_instance_wrapper(adapter, instance)
            if POWERVM_TO_NOVA_STATE.get(lpar.state) == power_state.SHUTDOWN:
                return False
            if not _shut_down(lpar, timeout, retry_interval):
                _cut_power(lpar)
        except pvm_exc.Error as e:
            raise exception.InstancePowerOffFailure(reason=str(e)) from e
    return True


def reboot(adapter: Any, instance: Any, hard: bool, timeout: int = 0) -> None:
    """Restart an instance's LPAR, or start it if it is off.

    One power operation of an instance runs at a time.

    :param hard: whether to power off hard, without a shutdown of the
        operating system.
    :param timeout: seconds for the operating system to shut down in a soft
        reboot, before a hard one.
    :raises nova.exception.InstanceNotFound: if it has no LPAR on this host.
    :raises nova.exception.InstanceRebootFailure: if the REST service or the
        last job failed, or that job exceeded pypowervm's job timeout.
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


def _cut_power(lpar: Any) -> None:
    power.PowerOp.stop(lpar, opts=power_opts.PowerOffOpts().vsp_hard())


def _shut_down(lpar: Any, timeout: int, retry_interval: int = 0,
               restart: bool = False) -> bool:
    """Shut down the operating system of an LPAR.

    Sends the request through RMC; if the LPAR has no RMC or refuses, through
    the firmware's power-off signal. pypowervm's power_off_progressive() is
    too slow: it waits up to half an hour before its second step.

    :returns: whether the LPAR shut down within the timeout; False at once if
        it has crashed.
    """
    if lpar.state == _State.ERROR:
        # Nothing runs in it that could.
        return False
    opts = power_opts.PowerOffOpts().soft_detect(lpar).restart(restart)
    deadline = time.monotonic() + timeout
    # To pypowervm 0 means no limit, and it polls a job once a second.
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
