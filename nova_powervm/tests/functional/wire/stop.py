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

"""What is left after cleanup_host, whatever the services do meanwhile."""

import gc
import os
import signal
import threading
import time
import weakref

from nova.compute import power_state

from nova_powervm.sim import process
from nova_powervm.tests.functional.wire import case
from nova_powervm.tests.functional.wire import records
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm import driver

_LIMIT = 5.0
_PATIENCE = 60.0


class _Nova(records.Nova):
    """Nova's records, behind something that is called first."""

    def __init__(self, driver, ask):
        super().__init__(driver)
        self._ask = ask

    def get_by_filters(self, *args, **kwargs):
        self._ask()
        return super().get_by_filters(*args, **kwargs)

    def get_by_host(self, *args, **kwargs):
        self._ask()
        return super().get_by_host(*args, **kwargs)


class TestCleanupHost(case.WireTestCase):

    def setUp(self):
        super().setUp()
        # One for each test, since some end it.
        self.simulator = process.SimulatorProcess(poll_seconds=0.5)
        self.simulator.start()
        self.addCleanup(self.simulator.stop)
        self.control = self.simulator.control
        self.flags(host=world.HOST)
        self.flags(group='powervm', rest_port=self.simulator.port,
                   event_delay=0.2, event_max_delay=1.0)
        self.asked = threading.Event()
        # While they are clear, nova does not answer, or take an event.
        self.answer, self.take = threading.Event(), threading.Event()
        for event in (self.answer, self.take):
            event.set()
            self.addCleanup(event.set)
        self.descriptors = self._count_descriptors()
        self.driver = driver.PowerVMDriver(None)
        self.nova = _Nova(self.driver, self._ask)
        self.nova.use_in(self)
        self.emitted = threading.Event()
        self.driver.register_event_listener(self._take)
        self.driver.init_host(world.HOST)
        self.handler = weakref.ref(self.driver._event_handler)
        self.session = weakref.ref(self.driver.session)
        self.lpars = self.control.add_lpars(20)
        # Something that nova is to be told.
        self.nova.add(self.lpars, power_state.NOSTATE)

    def _ask(self):
        self.asked.set()
        self.answer.wait(_PATIENCE)

    def _take(self, event):
        self.emitted.set()
        self.take.wait(_PATIENCE)

    @staticmethod
    def _count_descriptors():
        return len(os.listdir('/proc/self/fd'))

    def cleanup_host(self):
        start = time.monotonic()
        self.driver.cleanup_host(world.HOST)
        self.assertLess(time.monotonic() - start, _LIMIT)
        self.assertIsNone(self.driver.session)

    def assertNothingIsLeft(self):
        """Nothing, once what had begun has ended."""
        def threads():
            return [thread for thread in threading.enumerate()
                    if thread.name.startswith('powervm-')
                    or 'EventPoll' in type(thread).__name__]

        self.answer.set()
        self.take.set()
        self.wait_until(lambda: not threads(), 'threads ended')
        self.driver.register_event_listener(None)

        def collected():
            gc.collect()
            return self.handler() is None and self.session() is None

        self.wait_until(collected, 'handler and session collected')
        self.assertGreaterEqual(self.descriptors, self._count_descriptors())

    def test_at_rest(self):
        self.wait_until(self.emitted.is_set, 'something emitted')
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_with_work_pending(self):
        self.control.storm(events=3)
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_while_the_controller_hangs(self):
        self.answer.clear()
        self.control.storm(events=1)
        self.wait_until(self.asked.is_set, 'nova asked')
        self.cleanup_host()
        self.assertIn('not looked at', self.log.output)
        self.assertNothingIsLeft()

    def test_while_nova_hangs_on_an_event(self):
        self.take.clear()
        self.control.set_state(self.lpars, 'not activated')
        self.wait_until(self.emitted.is_set, 'nova told')
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_while_the_service_is_gone(self):
        self.simulator.stop()
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_while_the_service_hangs(self):
        self.control.storm(events=1)
        os.kill(self.simulator.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.simulator.pid, signal.SIGCONT)
        try:
            self.cleanup_host()
        finally:
            os.kill(self.simulator.pid, signal.SIGCONT)
        self.assertNothingIsLeft()

    def test_another_subscriber_stays(self):
        from pypowervm import adapter as pvm_adapter

        class Other(pvm_adapter.RawEventHandler):
            def process(self, events):
                heard.set()

        heard = threading.Event()
        session = self.driver.session
        listener = session.get_event_listener()
        other = Other()
        listener.subscribe(other)
        self.cleanup_host()
        heard.clear()
        self.wait_until(heard.is_set, 'the other still called')
        listener.unsubscribe(other)
        del session, listener
        self.assertNothingIsLeft()
