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

"""Servers, booted through nova's API as a user does it."""

from collections.abc import Callable
import time
from typing import Any

from tools.minicloud import content
from tools.minicloud import processes
from tools.minicloud import settings as settings_mod

# Servers of one request: one that fails takes the others of it along.
_AT_ONCE = 50

_SECONDS = 60.0
_SECONDS_A_SERVER = 10.0
_INTERVAL = 0.5


def boot(settings: settings_mod.Settings, count: int,
         cloud: Any = None) -> list[str]:
    """Boot servers and wait until all of them are active.

    nova chooses their hosts.

    :param cloud: openstacksdk's connection; a new one unless given.
    :returns: their uuids.
    :raises processes.CloudError: if one fails, or is not active in time.
    """
    cloud = cloud or content.connect(settings)
    image = cloud.image.find_image(content.IMAGES[0], ignore_missing=False)
    flavor = cloud.compute.find_flavor(
        next(iter(content.FLAVORS)), ignore_missing=False)
    networks: Any = 'none'
    if not settings.bare:
        networks = [{'uuid': cloud.network.find_network(
            content.NETWORK, ignore_missing=False).id}]
    name = 'server-%x' % time.time_ns()
    for first in range(0, count, _AT_ONCE):
        number = min(_AT_ONCE, count - first)
        # The first microversion in which nova knows 'none' is 2.37.
        cloud.compute.create_server(
            name='%s-%d' % (name, first), image_id=image.id,
            flavor_id=flavor.id, networks=networks, min_count=number,
            max_count=number)
    return wait_until_active(
        cloud, name, count, _SECONDS + _SECONDS_A_SERVER * count)


def wait_until_active(cloud: Any, name: str, count: int, seconds: float,
                      clock: Callable[[], float] = time.monotonic,
                      sleep: Callable[[float], object] = time.sleep
                      ) -> list[str]:
    """Wait until servers are active.

    :param name: how their names begin.
    :returns: their uuids.
    :raises processes.CloudError: if one fails, or is not active in time.
    """
    deadline = clock() + seconds
    while True:
        servers = list(cloud.compute.servers(name=name))
        for server in servers:
            if server.status == 'ERROR':
                raise processes.CloudError('Server %s failed: %s' % (
                    server.id, (server.fault or {}).get('message')))
        active = [server.id for server in servers
                  if server.status == 'ACTIVE']
        if len(active) >= count:
            return active
        if clock() > deadline:
            raise processes.CloudError(
                '%d of %d servers are active after %g s.' % (
                    len(active), count, seconds))
        sleep(_INTERVAL)
