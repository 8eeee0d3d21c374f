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

"""Watcher's own model builder and notification handlers, without a service.

The modules of Watcher are imported late: the rest works without them.
"""

import pathlib
import sys
import time
from typing import Any
from typing import NamedTuple
import warnings

from tools.minicloud import content
from tools.minicloud import ini
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores
from tools.watcher import counting
from tools.watcher import models

#: The queue of our notification pool. Watcher's would be its ``host``.
QUEUE = 'tools.watcher'

# Where nova sends versioned notifications.
_EXCHANGE, _TOPIC = 'nova', 'versioned_notifications'


class Build(NamedTuple):
    """A model, the seconds that its build took, and its HTTP requests."""

    view: models.View
    seconds: float
    calls: int


def configure(settings: settings_mod.Settings, folder: str) -> pathlib.Path:
    """Write a configuration of Watcher for a cloud.

    It is what Watcher's installation guide has, but for a database and the
    service user, for which the administrator does here.

    :returns: the path of the file.
    """
    access = content.access(settings)
    endpoint = {'region_name': access['region_name'],
                'valid_interfaces': access['interface']}
    return ini.write(pathlib.Path(folder, 'watcher.conf'), {
        'DEFAULT': {
            'log_file': settings.log('watcher'),
            'transport_url': stores.transport_url(settings),
            'host': QUEUE},
        'watcher_clients_auth': {'auth_type': 'password', **access['auth']},
        'nova': endpoint,
        'placement': endpoint,
        'collector': {'collector_plugins': 'compute'},
    })


class Watcher:
    """Two models of one cloud: one built anew, one kept by notifications.

    Only one may exist in a process: Watcher's collector is a singleton.
    :meth:`build` is for one thread.

    :param path: of Watcher's configuration.
    :param notifications: counts what the handlers have handled.
    """

    def __init__(self, path: pathlib.Path,
                 notifications: counting.Notifications) -> None:
        from watcher.common import service
        from watcher.decision_engine.loading import default

        service.prepare_service(['watcher', '--config-file', str(path)])
        # Its log is no place for errors of ours.
        sys.excepthook = sys.__excepthook__
        # Watcher calls what openstacksdk is about to remove, and has each
        # such warning shown.
        warnings.filterwarnings('ignore', module=r'openstack\.')
        self._collector: Any = default.ClusterDataModelCollectorLoader().load(
            'compute')
        # Until an audit has asked for a scope, it builds nothing and ignores
        # notifications.
        self._collector.get_audit_scope_handler([])
        self._listener = self._listen(notifications)
        self._listens = False

    def _listen(self, notifications: counting.Notifications) -> Any:
        """Make the listener that Watcher's service has; do not start it."""
        from oslo_messaging import target
        from watcher.common import rpc

        return rpc.get_notification_listener(
            [target.Target(exchange=_EXCHANGE, topic=_TOPIC)],
            # Ours comes after those of Watcher.
            [*self._collector.notification_endpoints, notifications],
            serializer=rpc.JsonPayloadSerializer(), pool=QUEUE)

    def start(self) -> None:
        """Build the model that is kept, and begin to keep it."""
        # In this order nothing is missed: a notification waits for the build.
        self._listens = True
        self._listener.start()
        self._collector.synchronize()

    def stop(self) -> None:
        """Stop to receive notifications, if that has begun."""
        # The listener would wait until it is started.
        if self._listens:
            self._listener.stop()
            self._listener.wait()

    def kept(self) -> models.View:
        """Return the model that only notifications have changed."""
        # Handlers hold it.
        with self._collector.sync_lock:
            return models.view(self._collector.cluster_data_model)

    def build(self, aggregate: str | None = None) -> Build:
        """Build a model anew.

        :param aggregate: name of the host aggregate in scope; None for the
            whole cloud.
        """
        from watcher.decision_engine.model.collector import nova

        scope = [] if aggregate is None else [
            {'compute': [{'host_aggregates': [{'name': aggregate}]}]}]
        begin = time.monotonic()
        with counting.Requests() as requests:
            model = nova.NovaModelBuilder().execute(scope)
        seconds = time.monotonic() - begin
        return Build(models.view(model), seconds, requests.count)


def delete_queue(settings: settings_mod.Settings) -> None:
    """Delete the queue of the notification pool, if it exists.

    It outlives its consumer, and would hand old messages to the next.
    """
    import amqp

    with amqp.Connection('%s:%d' % (
            settings_mod.ADDRESS, settings.port('rabbitmq'))) as connection:
        connection.channel().queue_delete(QUEUE)
