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

import mock
from nova import objects

from nova_powervm.sim import process
from nova_powervm.tests import base
from nova_powervm.virt.powervm import driver

_LIMIT = 5.0
_PATIENCE = 60.0


class TestCleanupHost(base.TestCase):

    def setUp(self):
        super().setUp()
        self.simulator = process.SimulatorProcess(poll_seconds=0.5)
        self.simulator.start()
        self.addCleanup(self.simulator.stop)
        self.flags(host='this-host')
        self.flags(group='powervm', rest_port=self.simulator.port,
                   event_delay=0.2, event_max_delay=1.0)
        self.asked = threading.Event()
        # While they are clear, nova does not answer, or take an event.
        self.answer, self.take = threading.Event(), threading.Event()
        for event in (self.answer, self.take):
            event.set()
            self.addCleanup(event.set)
        for name in ('get_by_filters', 'get_by_host'):
            patcher = mock.patch.object(
                objects.InstanceList, name, self._instances)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.descriptors = self._count_descriptors()
        self.driver = driver.PowerVMDriver(None)
        self.emitted = threading.Event()
        self.driver.register_event_listener(self._take)
        self.driver.init_host('this-host')
        self.handler = weakref.ref(self.driver._event_handler)
        self.session = weakref.ref(self.driver.session)
        self.lpars = self.simulator.control.add_lpars(20)

    def _instances(self, context, what, expected_attrs):
        self.asked.set()
        self.answer.wait(_PATIENCE)
        return [objects.Instance(
            uuid=lpar.lower(), host='this-host', task_state=None,
            power_state=0) for lpar in self.lpars]

    def _take(self, event):
        self.emitted.set()
        self.take.wait(_PATIENCE)

    @staticmethod
    def _count_descriptors():
        return len(os.listdir('/proc/self/fd'))

    def wait_until(self, condition, what):
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                self.fail('Not in %d s: %s' % (_PATIENCE, what))
            time.sleep(0.02)

    def cleanup_host(self):
        start = time.monotonic()
        self.driver.cleanup_host('this-host')
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
        self.simulator.control.storm(events=3)
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_while_the_controller_hangs(self):
        self.answer.clear()
        self.simulator.control.storm(events=1)
        self.wait_until(self.asked.is_set, 'nova asked')
        self.cleanup_host()
        self.assertIn('not looked at', self.log.output)
        self.assertNothingIsLeft()

    def test_while_nova_hangs_on_an_event(self):
        self.take.clear()
        self.simulator.control.set_state(self.lpars, 'not activated')
        self.wait_until(self.emitted.is_set, 'nova told')
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_while_the_service_is_gone(self):
        self.simulator.stop()
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_while_the_service_hangs(self):
        self.simulator.control.storm(events=1)
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
