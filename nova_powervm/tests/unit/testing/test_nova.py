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


import random
import threading

import ddt
from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from nova.virt import event as virt_event
import oslo_messaging

from nova_powervm.testing import agreement
from nova_powervm.testing import drivers
from nova_powervm.testing import nova
from nova_powervm.tests import base
from nova_powervm.tests.unit.testing import nova_manager

_LPAR = '0A000000-0000-4000-8000-000000000000'
_STARTED = virt_event.EVENT_LIFECYCLE_STARTED
_STOPPED = virt_event.EVENT_LIFECYCLE_STOPPED
_SUSPENDED = virt_event.EVENT_LIFECYCLE_SUSPENDED


class NovaTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.driver = drivers.FakeDriver()
        self.nova = self.useFixture(nova.Nova(self.driver))

    def add(self, lpar_state='running', power=power_state.RUNNING,
            **fields):
        """Make an LPAR and its record, which is returned."""
        self.driver.lpars[_LPAR] = lpar_state
        record, = self.nova.add([_LPAR], power, **fields)
        return record

    def tell(self, transition):
        self.nova.handle_events(virt_event.LifecycleEvent(
            _LPAR.lower(), transition))

    def assertState(self, record, power, vm_state):
        self.assertEqual(
            (power, vm_state, None),
            (record.power_state, record.vm_state, record.task_state))


@ddt.ddt
class TestAgainstNova(NovaTestCase):
    """The manager in memory does what nova's own manager does."""

    @ddt.named_data(*nova_manager.CASES)
    def test_acts(self, vm_state, lpar_state):
        power = nova_manager.POWERS[lpar_state]
        record = self.add(lpar_state, power_state.PAUSED, vm_state=vm_state)
        self.driver.power_off = lambda instance: None
        saves, calls = nova_manager.asks_for(
            self.context, vm_state, power_state.PAUSED, power)
        self.nova.sync_power_states()
        self.assertEqual(saves, record.power_state == power)
        self.assertEqual(len(calls), len(self.nova.stops))

    def test_no_such_lpar(self):
        record = self.add()
        del self.driver.lpars[_LPAR]
        self.nova.sync_power_states()
        self.assertEqual((power_state.NOSTATE, vm_states.ACTIVE),
                         (record.power_state, record.vm_state))

    @ddt.named_data(*nova_manager.CASES)
    def test_is_right_in_the_end(self, vm_state, lpar_state):
        record = self.add(lpar_state, power_state.PAUSED, vm_state=vm_state)
        self.nova.sync_power_states()
        self.assertIsNone(agreement.difference(
            record, self.driver.lpars[_LPAR]))


