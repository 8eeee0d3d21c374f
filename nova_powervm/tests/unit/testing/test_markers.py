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


import mock
import testtools

from nova_powervm.testing import markers
from nova_powervm.testing import novalink
from nova_powervm.testing import waiting


def raw(event):
    return {'EventType': event['type'], 'EventData': event.get('data')}


class TestMarkers(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.sent = []
        self.markers = markers.Markers(self.sent.extend)

    def come(self, *events):
        self.markers.process(list(map(raw, events)))

    def test_missing_until_it_comes(self):
        self.assertFalse(self.markers.missing)
        self.markers.send()
        self.assertTrue(self.markers.missing)
        self.come({'type': 'MODIFY_URI', 'data': 'http://localhost/1'})
        self.assertTrue(self.markers.missing)
        self.come(*self.sent)
        self.assertFalse(self.markers.missing)

    def test_only_the_last_counts(self):
        self.markers.send()
        self.markers.send()
        self.come(self.sent[0])
        self.assertTrue(self.markers.missing)
        self.come(self.sent[1])
        self.assertFalse(self.markers.missing)

    def test_others_are_counted(self):
        self.markers.send()
        self.come({'type': 'MODIFY_URI', 'data': 'http://localhost/1'},
                  {'type': 'NEW_CLIENT'}, *self.sent,
                  {'type': 'CUSTOM_CLIENT_EVENT', 'data': 'of somebody else'})
        self.assertEqual(3, self.markers.others)

    def test_those_of_others_do_not_count(self):
        other = markers.Markers(self.sent.extend)
        self.markers.send()
        other.send()
        self.come(self.sent[1])
        self.assertTrue(self.markers.missing)


class TestWaiting(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.listener = novalink.FakeListener()
        self.clock = novalink.Clock()
        self.sent = []

    def wait(self, deliver):
        def pause():
            self.clock.advance(1)
            if deliver:
                self.listener.deliver(*(
                    novalink.make_event(event['data'], etype=event['type'])
                    for event in self.sent))

        markers.wait_for_events(
            self.listener, self.sent.extend, pause=pause, clock=self.clock,
            timeout=5)

    def test_until_it_comes(self):
        earlier = mock.Mock()
        self.listener.subscribe(earlier)
        self.wait(deliver=True)
        earlier.process.assert_called_once()
        self.assertEqual([earlier], self.listener.handlers)

    def test_in_vain(self):
        self.assertRaises(waiting.TimedOut, self.wait, deliver=False)
        self.assertEqual([], self.listener.handlers)
