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


"""The example of the documentation: tests of an event handler and a driver."""

from nova.compute import power_state
from nova import objects
from pypowervm import adapter as pvm_adapter
import testtools

from nova_powervm.sim import process
from nova_powervm.testing import agreement
from nova_powervm.testing import drivers
from nova_powervm.testing import internals
from nova_powervm.testing import nova
from nova_powervm.testing import novalink
from nova_powervm.testing import waiting
from nova_powervm.virt.powervm import event

LPAR = '2F8B7F0E-5C7A-4B39-9C59-5F7D0A7F6D11'


def make_handler(driver):
    """Return the handler under test."""
    return event.PowerVMNovaEventHandler(
        driver, conf=internals.make_conf(event_delay=0.1, event_max_delay=1))


class TestInMemory(testtools.TestCase):
    """An event handler between a NovaLink and a nova in memory."""

    def setUp(self):
        super().setUp()
        objects.register_all()
        self.driver = drivers.FakeDriver()
        self.nova = self.useFixture(nova.Nova(self.driver))
        self.driver.register_event_listener(self.nova.handle_events)
        handler = make_handler(self.driver)
        self.addCleanup(handler.stop)
        self.listener = self.driver.session.get_event_listener()
        self.listener.subscribe(handler)
        self.driver.lpars[LPAR] = 'running'
        self.nova.add([LPAR])

    def stop_lpar(self):
        self.driver.lpars[LPAR] = 'not activated'
        self.listener.deliver(novalink.lpar_event(LPAR))

    def differences(self):
        return agreement.differences(self.nova.servers(), self.driver.lpars)

    def test_nova_learns_that_an_lpar_stopped(self):
        self.stop_lpar()
        waiting.wait_until(lambda: self.nova.events, 'the event')
        waiting.wait_until(lambda: not self.differences(), 'agreement',
                           details=self.differences)
        self.assertEqual([], self.nova.overlaps)

    def test_nova_conductor_fails_for_a_while(self):
        self.nova.faults.calls_fail = 1.0
        self.stop_lpar()
        waiting.wait_until(lambda: self.nova.calls_failed, 'a failed call')
        self.nova.faults.calls_fail = 0.0
        waiting.wait_until(lambda: not self.differences(), 'agreement',
                           details=self.differences)


class MyDriver(drivers.EventDriver):
    """Put your driver here; it talks to NovaLink through pypowervm."""


class TestOverHttp(testtools.TestCase):
    """A driver and real pypowervm against the simulator."""

    def setUp(self):
        super().setUp()
        objects.register_all()
        simulator = process.SimulatorProcess(poll_seconds=0.5)
        simulator.start()
        self.addCleanup(simulator.stop)
        self.control = simulator.control
        session = pvm_adapter.Session(port=simulator.port)
        # By itself it would do so only when it is collected.
        self.addCleanup(session._logoff)
        self.driver = MyDriver(pvm_adapter.Adapter(session))
        self.nova = self.useFixture(nova.Nova(self.driver))
        self.driver.register_event_listener(self.nova.handle_events)
        handler = make_handler(self.driver)
        self.addCleanup(handler.stop)
        listener = session.get_event_listener()
        listener.subscribe(handler)
        self.addCleanup(listener.unsubscribe, handler)

    def test_nova_stops_what_its_user_wants_off(self):
        self.nova.add(self.control.add_lpars(3, state='running'))
        lpar, *others = self.control.add_lpars(3, state='not activated')
        self.nova.add([lpar, *others], power_state.SHUTDOWN)
        self.control.power([lpar], 'on')
        waiting.wait_until(lambda: self.nova.stops, 'the stop')
        waiting.wait_until(lambda: not self.differences(), 'agreement',
                           details=self.differences)
        self.assertEqual([self.nova.find(lpar).uuid], self.nova.stops)

    def differences(self):
        return agreement.differences(self.nova.servers(), {
            lpar['uuid']: lpar['state'] for lpar in self.control.lpars()})
