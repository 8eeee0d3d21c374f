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

import collections
import math

import ddt
import testtools

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import memory

A, B = fakes.A, fakes.B
AGREED = memory.Agreed(1, 'a', 100.0)
EMITTED = memory.Emitted(1, 2)
GIVEN_UP = memory.GivenUp(1, 'active', 4, 100.0)

entries = ddt.named_data(('agreed', AGREED), ('emitted', EMITTED),
                         ('given_up', GIVEN_UP))


class TestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.memory = memory.Memory()


@ddt.ddt
class TestPut(TestCase):

    def test_nothing(self):
        self.assertIsNone(self.memory.get(A))

    @entries
    def test_entry(self, entry):
        self.memory.put(A, entry)
        self.assertEqual(entry, self.memory.get(A))
        self.assertIsNone(self.memory.get(B))

    @entries
    def test_replaces_all_others(self, entry):
        self.memory.put(A, AGREED)
        self.memory.put(A, EMITTED)
        self.memory.put(A, GIVEN_UP)
        self.memory.put(A, entry)
        self.assertEqual(entry, self.memory.get(A))
        self.memory.put(A, None)
        self.assertIsNone(self.memory.get(A))

    @ddt.named_data(('nothing', None, 0, 0), ('agreed', AGREED, 1, 0),
                    ('emitted', EMITTED, 0, 1), ('given_up', GIVEN_UP, 0, 0))
    def test_counts(self, entry, agreed, unconfirmed):
        self.memory.put(A, entry)
        self.assertEqual((agreed, unconfirmed), (
            self.memory.agreed(), self.memory.unconfirmed()))


@ddt.ddt
class TestExpire(TestCase):

    def test_nothing(self):
        self.assertEqual(math.inf, self.memory.expire(0.0))

    @ddt.named_data(('agreed', AGREED), ('given_up', GIVEN_UP))
    def test_at_its_time(self, entry):
        self.memory.put(A, entry)
        self.memory.put(B, entry._replace(expires=150.0))
        self.assertEqual(100.0, self.memory.expire(99.9))
        self.assertEqual(entry, self.memory.get(A))
        self.assertEqual(150.0, self.memory.expire(100.0))
        self.assertIsNone(self.memory.get(A))
        self.assertEqual(math.inf, self.memory.expire(150.0))
        self.assertIsNone(self.memory.get(B))

    def test_finds_the_first_without_a_search(self):
        # A plain dict has one among the entries that were removed, and does
        # not let anybody count them.
        self.assertEqual({collections.OrderedDict}, {
            type(entries) for entries in self.memory._entries.values()})

    def test_what_nova_was_told_is_kept_until_it_agrees(self):
        self.memory.put(A, EMITTED)
        self.assertEqual(math.inf, self.memory.expire(1e9))
        self.assertEqual(EMITTED, self.memory.get(A))

    @ddt.named_data(('agreed_first', 100.0, 200.0),
                    ('given_up_first', 200.0, 100.0))
    def test_the_next_of_both_kinds(self, agreed, given_up):
        self.memory.put(A, AGREED._replace(expires=agreed))
        self.memory.put(B, GIVEN_UP._replace(expires=given_up))
        self.assertEqual(100.0, self.memory.expire(0.0))

    def test_put_again_lives_longer(self):
        self.memory.put(A, AGREED)
        self.memory.put(B, AGREED._replace(expires=110.0))
        self.memory.put(A, AGREED._replace(expires=120.0))
        self.assertEqual(120.0, self.memory.expire(110.0))
        self.assertIsNone(self.memory.get(B))
        self.assertIsNotNone(self.memory.get(A))


@ddt.ddt
class TestForget(TestCase):

    def setUp(self):
        super().setUp()
        self.others = memory.Agreed(4, 'b', 100.0)
        self.memory.put(B, self.others)

    @entries
    def test_an_lpar(self, entry):
        self.memory.put(A, entry)
        self.memory.forget(A)
        self.assertIsNone(self.memory.get(A))
        self.assertEqual(self.others, self.memory.get(B))

    @ddt.named_data(('agreed', AGREED, None), ('emitted', EMITTED, EMITTED),
                    ('given_up', GIVEN_UP, GIVEN_UP))
    def test_an_agreement(self, entry, left):
        self.memory.put(A, entry)
        self.memory.forget_agreement(A)
        self.assertEqual(left, self.memory.get(A))
        self.assertEqual(self.others, self.memory.get(B))

    @ddt.named_data(('agreed', AGREED, None), ('emitted', EMITTED, EMITTED),
                    ('given_up', GIVEN_UP, GIVEN_UP))
    def test_all_agreements(self, entry, left):
        self.memory.put(A, entry)
        self.memory.forget_agreements()
        self.assertEqual(left, self.memory.get(A))
        self.assertIsNone(self.memory.get(B))

    @entries
    def test_everything(self, entry):
        self.memory.put(A, entry)
        self.memory.clear()
        self.assertIsNone(self.memory.get(A))
        self.assertIsNone(self.memory.get(B))


