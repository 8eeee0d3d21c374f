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

"""A stop of nova that lost its call to nova-conductor.

Told that an LPAR is off, nova notes the task ``powering-off`` in the record
of the instance by a call to nova-conductor, and then asks itself to stop the
instance. If the worker of nova-conductor dies once it has written the record,
nova gives the call up after ``[DEFAULT] rpc_response_timeout`` and logs
``error during stop() in sync_power_state``. The task stays: nova ignores all
events about the instance, and its periodic task the instance, until
nova-compute restarts. Seen with nova 34.0.0.
"""

from collections.abc import Callable
from typing import Any

from nova.compute import task_states
from nova import context as nova_context
from nova import objects
from oslo_log import log as logging

from nova_powervm import conf
from nova_powervm.virt.powervm.lifecycle import agreement

LOG = logging.getLogger(__name__)
CONF = conf.CONF

# oslo.messaging registers its option with its first client, so there may be
# none yet; seconds.
_DEFAULT_TIMEOUT = 60


class Callback:
    """nova's callback for events, and what it may leave undone.

    Thread-safe, as nova's is.

    :param callback: nova's; it takes a lifecycle event and returns when nova
        is done with that.
    :param host: nova's name for this host.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, callback: Callable[[Any], Any], host: str,
                 clock: Callable[[], float]) -> None:
        self._callback = callback
        self._host = host
        self._clock = clock

    def __call__(self, event: Any) -> None:
        """Hand an event to nova, and end the task of a stop that got lost.

        nova is told again when the event handler looks at the LPAR again. If
        the stop goes on all the same it is not harmed: nova expects its task
        or none at the end of a stop of what was off already.

        :raises Exception: what nova's callback raises.
        """
        began = self._clock()
        try:
            self._callback(event)
        finally:
            timeout = getattr(CONF, 'rpc_response_timeout', _DEFAULT_TIMEOUT)
            if self._clock() - began >= timeout:
                self._end_lost_stop(event.get_instance_uuid())

    def _end_lost_stop(self, uuid: str) -> None:
        try:
            instance = objects.Instance.get_by_uuid(
                nova_context.get_admin_context(), uuid, expected_attrs=[])
            if (instance.host != self._host
                    or instance.task_state != task_states.POWERING_OFF
                    or not _is_of_an_event(instance)):
                return
            LOG.warning('nova-conductor did not answer a call of the stop of '
                        'the instance, which may have got lost; ending its '
                        'task powering-off', instance_uuid=uuid)
            instance.task_state = None
            instance.save(expected_task_state=[task_states.POWERING_OFF])
        except Exception:
            # It is about one instance, and the event was handed over.
            LOG.exception('Cannot see whether nova lost a stop of the '
                          'instance. If it has the task powering-off for '
                          'long, nova ends that when nova-compute restarts',
                          instance_uuid=uuid)


def _is_of_an_event(instance: Any) -> bool:
    """Tell whether nova itself may have begun to stop an instance.

    It does so for a power state, which it saved before, that does not go with
    the vm_state. A user stops what runs: however long that takes, its task is
    the stop's own, which fails if it is gone.
    """
    return agreement.would_act(
        instance.vm_state, instance.power_state, instance.power_state)
