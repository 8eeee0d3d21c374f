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
