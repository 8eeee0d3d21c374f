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

import threading

import ddt
from nova import exception
import testtools

from nova_powervm.testing import novalink
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm import shared_listing

ONE, TWO = 'LPAR-1', 'LPAR-2'


class SharedListingTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = novalink.Clock()
        self.lpars = {ONE: 'running', TWO: 'not activated'}
        self.reads = 0
        # What happens during a read.
        self.meanwhile = lambda: None
        self.elsewhere = None
        self.listing = shared_listing.SharedListing(
            self.read, lambda: self.elsewhere, self.clock)

    def read(self):
        self.reads += 1
        states = dict(self.lpars)
        self.meanwhile()
        return states

    def fail(self):
        raise OSError('refused')


class AgeTestCase(SharedListingTestCase):

    def test_first(self):
        self.assertEqual(self.lpars, self.listing.get())
        self.assertEqual(1, self.reads)

    def test_again_at_once(self):
        self.listing.get()
        self.assertEqual('running', self.listing.state(ONE))
        self.assertEqual(1, self.reads)

    def test_until_it_is_too_old(self):
        self.listing.get()
        self.lpars[ONE] = 'error'
        self.clock.now += shared_listing.MAX_AGE_SECONDS - 0.1
        self.assertEqual('running', self.listing.state(ONE))
        self.clock.now += 0.1
        self.assertEqual('error', self.listing.state(ONE))
        self.assertEqual(2, self.reads)

    def test_read_that_takes_long(self):
        """Else no list could be used where a read takes longer than that."""
        self.meanwhile = lambda: setattr(
            self.clock, 'now', self.clock.now + 100.0)
        self.listing.get()
        self.listing.get()
        self.assertEqual(1, self.reads)

    def test_lpar_that_the_list_lacks(self):
        self.assertIsNone(self.listing.state('LPAR-3'))


class ElsewhereTestCase(SharedListingTestCase):
    """Lists that somebody else reads."""

    def listed(self, age, states):
        return interfaces.Listed(
            self.clock.now - age - 1.0, self.clock.now - age, states)

    def test_recent(self):
        self.elsewhere = self.listed(2.0, {ONE: 'suspended'})
        self.assertEqual({ONE: 'suspended'}, self.listing.get())
        self.assertEqual(0, self.reads)

    def test_too_old(self):
        self.elsewhere = self.listed(
            shared_listing.MAX_AGE_SECONDS, {ONE: 'suspended'})
        self.assertEqual(self.lpars, self.listing.get())

    def test_older_than_ours(self):
        self.listing.get()
        self.elsewhere = self.listed(2.0, {ONE: 'suspended'})
        self.assertEqual(self.lpars, self.listing.get())

    def test_newer_than_ours(self):
        self.listing.get()
        self.clock.now += 5.0
        self.elsewhere = self.listed(1.0, {ONE: 'suspended'})
        self.assertEqual({ONE: 'suspended'}, self.listing.get())


@ddt.ddt
class ActedTestCase(SharedListingTestCase):
    """nova acts on an LPAR: a list does not tell what came of it."""

    def test_after_the_list(self):
        self.listing.get()
        self.clock.now += 1.0
        self.listing.acted(ONE)
        self.assertIsNone(self.listing.state(ONE))
        self.assertEqual('not activated', self.listing.state(TWO))

    def test_during_its_read(self):
        def act():
            self.clock.now += 1.0
            self.listing.acted(ONE)
            self.clock.now += 1.0

        self.meanwhile = act
        self.assertIsNone(self.listing.state(ONE))

    def test_before_the_list(self):
        self.listing.acted(ONE)
        self.clock.now += 1.0
        self.assertEqual('running', self.listing.state(ONE))

    def test_all_lpars(self):
        """One may have been created since."""
        self.listing.get()
        self.clock.now += 1.0
        self.listing.acted('LPAR-3')
        self.lpars['LPAR-3'] = 'running'
        self.clock.now += 1.0
        self.assertEqual(self.lpars, self.listing.get())
        self.listing.get()
        self.assertEqual(2, self.reads)

    @ddt.named_data(('many_minutes', 599.0, {ONE, TWO}),
                    ('more', 601.0, {TWO}))
    def test_it_is_remembered_for_longer_than_any_read(self, age, expected):
        self.listing.acted(ONE)
        self.clock.now += age
        self.listing.acted(TWO)
        self.assertEqual(expected, set(self.listing._acted_at))


class FailureTestCase(SharedListingTestCase):

    def setUp(self):
        super().setUp()
        self.meanwhile = self.fail

    def assert_fails(self):
        return self.assertRaises(
            exception.HypervisorUnavailable, self.listing.get)

    def test_reason(self):
        self.assertIsInstance(self.assert_fails().__cause__, OSError)

    def test_nobody_tries_again_at_once(self):
        self.assert_fails()
        self.clock.now += shared_listing.FAILURE_SECONDS - 0.1
        self.assert_fails()
        self.assertEqual(1, self.reads)

    def test_somebody_tries_again_later(self):
        self.assert_fails()
        self.clock.now += shared_listing.FAILURE_SECONDS
        self.meanwhile = lambda: None
        self.assertEqual(self.lpars, self.listing.get())

    def test_an_old_list_does_not_help(self):
        self.meanwhile = lambda: None
        self.listing.get()
        self.meanwhile = self.fail
        self.clock.now += shared_listing.MAX_AGE_SECONDS
        self.assert_fails()

    def test_a_list_from_elsewhere_helps(self):
        self.assert_fails()
        self.elsewhere = interfaces.Listed(
            self.clock.now, self.clock.now, {ONE: 'running'})
        self.assertEqual('running', self.listing.state(ONE))


class ConcurrencyTestCase(SharedListingTestCase):
    """Callers that come during a read wait for it."""

    def setUp(self):
        super().setUp()
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.meanwhile = self.hold
        self.answers = []
        self.threads = []
        self.addCleanup(self.go_on.set)

    def hold(self):
        self.begun.set()
        self.go_on.wait(60.0)

    def call(self, number):
        for _ in range(number):
            thread = threading.Thread(target=self.ask, daemon=True)
            self.threads.append(thread)
            thread.start()

    def ask(self):
        try:
            self.answers.append(self.listing.get())
        except Exception as error:
            self.answers.append(type(error))

    def end(self):
        self.go_on.set()
        for thread in self.threads:
            thread.join(60.0)

    def test_one_read(self):
        self.call(1)
        self.begun.wait(60.0)
        self.call(4)
        self.end()
        self.assertEqual([self.lpars] * 5, self.answers)
        self.assertEqual(1, self.reads)

    def test_one_read_that_fails(self):
        def hold_and_fail():
            self.hold()
            self.fail()

        self.meanwhile = hold_and_fail
        self.call(1)
        self.begun.wait(60.0)
        self.call(4)
        self.end()
        self.assertEqual([exception.HypervisorUnavailable] * 5, self.answers)
        self.assertEqual(1, self.reads)

    def test_the_reader_is_killed(self):
        """Another caller reads in its place."""
        def die():
            self.meanwhile = lambda: None
            self.hold()
            # As eventlet's GreenletExit, no Exception.
            raise SystemExit

        self.meanwhile = die
        self.call(1)
        self.begun.wait(60.0)
        self.call(1)
        self.end()
        self.assertEqual([self.lpars], self.answers)
        self.assertEqual(2, self.reads)
