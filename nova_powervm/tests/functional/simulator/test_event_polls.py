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


"""Events of the simulator, as pypowervm's listener gets them."""

import queue

from lxml import etree
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import event as event_wrapper

from nova_powervm.sim import settings
from nova_powervm.testing import waiting
from nova_powervm.tests.functional import polls
from nova_powervm.tests.functional.simulator import case


class Recorder(pvm_adapter.WrapperEventHandler):
    """Keeps the lists of events that the listener hands out."""

    def __init__(self):
        self._calls = queue.Queue()

    def process(self, events):
        self._calls.put([(event.etype, event.data, event.detail)
                         for event in events])

    def next_call(self):
        return self._calls.get(timeout=waiting.TIMEOUT)

    def wait_for(self, number):
        found = []
        while len(found) < number:
            found += self.next_call()
        return found


class EventTestCase(case.SimulatorTestCase):

    def settings(self):
        return settings.Settings(boot_seconds=0, shutdown_seconds=0,
                                 shutdown_events=1, poll_seconds=0.3)

    def setUp(self):
        super().setUp()
        # After all listeners have lost their subscribers.
        self.addCleanup(self._end)

    def _listen(self):
        session = self.session()
        recorder = Recorder()
        listener = session.get_event_listener()
        listener.subscribe(recorder)
        self.addCleanup(listener.unsubscribe, recorder)
        return recorder

    def _end(self):
        # A thread ends with the poll that it is in.
        self.control.send_events([{'type': 'CACHE_CLEARED'}])
        polls.wait_for_end()

    def _url(self, uuid):
        system = self.adapter().sys_uuid
        return (f'http://localhost:{self.sim.port}/rest/api/uom/'
                f'ManagedSystem/{system}/LogicalPartition/{uuid}')

    def test_nothing_happens(self):
        recorder = self._listen()
        self.assertEqual([], recorder.next_call())
        self.assertEqual([], recorder.next_call())

    def test_life_of_an_lpar(self):
        recorder = self._listen()
        uuid, = self.control.add_lpars(1, state='not activated')
        self.control.power([uuid], 'on')
        self.control.power([uuid], 'off')
        self.control.delete_lpars([uuid])
        url = self._url(uuid)
        details = ['NVRAM', 'PartitionState,Other', 'Other',
                   'NVRAM', *['PartitionState,Other'] * 3, 'NVRAM',
                   'ReferenceCode,Other',
                   'PartitionState,Other', 'ReferenceCode,Other']
        expected = [('ADD_URI', url, None),
                    *(('MODIFY_URI', url, detail) for detail in details),
                    ('DELETE_URI', url, None)]
        found = []
        while not found or found[-1] != expected[-1]:
            found += [event for event in recorder.next_call()
                      if event[1] == url]
        self.assertEqual(expected, found)

    def test_wakes_the_poll(self):
        self.control.configure(poll_seconds=600)
        recorder = self._listen()
        self.wait_for_requests('event_poll', 2)
        self.control.send_events([{'type': 'CACHE_CLEARED'}])
        self.assertEqual([('CACHE_CLEARED', None, None)],
                         recorder.next_call())

    def test_each_client_gets_all(self):
        recorders = [self._listen() for _ in range(3)]
        uuids = self.control.add_lpars(2)
        sent = self.control.storm(uuids, events=5)
        self.assertEqual(10, sent)
        # Creating one takes six events.
        first, *others = [recorder.wait_for(22) for recorder in recorders]
        for other in others:
            self.assertEqual(first, other)
        urls = [self._url(uuid) for uuid in uuids]
        self.assertEqual(urls * 5, [event[1] for event in first[-10:]])

    def test_storm_in_portions(self):
        recorder = self._listen()
        uuids = self.control.add_lpars(100)
        self.control.storm(uuids, events=20)
        found = []
        while len(found) < 2600:
            portion = recorder.next_call()
            self.assertLessEqual(len(portion), 500)
            found += portion
        urls = [event[1] for event in found[600:]]
        self.assertEqual(urls[:100] * 20, urls)
        self.assertEqual({url.rpartition('/')[2] for url in urls},
                         set(uuids))

    def test_overflow(self):
        session = self.session()
        path = 'uom/Event?QUEUE_APPLICATIONID=slow'

        def poll():
            root = etree.fromstring(self.get(session, path).body)
            return [node.text for node in root.iter('{*}EventType')]

        self.assertEqual(['NEW_CLIENT'], poll())
        self.control.configure(event_queue_size=10)
        self.control.add_lpars(2)
        self.assertEqual(['MISSING_EVENTS', 'MODIFY_URI', 'MODIFY_URI'],
                         poll()[-3:])

    def test_custom_event(self):
        recorder = self._listen()
        pvm = self.adapter()
        sent = event_wrapper.Event.bld(pvm, 'data', 'detail').create()
        self.assertEqual('CUSTOM_CLIENT_EVENT', sent.etype)
        self.assertEqual([('CUSTOM_CLIENT_EVENT', 'data', 'detail')],
                         recorder.wait_for(1))

    def test_a_poll_that_is_given_up_takes_no_events(self):
        self.control.configure(poll_seconds=600)
        session = self.session()
        path = '/rest/api/uom/Event?QUEUE_APPLICATIONID=gone'
        session.request('GET', path)
        self.assertRaises(pvm_exc.Error, session.request, 'GET', path,
                          timeout=0.3)
        # The simulator sees the end of a connection only with its next turn.
        self.control.counters()
        self.control.send_events([{'type': 'CACHE_CLEARED'}])
        self.assertIn('CACHE_CLEARED', session.request(
            'GET', path, timeout=waiting.TIMEOUT).body)
