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

"""Operations of nova's API, and what follows from each."""

import dataclasses
from typing import Any

from nova.tests import fixtures as nova_fixtures
from oslo_serialization import jsonutils

_VOLUME = nova_fixtures.CinderFixture.SWAP_NEW_VOL
_PORT = nova_fixtures.NeutronFixture.port_2['id']


@dataclasses.dataclass(frozen=True)
class Operation:
    """A request about a server.

    :ivar method: of the HTTP request.
    :ivar path: after that of the server.
    :ivar body: of the request.
    :ivar status: of the response.
    :ivar fails: whether nova's record of the action says then that it failed.
    """

    method: str
    path: str
    body: Any
    status: int
    fails: bool = False

    def request(self, client: Any, server: str) -> Any:
        """Send the request; return the response, whatever its status."""
        return client.api_request(
            '/servers/%s%s' % (server, self.path), method=self.method,
            body=jsonutils.dumps(self.body),
            headers={'Content-Type': 'application/json'})


def _action(name: str, body: Any, status: int, fails: bool = False
            ) -> Operation:
    return Operation('POST', '/action', {name: body}, status, fails)


def _console(protocol: str, kind: str, status: int) -> Operation:
    return Operation('POST', '/remote-consoles', {
        'remote_console': {'protocol': protocol, 'type': kind}}, status)


#: Those that this driver does not have. They leave the server as it was.
REFUSED = {
    'snapshot': _action('createImage', {'name': 'image'}, 202),
    'backup': _action('createBackup', {
        'name': 'backup', 'backup_type': 'daily', 'rotation': 1}, 202, True),
    'shelve': _action('shelve', None, 202, True),
    'shelve_offload': _action('shelveOffload', None, 409),
    'unshelve': _action('unshelve', None, 409),
    'cold_migrate': _action('migrate', None, 202, True),
    'evacuate': _action('evacuate', {}, 400),
    'suspend': _action('suspend', None, 202, True),
    'resume': _action('resume', None, 409),
    'pause': _action('pause', None, 202, True),
    'unpause': _action('unpause', None, 409),
    'unrescue': _action('unrescue', None, 409),
    'attach_volume': Operation('POST', '/os-volume_attachments', {
        'volumeAttachment': {'volumeId': _VOLUME}}, 200, True),
    'attach_interface': Operation('POST', '/os-interface', {
        'interfaceAttachment': {
            'net_id': nova_fixtures.NeutronFixture.network_1['id']}}, 400),
    'detach_interface': Operation(
        'DELETE', '/os-interface/' + _PORT, None, 202, True),
    'console_log': _action('os-getConsoleOutput', {}, 501),
    'vnc_console': _console('vnc', 'novnc', 501),
    'spice_console': _console('spice', 'spice-html5', 400),
    'serial_console': _console('serial', 'serial', 400),
    'mks_console': _console('mks', 'webmks', 400),
    'crash_dump': _action('trigger_crash_dump', None, 202, True),
    'password': _action('changePassword', {'adminPass': 'secret'}, 501),
}
