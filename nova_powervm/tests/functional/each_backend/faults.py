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

"""The driver and its event module, real pypowervm, and a service that fails.

Whatever fails and for however long: in the end nova's record is that of
NovaLink, nova was never told what is not so, and the log has a line when it
begins and one when it is over.
"""

import logging
import time

from nova.compute import power_state
from testtools import content

from nova_powervm.testing import internals
from nova_powervm.testing import logs
from nova_powervm.testing import nova
from nova_powervm.tests.functional.each_backend import case
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm.lifecycle import messages

_DELAY = 0.3
# Seconds between two checks of the listener, and until a request has failed:
# parts of what they are, to test for minutes and not for hours.
_CHECK = 0.2
_TIMEOUT = 3.0
_POLL_TIMEOUT = 4.0

# Of lines that say nothing of faults.
_ROUTINE = {'BATCH', 'DECIDED', 'EMITTING', 'LOST_TRACK', 'RESYNCED',
            'STOPPED',
            # A busy machine is slow, and faults lead to more calls.
            'SLOW_CALL', 'OVER_LOOKUPS', 'OVER_READS'}
_ROUTINE_TEXTS = {messages.lines()[name].text for name in _ROUTINE}
_NAMES = {line.text: name for name, line in messages.lines().items()
          if name not in _ROUTINE}

#: So many LPARs are read one by one, or all at once.
ONE, MANY = 1, 8

NO_ANSWER = ('NOVALINK_AWAY', 'NOVALINK_BACK')
GARBLED = ('LPAR_UNREADABLE', 'LPARS_READABLE')
POLLS_FAILED = ('POLLS_RECOVERED',)
POLLS_ENDED = ('POLL_THREAD_DEAD', 'POLLS_RECOVERED')


class FaultsTestCase(case.WireTestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator(
            poll_seconds=0.1, boot_seconds=0.6, shutdown_seconds=0.6)

    def setUp(self):
        super().setUp()
        self.useFixture(internals.ShortTimes(
            check=_CHECK, silence=20.0, poll=_POLL_TIMEOUT, read=_TIMEOUT))
        self.logs = self.useFixture(logs.Logs())
        self.control.clear_faults()
        self.control.configure(quick_all=True, latency_ms=0)
        self.delete_lpars()
        self.lpars = self.control.add_lpars(MANY + 2)
        self.flags(host=internals.HOST)
        self.flags(group='powervm', rest_port=self.simulator.port,
                   bare_lpars=True,
                   rest_connect_tries=1, event_delay=_DELAY,
                   disable_service_after=0)
        self.driver = driver.PowerVMDriver(None)
        self.nova = self.useFixture(nova.Nova(self.driver))
        self.nova.add(self.lpars)
        self.addCleanup(self.control.clear_faults)
        self.addCleanup(self.driver.cleanup_host, internals.HOST)
        self.driver.init_host(internals.HOST)
        self.driver.register_event_listener(self.nova.handle_events)
        self.handler = internals.handler_of(self.driver)
        self.changed = []
        self.wait_until(lambda: self.count('resyncs'), 'the first resync')
        self.calm_down()
        self.logs.clear()
        self.nova.forget_calls()

    def count(self, name):
        return self.circumstances()[name]

    def circumstances(self):
        return self.handler.statistics.as_dict()

    def wait_for_fault(self, kind, fault, number=1):
        """Wait until a fault has happened so many times in this test."""
        self.wait_until(
            lambda: self.control.faults().get(kind, {}).get(fault, 0)
            - self.before.get(kind, {}).get(fault, 0) >= number, fault)

    def calm_down(self):
        """Wait until nothing that happened before can have an effect."""
        self.control.clear_faults()
        self.before = self.control.faults()
        self.wait_for_polls(2)
        self.wait_until(lambda: not self.count('pending'),
                        'all LPARs looked at')
        self.wait_until(
            lambda: self.count(internals.AGREED) >= len(self.lpars),
            'all of them confirmed')
        self.assertToldTheTruth()

    def change(self, number, slowly=False):
        """Switch LPARs off behind nova's back.

        :param slowly: it takes them 0.6 seconds.
        """
        self.changed = self.lpars[:number]
        self.since = time.monotonic()
        if slowly:
            self.control.power(self.changed, 'off')
        else:
            self.control.set_state(self.changed, 'not activated')

    def nova_knows(self):
        return set(self.nova.power_states(self.changed)) == {
            power_state.SHUTDOWN}

    def assertLearns(self, *said, lasts=0.0, over=()):
        """Nova learns what change() did, and nothing else.

        :param said: names of the lines that are logged, in this order.
        :param lasts: seconds for which the fault does.
        :param over: what is logged besides when all is read again without
            the fault.
        """
        self._learns(lasts)
        self.wait_until(lambda: self.said()[-1:] == said[-1:], said[-1:])
        self.assertEqual(said, self.said())
        if over:
            self.control.clear_faults()
            self.handler.resync()
            self.control.storm(self.lpars, events=1)
            said += over
            self.wait_until(lambda: self.said() == said, over)
        self.calm_down()
        self.assertEqual(said, self.said())

    def assertLearnsAnyhow(self, lasts=0.0):
        """As assertLearns, where chance decides what is noticed first."""
        self._learns(lasts)
        self.calm_down()
        said = self.said()
        self.assertEqual(sorted(set(said)), sorted(said))

    def _learns(self, lasts):
        self.wait_until(self.nova_knows, 'nova knows')
        took = time.monotonic() - self.since
        self.assertGreaterEqual(took, lasts)
        self.addDetail('seconds until nova knew',
                       content.text_content('%.1f' % took))

    def assertToldTheTruth(self):
        changed = {self.nova.find(lpar).uuid for lpar in self.changed}
        self.assertEqual([], [
            event for event in list(self.nova.events)
            if event.uuid not in changed
            or event.power_state != power_state.SHUTDOWN])

    def said(self):
        """Return the names of lines that were logged, in order.

        Of the warnings that have no name, the templates.
        """
        return tuple(
            _NAMES.get(record.msg, record.msg)
            for record in list(self.logs.records)
            if record.msg in _NAMES
            or (record.levelno >= logging.WARNING
                and record.msg not in _ROUTINE_TEXTS))
