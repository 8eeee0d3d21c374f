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

from nova_powervm.demo import baseline
from nova_powervm.testing import novalink

_LPAR = '3C8A1D52-9A41-4B52-8E0F-0A6B0E6F3A11'
_OTHER = '4D2B7F63-1B52-4C63-9F1A-1B7C1F7A4B22'


def event(lpar=_LPAR, detail='PartitionState,Other', etype='MODIFY_URI',
          **changes):
    return {'EventType': etype, 'EventData': novalink.lpar_uri(lpar),
            'EventID': '1', 'EventDetail': detail, **changes}


@ddt.ddt
class TestRelease9(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = novalink.Clock()
        self.rule = baseline.Release9(delay=3.0, clock=self.clock)

    def send(self, *events, after=0.0):
        self.clock.advance(after)
        self.rule.process(events)

    def test_events_within_the_delay_are_one_read(self):
        self.send(event(), event())
        self.send(event(), event(), after=2.9)
        self.send(event(), event(), after=2.9)
        self.assertEqual({_LPAR: 1}, self.rule.reads())

    def test_a_pause_longer_than_the_delay_makes_another(self):
        self.send(event())
        self.send(event(), after=3.1)
        self.assertEqual({_LPAR: 2}, self.rule.reads())

    def test_each_lpar_is_read_by_itself(self):
        self.send(event(), event(_OTHER))
        self.assertEqual({_LPAR: 1, _OTHER: 1}, self.rule.reads())

    @ddt.named_data(
        ['other_detail', event(detail='NVRAM')],
        ['no_detail', event(detail=None)],
        ['similar_detail', event(detail='NoPartitionState')],
        ['deletion', event(etype='DELETE_URI')],
        ['new_client', event(etype='NEW_CLIENT', EventData=None)],
        ['other_partition', event(
            EventData='http://localhost/VirtualIOServer/' + _LPAR)])
    def test_ignored(self, ignored):
        self.send(ignored)
        self.assertEqual({}, self.rule.reads())


@ddt.ddt
class TestLookups(testtools.TestCase):

    @ddt.named_data(['lowest_clear', '0', 1], ['highest_clear', '7', 1],
                    ['lowest_set', '8', 2], ['highest_set', 'f', 2])
    def test_by_first_bit(self, first, lookups):
        uuid = first + 'c8a1d52-9a41-4b52-8e0f-0a6b0e6f3a11'
        self.assertEqual(lookups, baseline.lookups(uuid))
        self.assertEqual(lookups == 2, baseline.needs_second_lookup(uuid))

    def test_lpar_without_instance(self):
        self.assertEqual(2, baseline.lookups(None))
