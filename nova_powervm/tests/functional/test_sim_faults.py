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


"""Faults of the simulator, as clients see them."""

import concurrent.futures
import json
import time

from lxml import etree
from pypowervm import const
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import logical_partition
import requests
import testtools

from nova_powervm.sim import client
from nova_powervm.sim import process
from nova_powervm.sim import settings
from nova_powervm.tests.functional import sim_base

QUICK_ALL = 'uom/LogicalPartition/quick/All'
EVENTS = 'uom/Event?QUEUE_APPLICATIONID='
WAIT = 20


class FaultsTestCase(sim_base.SimulatorTestCase):

    def settings(self):
        return settings.Settings(boot_seconds=0, shutdown_seconds=0,
                                 poll_seconds=0.2)

    def setUp(self):
        super().setUp()
        self.pvm = self.session()
        self.before = self.control.faults()

    def http(self, path):
        """A request without pypowervm's view of the answer."""
        return requests.get(
            f'http://127.0.0.1:{self.sim.port}{const.API_BASE_PATH}{path}',
            headers={'X-API-Session': self.pvm._sessToken}, timeout=WAIT)

    def count(self, kind, fault):
        return (self.control.faults()[kind][fault]
                - self.before.get(kind, {}).get(fault, 0))

    def events(self, client_id=''):
        """Details of the events that a client of this test gets now."""
        body = self.get(self.pvm, EVENTS + self.id() + client_id).body
        found = etree.fromstring(body).iter('{*}Event') if body else ()
        return [event.findtext('{*}EventDetail') or
                event.findtext('{*}EventType') for event in found]

    def send(self, *details):
        self.control.send_events(
            [{'type': 'CUSTOM_CLIENT_EVENT', 'detail': detail}
             for detail in details])

    def test_refused_requests(self):
        for fault, status, has_body in (
                ('unavailable', 503, True), ('unavailable_bare', 503, False),
                ('unauthorized', 401, True), ('not_modified', 304, False)):
            self.control.inject_fault('quick_all', fault, count=1)
            response = self.http(QUICK_ALL)
            self.assertEqual((status, has_body),
                             (response.status_code, bool(response.content)))
            if has_body:
                self.assertIn(b'HttpErrorResponse', response.content)
            self.assertEqual(1, self.count('quick_all', fault))
            self.assertEqual(200, self.http(QUICK_ALL).status_code)

    def test_hang(self):
        self.control.inject_fault('quick_all', 'hang', count=1)
        self.assertRaises(pvm_exc.TimeoutError, self.pvm.request, 'GET',
                          const.API_BASE_PATH + QUICK_ALL, timeout=0.2)
        self.assertEqual(200, self.http(QUICK_ALL).status_code)

    def test_spoiled_answers(self):
        whole = self.http(QUICK_ALL)
        for fault, expected in (
                ('truncated', whole.content[:len(whole.content) // 2]),
                ('empty', b'')):
            self.control.inject_fault('quick_all', fault, count=1)
            response = self.http(QUICK_ALL)
            self.assertEqual((200, expected),
                             (response.status_code, response.content))
        for kind, path in (('quick_all', QUICK_ALL),
                           ('lpar_feed', 'uom/LogicalPartition')):
            self.control.inject_fault(kind, 'garbage', count=1)
            response = self.http(path)
            self.assertRaises(ValueError, json.loads, response.content)
            self.assertEqual(
                self.http(path).headers['Content-Type'],
                response.headers['Content-Type'])

    def test_cut(self):
        self.control.inject_fault('lpar_feed', 'cut', count=1)
        self.assertRaises(requests.exceptions.ChunkedEncodingError,
                          self.http, 'uom/LogicalPartition')

    def test_listings(self):
        lpars = self.control.add_lpars(3)
        self.control.inject_fault('lpar_feed', 'stale')
        self.control.inject_fault('quick_all', 'partial', count=1)
        self.control.set_state(lpars, 'error')
        self.assertEqual(2, len(self.http(QUICK_ALL).json()))
        self.assertEqual(4, len(self.http(QUICK_ALL).json()))
        adapter = self.adapter()
        for state in ('running', 'error'):
            self.assertEqual(
                [state] * 3,
                [lpar.state for lpar
                 in logical_partition.LPAR.get(adapter)[1:]])
            self.control.clear_faults()

    def test_events(self):
        self.assertEqual(['NEW_CLIENT'], self.events())
        for fault, expected in (
                ('drop', ['b']), ('lose', ['MISSING_EVENTS', 'b']),
                ('duplicate', ['a', 'a', 'b']), (None, ['a', 'b'])):
            if fault:
                self.control.inject_fault('event', fault, count=1)
            self.send('a', 'b')
            self.assertEqual(expected, self.events())

    def test_answers_with_events_are_lost(self):
        # Not the empty ones before them, and the service takes the events
        # for delivered.
        self.events()
        self.control.inject_fault('event_poll', 'cut', count=1)
        self.assertEqual([], self.events())
        self.send('a')
        self.assertRaises(pvm_exc.Error, self.events)
        self.assertEqual([], self.events())

    def test_refuse(self):
        self.control.refuse(0.5)
        begin = time.monotonic()
        self.assertRaises(OSError, self.control.lpars)
        self.assertRaises(pvm_exc.ConnectionError, self.events)
        while True:
            try:
                self.control.lpars()
                break
            except OSError:
                self.assertLess(time.monotonic() - begin, WAIT)
        self.assertGreater(time.monotonic() - begin, 0.4)
        self.assertEqual(['NEW_CLIENT'], self.events())

    def test_restart(self):
        self.control.configure(poll_seconds=WAIT)
        for new_client, expected in ((True, 'NEW_CLIENT'), (False, 'b')):
            self.events(str(new_client))
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                polls = self.control.counters()['event_poll']
                waiting = pool.submit(self.events, str(new_client))
                while self.control.counters()['event_poll'] == polls:
                    time.sleep(0.01)
                self.control.restart(new_client=new_client)
                self.assertIsInstance(waiting.exception(WAIT),
                                      pvm_exc.ConnectionError)
            self.assertEqual(401, self.http(QUICK_ALL).status_code)
            # Nobody has fetched it, and nobody will.
            self.send('a')
            self.control.restart(new_client=new_client)
            self.send('b')
            self.assertEqual([expected], self.events(str(new_client)))

    def test_restart_that_takes_time(self):
        self.events()
        self.control.restart(0.3)
        self.assertRaises(pvm_exc.ConnectionError, self.events)
        time.sleep(0.4)
        self.assertEqual(['NEW_CLIENT'], self.events())
        self.assertEqual(2, self.control.counters()['logon'])

    def test_bad_requests(self):
        for call, arguments in (
                (self.control.inject_fault, ('dance', 'hang')),
                (self.control.inject_fault, ('logon', 'drop')),
                (self.control.refuse, (0,)),
                (self.control.refuse, (True,)),
                (self.control.restart, (-1,))):
            self.assertRaises(client.ControlError, call, *arguments)
        self.control.lpars()


class StopTestCase(testtools.TestCase):

    def test_while_connections_are_refused(self):
        with process.SimulatorProcess() as sim:
            sim.control.refuse(600)
            begin = time.monotonic()
        self.assertLess(time.monotonic() - begin, 5)

    def test_while_requests_hang(self):
        with process.SimulatorProcess() as sim:
            sim.control.inject_fault('logon', 'hang')
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(
                    requests.put, f'http://127.0.0.1:{sim.port}'
                    '/rest/api/web/Logon', timeout=WAIT)
                while not sim.control.faults():
                    time.sleep(0.01)
                begin = time.monotonic()
                sim.stop()
                self.assertLess(time.monotonic() - begin, 5)
                self.assertIsInstance(waiting.exception(WAIT),
                                      requests.exceptions.ConnectionError)
