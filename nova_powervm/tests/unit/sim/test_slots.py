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


from nova_powervm.sim import slots
from nova_powervm.tests.unit.sim import base


class SlotsTestCase(base.SimTestCase):

    def setUp(self):
        super().setUp()
        self.slots = slots.Slots()

    def test_lowest_free_slot(self):
        self.assertEqual([2, 3], [self.slots.take(10) for _ in range(2)])
        self.slots.release(2)
        self.assertEqual(2, self.slots.take(10))

    def test_high_slot(self):
        self.assertEqual(2, self.slots.take(10, high=True))
        self.slots.take(10, 8)
        self.assertEqual(9, self.slots.take(10, high=True))
        # None is above; one below is free.
        self.assertEqual(3, self.slots.take(10, high=True))

    def test_wanted_slot(self):
        self.assertEqual(5, self.slots.take(10, 5))
        for slot in (5, 1, 10):
            self.assertRefused(409, self.slots.take, 10, slot)

    def test_all_are_used(self):
        self.slots.take(3)
        self.assertRefused(409, self.slots.take, 3)
