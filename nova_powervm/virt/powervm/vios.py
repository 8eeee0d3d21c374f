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

"""Virtual I/O Servers: which can be used, and what is in them."""

from collections.abc import Callable
import time
from typing import Any
from typing import TypeVar

from nova import exception
from oslo_log import log as logging
from pypowervm import const as pvm_const
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import partition
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import storage
from pypowervm.wrappers import virtual_io_server

LOG = logging.getLogger(__name__)

T = TypeVar('T')

_OFF = base_partition.LPARState.NOT_ACTIVATED
_PAUSE = 5.0


class _NotYet(Exception):
    """It may help to wait; has the exception that is raised otherwise."""


def active(adapter: Any, view: str = pvm_const.XAG.NONE) -> list[Any]:
    """Return the Virtual I/O Servers that run with an active RMC connection.

    :param view: one of ``pypowervm.const.XAG``: what to read of them.
    :raises pypowervm.exceptions.Error: if they cannot be read.
    """
    found: list[Any] = partition.get_active_vioses(adapter, xag=[view])
    return found


def when_ready(adapter: Any, timeout: float, use: Callable[[], T],
               clock: Callable[[], float] = time.monotonic,
               sleep: Callable[[float], None] = time.sleep) -> T:
    """Wait until a Virtual I/O Server runs and has RMC, and use it.

    :param timeout: seconds to wait at most.
    :param use: called then. What it does not find may be on one that is still
        starting; so long as there is one it is called again.
    :returns: what ``use`` returned.
    :raises nova.exception.InvalidConfiguration: if that does in the end.
    :raises nova.exception.HypervisorUnavailable: if there is still none.
    """
    deadline = clock() + timeout
    said = False
    while True:
        try:
            return _use_if_ready(adapter, use)
        except _NotYet as e:
            reason = e.args[0]
        if clock() >= deadline:
            raise reason
        if not said:
            LOG.warning('%(reason)s; waiting for up to %(timeout)d s',
                        {'reason': reason, 'timeout': timeout})
            said = True
        sleep(_PAUSE)


def find_volume_group(adapter: Any, name: str | None,
                      vios_name: str | None) -> tuple[str, str]:
    """Return the uuids of a volume group's Virtual I/O Server and its own.

    :param name: that of the volume group.
    :param vios_name: that of the Virtual I/O Server, if it matters.
    :raises nova.exception.InvalidConfiguration: unless there is exactly one.
    :raises nova.exception.HypervisorUnavailable: if they cannot be read.
    """
    if not name:
        raise exception.InvalidConfiguration(
            '[powervm] volume_group_name is not set: it names the volume '
            'group for disks. A host without one needs bare_lpars.')
    try:
        groups = [(one, group) for one in active(adapter)
                  if vios_name in (None, '', one.name)
                  for group in storage.VG.get(adapter, parent=one)]
    except pvm_exc.Error as e:
        raise exception.HypervisorUnavailable(
            'Cannot read the volume groups: %s' % e) from e
    found = [(one, group) for one, group in groups if group.name == name]
    if len(found) != 1:
        raise exception.InvalidConfiguration(
            "%d Virtual I/O Servers%s have the volume group '%s', which "
            '[powervm] volume_group_name names; volume_group_vios_name '
            'chooses one of several. There are: %s' % (
                len(found), " with the name '%s'" % vios_name
                if vios_name else '', name, ', '.join(
                    '%s on %s' % (group.name, one.name)
                    for one, group in groups) or 'none'))
    (one, group), = found
    return one.uuid, group.uuid


def _use_if_ready(adapter: Any, use: Callable[[], T]) -> T:
    """Use a Virtual I/O Server that can be used.

    :raises _NotYet: with the reason, if it may help to wait.
    """
    try:
        found = virtual_io_server.VIOS.get(adapter, xag=[pvm_const.XAG.NONE])
    except pvm_exc.Error as e:
        # NovaLink itself may have just been started.
        raise _NotYet(exception.HypervisorUnavailable(
            'Cannot read the Virtual I/O Servers: %s' % e)) from e
    usable = partition.get_active_vioses(adapter, vios_wraps=found)
    if not usable:
        raise _NotYet(exception.HypervisorUnavailable(
            'No Virtual I/O Server runs with an active RMC connection'))
    try:
        return use()
    except exception.InvalidConfiguration as e:
        if all(one in usable or one.state == _OFF for one in found):
            raise
        raise _NotYet(e) from e
