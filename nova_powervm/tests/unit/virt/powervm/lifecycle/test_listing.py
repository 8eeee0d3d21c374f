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
import mock
from oslo_serialization import jsonutils
from pypowervm import exceptions as pvm_exc

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import listing
from nova_powervm.virt.powervm.lifecycle import messages

A, B, C = fakes.A, fakes.B, fakes.C
STATES = {A: 'running', B: 'not activated', C: 'open firmware'}

AWAY, BACK = messages.QUICK_ALL_AWAY, messages.QUICK_ALL_BACK


class TestCase(fakes.TestCase):

    def setUp(self):
        super().setUp()
        self.adapter = fakes.Adapter(**STATES)
        self.driver = mock.Mock(adapter=self.adapter)
        self.lister = listing.Lister(self.driver, self.stats, self.clock)

    def assertReads(self, *kinds):
        """List LPARs, and compare what was read for that."""
        self.adapter.reads.clear()
        self.assertEqual(STATES, self.lister.read())
        self.assertEqual(list(kinds), self.adapter.reads)


@ddt.ddt
class TestQuickAll(TestCase):

    def test_states(self):
        self.assertReads('All')
        self.assertEqual({'All': 120.0}, self.adapter.timeouts)
        self.assertEqual({'rest_reads': 1, 'rest_quick_all': 1},
                         self.counters())
        self.assertLogged()

    def test_the_adapter_of_the_time(self):
        self.driver.adapter = fakes.Adapter()
        self.assertEqual({}, self.lister.read())

    @ddt.named_data(
        ('lower_case', {'UUID': A.lower(), 'PartitionState': 'running'},
         'running'),
        ('no_state_known', {'UUID': A, 'PartitionState': None}, ''))
    def test_item(self, item, state):
        self.adapter.answers['All'] = jsonutils.dumps([item])
        self.assertEqual({A: state}, self.lister.read())

    @ddt.named_data(
        ('null', None), ('number', 7), ('string', 'x'), ('list', []),
        ('empty', {}), ('null_uuid', {'UUID': None, 'PartitionState': ''}),
        ('no_uuid', {'PartitionState': 'not activated'}),
        ('no_state', {'UUID': B}),
        ('object_for_a_state', {'UUID': B, 'PartitionState': {}}))
    def test_item_that_makes_no_sense(self, item):
        good = {'UUID': A, 'PartitionState': 'running'}
        self.adapter.answers['All'] = jsonutils.dumps([item, good])
        self.assertEqual({A: 'running'}, self.lister.read())
        self.assertEqual(['All'], self.adapter.reads)


not_offered = ddt.named_data(
    ('not_found', fakes.http_error(404), 0),
    ('bad_request', fakes.http_error(400), 0),
    ('no_json', 'no JSON', 1), ('no_list', '{"a": 1}', 1),
    ('null', 'null', 1), ('empty', ' ', 1))


