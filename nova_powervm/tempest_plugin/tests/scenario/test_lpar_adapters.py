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

"""Network adapters of LPARs, which nova adds and removes."""

from tempest.common import waiters
from tempest.lib.common.utils import test_utils
from tempest.lib import decorators

from nova_powervm.tempest_plugin.tests.scenario import base


class LparAdaptersTest(base.LparEventsTest):
    """An LPAR has the adapters of its server's ports.

    tempest's own tests of that need to log in to the server.
    """

    @decorators.idempotent_id('3c78342d-4881-4004-8181-90c27b83d979')
    def test_port_of_a_new_server(self):
        """The LPAR of a new server has an adapter for each of its ports."""
        [server] = self.boot()
        self.assertEqual(self.ports_of(server), self.adapters_of(server))

    @decorators.idempotent_id('6760f3be-70a2-4cf4-a6ac-cfc528de83e6')
    def test_attach_and_detach(self):
        """An LPAR that runs gets an adapter, and loses it."""
        [server] = self.boot()
        self.skip_without_rmc(server)
        before = self.adapters_of(server)
        interfaces = self.os_primary.interfaces_client
        # The project may see others, too, like networks that are shared.
        network = self.get_tenant_network()
        port = interfaces.create_interface(
            server, net_id=network['id'])['interfaceAttachment']
        waiters.wait_for_interface_status(
            interfaces, server, port['port_id'], 'ACTIVE')
        self.assertEqual({*before, port['mac_addr']},
                         self.adapters_of(server))
        answer = interfaces.delete_interface(server, port['port_id'])
        # Others than administrators do not see how it ended.
        waiters.wait_for_interface_detach(
            self.admin_servers, server, port['port_id'],
            answer.response['x-openstack-request-id'])
        self.assertEqual(before, self.adapters_of(server))
        self.stays(server, 'ACTIVE')

    def ports_of(self, server):
        """Return the MAC addresses that nova says a server has."""
        found = self.os_primary.interfaces_client.list_interfaces(server)
        return {port['mac_addr'] for port in found['interfaceAttachments']}

    def adapters_of(self, server):
        """Return the MAC addresses that an LPAR has."""
        return self.lpars.mac_addresses(self.hosts[server], server)

    def skip_without_rmc(self, server):
        """Skip if the LPAR's operating system has no RMC connection."""
        host = self.hosts[server]
        if not test_utils.call_until_true(
                lambda: self.lpars.has_rmc(host, server), self.limit, 1):
            raise self.skipException(
                'Adapters can be added to an LPAR that runs only if its '
                'operating system has an RMC connection.')
