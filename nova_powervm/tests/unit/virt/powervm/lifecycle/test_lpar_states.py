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
from pypowervm import exceptions as pvm_exc

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import lpar_states
from nova_powervm.virt.powervm.lifecycle import messages

GONE, UNREAD, AWAY = (interfaces.Absent.GONE, interfaces.Absent.UNREAD,
                      interfaces.Absent.AWAY)

LPARS = [fakes.lpar(number) for number in range(20)]
A, B, C = LPARS[:3]
FEW, MANY = LPARS[:4], LPARS[:5]

SILENT = pvm_exc.ConnectionError('refused')
silences = ddt.named_data(
    ('no_connection', SILENT), ('timeout', pvm_exc.TimeoutError('slow')),
    ('unavailable', fakes.http_error(503)),
    ('unauthorized', fakes.http_error(401)))
nonsense = ddt.named_data(
    ('no_json', 'no JSON'), ('empty', ' '), ('object', '{}'),
    ('list', '[]'), ('number', '7'), ('failed', fakes.http_error(500)))


class TestCase(fakes.TestCase):

    def setUp(self):
        super().setUp()
        self.adapter = fakes.Adapter(**dict.fromkeys(LPARS, 'running'))
        self.driver = mock.Mock(adapter=self.adapter)
        self.jitter = 0.0
        self.states = lpar_states.LparStates(
            self.driver, self.stats, self.clock, lambda: self.jitter)

    def observe(self, *args, **kwargs):
        self.adapter.reads.clear()
        return self.states.observe(*args, **kwargs)

    def fields(self, line):
        """Return the fields of the one record of a line."""
        record, = self.logs.of(line)
        return record.args

    def assertStates(self, *states):
        """Observe as many LPARs, and compare their states."""
        lpars = LPARS[:len(states)]
        seen = self.observe(lpars)
        self.assertEqual(dict(zip(lpars, states, strict=True)), seen.states)
        return seen


@ddt.ddt
class TestHow(TestCase):
    """Which reads are made."""

    def test_nothing(self):
        self.assertEqual(lpar_states.Observation({}, None), self.observe([]))
        self.assertEqual([], self.adapter.reads)

    def test_few_are_read_one_by_one(self):
        seen = self.assertStates(*4 * ['running'])
        self.assertEqual(FEW, self.adapter.reads)
        self.assertEqual(dict.fromkeys(FEW, 30.0), self.adapter.timeouts)
        self.assertIsNone(seen.listing)
        self.assertIsNone(seen.resume_at)
        self.assertEqual({'rest_reads': 4, 'rest_quick': 4}, self.counters())

    def test_many_are_listed(self):
        seen = self.assertStates(*5 * ['running'])
        self.assertEqual(['All'], self.adapter.reads)
        self.assertEqual(self.adapter.states, seen.listing)

    @ddt.named_data(('none', []), ('few', FEW))
    def test_everything(self, lpars):
        seen = self.observe(lpars, everything=True)
        self.assertEqual(['All'], self.adapter.reads)
        self.assertEqual(dict.fromkeys(lpars, 'running'), seen.states)
        self.assertEqual(self.adapter.states, seen.listing)

    def test_list_that_others_may_use(self):
        began = self.clock.now
        self.assertIsNone(self.states.latest)
        seen = self.observe(MANY)
        self.assertEqual(
            interfaces.Listed(began, self.clock.now, seen.listing),
            self.states.latest)

    @ddt.named_data(('recent', 60.0, True), ('old', 60.1, False))
    def test_list_is_kept_while_it_is(self, age, kept):
        self.observe(MANY)
        self.states.check(self.clock.now + age)
        self.assertIs(kept, self.states.latest is not None)

    def test_list_that_fails(self):
        self.observe(MANY)
        before = self.states.latest
        self.adapter.answers.update(
            dict.fromkeys(('All', 'feed'), fakes.http_error(500)))
        self.observe(MANY)
        self.assertIs(before, self.states.latest)

    def test_reset(self):
        self.adapter.answers['All'] = fakes.http_error(404)
        self.observe(MANY)
        self.states.reset()
        self.observe(MANY)
        self.assertEqual(['All', 'feed'], self.adapter.reads)

    def test_the_adapter_of_the_time(self):
        self.driver.adapter = fakes.Adapter(**{A: 'not activated'})
        self.assertStates('not activated')

    def test_no_state_known(self):
        self.adapter.answers[A] = 'null'
        self.assertStates('', 'running')

    def test_no_such_lpar(self):
        del self.adapter.states[A]
        self.assertStates(GONE, 'running')
        self.assertLogged()


