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

"""LPARs that are stopped, restarted and started outside of nova."""

from tempest import config
from tempest.lib import decorators

from nova_powervm.tempest_plugin.services import lpars
from nova_powervm.tempest_plugin.tests.scenario import base

CONF = config.CONF


class LparPowerTest(base.LparEventsTest):
    """nova learns of the power of LPARs, and acts as it should."""

    @decorators.idempotent_id('9999c719-c195-485f-b170-4e46d2008b13')
    def test_stopped(self):
        """A server whose LPAR was stopped becomes SHUTOFF."""
        [server] = self.boot()
        self.lpars.power_off(self.hosts[server], server)
        self.wait_for_status(server, 'SHUTOFF', self.limit)
        self.assertIn(self.lpar_state(server), lpars.OFF)

    @decorators.idempotent_id('9cf8ee7e-96cc-4c43-be5b-dec1c345ffff')
    def test_restarted_within_the_delay(self):
        """nova does nothing about an LPAR that is soon on again."""
        [server] = self.boot()
        before = self.show(server)
        self.lpars.restart(self.hosts[server], server)
        self.wait_for_lpar(server, lpars.ON)
        self.stays(server, 'ACTIVE')
        after = self.show(server)
        self.assertEqual(before['updated'], after['updated'])
        self.assertEqual(['create'], self.actions(server))
        self.assertIn(self.lpar_state(server), lpars.ON)

    @decorators.idempotent_id('cf72f565-b220-4421-907f-ca111722f118')
    def test_started(self):
        """nova stops an LPAR whose server is stopped."""
        [server] = self.boot()
        self.stop(server)
        self.lpars.power_on(self.hosts[server], server)
        self.assertNotIn(self.lpar_state(server), lpars.OFF)
        # nova first asks the operating system to shut down.
        self.wait_for_lpar(server, lpars.OFF,
                           self.limit + CONF.compute.build_timeout)
        self.wait_for_status(server, 'SHUTOFF', self.limit)

    @decorators.idempotent_id('5c2a3b0d-fe5b-41c5-92ff-a56f39c650c9')
    def test_stopped_and_started_through_nova(self):
        """A server that became SHUTOFF by itself can be started."""
        [server] = self.boot()
        self.lpars.power_off(self.hosts[server], server)
        self.wait_for_status(server, 'SHUTOFF', self.limit)
        self.servers.start_server(server)
        self.wait_for_status(server, 'ACTIVE', CONF.compute.build_timeout)
        self.wait_for_lpar(server, lpars.ON)
        self.stays(server, 'ACTIVE')

    @decorators.idempotent_id('321e7f03-f117-4523-9e40-afba6777427f')
    def test_many_stopped_at_once(self):
        """Servers whose LPARs stop at the same time become SHUTOFF."""
        servers = self.boot(CONF.powervm.servers_at_once)
        for server in servers:
            self.lpars.power_off(self.hosts[server], server, wait=False)
        self.wait_for(
            lambda: all(self.has_status(server, 'SHUTOFF')
                        for server in servers),
            self.limit, lambda: '\n'.join(map(self.describe, servers)))
