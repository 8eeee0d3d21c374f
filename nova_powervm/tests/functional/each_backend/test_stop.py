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
import weakref

from nova.compute import power_state
from pypowervm import adapter as pvm_adapter

from nova_powervm.sim import process
from nova_powervm.testing import internals
from nova_powervm.testing import nova
from nova_powervm.testing import waiting
from nova_powervm.tests.functional.each_backend import case
from nova_powervm.tests.functional import polls
from nova_powervm.virt.powervm import driver

# Longer than a test waits: what waits for it does not return in time.
_FOR_EVER = 10 * waiting.TIMEOUT


class _Nova(nova.Nova):
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


class _Gate:
    """Where calls are held up while it is shut."""

    def __init__(self):
        self.reached = threading.Event()
        self._open = threading.Event()
        self.open()

    def open(self):
        self._open.set()

    def shut(self):
        self._open.clear()

    def pass_through(self, *args):
        self.reached.set()
        self._open.wait(_FOR_EVER)


class TestCleanupHost(case.WireTestCase):

    def setUp(self):
        super().setUp()
        # Waiting for either of them would take for ever.
        self.useFixture(internals.ShortTimes(
            poll=_FOR_EVER, read=_FOR_EVER))
        # One for each test, since some end it.
        self.simulator = process.SimulatorProcess(poll_seconds=0.5)
        self.simulator.start()
        self.addCleanup(self.simulator.stop)
        self.control = self.simulator.control
        self.flags(host=internals.HOST)
        self.flags(group='powervm', rest_port=self.simulator.port,
                   bare_lpars=True,
                   event_delay=0.2, event_max_delay=1.0)
        # Where nova is asked, and where it takes an event.
        self.asked, self.told = _Gate(), _Gate()
        for gate in (self.asked, self.told):
            self.addCleanup(gate.open)
        self.descriptors = self._count_descriptors()
        self.driver = driver.PowerVMDriver(None)
        self.nova = self.useFixture(
            _Nova(self.driver, self.asked.pass_through))
        self.driver.register_event_listener(self.told.pass_through)
        self.driver.init_host(internals.HOST)
        self.handler = weakref.ref(internals.handler_of(self.driver))
        self.session = weakref.ref(self.driver.session)
        self.lpars = self.control.add_lpars(20)
        # Something that nova is to be told.
        self.nova.add(self.lpars, power_state.NOSTATE)

    @staticmethod
    def _count_descriptors():
        return len(os.listdir('/proc/self/fd'))

    def cleanup_host(self):
        """Call it on a thread, to see that it waits for no hanging call."""
        thread = threading.Thread(
            target=self.driver.cleanup_host, args=(internals.HOST,),
            daemon=True)
        thread.start()
        self.wait_until(lambda: not thread.is_alive(), 'cleanup_host returns')
        self.assertIsNone(self.driver.session)

    def circumstances(self):
        return threading.enumerate()

    def assertNothingIsLeft(self):
        """Nothing, once what had begun has ended."""
        self.asked.open()
        self.told.open()
        self.wait_until(
            lambda: not polls.threads() and not [
                thread for thread in threading.enumerate()
                if thread.name.startswith(internals.THREADS)],
            'threads ended')
        self.driver.register_event_listener(None)

        def collected():
            gc.collect()
            return self.handler() is None and self.session() is None

        self.wait_until(collected, 'handler and session collected')
        self.wait_until(
            lambda: self.descriptors >= self._count_descriptors(),
            'descriptors closed')

    def test_at_rest(self):
        self.wait_until(self.told.reached.is_set, 'something emitted')
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_with_work_pending(self):
        self.control.storm(events=3)
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_while_the_controller_hangs(self):
        self.asked.shut()
        self.asked.reached.clear()
        self.control.storm(events=1)
        self.wait_until(self.asked.reached.is_set, 'nova asked')
        self.cleanup_host()
        self.assertNothingIsLeft()

    def test_while_nova_hangs_on_an_event(self):
        self.told.shut()
        self.told.reached.clear()
        self.control.set_state(self.lpars, 'not activated')
        self.wait_until(self.told.reached.is_set, 'nova told')
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
