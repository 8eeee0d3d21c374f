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

"""Lists of all LPARs: what they lack or garble is no information."""

import ddt
from oslo_serialization import jsonutils
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN

_SLOW = pvm_exceptions.TimeoutError('slow')
_NOT_OFFERED = (
    ('not found', world.http_error(404)),
    ('bad request', world.http_error(400)),
    ('no JSON', 'no JSON'), ('cut short', '[{"UUID": "1F7E52D3-5F50'),
    ('no list', '{"not": "a list"}'), ('null', 'null'), ('empty', ''))


@ddt.ddt
class TestQuickAll(world.World):

    @ddt.named_data(*_NOT_OFFERED)
    def test_not_offered(self, answer):
        lpars = self.add_many(6, 'not activated')
        self.adapter.answers['All'] = answer
        self.look(*lpars)
        self.assertEqual(['All', 'feed'], self.adapter.reads)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))
        self.assertLogged(messages.QUICK_ALL_AWAY)
        # That is remembered.
        self.look(*lpars)
        self.assertEqual(['All', 'feed', 'feed'], self.adapter.reads)

    @ddt.named_data(*_NOT_OFFERED)
    def test_probed_after_a_while(self, answer):
        # NovaLink may only have been starting.
        lpars = self.add_many(6)
        self.adapter.answers['All'] = answer
        self.look(*lpars)
        self.adapter.answers.clear()
        self.clock.now += 600
        self.begin()
        self.look(*lpars)
        self.assertEqual(['All'], self.adapter.reads)
        self.assertLogged(messages.QUICK_ALL_BACK)

    @ddt.data('NEW_CLIENT', 'CACHE_CLEARED', 'MISSING_EVENTS')
    def test_probed_when_the_service_may_be_another_one(self, etype):
        lpars = self.add_many(6)
        self.adapter.answers['All'] = world.http_error(404)
        self.look(*lpars)
        self.begin()
        self.send(lpars[0], etype=etype)
        self.look(*lpars)
        self.assertEqual('All', self.adapter.reads[0])

    @ddt.data(500, 502, 504)
    def test_accidents_are_not_remembered(self, status):
        lpars = self.add_many(6, 'not activated')
        self.adapter.answers['All'] = world.http_error(status)
        self.look(*lpars)
        self.assertEqual(['All', 'feed'], self.adapter.reads)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))
        self.adapter.answers.clear()
        self.begin()
        self.look(*lpars)
        self.assertEqual(['All'], self.adapter.reads)

    def test_told_once(self):
        lpars = self.add_many(6)
        self.adapter.answers['All'] = world.http_error(404)
        for _ in range(3):
            self.lose_events()
            self.look(*lpars)
        self.assertLogged(messages.QUICK_ALL_AWAY)
        self.assertLogged(messages.QUICK_ALL_BACK, 0)
        self.adapter.answers.clear()
        for _ in range(2):
            self.lose_events()
            self.look(*lpars)
        self.assertLogged(messages.QUICK_ALL_BACK)

    @ddt.named_data(('a tenth', 10, 10), ('more', 11, 1))
    def test_the_feed_pays_only_for_many(self, count, reads):
        self.adapter.answers['All'] = world.http_error(404)
        lpars = self.add_many(100)
        self.lose_events()
        self.advance(world.DELAY)
        self.begin()
        self.look(*lpars[:count])
        self.assertEqual(reads, len(self.adapter.reads))


@ddt.ddt
class TestNoListing(world.World):

    _CASES = (
        ('no list, no feed', {'All': world.http_error(404),
                              'feed': world.http_error(500)}),
        ('unavailable', {'All': world.http_error(503)}),
        ('unauthorized', {'All': world.http_error(401)}),
        ('slow', {'All': _SLOW, 'feed': _SLOW}),
        ('slow feed', {'All': world.http_error(404), 'feed': _SLOW}))

    @ddt.named_data(*_CASES)
    def test_read_one_by_one(self, answers):
        lpars = self.add_many(6, 'not activated')
        self.adapter.answers = answers
        self.look(*lpars)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))
        self.assertLogged(messages.LISTING_AWAY)
        self.assertLogged(messages.NOVALINK_AWAY, 0)

    @ddt.named_data(*_CASES)
    def test_a_resync_waits_for_a_list(self, answers):
        silent, lpar = self.add_many(2, 'not activated')
        self.adapter.answers = answers
        self.lose_events()
        self.look(lpar)
        self.wait(60)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertGreater(self.count('resyncs_failed'), 3)
        self.adapter.answers = {}
        self.wait(1.5 * 60)
        self.assertEqual(1, self.count('resyncs'))
        self.assertEmitted((lpar, SHUTDOWN), (silent, SHUTDOWN))
        self.assertLogged(messages.LISTING_AWAY)
        self.assertLogged(messages.LISTING_BACK)


