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

"""Connections to NovaLink: pypowervm's session, adapter and managed system."""

from collections.abc import Iterator
import contextlib
from typing import Any

from lxml import etree
from nova import exception
from oslo_log import log as logging
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import vios_busy
from pypowervm.wrappers import managed_system

from nova_powervm import conf
from nova_powervm.virt.powervm import rest_log
from nova_powervm.virt.powervm import session as pvm_session

LOG = logging.getLogger(__name__)
CONF = conf.CONF

# Seconds after which the read of the managed system has failed. The event
# handler waits for it when the session is renewed.
_SYSTEM_TIMEOUT = 60

_READ_SYSTEM = 'read the managed system from'

# What pypowervm makes of answers that it does not understand.
_NO_SENSE = (pvm_exc.Error, ValueError, AttributeError, etree.LxmlError)


def _rest_service() -> str:
    """Name NovaLink's REST service, for messages."""
    return 'the NovaLink REST service at localhost:%d' % (
        CONF.powervm.rest_port)


@contextlib.contextmanager
def _unavailable_if_it_fails(doing: str) -> Iterator[None]:
    """Raise what nova knows for whatever pypowervm raises."""
    try:
        yield
    except _NO_SENSE as e:
        raise _unavailable(doing, e) from e


def _unavailable(doing: str, error: Exception
                 ) -> exception.HypervisorUnavailable:
    return exception.HypervisorUnavailable(
        'Cannot %s %s: %s' % (doing, _rest_service(), error))


def open_session(connect_tries: int, listener_tries: int) -> Any:
    """Return a session that has its event listener.

    pypowervm reports any failure of the listener's first read as an
    application id that is not unique. The id is made from the session's token
    and may indeed be taken if only the answer was lost, so each try is a
    session of its own.

    :param connect_tries: how often pypowervm tries to connect, about two
        seconds apart.
    :param listener_tries: how many sessions are tried; pypowervm takes five
        seconds over each.
    :raises nova.exception.HypervisorUnavailable: if the REST service cannot
        be used.
    """
    for tries_left in reversed(range(listener_tries)):
        with _unavailable_if_it_fails('log on to'):
            session = pvm_session.Session(
                port=CONF.powervm.rest_port, conn_tries=connect_tries)
        try:
            session.get_event_listener()
            return session
        except _NO_SENSE as e:
            if not tries_left:
                raise _unavailable('receive events from', e) from e
            LOG.warning('Cannot receive events from %s, trying again: %s',
                        _rest_service(), e)


def make_adapter(session: Any) -> Any:
    """Return an adapter of a session, for all threads."""
    return pvm_adapter.Adapter(
        session, helpers=[rest_log.log_failed_changes,
                          vios_busy.vios_busy_retry_helper])


def only_system(adapter: Any) -> Any:
    """Read the managed system.

    :raises nova.exception.HypervisorUnavailable: if it cannot be read, or if
        the REST service does not manage exactly one.
    """
    with _unavailable_if_it_fails(_READ_SYSTEM):
        systems = managed_system.System.get(adapter, timeout=_SYSTEM_TIMEOUT)
    if len(systems) != 1:
        raise exception.HypervisorUnavailable(
            'Expected exactly one managed system of %s, found %s' % (
                _rest_service(),
                ', '.join('%s (%s)' % (system.system_name, system.uuid)
                          for system in systems) or 'none'))
    return systems[0]


def refresh(system: Any) -> Any:
    """Read a managed system anew.

    :param system: pypowervm's wrapper of what was read before.
    :returns: the same or another wrapper.
    :raises nova.exception.HypervisorUnavailable: if it cannot be read.
    """
    with _unavailable_if_it_fails(_READ_SYSTEM):
        return system.refresh()