class TestListing(TestCase):
    """A list may lack LPARs, and may not be there at all."""

    def test_lacks_an_lpar_that_there_is(self):
        self.adapter.hidden = {A, B}
        self.adapter.during = lambda: self.clock.advance(1.0)
        self.assertStates(*5 * ['running'])
        self.assertEqual(['All', A, B], self.adapter.reads)
        self.assertStates(*5 * ['running'])
        self.assertLogged(messages.LISTING_PARTIAL)
        self.assertEqual(2, self.stats.counters()['rest_partial'])
        self.assertIn(A, self.fields(messages.LISTING_PARTIAL)['error'])
        self.adapter.hidden = set()
        self.assertStates(*5 * ['running'])
        self.assertLogged(messages.LISTING_PARTIAL,
                          messages.LISTING_COMPLETE)
        self.assertEqual({'seconds': 7.0, 'attempts': 2},
                         self.fields(messages.LISTING_COMPLETE))
        self.assertEqual(2, self.stats.counters()['rest_partial'])

    def test_lacks_an_lpar_that_is_gone(self):
        del self.adapter.states[A]
        self.assertStates(GONE, *4 * ['running'])
        self.assertEqual(['All', A], self.adapter.reads)
        self.assertLogged()

    def test_lacks_an_lpar_that_cannot_be_read(self):
        self.adapter.hidden = {A}
        self.adapter.answers[A] = 'no JSON'
        self.assertStates(UNREAD, *4 * ['running'])
        self.assertLogged(messages.LPAR_UNREADABLE)

    def test_is_empty(self):
        self.adapter.hidden = set(LPARS)
        self.assertStates(*5 * ['running'])
        self.assertEqual(['All', *MANY], self.adapter.reads)
        self.assertLogged(messages.LISTING_PARTIAL)

    def test_that_nobody_needed_says_nothing_of_its_completeness(self):
        self.adapter.hidden = {A}
        self.observe(MANY)
        self.observe([], everything=True)
        self.assertLogged(messages.LISTING_PARTIAL)

    def test_fails(self):
        self.adapter.answers['All'] = SILENT
        self.adapter.during = lambda: self.clock.advance(2.0)
        seen = self.assertStates(*5 * ['running'])
        self.assertEqual(['All', *MANY], self.adapter.reads)
        self.assertIsNone(seen.listing)
        self.assertLogged(messages.LISTING_AWAY)
        self.assertEqual({'error': SILENT},
                         self.fields(messages.LISTING_AWAY))
        del self.adapter.answers['All']
        self.assertStates(*5 * ['running'])
        self.assertLogged(messages.LISTING_AWAY, messages.LISTING_BACK)
        self.assertEqual({'seconds': 14.0, 'attempts': 1}, self.fields(
            messages.LISTING_BACK))

    def test_fails_where_nothing_else_is_wanted(self):
        self.adapter.answers['All'] = SILENT
        self.assertEqual(lpar_states.Observation({}, None),
                         self.observe([], everything=True))
        self.assertLogged(messages.LISTING_AWAY)
        self.states.check(self.clock.now + 1000.0)
        self.assertEqual(0, self.logs.count(messages.NOVALINK_LATE))


@ddt.ddt
class TestAway(TestCase):
    """NovaLink does not answer."""

    @silences
    def test_one_attempt_is_enough(self, error):
        self.adapter.answers['any'] = error
        seen = self.assertStates(AWAY, AWAY, AWAY)
        self.assertEqual([A], self.adapter.reads)
        self.assertEqual(self.clock.now + 1.0, seen.resume_at)
        self.assertIsNone(seen.listing)
        self.assertLogged(messages.NOVALINK_AWAY)
        self.assertEqual({'error': error},
                         self.fields(messages.NOVALINK_AWAY))
        self.assertEqual(0, self.stats.counters()['rest_unusable'])

    def test_neither_list_nor_single_lpars(self):
        self.adapter.answers['any'] = SILENT
        seen = self.assertStates(*5 * [AWAY])
        self.assertEqual(['All', A], self.adapter.reads)
        self.assertIsNotNone(seen.resume_at)
        self.assertLogged(messages.NOVALINK_AWAY)

    def test_attempts_are_ever_rarer(self):
        self.adapter.answers['any'] = SILENT
        waits = [self.observe(FEW).resume_at - self.clock.now
                 for _ in range(8)]
        self.assertEqual([1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 15.0], waits)
        self.assertLogged(messages.NOVALINK_AWAY)

    def test_jitter(self):
        self.jitter = 1.0
        self.adapter.answers['any'] = SILENT
        self.assertEqual(self.clock.now + 0.5, self.observe(FEW).resume_at)

    @ddt.named_data(('one', [A]), ('many', MANY))
    def test_back(self, lpars):
        self.adapter.answers['any'] = SILENT
        self.adapter.during = lambda: self.clock.advance(2.0)
        self.observe([A])
        self.clock.advance(5.0)
        self.observe([A])
        del self.adapter.answers['any']
        self.observe(lpars)
        self.assertLogged(messages.NOVALINK_AWAY, messages.NOVALINK_BACK)
        self.assertEqual({'seconds': 11.0, 'attempts': 2}, self.fields(
            messages.NOVALINK_BACK))

    def test_outage_begins_with_the_list(self):
        self.adapter.answers['any'] = SILENT
        self.adapter.during = lambda: self.clock.advance(2.0)
        self.observe(MANY)
        del self.adapter.answers['any']
        self.observe([A])
        self.assertEqual({'seconds': 6.0, 'attempts': 1}, self.fields(
            messages.NOVALINK_BACK))

    def test_back_with_an_lpar_that_is_gone(self):
        self.adapter.answers['any'] = SILENT
        self.observe([A])
        self.adapter.answers = {}
        self.adapter.states.clear()
        self.assertStates(GONE)
        self.assertLogged(messages.NOVALINK_AWAY, messages.NOVALINK_BACK)

    def test_not_back_with_nonsense_alone(self):
        self.adapter.answers['any'] = SILENT
        self.observe([A])
        self.adapter.answers['any'] = 'no JSON'
        self.assertStates(UNREAD)
        self.assertLogged(messages.NOVALINK_AWAY, messages.LPAR_UNREADABLE)


