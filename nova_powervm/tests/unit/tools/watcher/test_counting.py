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

"""Counts of notifications and requests."""

import logging

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.watcher import fakes
from tools.watcher import counting

RESPONSE = ('http', '127.0.0.1', 80, 'GET', '/', 'HTTP/1.1', 200, 2)


class NotificationsTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.notifications = counting.Notifications()
        for event, uuid in (('off', 'a'), ('off', 'b'), ('on', 'a')):
            self.receive(event, fakes.notification(uuid))

    def receive(self, event, payload):
        self.notifications.info({}, 'nova-compute:cmp1', event, payload, {})

    def test_counts(self):
        self.assertEqual({'off': 2, 'on': 1}, self.notifications.counts())

    def test_without(self):
        self.assertEqual(['b', 'c'], self.notifications.without(
            'on', ['a', 'b', 'c']))

    def test_none_of_an_event(self):
        self.assertEqual(['a'], self.notifications.without('new', ['a']))

    def test_of_no_server(self):
        self.receive('service', {})
        self.assertEqual(1, self.notifications.counts()['service'])

    def test_reset(self):
        self.notifications.reset()
        self.assertEqual({}, self.notifications.counts())
        self.assertEqual(['a'], self.notifications.without('on', ['a']))


class RequestsTestCase(base.TestCase):

    def log_debug(self, *args):
        logging.getLogger('urllib3.connectionpool').debug(
            ' '.join(['%s'] * len(args)), *args)

    def test_responses_are_counted(self):
        with counting.Requests() as requests:
            self.log_debug(*RESPONSE)
            # Of a new connection.
            self.log_debug(1, '127.0.0.1', 80)
        self.assertEqual(1, requests.count)

    def test_nothing_is_counted_afterwards(self):
        with counting.Requests() as requests:
            pass
        self.log_debug(*RESPONSE)
        self.assertEqual(0, requests.count)