@ddt.ddt
class TestPartial(world.World):

    _CASES = (('quick/All', {}), ('feed', {'All': world.http_error(404)}))

    @ddt.named_data(*_CASES)
    def test_what_is_missing_is_read_by_itself(self, answers):
        lpars, deleted = self.add_many(6), self.add()
        self.adapter.answers = answers
        self.adapter.hidden = set(lpars[:2])
        del self.lpars[deleted]
        self.look(*lpars, deleted)
        self.assertEqual(sorted([*lpars[:2], deleted]),
                         sorted(self.adapter.reads[-3:]))
        self.assertEqual([6, 1], [
            self.count('no_change'), self.count('gone')])
        self.assertEmitted()

    @ddt.named_data(*_CASES)
    def test_told_once(self, answers):
        lpars = self.add_many(6)
        self.adapter.answers = answers
        self.adapter.hidden = set(lpars[:2])
        for _ in range(3):
            self.look(*lpars)
        self.assertEqual(3, self.count('rest_partial'))
        self.assertLogged(messages.LISTING_PARTIAL)
        self.assertLogged(messages.LISTING_COMPLETE, 0)
        self.adapter.hidden = set()
        self.look(*lpars)
        self.assertLogged(messages.LISTING_COMPLETE)

    def test_a_list_that_lacks_deleted_lpars_is_complete(self):
        lpars = self.add_many(6)
        self.send(*lpars)
        for lpar in lpars[:2]:
            del self.lpars[lpar]
        self.advance(world.DELAY)
        self.assertEqual(2, self.count('gone'))
        self.assertLogged(messages.LISTING_PARTIAL, 0)

    @ddt.named_data(
        ('empty', []),
        ('nonsense', [None, 7, 'x', [], {}]),
        ('no uuid', [{'UUID': None, 'PartitionState': 'error'},
                     {'PartitionState': 'not activated'}]),
        ('others', [{'UUID': 'another', 'PartitionState': 'error'}]))
    def test_useless_list(self, items):
        self.adapter.answers['All'] = jsonutils.dumps(items)
        lpars = self.add_many(6)
        self.look(*lpars)
        self.assertEqual(6, self.count('no_change'))
        self.assertEqual(sorted(lpars), sorted(self.adapter.reads[1:]))
        self.assertEmitted()

    @ddt.named_data(
        ('missing', {}), ('number', {'PartitionState': 7}),
        ('list', {'PartitionState': ['error']}),
        ('object', {'PartitionState': {}}),
        ('boolean', {'PartitionState': False}))
    def test_item_without_a_state(self, item):
        lpars = self.add_many(6)
        self.adapter.answers['All'] = jsonutils.dumps([
            {'UUID': lpars[0], **item},
            *({'UUID': lpar.lower(), 'PartitionState': 'running'}
              for lpar in lpars[1:])])
        self.look(*lpars)
        self.assertEqual(['All', lpars[0]], self.adapter.reads)
        self.assertEqual(6, self.count('no_change'))
        self.assertEmitted()

    def test_item_with_no_state_yet(self):
        lpars = self.add_many(6)
        self.adapter.answers['All'] = jsonutils.dumps(
            [{'UUID': lpar, 'PartitionState': None} for lpar in lpars])
        self.look(*lpars)
        self.assertEqual(['All'], self.adapter.reads)
        self.assertEqual(6, self.count('transient'))

    def test_lpars_that_fail_beside_a_list(self):
        lpars = self.add_many(20, 'not activated')
        self.adapter.hidden = set(lpars[:3])
        self.adapter.answers = dict.fromkeys(lpars[:3], _SLOW)
        self.look(*lpars)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars[3:]))
        self.assertEqual(3, self.count('retry'))

    def test_many_that_fail_beside_a_list(self):
        # Only some of them are read: each takes so long.
        lpars = self.add_many(21, 'not activated')
        self.adapter.hidden = set(lpars[1:])
        self.adapter.answers = dict.fromkeys(lpars, _SLOW)
        self.look(*lpars)
        self.assertEqual(6, len(self.adapter.reads))
        self.assertEmitted((lpars[0], SHUTDOWN))
        self.adapter.answers.clear()
        self.wait(1.5 * 60)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))
