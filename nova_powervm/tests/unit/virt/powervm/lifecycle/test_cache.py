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
from nova_powervm.virt.powervm.lifecycle import cache


class TestStateCache(base.TestCase):

    def setUp(self):
        super().setUp()
        self.cache = cache.StateCache(100)

    def test_put_and_expire(self):
        self.cache.put('A', 1, 'a', 0.0)
        self.cache.put('B', 4, None, 50.0)
        self.assertEqual(cache.Known(1, 'a', 100.0), self.cache.get('A'))
        self.assertEqual(100.0, self.cache.expires_at())
        self.cache.expire(99.9)
        self.assertEqual(2, len(self.cache))
        self.cache.expire(100.0)
        self.assertIsNone(self.cache.get('A'))
        self.assertEqual(150.0, self.cache.expires_at())
        self.cache.expire(150.0)
        self.assertIsNone(self.cache.expires_at())

    def test_put_again_lives_longer(self):
        self.cache.put('A', 1, 'a', 0.0)
        self.cache.put('B', 1, 'b', 10.0)
        self.cache.put('A', 1, 'a', 20.0)
        self.cache.expire(110.0)
        self.assertIsNone(self.cache.get('B'))
        self.assertIsNotNone(self.cache.get('A'))

    def test_no_ttl(self):
        self.cache = cache.StateCache(0)
        self.cache.put('A', 1, 'a', 0.0)
        self.assertEqual(0, len(self.cache))

    def test_drop(self):
        self.cache.put('A', 1, 'a', 0.0)
        self.cache.drop('A')
        self.cache.drop('B')
        self.assertEqual(0, len(self.cache))
        self.cache.put('A', 1, 'a', 0.0)
        self.assertEqual(1, len(self.cache))

    def test_drop_bars_puts_of_the_batch_only(self):
        for drop in (lambda: self.cache.drop('A'), self.cache.clear):
            self.cache.begin()
            drop()
            self.cache.put('A', 1, 'a', 0.0)
            self.assertEqual(0, len(self.cache))
            self.cache.end()
            self.cache.put('A', 1, 'a', 0.0)
            self.assertEqual(1, len(self.cache))

    def test_drops_are_not_kept(self):
        for number in range(1000):
            self.cache.drop('%d' % number)
        self.assertEqual(set(), self.cache._dropped)
        self.cache.begin()
        self.cache.drop('A')
        self.cache.end()
        self.assertEqual(set(), self.cache._dropped)
