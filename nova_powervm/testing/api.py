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
from collections.abc import Mapping
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
    :ivar macs: MAC addresses of its ports.
    """

    uuid: str
    status: str
    vm_state: str
    power_state: int
    task_state: str | None
    fault: str
    macs: tuple[str, ...] = ()

    @property
    def lpar(self) -> str:
        """Upper-case uuid of the server's LPAR."""
        return internals.lpar_uuid(self.uuid)


class Servers:
    """Creates servers and reads them. May be used by several threads.

    :ivar api: nova's client of the API, for what is not here.
    :ivar image: uuid of the image that servers are created from.
    :ivar network: uuid of the network that servers can have ports on.

    :param api: that client.
    :param image: that image.
    :param network: that network.
    """

    def __init__(self, api: Any, image: str, network: str) -> None:
        self.api = api
        self.image = image
        self.network = network
        api.microversion = MICROVERSION

    def create_flavor(self, name: str = 'bare', **fields: int) -> str:
        """Create a flavor and return its id; the smallest by default.

        :param fields: such as ``disk`` in GiB.
        """
        return str(self.api.post_flavor({'flavor': {
            'name': name, 'vcpus': 1, 'ram': 256, 'disk': 0, **fields}})['id'])

    def create_servers(self, count: int, flavor: str,
                       bare: bool = True) -> None:
        """Ask nova for servers, all in one request.

        Returns when nova has accepted the request: the servers exist by then
        and are being scheduled.

        :param bare: without networks; otherwise each gets a port and a
            configuration drive.
        """
        self.api.api_post('/servers', {'server': {
            'name': 'server', 'flavorRef': flavor, 'imageRef': self.image,
            'networks': 'none' if bare else [{'uuid': self.network}],
            'config_drive': not bare,
            'min_count': count, 'max_count': count}})

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
                server.get('fault', {}).get('message', ''), _macs(server))
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


def _macs(server: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the MAC addresses of a server's ports, as the API shows them."""
    return tuple(sorted({
        address['OS-EXT-IPS-MAC:mac_addr']
        for addresses in server.get('addresses', {}).values()
        for address in addresses}))
