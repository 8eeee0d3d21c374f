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

from pypowervm.wrappers import event as event_wrapper

from nova_powervm.sim import atom
from nova_powervm.sim import event_document
from nova_powervm.sim import events
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured


class EventDocumentTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.events = [
            events.Event(1473962006548, 'MODIFY_URI', base.API, 'Other'),
            events.Event(1473962006549, 'NEW_CLIENT', '', '')]
        self.feed = atom.feed(base.API + '/Event', event_document.entries(
            self.events, base.API))

    def test_like_captured(self):
        self.assertLikeCaptured(self.feed, 'event_feed.txt', 'event.xml')

    def _assert_same_children(self, path):
        theirs = captured.load('event_feed.txt')
        self.assertEqual(captured.child_names(theirs.find(path)),
                         captured.child_names(self.feed.find(path)))

    def test_entry_lacks_nothing(self):
        self._assert_same_children('{*}entry')

    def test_event_lacks_nothing(self):
        self._assert_same_children('{*}entry/{*}content/{*}Event')

    def test_pypowervm_reads_it(self):
        wrappers = event_wrapper.Event.wrap(self.response(self.feed))
        self.assertEqual(
            [('MODIFY_URI', '1473962006548', base.API, 'Other'),
             ('NEW_CLIENT', '1473962006549', None, None)],
            [(event.etype, event.eid, event.data, event.detail)
             for event in wrappers])

    def test_ids_differ(self):
        self.assertEqual(2, len({
            entry.findtext('{*}id')
            for entry in self.feed.iterfind('{*}entry')}))

    def test_parse(self):
        sent = event_wrapper.Event.bld(None, 'data', 'detail')
        self.assertEqual(('data', 'detail'),
                         event_document.parse(sent.toxmlstring()))

    def test_parse_another_element(self):
        self.assertRaises(ValueError, event_document.parse, b'<x/>')
