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

from nova_powervm.demo import baseline

_LPAR = '3C8A1D52-9A41-4B52-8E0F-0A6B0E6F3A11'
_OTHER = '4D2B7F63-1B52-4C63-9F1A-1B7C1F7A4B22'


def event(lpar=_LPAR, detail='PartitionState,Other', etype='MODIFY_URI',
          uri='http://localhost:12080/rest/api/uom/ManagedSystem/'
              '98498bed-c78a-3a4f-b90a-4b715418fcb6/LogicalPartition/%s'):
    return {'EventType': etype, 'EventData': uri and uri % lpar,
            'EventID': '1', 'EventDetail': detail}


class TestRelease9(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = mock.patch.object(
            baseline.time, 'monotonic', return_value=100.0).start()
        self.addCleanup(mock.patch.stopall)
        self.rule = baseline.Release9(delay=3.0)

    def at(self, seconds, *events):
        self.clock.return_value = 100.0 + seconds
        self.rule.process(events)

    def test_events_within_the_delay_are_one_look(self):
        for seconds in (0, 2.9, 5.8, 8.7):
            self.at(seconds, event(), event())
        self.assertEqual({_LPAR: 1}, self.rule.looks())

    def test_a_pause_longer_than_the_delay_makes_another(self):
        self.at(0, event())
        self.at(3.1, event())
        self.assertEqual({_LPAR: 2}, self.rule.looks())

    def test_each_lpar_is_looked_at_by_itself(self):
        self.at(0, event(), event(_OTHER))
        self.assertEqual({_LPAR: 1, _OTHER: 1}, self.rule.looks())

    def test_events_that_release_9_ignored(self):
        self.at(0, event(detail='NVRAM'), event(detail=None),
                event(detail='NoPartitionState'), event(etype='DELETE_URI'),
                event(etype='NEW_CLIENT', uri=None),
                event(uri='http://localhost/VirtualIOServer/%s'))
        self.assertEqual({}, self.rule.looks())

    def test_second_lookup(self):
        for first, needed in (('0', False), ('7', False), ('8', True),
                              ('f', True)):
            uuid = first + 'c8a1d52-9a41-4b52-8e0f-0a6b0e6f3a11'
            self.assertEqual(needed, baseline.needs_second_lookup(uuid))
