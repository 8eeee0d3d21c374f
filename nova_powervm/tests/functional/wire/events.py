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

"""The event module with real pypowervm, over HTTP, on its own threads."""

import sys
import threading
import time

import mock
from nova.compute import power_state
from nova.compute import task_states
from nova import monkey_patch
from pypowervm import adapter as pvm_adapter

from nova_powervm.tests.functional.wire import case
from nova_powervm.tests.functional.wire import records
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm import vm

_DELAY = 0.4
_PATIENCE = 60.0


class TestOnTheWire(case.WireTestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator(
            poll_seconds=0.5, boot_seconds=0.5, shutdown_seconds=0.3)
        cls.session = pvm_adapter.Session(port=cls.simulator.port)
        cls.adapter = pvm_adapter.Adapter(cls.session)

    def setUp(self):
        super().setUp()
        self.control.configure(quick_all=True)
        self.driver = mock.Mock(
            spec=['adapter', 'emit_event', 'nvram_mgr', 'session'],
            adapter=self.adapter, session=self.session, nvram_mgr=None)
        self.nova = records.Nova(self.driver)
        self.nova.use_in(self)
        self.driver.emit_event = self.nova.emit_event
        self.handler = event.PowerVMNovaEventHandler(
            self.driver, conf=world.make_conf(
                event_delay=_DELAY, event_max_delay=2.0))
        self.addCleanup(self.handler.stop)
        listener = self.session.get_event_listener()
        listener.subscribe(self.handler)
        self.addCleanup(listener.unsubscribe, self.handler)
        self.wait_until(lambda: self.count('resyncs', since=False),
                        'the resync of the start')

    def add(self, count, state='running', **fields):
        """Make LPARs and nova's records of them; wait for their events."""
        lpars = self.control.add_lpars(count, state=state)
        self.nova.add(lpars, vm.POWERVM_TO_NOVA_STATE[state], **fields)
        self.settle()
        self.control.reset_counters()
        self.nova.lookups = 0
        self.before = self.handler.statistics.as_dict()
        return lpars

    def circumstances(self):
        return self.handler.statistics.as_dict()

    def settle(self):
        """Wait until all events sent so far have been answered."""
        marker = 'settle-%f' % time.monotonic()
        seen = threading.Event()

        class Marker(pvm_adapter.RawEventHandler):
            def process(self, events):
                if any(item['EventDetail'] == marker for item in events):
                    seen.set()

        listener = self.session.get_event_listener()
        handler = Marker()
        listener.subscribe(handler)
        try:
            self.control.send_events(
                [{'type': 'CUSTOM_CLIENT_EVENT', 'detail': marker}])
            self.wait_until(seen.is_set, 'events delivered')
        finally:
            listener.unsubscribe(handler)
        self.wait_until(lambda: not self.count('pending', since=False),
                        'all LPARs looked at')

    def count(self, name, since=True):
        value = self.handler.statistics.as_dict()[name]
        return value - self.before[name] if since else value

    def power_states(self, lpars):
        return self.nova.power_states(lpars)

    def assertPower(self, power, lpars):
        self.assertEqual([power] * len(lpars), self.power_states(lpars))

    def test_backend(self):
        if monkey_patch.is_patched():
            self.assertTrue(
                sys.modules['eventlet'].patcher.is_monkey_patched('thread'))
        else:
            self.assertNotIn('eventlet', sys.modules)

    def test_one_lpar(self):
        lpars = self.add(1)
        self.control.set_state(lpars, 'not activated', events=12)
        self.settle()
        self.assertPower(power_state.SHUTDOWN, lpars)
        self.assertEqual(1, len(self.nova.events))
        self.wait_until(lambda: self.count('no_change') == 1, 'confirmed')
        self.assertEqual(2, self.nova.lookups)
        # One read here, one by nova's manager, one to confirm.
        self.assertEqual(3, self.control.counters()['quick_property'])

    def test_many(self):
        lpars = self.add(40)
        self.control.set_state(lpars, 'not activated', events=5)
        self.wait_until(lambda: self.count('emitted'), 'nova told')
        self.assertEqual(1, self.nova.lookups)
        self.settle()
        self.assertPower(power_state.SHUTDOWN, lpars)
        self.assertEqual(40, len(self.nova.events))
        self.wait_until(lambda: self.count('no_change') == 40, 'confirmed')
        # How many batches confirm depends on how fast nova was told.
        self.assertEqual(self.count('batches'), self.nova.lookups)
        counters = self.control.counters()
        self.assertGreaterEqual(self.nova.lookups, counters['quick_all'])
        self.assertNotIn('lpar_feed', counters)

    def test_redundant_storm(self):
        lpars = self.add(40)
        self.handler.lifecycle.forget_all()
        for number in range(3):
            self.control.storm(lpars)
            self.settle()
            self.assertEqual(1, self.nova.lookups, number)
        self.assertEqual([], self.nova.events)
        self.assertEqual(3, self.control.counters()['quick_all'])

    def test_feed(self):
        lpars = self.add(10)
        self.control.configure(quick_all=False)
        self.control.set_state(lpars[:6], 'not activated')
        self.control.storm(lpars[6:], events=1)
        self.settle()
        self.assertPower(power_state.SHUTDOWN, lpars[:6])
        self.assertPower(power_state.RUNNING, lpars[6:])
        self.wait_until(lambda: not self.count('confirming', since=False),
                        'confirmed')
        counters = self.control.counters()
        self.assertEqual(
            (1, 2), (counters['quick_all'], counters['lpar_feed']))

    def test_restart_within_the_delay(self):
        lpars = self.add(5)
        self.control.set_state(lpars, 'not activated')
        self.control.set_state(lpars, 'running')
        self.settle()
        self.assertEqual([], self.nova.events)

    def test_boot_and_shutdown(self):
        lpars = self.add(3, 'not activated')
        for operation, power in (('on', power_state.RUNNING),
                                 ('off', power_state.SHUTDOWN)):
            self.nova.events.clear()
            self.control.power(lpars, operation)
            self.wait_until(
                lambda: self.power_states(lpars) == [power] * 3,  # noqa: B023
                operation)
            self.settle()
            self.assertEqual(3, len(self.nova.events), operation)

    def test_task(self):
        lpars = self.add(2, task_state=task_states.POWERING_OFF)
        self.control.set_state(lpars, 'not activated')
        self.settle()
        self.assertEqual([], self.nova.events)
        for instance in self.nova.instances.values():
            instance.task_state = None
        self.wait_until(
            lambda: self.power_states(lpars) == [power_state.SHUTDOWN] * 2,
            'told when the task ended')

    def test_lpars_that_are_not_ours(self):
        foreign = self.control.add_lpars(10)
        ours = self.add(1)
        self.control.storm(foreign, events=2)
        self.control.set_state(foreign, 'error')
        self.control.set_state(ours, 'error')
        self.settle()
        self.assertEqual(10, self.count('not_ours'))
        self.assertEqual(1, len(self.nova.events))

    def test_deleted(self):
        lpars = self.add(6)
        self.control.set_state(lpars, 'not activated')
        self.control.delete_lpars(lpars)
        self.settle()
        self.assertEqual([], self.nova.events)

    def test_malformed_among_good(self):
        lpars = self.add(1)
        self.control.send_events([
            {'type': 'MODIFY_URI'},
            {'type': 'NEWS', 'data': world.URI + lpars[0]},
            {'type': 'MODIFY_URI', 'data': world.URI + 'x',
             'detail': 'PartitionState'},
            {'type': 'MODIFY_URI', 'data': world.URI + lpars[0],
             'detail': 'x' * 100_000}])
        self.control.set_state(lpars, 'not activated')
        self.settle()
        self.assertEqual(4, self.count('events_malformed'))
        self.assertPower(power_state.SHUTDOWN, lpars)

    def test_unsettled(self):
        lpars = self.add(2)
        self.control.set_state(lpars[:1], 'Unknown')
        self.control.set_state(lpars[1:], 'levitating')
        self.settle()
        self.assertEqual(2, self.count('unsettled'))
        self.assertEqual([], self.nova.events)
        self.control.set_state(lpars, 'running', events=0)
        self.wait_until(lambda: self.count('no_change') == 2,
                        'looked at again without an event')

    def test_threads_end(self):
        lpars = self.add(20)
        self.control.set_state(lpars, 'not activated')
        self.settle()
        ours = [thread for thread in threading.enumerate()
                if thread.name.startswith('powervm-')]
        self.assertGreaterEqual(5, len(ours))
        self.assertEqual(len(ours), self.count('threads', since=False))
        self.handler.stop()
        self.assertEqual([], [thread for thread in ours
                              if thread.is_alive()])
