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

from pypowervm import adapter as pvm_adapter

from nova_powervm.testing import agreement
from nova_powervm.testing import drivers
from nova_powervm.testing import internals
from nova_powervm.testing import markers
from nova_powervm.testing import nova
from nova_powervm.tests.functional.each_backend import case
from nova_powervm.virt.powervm import event


class EventsTestCase(case.WireTestCase):
    """A handler that receives the simulator's events, and a nova in memory.

    The tests of a class share a session, and each has a handler of its own.

    :cvar delay: its event_delay, seconds.
    """

    delay = 0.4

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator(
            poll_seconds=0.5, boot_seconds=0.5, shutdown_seconds=0.3)
        cls.session = pvm_adapter.Session(port=cls.simulator.port)
        cls.adapter = pvm_adapter.Adapter(cls.session)
        cls.addClassCleanup(cls._end_session)

    @classmethod
    def _end_session(cls):
        cls.session._logoff()
        del cls.session, cls.adapter

    def setUp(self):
        super().setUp()
        self.control.configure(quick_all=True)
        self.driver = drivers.EventDriver(self.adapter)
        self.nova = self.useFixture(nova.Nova(self.driver))
        self.driver.register_event_listener(self.nova.handle_events)
        self.handler = event.PowerVMNovaEventHandler(
            self.driver, conf=self.make_conf())
        self.addCleanup(self.handler.stop)
        self.listener = self.session.get_event_listener()
        self.listener.subscribe(self.handler)
        self.addCleanup(self.listener.unsubscribe, self.handler)
        self.wait_until(lambda: self.gauge('resyncs'),
                        'the resync of the start')

    def make_conf(self):
        """Return the handler's configuration."""
        return internals.make_conf(
            event_delay=self.delay, event_max_delay=5 * self.delay)

    def add(self, count, state='running', **fields):
        """Make LPARs and nova's records of them; wait for their events."""
        lpars = self.control.add_lpars(count, state=state)
        self.nova.add(lpars, agreement.power_of(state), **fields)
        self.settle()
        self.control.reset_counters()
        self.nova.forget_calls()
        self.before = self.circumstances()
        return lpars

    def circumstances(self):
        return self.handler.statistics.as_dict()

    def settle(self):
        """Wait until all events sent so far have been answered."""
        markers.wait_for_events(self.listener, self.control.send_events,
                                details=self.circumstances)
        self.wait_until(lambda: not self.gauge('pending'),
                        'all LPARs looked at')

    def gauge(self, name):
        return self.circumstances()[name]

    def count(self, name):
        """Return what was counted since ``add``."""
        return self.circumstances()[name] - self.before[name]

    def told(self):
        """Return the power states that nova was told."""
        return [event.power_state for event in list(self.nova.events)]

    def wait_for_confirmation(self):
        self.wait_until(lambda: not self.gauge('confirming'), 'confirmed')

    def assertPower(self, power, lpars):
        self.assertEqual([power] * len(lpars), self.nova.power_states(lpars))