@ddt.ddt
class TestFeed(TestCase):
    """What is read where ``quick/All`` is no use."""

    @not_offered
    def test_is_remembered_for_a_while(self, answer, unusable):
        self.adapter.answers['All'] = answer
        self.assertReads('All', 'feed')
        self.assertEqual(120.0, self.adapter.timeouts['feed'])
        self.clock.advance(599.9)
        self.assertReads('feed')
        self.clock.advance(0.1)
        self.assertReads('All', 'feed')
        self.assertReads('feed')
        self.assertLogged(AWAY)
        self.assertEqual(
            {'rest_unusable': 2 * unusable, 'rest_quick_all': 2,
             'rest_feed': 4, 'rest_reads': 6}, self.counters(
                'rest_unusable', 'rest_quick_all', 'rest_feed',
                'rest_reads'))

    @not_offered
    def test_a_reset_tries_again(self, answer, unusable):
        self.adapter.answers['All'] = answer
        self.lister.read()
        self.lister.reset()
        del self.adapter.answers['All']
        self.assertReads('All')
        self.assertReads('All')
        self.assertLogged(AWAY, BACK)

    @ddt.data(500, 502, 504)
    def test_what_only_failed_is_tried_the_next_time(self, status):
        self.adapter.answers['All'] = fakes.http_error(status)
        self.assertReads('All', 'feed')
        self.assertReads('All', 'feed')
        del self.adapter.answers['All']
        self.clock.advance(5.0)
        self.assertReads('All')
        self.assertLogged(AWAY, BACK)
        self.assertEqual({'seconds': 5.0, 'attempts': 2},
                         self.logs.of(BACK)[0].args)

    def test_outage_begins_with_the_attempt(self):
        error = self.adapter.answers['All'] = fakes.http_error(500)
        self.adapter.during = lambda: self.clock.advance(2.0)
        self.lister.read()
        self.assertEqual({'error': error}, self.logs.of(AWAY)[0].args)
        del self.adapter.answers['All']
        self.lister.read()
        self.assertEqual(6.0, self.logs.of(BACK)[0].args['seconds'])

    @ddt.named_data(
        ('unavailable', fakes.http_error(503)),
        ('unauthorized', fakes.http_error(401)),
        ('no_connection', pvm_exc.ConnectionError('refused')))
    def test_is_not_read_if_novalink_is_away(self, error):
        self.adapter.answers['All'] = error
        self.assertIs(error, self.assertRaises(
            type(error), self.lister.read))
        self.assertEqual(['All'], self.adapter.reads)
        self.assertLogged()

    def test_is_read_the_next_time_if_quick_all_hangs(self):
        error = self.adapter.answers['All'] = pvm_exc.TimeoutError('slow')
        self.assertIs(error, self.assertRaises(
            type(error), self.lister.read))
        self.assertEqual(['All'], self.adapter.reads)
        self.adapter.reads.clear()
        self.assertReads('feed')
        self.clock.advance(600.0)
        del self.adapter.answers['All']
        self.assertReads('All')
        self.assertLogged(AWAY, BACK)

    def test_fails(self):
        error = fakes.http_error(500)
        self.adapter.answers['any'] = error
        self.assertIs(error, self.assertRaises(
            type(error), self.lister.read))
        self.assertEqual(['All', 'feed'], self.adapter.reads)

    def test_an_lpar_without_a_state(self):
        self.adapter.answers['All'] = fakes.http_error(404)
        self.adapter.states = {A: None, B: 'running'}
        self.assertEqual({A: '', B: 'running'}, self.lister.read())


@ddt.ddt
class TestPays(TestCase):

    @ddt.named_data(('few', 4, False), ('more', 5, True))
    def test_with_quick_all(self, count, pays):
        self.assertIs(pays, count > self.lister.few())

    @ddt.named_data(
        ('few_of_few', 20, 4, False), ('more_of_few', 20, 5, True),
        ('few_of_many', 100, 10, False), ('more_of_many', 100, 11, True))
    def test_with_the_feed(self, lpars, count, pays):
        self.adapter.states = {
            fakes.lpar(number): 'running' for number in range(lpars)}
        self.adapter.answers['All'] = fakes.http_error(404)
        self.lister.read()
        self.assertIs(pays, count > self.lister.few())

    @ddt.named_data(('few', 4, False), ('more', 5, True))
    def test_with_a_feed_that_was_never_read(self, count, pays):
        self.adapter.answers = {'All': fakes.http_error(404),
                                'feed': fakes.http_error(500)}
        self.assertRaises(pvm_exc.HttpError, self.lister.read)
        self.assertIs(pays, count > self.lister.few())

    def test_once_quick_all_is_tried_again(self):
        self.adapter.states = {
            fakes.lpar(number): 'running' for number in range(100)}
        self.adapter.answers['All'] = fakes.http_error(404)
        self.lister.read()
        self.clock.advance(600.0)
        self.assertEqual(4, self.lister.few())
