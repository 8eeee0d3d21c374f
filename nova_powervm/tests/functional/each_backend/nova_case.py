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

"""A whole nova, seen through its API, and LPARs that change outside it."""

import tempfile
import threading
import time
import warnings

from nova import context
import testtools

from nova_powervm.testing import agreement
from nova_powervm.testing import compat
from nova_powervm.testing import internals
from nova_powervm.testing import stage
from nova_powervm.testing import waiting
from nova_powervm.tests.functional.each_backend import servers
from nova_powervm.tests.functional import pauses
from nova_powervm.tests.functional import polls

#: The option event_delay, seconds.
DELAY = 0.5

# Seconds between two looks.
_PAUSE = 0.1

# Outcomes of looks at LPARs that found nothing that nova has to learn.
_AGREED = ('no_change', 'cached')


class NovaTestCase(testtools.TestCase):
    """A test with a whole nova, which the tests of a class share.

    A process may have one at a time, so all tests of a class run one after
    the other, in one process: see tox.ini.

    :cvar bare: whether servers are bare LPARs.
    """

    bare = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A nova on SQLite, without keystone, has much to say.
        cls.enterClassContext(warnings.catch_warnings())
        warnings.simplefilter('ignore')
        short_pauses = pauses.ShortPauses()
        short_pauses.setUp()
        cls.addClassCleanup(short_pauses.cleanUp)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        writes = servers.Writes()
        cls.addClassCleanup(writes.close)
        cls.stage = stage.Stage(cls.folder.name, DELAY, bare=cls.bare)
        # nova ends as nova-compute does, once in the life of a process; but
        # other tests may follow in this one.
        cls.addClassCleanup(compat.reset_thread_pools)
        cls.addClassCleanup(cls.no_thread_is_left)
        cls.stage.setUp()
        cls.addClassCleanup(cls.stage.cleanUp)
        cls.cloud, cls.control = cls.stage.cloud, cls.stage.control
        cls.cloud.servers = servers.Servers(cls.cloud.servers, writes)
        cls.flavor = cls.cloud.create_flavor()

    @classmethod
    def no_thread_is_left(cls):
        left = [thread.name for thread in threading.enumerate()
                if thread.name.startswith(internals.THREADS)]
        if left:
            raise AssertionError('cleanup_host left threads: %s' % left)
        polls.wait_for_end()

    def setUp(self):
        super().setUp()
        self.control.configure(
            boot_seconds=0.2, boot_events=2, shutdown_seconds=0.2,
            shutdown_events=2, latency_ms=0.0)
        self.prepare()

    def prepare(self):
        """Boot a server of the test's own, as ``self.server``."""
        self.addCleanup(self.delete_servers)
        self.server = self.boot()

    def delete_servers(self):
        for uuid in self.cloud.servers():
            self.cloud.api.delete_server(uuid)
        self.wait(lambda: not self.cloud.servers(), 'servers are deleted')

    def wait(self, condition, what):
        return waiting.wait_until(
            condition, what, details=self.log_tail,
            pause=lambda: time.sleep(_PAUSE))

    def log_tail(self):
        with open(self.cloud.log_file) as log:
            return log.read()[-5000:]

    def boot(self):
        """Boot a server; return it when the module has seen it run."""
        before = set(self.cloud.servers())
        agreed = self.agreed()
        self.cloud.create_servers(1, self.flavor)
        uuid = (set(self.cloud.servers()) - before).pop()
        self.wait_for(uuid, status='ACTIVE')
        # It is looked at until nova's task is seen to have ended.
        self.wait(lambda: self.agreed() > agreed,
                  'nova and NovaLink are found to agree')
        self.settle()
        self.assertEqual({}, self.told(uuid))
        return self.cloud.servers()[uuid]

    def agreed(self):
        """Return how many looks found nothing that nova has to learn."""
        counters = self.stage.statistics.counters()
        return sum(counters[name] for name in _AGREED)

    def seen(self, uuid, **expected):
        server = self.cloud.servers()[uuid]
        return all(getattr(server, name) == value
                   for name, value in expected.items())

    def wait_for(self, uuid, **expected):
        self.wait(lambda: self.seen(uuid, **expected),
                  str(expected))

    def settle(self):
        self.stage.settle(self.wait_to_finish)

    def snapshot(self):
        return self.stage.snapshot(self.wait_to_finish)

    def wait_to_finish(self, unfinished):
        self.wait(lambda: not unfinished(), 'rest')

    def told(self, *uuids):
        return {uuid: times for uuid, times in self.stage.calls.told().items()
                if uuid in uuids}

    def stay(self, **expected):
        """Let events pass that are not to change what nova says."""
        self.settle()
        self.assertTrue(self.seen(self.server.uuid, **expected))

    def lpar_state(self):
        return self.stage.lpar_states()[self.server.lpar]

    def wait_until_all_run(self):
        """Wait for the end of boots: nova's builds and starts end earlier."""
        self.wait(lambda: {lpar['state'] for lpar in self.control.lpars()}
                  == {'running'}, 'the LPARs have booted')

    def allocated(self, uuid):
        """Return the resource classes that placement has for a server."""
        client = self.cloud.compute.manager.reportclient
        found = client.get_allocs_for_consumer(
            context.get_admin_context(), uuid)
        return [resource_class
                for provider in found['allocations'].values()
                for resource_class in provider['resources']]

    def assert_agreement(self):
        self.assertIsNone(agreement.difference(
            self.cloud.servers()[self.server.uuid], self.lpar_state()))
