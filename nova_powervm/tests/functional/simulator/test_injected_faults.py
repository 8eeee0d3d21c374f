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

import ddt
from lxml import etree
from pypowervm import const
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import logical_partition
import requests

from nova_powervm.sim import client
from nova_powervm.sim import settings
from nova_powervm.testing import waiting
from nova_powervm.tests.functional.simulator import case

QUICK_ALL = 'uom/LogicalPartition/quick/All'
EVENTS = 'uom/Event?QUEUE_APPLICATIONID='


@ddt.ddt
class InjectedFaultsTestCase(case.SimulatorTestCase):

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
            headers={'X-API-Session': self.pvm._sessToken},
            timeout=waiting.TIMEOUT)

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

    @ddt.named_data(
        ('unavailable', 'unavailable', 503, True),
        ('unavailable_bare', 'unavailable_bare', 503, False),
        ('unauthorized', 'unauthorized', 401, True),
        ('not_modified', 'not_modified', 304, False),
        ('vios_busy', 'vios_busy', 500, True),
        ('etag_mismatch', 'etag_mismatch', 412, True),
        ('no_space', 'no_space', 500, True))
    def test_refused_request(self, fault, status, has_body):
        self.control.inject_fault('quick_all', fault, count=1)
        response = self.http(QUICK_ALL)
        self.assertEqual((status, has_body, has_body), (
            response.status_code, bool(response.content),
            b'HttpErrorResponse' in response.content))
        self.assertEqual(1, self.count('quick_all', fault))
        self.assertEqual(200, self.http(QUICK_ALL).status_code)

    def test_hang(self):
        self.control.inject_fault('quick_all', 'hang', count=1)
        self.assertRaises(pvm_exc.TimeoutError, self.pvm.request, 'GET',
                          const.API_BASE_PATH + QUICK_ALL, timeout=0.2)
        self.assertEqual(200, self.http(QUICK_ALL).status_code)

    @ddt.named_data(('truncated', 'truncated', 0.5), ('empty', 'empty', 0))
    def test_spoiled_answer(self, fault, share):
        whole = self.http(QUICK_ALL).content
        self.control.inject_fault('quick_all', fault, count=1)
        response = self.http(QUICK_ALL)
        self.assertEqual((200, whole[:int(len(whole) * share)]),
                         (response.status_code, response.content))

    @ddt.named_data(('quick_all', 'quick_all', QUICK_ALL),
                    ('lpar_feed', 'lpar_feed', 'uom/LogicalPartition'))
    def test_garbage(self, kind, path):
        self.control.inject_fault(kind, 'garbage', count=1)
        response = self.http(path)
        self.assertRaises(ValueError, json.loads, response.content)
        self.assertRaises(etree.LxmlError, etree.fromstring, response.content)
        self.assertEqual(self.http(path).headers['Content-Type'],
                         response.headers['Content-Type'])

    def test_cut(self):
        self.control.inject_fault('lpar_feed', 'cut', count=1)
        self.assertRaises(requests.exceptions.ChunkedEncodingError,
                          self.http, 'uom/LogicalPartition')

    def test_partial_listing(self):
        self.control.add_lpars(3)
        self.control.inject_fault('quick_all', 'partial', count=1)
        self.assertEqual(2, len(self.http(QUICK_ALL).json()))
        self.assertEqual(4, len(self.http(QUICK_ALL).json()))

    def test_stale_listing(self):
        lpars = self.control.add_lpars(3)
        self.control.inject_fault('lpar_feed', 'stale')
        self.control.set_state(lpars, 'error')
        adapter = self.adapter()
        self.assertEqual(['running'] * 3, self.feed(adapter))
        self.control.clear_faults()
        self.assertEqual(['error'] * 3, self.feed(adapter))

    def feed(self, adapter):
        """Return the states in the LPAR feed."""
        return [lpar.state for lpar
                in logical_partition.LPAR.get(adapter)[1:]]

    @ddt.named_data(
        ('drop', 'drop', ['b']), ('lose', 'lose', ['MISSING_EVENTS', 'b']),
        ('duplicate', 'duplicate', ['a', 'a', 'b']))
    def test_delivery(self, fault, expected):
        self.assertEqual(['NEW_CLIENT'], self.events())
        self.control.inject_fault('event', fault, count=1)
        self.send('a', 'b')
        self.assertEqual(expected, self.events())
        self.send('a', 'b')
        self.assertEqual(['a', 'b'], self.events())

    def test_answers_with_events_are_lost(self):
        # Not the empty ones before them, and the service takes the events
        # for delivered.
        self.events()
        self.control.inject_fault('event_poll', 'cut', count=1)
        self.assertEqual([], self.events())
        self.send('a')
        self.assertRaises(pvm_exc.Error, self.events)
        self.assertEqual([], self.events())

    def answers(self):
        """Tell whether the simulator accepts connections."""
        try:
            self.control.lpars()
        except OSError:
            return False
        return True

    def test_refuse(self):
        begin = time.monotonic()
        self.control.refuse(1.0)
        self.assertRaises(OSError, self.control.lpars)
        self.assertRaises(pvm_exc.ConnectionError, self.events)
        waiting.wait_until(self.answers, 'connections are accepted')
        self.assertGreaterEqual(time.monotonic() - begin, 1.0)
        self.assertEqual(['NEW_CLIENT'], self.events())

    @ddt.named_data(('new_client', True, 'NEW_CLIENT'),
                    ('no_new_client', False, 'b'))
    def test_restart(self, new_client, expected):
        self.control.configure(poll_seconds=3600)
        self.events()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            poll = pool.submit(self.events)
            self.wait_for_requests('event_poll', 2)
            self.control.restart(new_client=new_client)
            self.assertIsInstance(poll.exception(waiting.TIMEOUT),
                                  pvm_exc.ConnectionError)
        self.assertEqual(401, self.http(QUICK_ALL).status_code)
        # Nobody has fetched it, and nobody will.
        self.send('a')
        self.control.restart(new_client=new_client)
        self.send('b')
        self.assertEqual([expected], self.events())

    def test_restart_that_takes_time(self):
        self.events()
        self.control.restart(1.0)
        self.assertRaises(pvm_exc.ConnectionError, self.events)
        waiting.wait_until(self.answers, 'connections are accepted')
        self.assertEqual(['NEW_CLIENT'], self.events())
        self.assertEqual(2, self.control.counters()['logon'])

    @ddt.named_data(
        ('unknown_kind', 'inject_fault', 'dance', 'hang'),
        ('fault_of_another_kind', 'inject_fault', 'logon', 'drop'),
        ('fault_of_uploads', 'inject_fault', 'file_create', 'cut_upload'),
        ('no_time', 'refuse', 0), ('time_that_is_no_number', 'refuse', True),
        ('negative_time', 'restart', -1))
    def test_bad_request(self, call, *arguments):
        self.assertRaises(client.ControlError, getattr(self.control, call),
                          *arguments)
        self.control.lpars()
