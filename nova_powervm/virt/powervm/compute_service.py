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

"""Keeps builds away from a host whose NovaLink does not answer."""

from collections.abc import Callable
import logging as levels
import threading
import time
from typing import Any

from nova import context as nova_context
from nova import exception
from nova import objects
from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import threads

LOG = logging.getLogger(__name__)

#: Why a service is disabled. One that is disabled for another reason is not
#: ours to enable.
REASON = 'AUTO: NovaLink does not answer'

# Seconds between two looks at whether NovaLink answers.
_CHECK_SECONDS = 10.0

# Seconds for which stop() waits for a call to nova-conductor.
_STOP_SECONDS = 2.0

_FAILED = messages.Line(
    levels.WARNING, 'The compute service could not be disabled or enabled; '
    'it will be tried again: %(error)s', '')
_SUCCEEDED = messages.Line(
    levels.INFO, 'The compute service could be disabled or enabled after '
    '%(seconds).1f seconds; failed attempts: %(attempts)d', '')


class ComputeService:
    """Disables nova's compute service while NovaLink is away.

    It does so once an outage, and enables it once afterwards: what somebody
    else makes of the service meanwhile remains. Also enables one that it had
    disabled before nova-compute was restarted.

    :param host: nova's name for this host.
    :param after: seconds of absence after which the service is disabled.
    :param away_since: returns the clock time since which NovaLink is away;
        None if it is not.
    :param virtapi: nova's, which tells placement.
    :param clock: monotonic clock, seconds.
    :param thread_factory: called like ``threading.Thread``.
    """

    def __init__(self, host: str, after: float,
                 away_since: Callable[[], float | None], virtapi: Any,
                 clock: Callable[[], float] = time.monotonic,
                 thread_factory: Callable[..., Any] = threading.Thread
                 ) -> None:
        self._host = host
        self._after = after
        self._away_since = away_since
        self._virtapi = virtapi
        self._clock = clock
        self._thread_factory = thread_factory
        self._stopping = threading.Event()
        self._thread: threads.Thread | None = None
        # Whether NovaLink was away when the service was last seen to.
        self._seen_away: bool | None = None
        self._calls = outage.Outage(_FAILED, _SUCCEEDED)
        self._retry_at = 0.0

    def start(self) -> None:
        """Begin to look, on a thread of its own."""
        self._thread = threads.Thread(
            self._thread_factory, self._run, 'novalink-availability')

    def stop(self) -> None:
        """Look no more. Returns within some seconds, whatever hangs."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def check(self) -> None:
        """Disable or enable the service, if it is time to. Raises nothing."""
        now = self._clock()
        since = self._away_since()
        away = since is not None
        if (away == self._seen_away or now < self._retry_at
                or (since is not None and now - since < self._after)):
            return
        self._calls.begin(now)
        try:
            self._set_disabled(away)
        except exception.ComputeHostNotFound:
            # nova has not made the record yet.
            self._calls.end()
            return
        except Exception as error:
            self._retry_at = self._calls.failed(error, self._clock())
            return
        self._seen_away = away
        self._calls.over(self._clock())

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.check()
            self._stopping.wait(_CHECK_SECONDS)

    def _set_disabled(self, disabled: bool) -> None:
        context = nova_context.get_admin_context()
        service = objects.Service.get_by_compute_host(context, self._host)
        if disabled == service.disabled:
            return
        if not disabled and service.disabled_reason != REASON:
            LOG.info('NovaLink answers; the compute service was disabled by '
                     'somebody else and stays so')
            return
        service.disabled = disabled
        service.disabled_reason = REASON if disabled else None
        service.save()
        if disabled:
            LOG.warning('NovaLink does not answer for %d seconds; disabled '
                        'the compute service until it does', self._after)
        else:
            LOG.info('NovaLink answers again; enabled the compute service')
        self._tell_placement(context, service, disabled)

    def _tell_placement(self, context: Any, service: Any,
                        disabled: bool) -> None:
        try:
            self._virtapi.update_compute_provider_status(
                context, service.compute_node.uuid, enabled=not disabled)
        except Exception as error:
            # The scheduler heeds the service as well, and nova's periodic
            # task tells placement once NovaLink answers.
            LOG.warning('Placement could not be told that the compute '
                        'service is %s: %s',
                        'disabled' if disabled else 'enabled', error)