class TestLate(TestCase):

    def setUp(self):
        super().setUp()
        self.adapter.during = self.hang
        self.seconds = 10.0

    def hang(self):
        self.clock.advance(self.seconds)
        self.states.check(self.clock.now)

    def test_while_a_read_takes_long(self):
        self.assertStates('running')
        self.assertLogged(messages.NOVALINK_LATE, messages.NOVALINK_BACK)

    def test_while_a_list_takes_long(self):
        self.observe([], everything=True)
        self.assertLogged(messages.NOVALINK_LATE, messages.NOVALINK_BACK)

    def test_while_reads_are_in_time(self):
        self.seconds = 9.9
        self.assertStates('running')
        self.states.check(self.clock.now + 1000.0)
        self.assertLogged()

    def test_while_many_reads_are_each_in_time(self):
        self.seconds = 4.0
        self.adapter.answers['All'] = SILENT
        self.assertStates(*5 * ['running'])
        self.assertLogged(messages.LISTING_AWAY)

    def test_not_after_an_answer_that_told_nothing(self):
        self.seconds = 0.0
        self.adapter.answers[A] = 'no JSON'
        self.assertStates(UNREAD)
        self.states.check(self.clock.now + 1000.0)
        self.assertLogged(messages.LPAR_UNREADABLE)


