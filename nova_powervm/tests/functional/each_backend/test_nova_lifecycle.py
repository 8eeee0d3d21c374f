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
import time

import ddt
import mock
from nova.compute import power_state
from nova import context
from nova import objects
from oslo_utils import uuidutils

from nova_powervm.testing import internals
from nova_powervm.tests.functional.each_backend import nova_case
from nova_powervm.tests.functional.each_backend import nova_flavors
from nova_powervm.virt.powervm import compute_service


@ddt.ddt
class TestNovaLifecycle(nova_flavors.FlavorTests, nova_case.NovaTestCase):

    def test_stopped_outside_nova(self):
        self.control.power([self.server.lpar], 'off')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.settle()
        self.assertEqual({self.server.uuid: 1}, self.told(self.server.uuid))
        self.assert_agreement()

    def test_crash(self):
        began = time.monotonic()
        self.control.set_state([self.server.lpar], 'error')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None,
                      power_state=power_state.SHUTDOWN)
        self.assertLess(time.monotonic() - began, nova_case.DELAY + 10)
        self.settle()
        self.assertEqual('not activated', self.lpar_state())
        self.assertEqual({self.server.uuid: 1}, self.told(self.server.uuid))
        self.assert_agreement()
        self.assert_nothing_is_emitted({'os-start': None}, 'ACTIVE', 1)

    def crash_while_off(self):
        self.cloud.act([self.server.uuid], {'os-stop': None})
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.settle()
        self.control.set_state([self.server.lpar], 'error')
        self.stay(status='SHUTOFF', power_state=power_state.SHUTDOWN)

    @ddt.named_data(
        ('start', {'os-start': None}),
        ('hard_reboot', {'reboot': {'type': 'HARD'}}))
    def test_way_back_from_a_crash_while_off(self, action):
        self.crash_while_off()
        self.assert_nothing_is_emitted(action, 'ACTIVE')
        self.assertEqual('running', self.lpar_state())

    def test_crash_that_an_earlier_release_recorded(self):
        self.crash_while_off()
        record = objects.Instance.get_by_uuid(
            context.get_admin_context(), self.server.uuid)
        record.power_state = power_state.CRASHED
        record.save()
        # All instances are compared.
        self.control.send_events([{'type': 'CACHE_CLEARED'}])
        self.stay(status='SHUTOFF', power_state=power_state.CRASHED)
        self.assertEqual({}, self.told(self.server.uuid))
        # nova's periodic task records what the driver says now.
        self.cloud.compute.manager._query_driver_power_state_and_sync(
            context.get_admin_context(), record)
        self.stay(status='SHUTOFF', power_state=power_state.SHUTDOWN)
        self.assert_agreement()

    def test_crash_of_a_server_that_is_deleted(self):
        self.control.set_state([self.server.lpar], 'error')
        self.cloud.api.delete_server(self.server.uuid)
        self.wait(lambda: not self.cloud.servers(), 'deleted')
        self.assertEqual([], self.control.lpars())

    def test_restarted_within_the_delay(self):
        self.control.configure(boot_seconds=0.0, shutdown_seconds=0.0)
        self.control.power([self.server.lpar], 'restart')
        self.stay(status='ACTIVE')
        self.assertEqual({}, self.told(self.server.uuid))
        self.assert_agreement()

    def test_started_outside_nova_is_stopped_by_nova(self):
        self.cloud.act([self.server.uuid], {'os-stop': None})
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.settle()
        self.control.power([self.server.lpar], 'on')
        self.wait(lambda: self.told(self.server.uuid), 'nova is told')
        # Its user wants it stopped.
        self.wait(lambda: self.lpar_state() == 'not activated',
                  'nova stops the LPAR')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None,
                      power_state=power_state.SHUTDOWN)
        self.settle()
        self.assert_agreement()

    def compute_service(self):
        """Return status and reason of the compute service, by the API."""
        service, = self.cloud.api.get_services(binary='nova-compute')
        return service['status'], service['disabled_reason']

    def test_service_is_disabled_while_novalink_is_away(self):
        look = internals.hasten_service(self.cloud.driver, 0.5)

        def is_seen(expected):
            # A poll that is on its way has an answer at once.
            self.control.storm([self.server.lpar], events=1)
            look()
            return self.compute_service() == expected

        self.addCleanup(self.control.clear_faults)
        self.control.inject_fault('*', 'unavailable')
        self.wait(lambda: is_seen(('disabled', compute_service.REASON)),
                  'the service is disabled')
        # The server is left alone.
        self.assertTrue(self.seen(self.server.uuid, status='ACTIVE'))
        self.control.clear_faults()
        self.wait(lambda: is_seen(('enabled', None)),
                  'the service is enabled')
        self.stay(status='ACTIVE')

    def test_periodic_power_sync(self):
        """The server's LPAR stopped, and the event got lost."""
        self.control.inject_fault('event', 'drop')
        self.addCleanup(self.control.clear_faults)
        self.control.set_state([self.server.lpar], 'not activated')
        manager = self.cloud.compute.manager
        self.assertEqual(1, manager.driver.get_num_instances())
        manager._sync_power_states(context.get_admin_context())
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)

    def assert_nothing_is_emitted(self, action, status, before=0):
        self.cloud.act([self.server.uuid], action)
        self.wait_for(self.server.uuid, status=status, task_state=None)
        self.settle()
        self.assertEqual(
            before, self.told(self.server.uuid).get(self.server.uuid, 0))
        self.assert_agreement()

    def test_nothing_is_emitted_for_a_stop_and_start_by_nova(self):
        self.assert_nothing_is_emitted({'os-stop': None}, 'SHUTOFF')
        self.assert_nothing_is_emitted({'os-start': None}, 'ACTIVE')

    @ddt.data('SOFT', 'HARD')
    def test_nothing_is_emitted_for_a_reboot_by_nova(self, how):
        self.assert_nothing_is_emitted({'reboot': {'type': how}}, 'ACTIVE')

    def test_change_in_a_task_is_told_after_it(self):
        self.cloud.act([self.server.uuid], {'os-stop': None})
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None)
        self.settle()
        busy = self.stage.statistics.counters()['busy']
        self.control.configure(boot_seconds=60.0)
        self.cloud.act([self.server.uuid], {'os-start': None})
        self.wait(lambda: self.stage.statistics.counters()['busy'] > busy,
                  'the module looks during the task')
        self.assertEqual({}, self.told(self.server.uuid))
        # nova's start fails although the LPAR runs.
        self.control.set_state([self.server.lpar], 'running', events=2)
        self.wait(lambda: self.told(self.server.uuid), 'nova is told')
        # Its user wants it stopped.
        self.wait(lambda: self.lpar_state() == 'not activated',
                  'nova stops the LPAR')
        self.wait_for(self.server.uuid, status='SHUTOFF', task_state=None,
                      power_state=power_state.SHUTDOWN)
        self.settle()
        self.assert_agreement()

    def test_deleted_by_nova(self):
        self.assertIn('VCPU', self.allocated(self.server.uuid))
        self.cloud.api.delete_server(self.server.uuid)
        self.wait(lambda: not self.cloud.servers(), 'deleted')
        self.settle()
        self.assertEqual([], self.control.lpars())
        self.assertEqual({}, self.told(self.server.uuid))
        # What placement said before is not said again.
        self.assertEqual([], self.allocated(self.server.uuid))

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
        # PowerVM clears it.
        is_set = int(self.server.uuid[0], 16) >= 8
        make = uuidutils.generate_uuid
        with mock.patch.object(
                uuidutils, 'generate_uuid',
                side_effect=lambda: ('0' if is_set else 'f') + make()[1:]):
            other = self.boot()
        self.assertEqual(not is_set, other.uuid[0] == 'f')
        servers = self.server, other
        self.control.set_state(
            [server.lpar for server in servers], 'not activated')
        for server in servers:
            self.wait_for(server.uuid, status='SHUTOFF', task_state=None)

    def test_changes_since(self):
        since = datetime.datetime.now(datetime.UTC) + datetime.timedelta(
            seconds=1)
        self.wait(lambda: datetime.datetime.now(datetime.UTC) > since,
                  'another second')
        since = since.isoformat(timespec='seconds')
        self.assertEqual({}, self.cloud.servers(since))
        self.control.set_state([self.server.lpar], 'not activated')
        self.wait(lambda: self.cloud.servers(since), 'a change')
        self.assertEqual([self.server.uuid], list(self.cloud.servers(since)))
