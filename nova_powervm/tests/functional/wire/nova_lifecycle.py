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

"""LPARs that change outside nova, seen through the API of a real nova."""

import datetime
import tempfile
import threading
import time
import warnings

from nova.compute import power_state
from nova import context
import testtools

from nova_powervm.demo import baseline
from nova_powervm.testing import agreement
from nova_powervm.testing import stage as testing_stage

_DELAY = 1.0
_PATIENCE = 60.0


class TestNovaLifecycle(testtools.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A nova on SQLite, without keystone, has much to say.
        cls.enterClassContext(warnings.catch_warnings())
        warnings.simplefilter('ignore')
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.stage = testing_stage.Stage(cls.folder.name, _DELAY)
        cls.addClassCleanup(cls.none_of_our_threads_is_left)
        cls.stage.setUp()
        cls.addClassCleanup(cls.stage.cleanUp)
        cls.cloud, cls.control = cls.stage.cloud, cls.stage.control
        cls.flavor = cls.cloud.create_flavor()

    @classmethod
    def none_of_our_threads_is_left(cls):
        left = [thread.name for thread in threading.enumerate()
                if thread.name.startswith('powervm-')]
        if left:
            raise AssertionError('cleanup_host left threads: %s' % left)

    def setUp(self):
        super().setUp()
        self.control.configure(
            boot_seconds=0.2, boot_events=2, shutdown_seconds=0.2,
            shutdown_events=2, latency_ms=0.0)
        self.addCleanup(self.delete_servers)
        self.server = self.boot()

    def delete_servers(self):
        for uuid in self.cloud.servers():
            self.cloud.api.delete_server(uuid)
        self.wait(lambda: not self.cloud.servers(), 'servers were not deleted')

    def wait(self, condition, message):
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                with open(self.cloud.log_file) as log:
                    self.fail('%s\n%s' % (message, log.read()[-5000:]))
            time.sleep(0.1)

    def boot(self):
        """Boot a server; return it when the module has seen it run."""
        before = set(self.cloud.servers())
        agreed = self.agreed()
        self.cloud.create_servers(1, self.flavor)
        uuid = (set(self.cloud.servers()) - before).pop()
        self.wait_for(uuid, status='ACTIVE')
        # It is looked at until nova's task is seen to have ended.
        self.wait(lambda: self.agreed() > agreed,
                  'nova and NovaLink were not found to agree')
        self.settle()
        self.assertEqual({}, self.told(uuid))
        return self.cloud.servers()[uuid]

    def agreed(self):
        """Return how many looks found nothing that nova has to learn."""
        counters = self.stage.statistics.counters()
        return counters['no_change'] + counters['known']

    def seen(self, uuid, **expected):
        server = self.cloud.servers()[uuid]
        return all(getattr(server, name) == value
                   for name, value in expected.items())

    def wait_for(self, uuid, **expected):
        self.wait(lambda: self.seen(uuid, **expected),
                  'not as expected: %s' % expected)

    def settle(self):
        self.stage.settle(self.wait_to_finish)

    def snapshot(self):
        return self.stage.snapshot(self.wait_to_finish)

    def wait_to_finish(self, unfinished):
        self.wait(lambda: not unfinished(), 'it does not come to rest')

    def told(self, *uuids):
        return {uuid: times for uuid, times in self.stage.calls.told().items()
                if uuid in uuids}

    def stay(self, **expected):
        """Let events pass that are not to change what nova says."""
        self.settle()
        self.assertTrue(self.seen(self.server.uuid, **expected))

    def lpar_state(self):
        return self.stage.lpar_states()[self.server.lpar]

    def assert_agreement(self):
        self.assertIsNone(agreement.difference(
            self.cloud.servers()[self.server.uuid], self.lpar_state()))

    def test_stopped_outside_nova(self):
        self.control.power([self.server.lpar], 'off')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.settle()
        self.assertEqual({self.server.uuid: 1}, self.told(self.server.uuid))
        self.assert_agreement()

    def test_restarted_within_the_delay(self):
        self.control.power([self.server.lpar], 'restart')
        self.stay(status='ACTIVE')
        self.assertEqual({}, self.told(self.server.uuid))
        self.assert_agreement()

    def test_started_outside_nova_is_stopped_by_nova(self):
        self.cloud.act([self.server.uuid], {'os-stop': None})
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.settle()
        self.control.power([self.server.lpar], 'on')
        self.wait(lambda: self.told(self.server.uuid), 'nova was not told')
        # Its user wants it stopped.
        self.wait(lambda: self.lpar_state() == 'not activated',
                  'nova did not stop the LPAR')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None,
                      power_state=power_state.SHUTDOWN)
        self.settle()
        self.assert_agreement()

    def test_nothing_is_emitted_for_what_nova_does_itself(self):
        for action, status in (({'os-stop': None}, 'SHUTOFF'),
                               ({'os-start': None}, 'ACTIVE'),
                               ({'reboot': {'type': 'SOFT'}}, 'ACTIVE'),
                               ({'reboot': {'type': 'HARD'}}, 'ACTIVE')):
            self.cloud.act([self.server.uuid], action)
            self.wait_for(self.server.uuid, status=status, task_state=None)
        self.settle()
        self.assertEqual({}, self.told(self.server.uuid))
        self.assert_agreement()

    def test_change_in_a_task_is_told_after_it(self):
        self.cloud.act([self.server.uuid], {'os-stop': None})
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.settle()
        busy = self.stage.statistics.counters()['busy']
        self.control.configure(boot_seconds=60.0)
        self.cloud.act([self.server.uuid], {'os-start': None})
        self.wait(lambda: self.stage.statistics.counters()['busy'] > busy,
                  'the module did not look during the task')
        self.assertEqual({}, self.told(self.server.uuid))
        # nova's start fails although the LPAR runs.
        self.control.set_state([self.server.lpar], 'running', events=2)
        self.wait(lambda: self.told(self.server.uuid), 'nova was not told')
        # Its user wants it stopped.
        self.wait(lambda: self.lpar_state() == 'not activated',
                  'nova did not stop the LPAR')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None,
                      power_state=power_state.SHUTDOWN)
        self.settle()
        self.assert_agreement()

    def test_deleted_by_nova(self):
        self.assertIn('VCPU', self.allocated())
        self.cloud.api.delete_server(self.server.uuid)
        self.wait(lambda: not self.cloud.servers(), 'not deleted')
        self.settle()
        self.assertEqual([], self.control.lpars())
        self.assertEqual({}, self.told(self.server.uuid))
        # What placement said before is not said again.
        self.assertEqual([], self.allocated())

    def allocated(self):
        """Return the resource classes that placement has for the server."""
        client = self.cloud.compute.manager.reportclient
        found = client.get_allocs_for_consumer(
            context.get_admin_context(), self.server.uuid)
        return [resource_class
                for provider in found['allocations'].values()
                for resource_class in provider['resources']]

    def test_lpars_that_are_not_novas(self):
        foreign = self.control.add_lpars(3)
        self.addCleanup(self.control.delete_lpars, foreign)
        self.settle()
        before = self.snapshot()[1]
        self.control.storm(foreign, events=12)
        self.stay(status='ACTIVE')
        # It is known by now that they are not.
        self.assertEqual(before, self.snapshot()[1])

    def test_redundant_events_cost_one_read_and_no_call(self):
        servers = [self.server, *(self.boot() for _ in range(2))]
        self.control.reset_counters()
        counted, before = self.snapshot()
        events = self.stage.markers.others
        self.control.storm(events=12)
        self.stay(status='ACTIVE')
        after, calls = self.snapshot()
        self.assertEqual(before, calls)
        self.assertEqual(12 * len(servers),
                         self.stage.markers.others - events)
        self.assertGreaterEqual(after['events'] - counted['events'],
                                12 * len(servers))
        requests = self.control.counters()
        requests.pop('event_poll')
        self.assertEqual(after['rest_reads'] - counted['rest_reads'],
                         sum(requests.values()))

    def test_lookups_are_what_leaves_nova_compute(self):
        counted, before = self.snapshot()
        self.test_stopped_outside_nova()
        after, calls = self.snapshot()
        self.assertEqual(after['lookups'] - counted['lookups'],
                         calls['lookups'] - before['lookups'])
        self.assertGreater(calls['lookups'], before['lookups'])
        # nova reads the instance, saves it and stops it.
        self.assertGreaterEqual(calls['nova'] - before['nova'], 3)

    def test_either_first_bit_of_a_uuid(self):
        # One server in two has it set; PowerVM clears it.
        by_bit = {}
        server = self.server
        while len(by_bit) < 2:
            by_bit[baseline.needs_second_lookup(server.uuid)] = server
            if len(by_bit) < 2:
                server = self.boot()
        self.control.set_state(
            [server.lpar for server in by_bit.values()], 'not activated')
        for server in by_bit.values():
            self.wait_for(server.uuid, status='SHUTOFF', task_state=None)

    def test_changes_since(self):
        since = datetime.datetime.now(datetime.UTC) + datetime.timedelta(
            seconds=1)
        self.wait(lambda: datetime.datetime.now(datetime.UTC) > since, '')
        since = since.isoformat(timespec='seconds')
        self.assertEqual({}, self.cloud.servers(since))
        self.control.set_state([self.server.lpar], 'not activated')
        self.wait(lambda: self.cloud.servers(since), 'no change')
        self.assertEqual([self.server.uuid], list(self.cloud.servers(since)))
