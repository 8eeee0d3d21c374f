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

"""What a model has to say, from what NovaLink says of LPARs."""

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from tools.watcher import models

# What nova calls the states in which an LPAR stays.
_STATES = {'running': 'active', 'not activated': 'stopped'}

_PLACES = ('NovaLink',)


class Lpar(NamedTuple):
    """State and host of an LPAR."""

    state: str
    host: str


def lpar_uuid(server: str) -> str:
    """Return the uuid of a server's LPAR.

    It is the server's, in upper case and without its first bit, which
    PowerVM clears.
    """
    return ('%x%s' % (int(server[0], 16) & 7, server[1:])).upper()


def compare(view: models.View, lpars: Mapping[str, Lpar], place: str
            ) -> list[models.Difference]:
    """Return where a model differs from NovaLink, in states and hosts.

    Every server has to have its LPAR and every LPAR its server.

    :param lpars: by uuid.
    :param place: what the model is called.
    """
    names = {lpar_uuid(server): server for server in view.servers}
    real = {names.get(uuid, uuid): {
        # A state on the way to another is none that a model can have.
        'state': _STATES.get(lpar.state, lpar.state), 'node': lpar.host}
        for uuid, lpar in lpars.items()}
    found = {server: {field: fields[field] for field in ('state', 'node')}
             for server, fields in view.servers.items()}
    return models.differences(real, found, (*_PLACES, place))


def states(view: models.View, servers: Iterable[str], state: str, place: str
           ) -> list[models.Difference]:
    """Return which servers are not in the state that they should be in."""
    return [models.Difference(
        server, 'state', ('expected', place), state, found)
        for server in servers
        if (found := _state(view, server)) != state]


def _state(view: models.View, server: str) -> Any:
    return view.servers.get(server, {}).get('state', models.ABSENT)