class TestEvents(NovaTestCase):

    def test_crash_of_an_active_server(self):
        record = self.add('not activated')
        self.tell(_STOPPED)
        self.assertState(record, power_state.SHUTDOWN, vm_states.STOPPED)
        self.assertEqual([nova.Told(record.uuid, power_state.SHUTDOWN)],
                         self.nova.events)
        self.assertEqual([record.uuid], self.nova.stops)

    def test_start_of_a_stopped_server(self):
        record = self.add('running', power_state.SHUTDOWN)
        self.tell(_STARTED)
        self.assertState(record, power_state.SHUTDOWN, vm_states.STOPPED)
        self.assertEqual('not activated', self.driver.lpars[_LPAR])

    def test_suspension_of_an_active_server(self):
        record = self.add('suspended')
        self.tell(_SUSPENDED)
        self.assertState(record, power_state.SHUTDOWN, vm_states.STOPPED)

    def test_old_news(self):
        record = self.add('running', power_state.SHUTDOWN)
        self.tell(_STOPPED)
        self.assertState(record, power_state.SHUTDOWN, vm_states.STOPPED)
        self.assertEqual('running', self.driver.lpars[_LPAR])

    def test_task(self):
        record = self.add('not activated', task_state=task_states.REBOOTING)
        self.tell(_STOPPED)
        self.assertEqual(
            (power_state.RUNNING, task_states.REBOOTING),
            (record.power_state, record.task_state))

    def test_other_host(self):
        record = self.add('not activated', host='another')
        self.tell(_STOPPED)
        self.assertState(record, power_state.RUNNING, vm_states.ACTIVE)

    def test_no_such_instance(self):
        self.tell(_STOPPED)
        self.assertEqual(1, len(self.nova.events))

    def test_no_such_lpar(self):
        record = self.add()
        del self.driver.lpars[_LPAR]
        self.tell(_STOPPED)
        self.assertState(record, power_state.RUNNING, vm_states.ACTIVE)

    def test_deaf(self):
        record = self.add('not activated')
        self.nova.faults.deaf = True
        self.tell(_STOPPED)
        self.assertState(record, power_state.RUNNING, vm_states.ACTIVE)
        self.assertEqual(1, len(self.nova.events))

    def test_lost_stop(self):
        record = self.add('not activated')
        self.nova.faults.stops_get_lost = 1.0
        self.tell(_STOPPED)
        self.assertState(record, power_state.SHUTDOWN, vm_states.ACTIVE)
        self.assertEqual(([], 1), (self.nova.stops, self.nova.stops_lost))

    def test_failing_calls(self):
        record = self.add('not activated')
        self.nova.faults.calls_fail = 1.0
        self.assertRaises(oslo_messaging.MessagingTimeout,
                          self.tell, _STOPPED)
        self.assertState(record, power_state.RUNNING, vm_states.ACTIVE)
        # It is not taken for an event that is still being dealt with.
        self.nova.faults.calls_fail = 0.0
        self.tell(_STOPPED)
        self.assertEqual([], self.nova.overlaps)

    def test_events_at_once(self):
        record = self.add('not activated')
        self.driver.power_off = lambda instance: self.tell(_STOPPED)
        self.tell(_STOPPED)
        self.assertEqual([record.uuid], self.nova.overlaps)

    def test_driver_that_looks_again(self):
        record = self.add('not activated')
        infos = iter(('not activated', 'running'))

        def get_info(instance, use_cache):
            self.driver.lpars[_LPAR] = next(infos)
            return drivers.FakeDriver.get_info(self.driver, instance)

        self.driver.get_info = get_info
        self.tell(_STOPPED)
        self.assertState(record, power_state.SHUTDOWN, vm_states.ACTIVE)
        self.assertEqual([], self.nova.stops)


class TestActions(NovaTestCase):

    def test_start(self):
        record = self.add('not activated', power_state.SHUTDOWN)
        self.nova.start(_LPAR)
        self.assertState(record, power_state.RUNNING, vm_states.ACTIVE)
        self.assertEqual('running', self.driver.lpars[_LPAR])

    def test_stop(self):
        record = self.add()
        self.nova.stop(_LPAR)
        self.assertState(record, power_state.SHUTDOWN, vm_states.STOPPED)
        self.assertEqual([], self.nova.stops)

    def test_task_is_in_the_record_meanwhile(self):
        record = self.add()
        seen = []
        self.driver.power_off = lambda instance: seen.append(
            record.task_state)
        self.nova.stop(_LPAR)
        self.assertEqual([task_states.POWERING_OFF], seen)

    def test_failure(self):
        record = self.add()
        del self.driver.lpars[_LPAR]
        self.nova.stop(_LPAR)
        self.assertState(record, power_state.RUNNING, vm_states.ACTIVE)

    def test_one_task_at_a_time(self):
        record = self.add(task_state=task_states.REBOOTING)
        self.nova.stop(_LPAR)
        self.assertEqual(task_states.REBOOTING, record.task_state)
        self.assertEqual('running', self.driver.lpars[_LPAR])

    def test_cast(self):
        casts = []
        self.nova = nova.Nova(self.driver, cast=casts.append)
        record = self.add('not activated')
        self.tell(_STOPPED)
        self.assertState(record, power_state.SHUTDOWN, vm_states.ACTIVE)
        casts.pop()()
        self.assertState(record, power_state.SHUTDOWN, vm_states.STOPPED)


class TestThreads(base.TestCase):

    def test_many_events(self):
        driver = drivers.FakeDriver()
        the_nova = nova.Nova(driver, chance=random.Random(1))
        lpars = ['0%07X-0000-4000-8000-000000000000' % number
                 for number in range(200)]
        driver.lpars.update(dict.fromkeys(lpars, 'not activated'))
        records = the_nova.add(lpars)

        def tell(part):
            for record in part:
                the_nova.handle_events(virt_event.LifecycleEvent(
                    record.uuid, _STOPPED))

        threads = [threading.Thread(target=tell, args=(records[part::4],))
                   for part in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(200, len(the_nova.events))
        self.assertEqual([], agreement.differences(
            the_nova.servers(), driver.lpars))
