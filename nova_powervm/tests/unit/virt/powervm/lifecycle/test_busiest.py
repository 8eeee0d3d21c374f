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


from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import busiest


class Key(str):
    """A key that counts how often it is looked up."""

    looked_up = 0

    def __hash__(self):
        Key.looked_up += 1
        return super().__hash__()


class TestBusiest(base.TestCase):

    def setUp(self):
        super().setUp()
        self.busiest = busiest.Busiest()

    def add(self, **counts):
        for key, count in counts.items():
            for _ in range(count):
                self.busiest.add(key)

    def test_most_first(self):
        self.add(a=2, b=5, c=3)
        self.assertEqual([('b', 5), ('c', 3)], self.busiest.most(2))

    def test_equal_ones_by_name(self):
        self.add(b=1, a=1)
        self.assertEqual([('a', 1), ('b', 1)], self.busiest.most(9))

    def test_constant_memory(self):
        for number in range(10000):
            self.busiest.add('other-%d' % number)
            # One of fifty.
            if number % 50 == 0:
                self.busiest.add('often')
        self.assertEqual(100, len(self.busiest.most(10 ** 6)))
        self.assertIn('often', dict(self.busiest.most(10 ** 6)))

    def test_the_rarest_goes_that_came_first(self):
        self.add(**{'often-%d' % number: 2 for number in range(98)},
                 first=1, second=1)
        self.add(first=2, new=1)
        left = dict(self.busiest.most(100))
        self.assertEqual((3, 2), (left['first'], left['new']))
        self.assertNotIn('second', left)

    def test_no_search_for_the_rarest(self):
        self.add(**{'key-%d' % number: 1 for number in range(100)})
        keys = [Key('other-%d' % number) for number in range(300)]
        for key in keys:
            self.busiest.add(key)
        self.assertLess(Key.looked_up / len(keys), 20)
