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

"""What is in a model, and how two of them differ.

Pure functions: a model is anything with the methods of Watcher's ModelRoot.
"""

from collections.abc import Mapping
import dataclasses
from typing import Any

#: In place of the value of a field that a model has not set.
UNSET = 'not set'

#: In place of a server or a host that a model does not have.
ABSENT = 'absent'

# Of Watcher's database, which a model is not in.
_RECORD_FIELDS = frozenset(('created_at', 'updated_at', 'deleted_at'))

_Fields = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class View:
    """Values of a model's fields.

    servers: by uuid; the field ``node`` is the host that the model maps a
    server to, None if it maps it to none.
    hosts: by host name.
    """

    servers: Mapping[str, _Fields]
    hosts: Mapping[str, _Fields]


@dataclasses.dataclass(frozen=True)
class Difference:
    """A value that is not the same in two places.

    name: uuid of a server, name of a host, or what else is compared.
    field: the field; empty if one of the two does not have it at all.
    places: what is compared, in the order of the values.
    """

    name: str
    field: str
    places: tuple[str, str]
    first: Any
    second: Any


def view(model: Any) -> View:
    """Read a model. Nobody may change it meanwhile."""
    hosts = model.get_all_compute_nodes().values()
    host_of = {server.uuid: host.hostname for host in hosts
               for server in model.get_node_instances(host)}
    return View(
        {uuid: {**_fields(server), 'node': host_of.get(uuid)}
         for uuid, server in model.get_all_instances().items()},
        {host.hostname: _fields(host) for host in hosts})


def compare(first: View, second: View, places: tuple[str, str]
            ) -> list[Difference]:
    """Return where two models differ.

    :param places: what the models are called.
    """
    return [*differences(first.servers, second.servers, places),
            *differences(first.hosts, second.hosts, places)]


def differences(first: Mapping[str, _Fields], second: Mapping[str, _Fields],
                places: tuple[str, str]) -> list[Difference]:
    """Return where two mappings of fields differ, in order of their names."""
    found = []
    for name in sorted({*first, *second}):
        if name not in first or name not in second:
            found.append(Difference(
                name, '', places,
                *('present' if name in one else ABSENT
                  for one in (first, second))))
            continue
        ours, theirs = first[name], second[name]
        found += [
            Difference(name, field, places, ours.get(field, UNSET),
                       theirs.get(field, UNSET))
            for field in sorted({*ours, *theirs})
            if ours.get(field, UNSET) != theirs.get(field, UNSET)]
    return found


def _fields(element: Any) -> dict[str, Any]:
    return {name: getattr(element, name)
            if element.obj_attr_is_set(name) else UNSET
            for name in element.fields if name not in _RECORD_FIELDS}
