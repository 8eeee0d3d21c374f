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

"""LPARs that change while a service is away.

Nothing else can be tested meanwhile, so tempest runs each class alone.
"""

import contextlib

from tempest import config
from tempest.lib import decorators

from nova_powervm.tempest_plugin.services import lpars
from nova_powervm.tempest_plugin.tests.scenario import base

CONF = config.CONF


class _OutageTest(base.LparEventsTest):
    """A scenario in which a service is away."""

    @contextlib.contextmanager
    def stopped(self, service, servers):
        """Have a service stopped, by the commands of the configuration.

        :param servers: one for each host whose service it is.
        """
        try:
            for server in servers:
                self.run_command(service + '_stop_command', server)
            yield
        finally:
            for server in servers:
                self.run_command(service + '_start_command', server)

    def boot_two(self):
        """Boot two servers; stop one of them."""
        running, stopped = self.boot(2)
        self.stop(stopped)
        return running, stopped

    def change(self, running, stopped):
        """Stop the LPAR that runs, and start the one that is stopped."""
        self.lpars.power_off(self.hosts[running], running)
        self.lpars.power_on(self.hosts[stopped], stopped)

    def both_are_off(self, *servers):
        """Wait until nova has both servers and their LPARs stopped."""
        for server in servers:
            self.wait_for_status(server, 'SHUTOFF',
                                 CONF.powervm.recovery_timeout)
            self.wait_for_lpar(server, lpars.OFF,
                               CONF.powervm.recovery_timeout)


@decorators.serial
class RestServiceRestartTest(_OutageTest):
    """NovaLink's REST service restarts and forgets who it sends events to."""

    commands = ('rest_restart_command',)

    @decorators.idempotent_id('502decbd-3241-479a-8ea8-88b0478f04a8')
    def test_restarted_after_a_change(self):
        """nova learns of a change before a restart of the REST service."""
        [server] = self.boot()
        self.lpars.power_off(self.hosts[server], server)
        self.run_command('rest_restart_command', server)
        self.wait_for_status(server, 'SHUTOFF',
                             CONF.powervm.recovery_timeout)

    @decorators.idempotent_id('8e8d2251-72e0-46f5-8379-b319c51320da')
    def test_restarted_before_a_change(self):
        """nova learns of a change after a restart of the REST service."""
        [server] = self.boot()
        self.run_command('rest_restart_command', server)
        self.lpars.wait_for_service(self.hosts[server],
                                    CONF.powervm.recovery_timeout)
        self.lpars.power_off(self.hosts[server], server)
        self.wait_for_status(server, 'SHUTOFF',
                             CONF.powervm.recovery_timeout)


@decorators.serial
class ConductorOutageTest(_OutageTest):
    """No nova-conductor answers while LPARs change."""

    commands = ('conductor_stop_command', 'conductor_start_command')

    @decorators.idempotent_id('ca6915f0-97cc-4e2e-aa4d-00fcb8178abc')
    def test_changed_without_conductor(self):
        """nova learns of changes when a nova-conductor is back."""
        running, stopped = self.boot_two()
        with self.stopped('conductor', [running]):
            self.change(running, stopped)
        self.both_are_off(running, stopped)


@decorators.serial
class ComputeRestartTest(_OutageTest):
    """nova-compute does not run while LPARs change."""

    commands = ('compute_stop_command', 'compute_start_command')

    @decorators.idempotent_id('6891a2cb-5b3c-4dca-b798-a8d9009d351a')
    def test_changed_without_compute(self):
        """nova learns of changes when nova-compute is back."""
        running, stopped = self.boot_two()
        # nova may have placed them on one host, or on two.
        of_hosts = {self.hosts[server]: server
                    for server in (running, stopped)}
        with self.stopped('compute', of_hosts.values()):
            self.change(running, stopped)
        self.both_are_off(running, stopped)
