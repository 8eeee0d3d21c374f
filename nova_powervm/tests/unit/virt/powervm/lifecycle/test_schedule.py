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

import math
import random

import ddt
import testtools

from nova_powervm.virt.powervm.lifecycle import schedule
from nova_powervm.virt.powervm.lifecycle import workitem


class TestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.schedule = schedule.Schedule()
        self.items = {}

    def add(self, key, due, most=10):
        """Schedule a key, or change when it is due."""
        item = self.items.setdefault(key, workitem.Item(key))
        self.schedule.add(item, due, most)

    def remove(self, key):
        self.schedule.remove(self.items.pop(key))

    def pop(self, now):
        item = self.schedule.pop(now)
        return None if item is None else self.items.pop(item.key).key

    def pop_all(self, now=1e9):
        keys = []
        while (key := self.pop(now)) is not None:
            keys.append(key)
        return keys


@ddt.ddt
class TestSchedule(TestCase):

    def test_nothing(self):
        self.assertEqual(math.inf, self.schedule.first())
        self.assertIsNone(self.pop(1e9))

    @ddt.named_data(('before', 4.9, None), ('then', 5.0, 'A'),
                    ('later', 6.0, 'A'))
    def test_pop(self, now, key):
        self.add('A', 5.0)
        self.assertEqual(5.0, self.schedule.first())
        self.assertEqual(key, self.pop(now))

    def test_popped_once(self):
        self.add('A', 5.0)
        self.assertEqual(['A'], self.pop_all())

    def test_order(self):
        self.add('A', 7.0)
        self.add('B', 5.0)
        self.add('C', 6.0)
        self.assertEqual(['B', 'C', 'A'], self.pop_all())

    def test_equals_keep_the_order_in_which_they_came(self):
        self.add('B', 5.0)
        self.add('A', 5.0)
        self.assertEqual(['B', 'A'], self.pop_all())

    def test_postponed(self):
        self.add('A', 5.0)
        self.add('B', 6.0)
        self.add('A', 7.0)
        self.assertEqual(6.0, self.schedule.first())
        self.assertEqual(['B'], self.pop_all(6.9))
        self.assertEqual(['A'], self.pop_all(7.0))

    def test_moved_forward(self):
        self.add('A', 7.0)
        self.add('B', 6.0)
        self.add('A', 5.0)
        self.assertEqual(5.0, self.schedule.first())
        self.assertEqual(['A', 'B'], self.pop_all())

    def test_moved_forward_and_postponed(self):
        self.add('A', 7.0)
        self.add('A', 5.0)
        self.add('A', 6.0)
        self.assertEqual(6.0, self.schedule.first())
        self.assertEqual(['A'], self.pop_all())

    def test_removed(self):
        self.add('A', 5.0)
        self.add('B', 6.0)
        self.remove('A')
        self.assertEqual(6.0, self.schedule.first())
        self.assertEqual(['B'], self.pop_all())

    def test_removed_and_added_again(self):
        self.add('A', 5.0)
        item = self.items['A']
        self.schedule.remove(item)
        self.schedule.add(item, 6.0, 10)
        self.assertEqual(6.0, self.schedule.first())
        self.assertEqual(['A'], self.pop_all())

    def test_remove_what_is_not_scheduled(self):
        self.schedule.remove(workitem.Item('A'))
        self.assertEqual(math.inf, self.schedule.first())

    def test_added_again_after_it_was_popped(self):
        self.add('A', 5.0)
        self.pop(5.0)
        self.add('A', 6.0)
        self.assertEqual(6.0, self.schedule.first())

    def test_clear(self):
        self.add('A', 5.0)
        self.schedule.clear()
        self.assertEqual(math.inf, self.schedule.first())

    @ddt.data(*range(20))
    def test_like_a_sorted_list(self, seed):
        # The seed is in the name of the test.
        chance = random.Random(seed)
        expected = {}
        for _ in range(500):
            key = chance.randrange(30)
            what = chance.random()
            if what < 0.7:
                expected[key] = chance.randrange(1000)
                self.add(key, expected[key], 30)
            elif what < 0.8 and key in expected:
                del expected[key]
                self.remove(key)
            else:
                first = min(expected.values(), default=math.inf)
                self.assertEqual(first, self.schedule.first())
                if what < 0.9 and expected:
                    self.assertEqual(first, expected.pop(self.pop(first)))
        self.assertEqual(
            sorted(expected.values()),
            [expected[key] for key in self.pop_all()])


class TestMemory(TestCase):

    def nodes(self):
        return len(self.schedule._heap)

    def test_postponing_costs_none(self):
        for due in range(10000):
            self.add('A', float(due))
        self.assertEqual(1, self.nodes())

    def test_nor_does_what_changes_nothing(self):
        self.add('A', 5.0)
        self.add('A', 5.0)
        self.assertEqual(1, self.nodes())

    def test_is_bounded(self):
        most = 0
        for due in range(10000, 0, -1):
            self.add('A', float(due), 2)
            most = max(most, self.nodes())
        self.assertEqual(2 * 2 + 64, most)
        self.assertEqual(['A'], self.pop_all())

    def test_order_survives(self):
        for key in range(200):
            self.add(key, key * 37 % 200 + 100.0, 200)
        whens = {key: key * 37 % 200 for key in range(200) if key % 10 == 3}
        for key in range(200):
            if key not in whens:
                self.remove(key)
        self.add('A', 0.0, len(whens))
        self.assertEqual(1 + len(whens), self.nodes())
        self.assertEqual(['A', *sorted(whens, key=whens.get)],
                         self.pop_all())
