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

"""neutron's reports that ports are plugged."""

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import sys
from typing import Any

from nova import exception
from oslo_log import log as logging

from nova_powervm import conf

LOG = logging.getLogger(__name__)
CONF = conf.CONF


@contextlib.contextmanager
def wait_for_plugging(virtapi: Any, instance: Any,
                      network_info: Iterable[Any]) -> Iterator[None]:
    """Plug in this context: its end waits until neutron has seen the ports.

    It waits for ports that are not active yet, for the seconds of
    ``vif_plugging_timeout``. A port that is late or fails is logged.

    :raises nova.exception.VirtualInterfaceCreateException: if a port is late
        or fails, and ``vif_plugging_is_fatal``.
    """
    timeout = CONF.vif_plugging_timeout
    events = [('network-vif-plugged', vif['id']) for vif in network_info
              if timeout and not vif.get('active', True)]
    try:
        # To nova 31 the timeout is a "deadline".
        with virtapi.wait_for_instance_event(
                instance, events, timeout, error_callback=_plugging_failed):
            yield
    except _event_timeout() as e:
        LOG.warning('neutron did not report the ports as plugged within %s '
                    'seconds: %s', timeout,
                    ', '.join(port for _, port in events), instance=instance)
        if CONF.vif_plugging_is_fatal:
            raise exception.VirtualInterfaceCreateException() from e


def _plugging_failed(event: str, instance: Any) -> None:
    LOG.error('neutron reported a failure: %s', event, instance=instance)
    if CONF.vif_plugging_is_fatal:
        raise exception.VirtualInterfaceCreateException()


def _event_timeout() -> Any:
    """Return what nova raises if an event does not come."""
    # nova 31 raises eventlet's, which it has imported.
    return getattr(exception, 'InstanceEventTimeout', None) or (
        sys.modules['eventlet.timeout'].Timeout)