@ddt.ddt
class TestUnreadable(TestCase):
    """An LPAR that fails by itself holds up no other one."""

    @nonsense
    def test_nonsense(self, answer):
        self.adapter.answers[A] = answer
        seen = self.assertStates(UNREAD, 'running')
        self.assertIsNone(seen.resume_at)
        self.assertEqual(1, self.stats.counters()['rest_unusable'])
        self.assertLogged(messages.LPAR_UNREADABLE)

    @nonsense
    def test_alone(self, answer):
        self.adapter.answers[A] = answer
        self.assertIsNone(self.assertStates(UNREAD).resume_at)

    def test_is_logged_once(self):
        self.adapter.answers = {A: 'no JSON', B: fakes.http_error(500)}
        self.adapter.during = lambda: self.clock.advance(1.0)
        self.assertStates(UNREAD, UNREAD, 'running')
        self.assertStates(UNREAD, UNREAD, 'running')
        del self.adapter.answers[A]
        self.assertStates('running', UNREAD, 'running')
        self.assertLogged(messages.LPAR_UNREADABLE)
        del self.adapter.answers[B]
        self.assertStates('running', 'running', 'running')
        self.assertLogged(messages.LPAR_UNREADABLE, messages.LPARS_READABLE)
        self.assertEqual({'seconds': 12.0, 'attempts': 5}, self.fields(
            messages.LPARS_READABLE))
        self.assertEqual(5, self.stats.counters()['rest_unusable'])

    @silences
    def test_fails_like_the_service_after_another_answered(self, error):
        self.adapter.answers[B] = error
        seen = self.assertStates('running', UNREAD, 'running')
        self.assertIsNone(seen.resume_at)
        self.assertLogged(messages.LPAR_UNREADABLE)

    def test_what_failed_comes_last(self):
        self.adapter.answers[A] = SILENT
        self.assertStates(AWAY, AWAY, AWAY)
        self.assertStates(UNREAD, 'running', 'running')
        self.assertEqual([B, C, A], self.adapter.reads)
        self.assertLogged(messages.NOVALINK_AWAY, messages.LPAR_UNREADABLE,
                          messages.NOVALINK_BACK)
        # It is known to fail by itself now.
        self.assertIsNone(self.assertStates(UNREAD).resume_at)
        del self.adapter.answers[A]
        self.assertStates('running')
        self.assertStates('running', 'running')
        self.assertEqual([A, B], self.adapter.reads)

    def test_what_failed_longest_ago_comes_first_of_what_failed(self):
        self.adapter.during = lambda: self.clock.advance(1.0)
        self.adapter.answers['any'] = SILENT
        self.assertStates(AWAY, AWAY)
        self.assertStates(AWAY, AWAY)
        self.adapter.answers = {A: SILENT}
        self.assertStates(AWAY, AWAY)
        self.assertStates(UNREAD, 'running')
        self.assertEqual([B, A], self.adapter.reads)

    def test_those_that_hang_take_turns(self):
        self.adapter.during = lambda: self.clock.advance(30.0)
        hang = dict.fromkeys((*LPARS[:6], 'All', 'feed'), SILENT)
        good = LPARS[6]
        for answers, times, state in (
                ({'any': SILENT}, 7, AWAY), (hang, 7, 'running'),
                ({'any': SILENT}, 1, AWAY), (hang, 3, 'running')):
            self.adapter.answers = answers
            seen = [self.observe(LPARS[:7]) for _ in range(times)]
            self.assertEqual(state, seen[-1].states[good])

    def test_nothing_follows_from_one_that_always_fails(self):
        self.adapter.answers[A] = SILENT
        self.assertStates(AWAY, AWAY)
        self.assertStates(UNREAD, 'running')
        self.adapter.answers['any'] = SILENT
        seen = self.assertStates(AWAY, AWAY)
        self.assertEqual([B], self.adapter.reads)
        self.assertIsNotNone(seen.resume_at)

    def test_nothing_follows_from_one_that_always_answers_nonsense(self):
        self.adapter.answers[A] = 'no JSON'
        self.assertStates(UNREAD)
        self.adapter.answers['any'] = self.adapter.answers[A] = SILENT
        seen = self.assertStates(AWAY, AWAY)
        self.assertEqual([A, B], self.adapter.reads)
        self.assertIsNotNone(seen.resume_at)

    def test_few_are_waited_for(self):
        self.adapter.hidden = set(LPARS[1:])
        self.adapter.answers = dict.fromkeys(LPARS[1:], SILENT)
        self.assertStates('running', *19 * [UNREAD])
        self.assertEqual(['All', *LPARS[1:6]], self.adapter.reads)

    def test_all_that_answer_nonsense_are_asked(self):
        self.adapter.hidden = set(LPARS[1:])
        self.adapter.answers = dict.fromkeys(LPARS[1:], 'no JSON')
        self.assertStates('running', *19 * [UNREAD])
        self.assertEqual(['All', *LPARS[1:]], self.adapter.reads)

    def test_deleted(self):
        self.adapter.answers[A] = 'no JSON'
        self.observe([A])
        self.states.forget(A)
        self.observe([B])
        self.assertLogged(messages.LPAR_UNREADABLE, messages.LPARS_READABLE)

    def test_deleted_while_novalink_is_away(self):
        self.adapter.answers[A] = 'no JSON'
        self.observe([A])
        self.states.forget(A)
        self.adapter.answers['any'] = SILENT
        self.observe([B])
        self.assertLogged(messages.LPAR_UNREADABLE, messages.LPARS_READABLE,
                          messages.NOVALINK_AWAY)

    def test_is_named_with_the_error(self):
        self.adapter.answers[A] = SILENT
        self.observe([A])
        self.observe([A, B])
        error = self.fields(messages.LPAR_UNREADABLE)['error']
        self.assertIn(A, error)
        self.assertIn(str(SILENT), error)

    def test_deleted_and_back(self):
        self.adapter.answers[A] = SILENT
        self.assertStates(AWAY, AWAY)
        self.states.forget(A)
        self.adapter.answers.clear()
        self.assertStates('running', 'running')
        self.assertEqual([A, B], self.adapter.reads)

    def test_found_to_be_gone(self):
        self.adapter.answers[A] = 'no JSON'
        self.observe([A])
        self.adapter.answers.clear()
        del self.adapter.states[A]
        self.assertStates(GONE)
        self.assertLogged(messages.LPAR_UNREADABLE, messages.LPARS_READABLE)