drops = ddt.named_data(
    ('an_lpar', lambda remembered: remembered.forget(A)),
    ('an_agreement', lambda remembered: remembered.forget_agreement(A)),
    ('all_agreements', lambda remembered: remembered.forget_agreements()),
    ('everything', lambda remembered: remembered.clear()))


@ddt.ddt
class TestBatch(TestCase):
    """What a batch has read may be older than what was dropped meanwhile."""

    @drops
    def test_dropped_meanwhile(self, drop):
        with self.memory.batch():
            drop(self.memory)
            self.memory.put(A, AGREED)
            self.assertIsNone(self.memory.get(A))
        self.memory.put(A, AGREED)
        self.assertEqual(AGREED, self.memory.get(A))

    @drops
    def test_what_is_no_agreement_is_remembered(self, drop):
        with self.memory.batch():
            drop(self.memory)
            self.memory.put(A, EMITTED)
            self.memory.put(B, GIVEN_UP)
        self.assertEqual(EMITTED, self.memory.get(A))
        self.assertEqual(GIVEN_UP, self.memory.get(B))

    @drops
    def test_dropped_before(self, drop):
        drop(self.memory)
        with self.memory.batch():
            self.memory.put(A, AGREED)
        self.assertEqual(AGREED, self.memory.get(A))

    @ddt.named_data(
        ('an_lpar', lambda remembered: remembered.forget(A)),
        ('an_agreement', lambda remembered: remembered.forget_agreement(A)))
    def test_others(self, drop):
        with self.memory.batch():
            drop(self.memory)
            self.memory.put(B, AGREED)
        self.assertEqual(AGREED, self.memory.get(B))

    @drops
    def test_a_batch_that_fails_is_over(self, drop):
        def fail():
            with self.memory.batch():
                raise ValueError

        self.assertRaises(ValueError, fail)
        drop(self.memory)
        self.memory.put(A, AGREED)
        self.assertEqual(AGREED, self.memory.get(A))

    def test_drops_are_not_kept(self):
        self.memory.forget(A)
        self.assertEqual(set(), self.memory._dropped)
        with self.memory.batch():
            self.memory.forget(A)
        self.assertEqual(set(), self.memory._dropped)


class Guarded(dict):
    """Entries that note whether the lock is held."""

    def __init__(self, lock, entries):
        super().__init__(entries)
        self._lock = lock
        self.touches = []

    def __setitem__(self, *args):
        self.touches.append(self._lock.locked())
        super().__setitem__(*args)

    def __delitem__(self, *args):
        self.touches.append(self._lock.locked())
        super().__delitem__(*args)

    def pop(self, *args):
        self.touches.append(self._lock.locked())
        return super().pop(*args)

    def clear(self):
        self.touches.append(self._lock.locked())
        super().clear()


@ddt.ddt
class TestLock(TestCase):

    @ddt.named_data(
        ('put', lambda remembered: remembered.put(A, AGREED)),
        ('forget', lambda remembered: remembered.forget(A)),
        ('forget_agreement',
         lambda remembered: remembered.forget_agreement(A)),
        ('forget_agreements',
         lambda remembered: remembered.forget_agreements()),
        ('clear', lambda remembered: remembered.clear()),
        ('expire', lambda remembered: remembered.expire(100.0)))
    def test_is_held_while_entries_are_touched(self, touch):
        self.memory.put(A, AGREED)
        entries = self.memory._entries[memory.Agreed] = Guarded(
            self.memory._lock, self.memory._entries[memory.Agreed])
        touch(self.memory)
        self.assertEqual({True}, set(entries.touches))
        self.assertFalse(self.memory._lock.locked())
