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

"""The end of the simulator, whatever its clients are doing."""

import concurrent.futures

import fixtures
from pypowervm import exceptions as pvm_exc
import requests
import testtools

from nova_powervm.sim import process
from nova_powervm.testing import waiting
from nova_powervm.tests.functional.simulator import case


class EndingTestCase(testtools.TestCase):
    """Each test ends the simulator, and sees that it was not killed."""

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger())
        self.sim = process.SimulatorProcess()
        self.sim.start()
        self.addCleanup(self.sim.stop)
        self.session, self.token_file = case.logon(self.sim.port)
        self.addCleanup(self.session._logoff)

    def end(self):
        self.sim.stop()
        # What only an end of its own accord removes.
        self.assertFalse(self.token_file.parent.exists())

    def test_in_the_middle_of_a_poll(self):
        self.sim.control.configure(poll_seconds=3600)
        path = '/rest/api/uom/Event?QUEUE_APPLICATIONID=stop'
        self.session.request('GET', path)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            poll = pool.submit(self.session.request, 'GET', path)
            waiting.wait_until(
                lambda: self.sim.control.counters()['event_poll'] == 2,
                'the poll has come')
            self.end()
            self.assertIsInstance(poll.exception(waiting.TIMEOUT),
                                  pvm_exc.ConnectionError)

    def test_while_connections_are_refused(self):
        self.sim.control.refuse(3600)
        self.end()

    def test_while_requests_hang(self):
        self.sim.control.inject_fault('logon', 'hang')
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            request = pool.submit(
                requests.put, 'http://127.0.0.1:%d/rest/api/web/Logon' %
                self.sim.port, timeout=waiting.TIMEOUT)
            waiting.wait_until(self.sim.control.faults, 'the request has come')
            self.end()
            self.assertIsInstance(request.exception(waiting.TIMEOUT),
                                  requests.exceptions.ConnectionError)
