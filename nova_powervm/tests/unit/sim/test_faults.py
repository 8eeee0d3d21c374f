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

import random

import ddt
import testtools

from nova_powervm.sim import events
from nova_powervm.sim import faults
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.tests.unit.sim import fakes


def _event(number, event_type='MODIFY_URI'):
    return events.Event(number, event_type, f'uri {number}', 'Other')


class FaultsTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.scheduler = fakes.Scheduler()
        self.faults = faults.Faults(
            ('logon', 'quick_all'), self.scheduler.time, random.Random(1))

    def trigger(self, kind='logon'):
        fault = self.faults.trigger(kind, faults.REQUEST_FAULTS)
        return fault and fault.name


@ddt.ddt
class InjectTestCase(FaultsTestCase):

    def test_no_fault(self):
        self.assertIsNone(self.trigger())
        self.assertEqual({}, self.faults.counts)

    def test_until_it_is_cleared(self):
        self.faults.inject('logon', 'hang')
        self.assertEqual(['hang'] * 3, [self.trigger() for _ in range(3)])
        self.faults.clear()
        self.assertIsNone(self.trigger())
        self.assertEqual({'logon': {'hang': 3}}, self.faults.counts)

    def test_other_kind(self):
        self.faults.inject('logon', 'hang')
        self.assertIsNone(self.trigger('quick_all'))

    def test_count(self):
        self.faults.inject('logon', 'hang', count=2)
        self.faults.inject('logon', 'unauthorized')
        self.assertEqual(['hang', 'hang', 'unauthorized'],
                         [self.trigger() for _ in range(3)])

    def test_seconds(self):
        self.faults.inject('logon', 'hang', seconds=3)
        self.scheduler.advance(2.9)
        self.assertEqual('hang', self.trigger())
        self.scheduler.advance(0.1)
        self.assertIsNone(self.trigger())

    def test_probability(self):
        self.faults.inject('logon', 'hang', probability=0.25)
        hits = [self.trigger() for _ in range(1000)].count('hang')
        self.assertTrue(200 < hits < 300, hits)

    def test_any_kind(self):
        self.faults.inject(faults.ANY, 'hang')
        self.assertEqual(('hang', 'hang'),
                         (self.trigger(), self.trigger('quick_all')))
        # Counted by the kind of the request.
        self.assertEqual({'logon': {'hang': 1}, 'quick_all': {'hang': 1}},
                         self.faults.counts)

    def test_only_faults_of_this_point(self):
        self.faults.inject('logon', 'cut')
        self.assertIsNone(self.trigger())
        self.assertEqual('cut', self.faults.trigger(
            'logon', faults.RESPONSE_FAULTS).name)

    @ddt.named_data(
        ('unknown_kind', 'dance', 'hang', {}),
        ('listing_fault', 'logon', 'partial', {}),
        ('event_fault', 'logon', 'drop', {}),
        ('request_fault', 'event', 'hang', {}),
        ('count_of_0', 'logon', 'hang', {'count': 0}),
        ('count_as_text', 'logon', 'hang', {'count': 'x'}),
        ('no_seconds', 'logon', 'hang', {'seconds': 0}),
        ('boolean_seconds', 'logon', 'hang', {'seconds': True}),
        ('probability_above_1', 'logon', 'hang', {'probability': 1.1}),
        ('probability_of_0', 'logon', 'hang', {'probability': 0}))
    def test_invalid(self, kind, name, options):
        self.assertRaises(ValueError, self.faults.inject, kind, name,
                          **options)
        self.assertIsNone(self.trigger())


class ListingTestCase(FaultsTestCase):

    def test_stale(self):
        host = fakes.make_host(self.scheduler)
        lpar = host.create(lpar_mod.Config(name='one'), 'running')
        self.faults.inject('quick_all', 'stale', host)
        host.set_state(lpar.uuid, 'error', 0)
        host.create(lpar_mod.Config(name='two'))
        listed = self.faults.apply_to_listing('quick_all', host)
        self.assertEqual(
            [('novalink', 'running'), ('one', 'running')],
            [(lpar.name, lpar.state) for lpar in listed])
        self.assertEqual(
            3, len(list(self.faults.apply_to_listing('lpar_feed', host))))

    def test_partial(self):
        self.faults.inject('quick_all', 'partial', count=1)
        self.assertEqual([0, 2, 4], self.faults.apply_to_listing(
            'quick_all', range(5)))
        self.assertEqual(range(5), self.faults.apply_to_listing(
            'quick_all', range(5)))


@ddt.ddt
class EventsTestCase(FaultsTestCase):

    def _deliver(self, *fetched):
        return [(event.event_type, event.event_id)
                for event in self.faults.apply_to_events(fetched)]

    def test_no_fault(self):
        self.assertEqual([('MODIFY_URI', 1), ('MODIFY_URI', 2)],
                         self._deliver(_event(1), _event(2)))

    @ddt.named_data(
        ('drop', 'drop', []),
        ('lose', 'lose', [('MISSING_EVENTS', 1)]),
        ('duplicate', 'duplicate', [('MODIFY_URI', 1)] * 2))
    def test_fault(self, name, expected):
        self.faults.inject('event', name, count=1)
        self.assertEqual([*expected, ('MODIFY_URI', 2)],
                         self._deliver(_event(1), _event(2)))
        self.assertEqual({'event': {name: 1}}, self.faults.counts)

    def test_reorder(self):
        self.faults.inject('event', 'reorder')
        fetched = [_event(number) for number in range(20)]
        delivered = self.faults.apply_to_events(fetched)
        self.assertNotEqual(fetched, delivered)
        self.assertEqual(fetched, sorted(delivered))

    def test_single_event_cannot_be_reordered(self):
        self.faults.inject('event', 'reorder')
        self._deliver(_event(1))
        self.assertEqual({}, self.faults.counts)

    def test_spares_new_client(self):
        self.faults.inject('event', 'drop')
        self.assertEqual([('NEW_CLIENT', 1)],
                         self._deliver(_event(1, 'NEW_CLIENT'), _event(2)))
