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

    def _drawn(self, kind='logon'):
        rule = self.faults.draw(kind, faults.REFUSALS)
        return rule and rule.fault

    def test_until_it_is_cleared(self):
        self.assertIsNone(self._drawn())
        self.faults.inject('logon', 'hang')
        self.assertEqual(['hang'] * 3, [self._drawn() for _ in range(3)])
        self.assertIsNone(self._drawn('quick_all'))
        self.faults.clear()
        self.assertIsNone(self._drawn())
        self.assertEqual({'logon': {'hang': 3}}, self.faults.injected)

    def test_count(self):
        self.faults.inject('logon', 'hang', count=2)
        self.faults.inject('logon', 'unauthorized')
        self.assertEqual(['hang', 'hang', 'unauthorized'],
                         [self._drawn() for _ in range(3)])

    def test_seconds(self):
        self.faults.inject('logon', 'hang', seconds=3)
        self.scheduler.advance(2.9)
        self.assertEqual('hang', self._drawn())
        self.scheduler.advance(0.1)
        self.assertIsNone(self._drawn())

    def test_probability(self):
        self.faults.inject('logon', 'hang', probability=0.25)
        happened = [self._drawn() for _ in range(1000)].count('hang')
        self.assertTrue(200 < happened < 300, happened)

    def test_any_kind(self):
        self.faults.inject(faults.ANY, 'hang')
        self.assertEqual(('hang', 'hang'),
                         (self._drawn(), self._drawn('quick_all')))
        # By the kind that it happened to.
        self.assertEqual({'logon': {'hang': 1}, 'quick_all': {'hang': 1}},
                         self.faults.injected)

    def test_only_what_can_happen_here(self):
        self.faults.inject('logon', 'cut')
        self.assertIsNone(self._drawn())
        self.assertEqual('cut',
                         self.faults.draw('logon', faults.SPOILERS).fault)

    def test_bad_values(self):
        for kind, fault, options, said in (
                ('dance', 'hang', {}, 'quick_all'),
                ('logon', 'partial', {}, 'partial'),
                ('logon', 'drop', {}, 'drop'),
                ('event', 'hang', {}, 'reorder'),
                ('logon', 'hang', {'count': 0}, 'count'),
                ('logon', 'hang', {'count': 'x'}, 'count'),
                ('logon', 'hang', {'seconds': 0}, 'seconds'),
                ('logon', 'hang', {'seconds': True}, 'seconds'),
                ('logon', 'hang', {'probability': 1.1}, 'probability'),
                ('logon', 'hang', {'probability': 0}, 'probability')):
            exc = self.assertRaises(ValueError, self.faults.inject, kind,
                                    fault, **options)
            self.assertIn(said, str(exc))

    def test_stale_listing(self):
        host = fakes.make_host(self.scheduler)
        lpar = host.create(lpar_mod.Config(name='one'), 'running')
        self.faults.inject('quick_all', 'stale', host)
        host.set_state(lpar.uuid, 'error', 0)
        host.create(lpar_mod.Config(name='two'))
        self.assertEqual(
            [('novalink', 'running'), ('one', 'running')],
            [(found.name, found.state)
             for found in self.faults.listing('quick_all', host)])
        self.assertEqual(3, len(list(self.faults.listing('lpar_feed', host))))

    def test_partial_listing(self):
        self.faults.inject('quick_all', 'partial', count=1)
        self.assertEqual([0, 2, 4],
                         self.faults.listing('quick_all', range(5)))
        self.assertEqual(range(5),
                         self.faults.listing('quick_all', range(5)))

    def _delivered(self, *found):
        return [(event.event_type, event.event_id)
                for event in self.faults.deliver(found)]

    def test_deliver(self):
        modified = [('MODIFY_URI', 1), ('MODIFY_URI', 2)]
        for fault, expected in (
                ('drop', modified[1:]),
                ('lose', [('MISSING_EVENTS', 1), modified[1]]),
                ('duplicate', [modified[0], *modified])):
            self.faults.inject('event', fault, count=1)
            self.assertEqual(expected, self._delivered(_event(1), _event(2)))
        self.assertEqual(modified, self._delivered(_event(1), _event(2)))
        self.assertEqual({'event': {'drop': 1, 'lose': 1, 'duplicate': 1}},
                         self.faults.injected)

    def test_reorder(self):
        self.faults.inject('event', 'reorder')
        found = [_event(number) for number in range(20)]
        delivered = self.faults.deliver(found)
        self.assertNotEqual(found, delivered)
        self.assertEqual(found, sorted(delivered))
        # Nothing to reorder.
        self.faults.deliver(found[:1])
        self.assertEqual({'event': {'reorder': 1}}, self.faults.injected)

    def test_new_client_is_delivered(self):
        self.faults.inject('event', 'drop')
        self.assertEqual([('NEW_CLIENT', 1)],
                         self._delivered(_event(1, 'NEW_CLIENT'), _event(2)))
