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

"""LPARs that change while nova operates on their servers."""

from tempest import config
from tempest.lib import decorators

from nova_powervm.tempest_plugin.services import lpars
from nova_powervm.tempest_plugin.tests.scenario import base

CONF = config.CONF


class LparOperationsTest(base.LparEventsTest):
    """nova and NovaLink agree after an operation, whatever happened."""

    def wait_for_task_to_end(self, server):
        """Wait until nova has ended what it does with a server."""
        self.wait_for(
            lambda: self.task(server) is None,
            self.limit + CONF.compute.build_timeout,
            lambda: 'The task does not end: %s' % self.describe(server))

    def agree(self, server):
        """Return whether nova and NovaLink say the same of a server."""
        shown, lpar = self.show(server), self.lpar_state(server)
        if shown['OS-EXT-STS:task_state'] is not None:
            return False
        if shown['status'] == 'ACTIVE':
            return lpar in lpars.ON
        # A reboot that failed leaves an ERROR, with a fault that says why.
        return lpar in lpars.OFF and (
            shown['status'] == 'SHUTOFF'
            or (shown['status'] == 'ERROR' and 'fault' in shown))

    @decorators.idempotent_id('2eb9fbc8-90f2-4e5e-bf40-034ba3929ddd')
    def test_stopped_while_nova_stops(self):
        """A server whose LPAR loses its power at a stop is SHUTOFF."""
        [server] = self.boot()
        self.servers.stop_server(server)
        self.lpars.power_off(self.hosts[server], server)
        self.wait_for_status(server, 'SHUTOFF',
                             self.limit + CONF.compute.build_timeout)
        self.stays(server, 'SHUTOFF')
        self.assertIn(self.lpar_state(server), lpars.OFF)
        self.assertEqual(['create', 'stop'], self.actions(server))

    @decorators.idempotent_id('b2b0bf80-75c4-44d1-b92d-d8b357f79ac3')
    def test_stopped_while_nova_reboots(self):
        """nova and NovaLink agree after a reboot that was disturbed."""
        [server] = self.boot()
        self.servers.reboot_server(server, type='HARD')
        self.lpars.power_off(self.hosts[server], server)
        self.wait_for_task_to_end(server)
        self.wait_for(lambda: self.agree(server), self.limit, lambda: (
            'nova and NovaLink disagree: %s' % self.describe(server)))
        self.servers.reboot_server(server, type='HARD')
        self.wait_for_status(server, 'ACTIVE', CONF.compute.build_timeout)
        self.wait_for_lpar(server, lpars.ON)
        self.stays(server, 'ACTIVE')

    @decorators.idempotent_id('1b468fbc-a840-4f83-a3fd-2f25fab2b739')
    def test_started_while_nova_starts(self):
        """A server whose LPAR was started meanwhile is ACTIVE."""
        [server] = self.boot()
        self.stop(server)
        self.servers.start_server(server)
        self.lpars.power_on(self.hosts[server], server)
        self.wait_for_task_to_end(server)
        self.wait_for(lambda: self.agree(server), self.limit, lambda: (
            'nova and NovaLink disagree: %s' % self.describe(server)))
