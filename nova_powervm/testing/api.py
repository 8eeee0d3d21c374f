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


"""Servers, by the API of a nova that runs in this process."""

from collections.abc import Iterable
import dataclasses
from typing import Any
import urllib.parse

from nova_powervm.testing import internals

# Servers without networks, and changes since a moment in the server list.
MICROVERSION = '2.96'


@dataclasses.dataclass(frozen=True)
class Server:
    """What nova's API says of a server.

    :ivar uuid: uuid of the instance.
    :ivar status: API status, such as ``ACTIVE`` or ``SHUTOFF``.
    :ivar vm_state: nova's vm_state.
    :ivar power_state: nova's power state, a number of
        ``nova.compute.power_state``.
    :ivar task_state: nova's task_state, or None.
    :ivar fault: message of the last fault, empty if there was none.
    """

    uuid: str
    status: str
    vm_state: str
    power_state: int
    task_state: str | None
    fault: str

    @property
    def lpar(self) -> str:
        """Upper-case uuid of the server's LPAR."""
        return internals.lpar_uuid(self.uuid)


class Servers:
    """Creates servers and reads them. May be used by several threads.

    :ivar api: nova's client of the API, for what is not here.
    :ivar image: uuid of the image that servers are created from.

    :param api: that client.
    :param image: that image.
    """

    def __init__(self, api: Any, image: str) -> None:
        self.api = api
        self.image = image
        api.microversion = MICROVERSION

    def create_flavor(self) -> str:
        """Create the smallest flavor there can be and return its id."""
        return str(self.api.post_flavor({'flavor': {
            'name': 'bare', 'vcpus': 1, 'ram': 256, 'disk': 0}})['id'])

    def create_servers(self, count: int, flavor: str) -> None:
        """Ask nova for servers without networks, all in one request.

        Returns when nova has accepted the request: the servers exist by then
        and are being scheduled.
        """
        self.api.api_post('/servers', {'server': {
            'name': 'server', 'flavorRef': flavor, 'imageRef': self.image,
            'networks': 'none', 'min_count': count, 'max_count': count}})

    def servers(self, since: str | None = None) -> dict[str, Server]:
        """Return nova's servers by uuid, deleted ones left out.

        :param since: ISO 8601 time in UTC; only servers that nova changed at
            that time or later.
        """
        query = {'limit': '1000'}
        if since is not None:
            query['changes-since'] = since
        found = self.api.api_get(
            '/servers/detail?' + urllib.parse.urlencode(query))
        return {
            server['id']: Server(
                server['id'], server['status'],
                server['OS-EXT-STS:vm_state'],
                server['OS-EXT-STS:power_state'],
                server['OS-EXT-STS:task_state'],
                server.get('fault', {}).get('message', ''))
            for server in found.body['servers']
            if server['status'] != 'DELETED'}

    def count(self, status: str) -> int:
        """Return how many servers have an API status, without reading them."""
        found = self.api.api_get('/servers?' + urllib.parse.urlencode(
            {'limit': '1000', 'status': status}))
        return len(found.body['servers'])

    def act(self, uuids: Iterable[str], action: dict[str, Any]) -> None:
        """Request an action on servers, one after the other.

        :param action: body of the request, such as ``{'os-stop': None}``.
        """
        for uuid in uuids:
            self.api.api_post('/servers/%s/action' % uuid, action)
