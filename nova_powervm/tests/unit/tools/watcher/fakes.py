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

"""Stand-ins for what Watcher's modules have."""


class Element:
    """A server or a host of a model, as Watcher's versioned objects are."""

    def __init__(self, fields, **values):
        self.fields = dict.fromkeys((*fields, 'created_at'))
        self.__dict__.update(values)

    def obj_attr_is_set(self, name):
        return name in self.__dict__


class Model:
    """A model of servers that are each on a host, or on none.

    :param hosts: elements.
    :param servers: pairs of an element and a host or None.
    """

    def __init__(self, hosts, servers):
        self._hosts = hosts
        self._servers = servers

    def get_all_compute_nodes(self):
        return {host.uuid: host for host in self._hosts}

    def get_all_instances(self):
        return {server.uuid: server for server, _host in self._servers}

    def get_node_instances(self, node):
        return [server for server, host in self._servers if host is node]


def host(name, **values):
    return Element(('uuid', 'hostname', 'disk'), hostname=name,
                   uuid='uuid of ' + name, **{'disk': 1, **values})


def server(uuid, state='active', **values):
    return Element(('uuid', 'name', 'state', 'locked'), uuid=uuid,
                   state=state, **values)


def notification(uuid):
    return {'nova_object.data': {'uuid': uuid}}
