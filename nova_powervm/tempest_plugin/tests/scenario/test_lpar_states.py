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

"""LPARs that crash, are suspended or are deleted outside of nova."""

from tempest.common import waiters
from tempest import config
from tempest.lib import decorators

from nova_powervm.tempest_plugin.services import lpars
from nova_powervm.tempest_plugin.tests.scenario import base

CONF = config.CONF


class LparStatesTest(base.LparEventsTest):
    """nova learns of LPARs that are neither on nor off."""

    @decorators.idempotent_id('2a360e65-a25c-4fce-b98c-5a8519d3817c')
    def test_crashed(self):
        """A server whose LPAR crashed becomes SHUTOFF, and starts again."""
        self.skip_unless_set('crash_command')
        [server] = self.boot()
        self.run_command('crash_command', server)
        self.wait_for_status(server, 'SHUTOFF', self.limit)
        self.wait_for_lpar(server, lpars.OFF, self.limit)
        self.servers.start_server(server)
        self.wait_for_status(server, 'ACTIVE', CONF.compute.build_timeout)
        self.wait_for_lpar(server, lpars.ON)

    @decorators.idempotent_id('8d55eb9f-1596-490f-bf9b-7f48b7b22db2')
    def test_suspended(self):
        """nova powers off an LPAR that was suspended outside of it."""
        self.skip_unless_set('suspend_command')
        [server] = self.boot()
        self.run_command('suspend_command', server)
        # nova first asks the operating system to shut down.
        self.wait_for_status(server, 'SHUTOFF',
                             self.limit + CONF.compute.build_timeout)
        self.wait_for_lpar(server, lpars.OFF)

    @decorators.idempotent_id('ce861cbd-17bf-4835-9847-0224a6c5aa89')
    def test_deleted(self):
        """A server without an LPAR says so at a reboot; it can be deleted."""
        [server] = self.boot()
        self.lpars.delete(self.hosts[server], server)
        self.stays(server, 'ACTIVE')
        self.servers.reboot_server(server, type='HARD')
        self.wait_for_status(server, 'ERROR', CONF.compute.build_timeout)
        self.assertIn(lpars.lpar_uuid(server),
                      self.show(server)['fault']['message'])
        self.servers.delete_server(server)
        waiters.wait_for_server_termination(self.servers, server)
