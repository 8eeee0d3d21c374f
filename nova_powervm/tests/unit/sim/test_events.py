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

import testtools

from nova_powervm.sim import events
from nova_powervm.sim import settings
from nova_powervm.tests.unit.sim import fakes


class EventBusTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.scheduler = fakes.Scheduler()
        self.bus = events.EventBus(settings.Settings(event_queue_size=5),
                                   self.scheduler.time)

    def _take(self, client, limit=100):
        return [(event.event_type, event.data)
                for event in self.bus.take(client, limit)]

    def test_first_poll_is_new_client(self):
        self.bus.post('ADD_URI', 'before')
        self.assertEqual([('NEW_CLIENT', '')], self._take('a'))
        self.assertEqual([], self._take('a'))

    def test_each_client_gets_each_event_once_and_in_order(self):
        self._take('a')
        self._take('b')
        for data in ('1', '2', '3'):
            self.bus.post('MODIFY_URI', data)
        expected = [('MODIFY_URI', data) for data in ('1', '2', '3')]
        self.assertEqual(expected[:2], self._take('a', limit=2))
        self.assertEqual(expected[2:], self._take('a', limit=2))
        self.assertEqual(expected, self._take('b'))
        self.assertEqual([], self._take('a'))

    def test_ids_ascend(self):
        self.bus.take('a', 1)
        for _ in range(3):
            self.bus.post('MODIFY_URI')
        ids = [event.event_id for event in self.bus.take('a', 10)]
        self.assertEqual([ids[0], ids[0] + 1, ids[0] + 2], ids)

    def test_overflow_becomes_missing_events(self):
        self._take('a')
        for number in range(6):
            self.bus.post('MODIFY_URI', str(number))
        self.assertEqual([('MISSING_EVENTS', ''), ('MODIFY_URI', '5')],
                         self._take('a'))

    def test_waiter_is_woken_until_it_is_removed(self):
        woken = []

        def wake():
            woken.append(1)

        self.bus.add_waiter('a', wake)
        self.bus.post('MODIFY_URI')
        self.assertEqual([1], woken)
        self.bus.remove_waiter('a', wake)
        self.bus.post('MODIFY_URI')
        self.assertEqual([1], woken)

    def test_idle_client_is_forgotten(self):
        self._take('idle')
        self._take('busy')
        self.scheduler.advance(events.IDLE_SECONDS)
        self._take('busy')
        self.scheduler.advance(1)
        self._take('new')
        self.assertEqual([], self._take('busy'))
        self.assertEqual([('NEW_CLIENT', '')], self._take('idle'))

    def test_waiting_client_is_not_forgotten(self):
        self._take('waiting')
        self.bus.add_waiter('waiting', lambda: None)
        self.scheduler.advance(events.IDLE_SECONDS + 1)
        self._take('new')
        self.assertEqual([], self._take('waiting'))

    def test_restart(self):
        for new_client, expected in ((False, []), (True, [('NEW_CLIENT',
                                                           '')])):
            self._take('a')
            self.bus.post('MODIFY_URI')
            self.bus.restart(new_client)
            self.assertEqual(expected, self._take('a'))
