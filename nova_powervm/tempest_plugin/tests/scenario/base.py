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

"""What the scenarios share: servers, their LPARs, and waiting for both."""

import time

from oslo_log import log as logging
from tempest.common import compute
from tempest.common import waiters
from tempest import config
from tempest.lib.common.utils import data_utils
from tempest.lib.common.utils import test_utils
from tempest import test

from nova_powervm.tempest_plugin.services import commands
from nova_powervm.tempest_plugin.services import lpars

CONF = config.CONF
LOG = logging.getLogger(__name__)

# Seconds between two looks at nova or NovaLink.
_INTERVAL = 0.5


class LparEventsTest(test.BaseTestCase):
    """A scenario that changes LPARs behind nova's back."""

    credentials = ('primary', 'admin')

    # Options of [powervm] without which a class is skipped.
    commands: tuple[str, ...] = ()

    @classmethod
    def skip_checks(cls):
        super().skip_checks()
        for option in ('rest_services', *cls.commands):
            cls.skip_unless_set(option)

    @classmethod
    def setup_credentials(cls):
        cls.set_network_resources(network=True, subnet=True)
        super().setup_credentials()

    @classmethod
    def setup_clients(cls):
        super().setup_clients()
        cls.servers = cls.os_primary.servers_client
        # Only an administrator sees the host and the task of a server.
        cls.admin_servers = cls.os_admin.servers_client

    @classmethod
    def resource_setup(cls):
        super().resource_setup()
        cls.lpars = lpars.Lpars(
            CONF.powervm.rest_services, CONF.powervm.rest_username,
            CONF.powervm.rest_password)
        # Seconds after which nova has to know.
        cls.limit = CONF.powervm.event_delay + CONF.powervm.margin

    @classmethod
    def skip_unless_set(cls, option):
        """Skip if the configuration leaves an option of [powervm] out."""
        if not CONF.powervm[option]:
            raise cls.skipException(
                '[powervm] %s of tempest.conf is not set.' % option)

    def boot(self, count=1):
        """Boot servers; return their ids when their LPARs are on."""
        counts = {'min_count': count} if count > 1 else {}
        _, servers = compute.create_test_server(
            self.os_primary, tenant_network=self.get_tenant_network(),
            name=data_utils.rand_name(
                'lpar', prefix=CONF.resource_name_prefix), **counts)
        ids = [server['id'] for server in servers]
        for server_id in ids:
            self.addCleanup(waiters.wait_for_server_termination,
                            self.servers, server_id)
        for server_id in ids:
            self.addCleanup(test_utils.call_and_ignore_notfound_exc,
                            self.servers.delete_server, server_id)
        for server_id in ids:
            waiters.wait_for_server_status(self.servers, server_id, 'ACTIVE')
        self.hosts = {server_id: self.show(server_id)[
            'OS-EXT-SRV-ATTR:host'] for server_id in ids}
        for server_id in ids:
            self.wait_for_lpar(server_id, lpars.ON)
        return ids

    def show(self, server_id):
        """Return what nova says of a server."""
        return self.admin_servers.show_server(server_id)['server']

    def task(self, server_id):
        """Return the task of a server, None if it has none."""
        return self.show(server_id)['OS-EXT-STS:task_state']

    def lpar_state(self, server_id):
        """Return NovaLink's state of a server's LPAR, None without one."""
        return self.lpars.state(self.hosts[server_id], server_id)

    def actions(self, server_id):
        """Return the actions of a server that nova recorded."""
        found = self.servers.list_instance_actions(server_id)
        return sorted(action['action']
                      for action in found['instanceActions'])

    def run_command(self, option, server_id):
        """Run a command of [powervm] for a server and its host."""
        command = CONF.powervm[option]
        LOG.info('Running %s: %s', option, command)
        commands.run(command, host=self.hosts[server_id], server=server_id,
                     lpar=lpars.lpar_uuid(server_id))

    def wait_for(self, condition, seconds, failure):
        """Wait until a condition holds; fail with a text if it does not."""
        began = time.monotonic()
        if not test_utils.call_until_true(condition, seconds, _INTERVAL):
            self.fail(failure() if callable(failure) else failure)
        LOG.info('It took %.1f s', time.monotonic() - began)

    def has_status(self, server_id, status):
        """Return whether a server has a status, and no task."""
        server = self.show(server_id)
        return (server['status'] == status
                and server['OS-EXT-STS:task_state'] is None)

    def wait_for_status(self, server_id, status, seconds):
        """Wait until a server has a status, and no task."""
        self.wait_for(
            lambda: self.has_status(server_id, status), seconds, lambda: (
                'Server %s is not %s after %s s: %s' % (
                    server_id, status, seconds, self.describe(server_id))))

    def wait_for_lpar(self, server_id, states, seconds=None):
        """Wait until an LPAR has one of several states."""
        seconds = seconds or CONF.compute.build_timeout
        self.wait_for(
            lambda: self.lpar_state(server_id) in states, seconds, lambda: (
                'LPAR of server %s is none of %s after %s s: %s' % (
                    server_id, sorted(states), seconds,
                    self.describe(server_id))))

    def describe(self, server_id):
        """Return in words what nova and NovaLink say, for failures."""
        server = self.show(server_id)
        return ('nova says %s, task %s, power state %s; its LPAR is %s' % (
            server['status'], server['OS-EXT-STS:task_state'],
            server['OS-EXT-STS:power_state'], self.lpar_state(server_id)))

    def stays(self, server_id, status, seconds=None):
        """Check for a while that a server keeps its status."""
        changed = test_utils.call_until_true(
            lambda: self.show(server_id)['status'] != status,
            seconds or self.limit, _INTERVAL)
        self.assertFalse(changed, self.describe(server_id))

    def stop(self, server_id):
        """Stop a server through nova."""
        self.servers.stop_server(server_id)
        waiters.wait_for_server_status(self.servers, server_id, 'SHUTOFF')
