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

import ddt
import testtools

from nova_powervm.sim import events
from nova_powervm.sim import settings
from nova_powervm.tests.unit.sim import fakes


@ddt.ddt
class EventQueuesTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.scheduler = fakes.Scheduler()
        self.queues = events.EventQueues(
            settings.Settings(event_queue_size=5), self.scheduler.time)

    def _fetch(self, client, limit=100):
        return [(event.event_type, event.data)
                for event in self.queues.fetch(client, limit)]

    def test_first_event_is_new_client(self):
        self.queues.publish('ADD_URI', 'before')
        self.assertEqual([('NEW_CLIENT', '')], self._fetch('a'))
        self.assertEqual([], self._fetch('a'))

    def test_each_client_gets_each_event_once_and_in_order(self):
        self._fetch('a')
        self._fetch('b')
        for data in ('1', '2', '3'):
            self.queues.publish('MODIFY_URI', data)
        expected = [('MODIFY_URI', data) for data in ('1', '2', '3')]
        self.assertEqual(expected[:2], self._fetch('a', limit=2))
        self.assertEqual(expected[2:], self._fetch('a', limit=2))
        self.assertEqual(expected, self._fetch('b'))
        self.assertEqual([], self._fetch('a'))

    def test_ids_ascend(self):
        self.queues.fetch('a', 1)
        for _ in range(3):
            self.queues.publish('MODIFY_URI')
        ids = [event.event_id for event in self.queues.fetch('a', 10)]
        self.assertEqual([ids[0], ids[0] + 1, ids[0] + 2], ids)

    def test_overflow_becomes_missing_events(self):
        self._fetch('a')
        for number in range(6):
            self.queues.publish('MODIFY_URI', str(number))
        self.assertEqual([('MISSING_EVENTS', ''), ('MODIFY_URI', '5')],
                         self._fetch('a'))

    def test_waiter_wakes_until_it_is_removed(self):
        calls = []

        def wake():
            calls.append(1)

        self.queues.add_waiter('a', wake)
        self.queues.publish('MODIFY_URI')
        self.assertEqual([1], calls)
        self.queues.remove_waiter('a', wake)
        self.queues.publish('MODIFY_URI')
        self.assertEqual([1], calls)

    def test_forgets_an_idle_client(self):
        self._fetch('idle')
        self._fetch('busy')
        self.scheduler.advance(events.IDLE_SECONDS)
        self._fetch('busy')
        self.scheduler.advance(1)
        self._fetch('new')
        self.assertEqual([], self._fetch('busy'))
        self.assertEqual([('NEW_CLIENT', '')], self._fetch('idle'))

    def test_keeps_a_waiting_client(self):
        self._fetch('waiting')
        self.queues.add_waiter('waiting', lambda: None)
        self.scheduler.advance(events.IDLE_SECONDS + 1)
        self._fetch('new')
        self.assertEqual([], self._fetch('waiting'))

    @ddt.named_data(('that_keeps_clients', False, []),
                    ('that_forgets_clients', True, [('NEW_CLIENT', '')]))
    def test_restart(self, new_client, expected):
        self._fetch('a')
        self.queues.publish('MODIFY_URI')
        self.queues.restart(new_client)
        self.assertEqual(expected, self._fetch('a'))
