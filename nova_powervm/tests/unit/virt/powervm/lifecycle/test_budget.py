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

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import budget

LOOKUPS, READS, SLOW = (
    budget.Kind.LOOKUPS, budget.Kind.READS, budget.Kind.SLOW)


def work(lpars, gone=0, strangers=0, resync=False, few=4):
    return budget.Work(lpars, gone, strangers, resync, 200, few)


@ddt.ddt
class TestBudget(base.TestCase):

    # One lookup for each 200, another one for what the first did not find.
    @ddt.named_data(
        ('one', work(1), 2, 1), ('few', work(4), 2, 4),
        ('more', work(5), 2, 2), ('a_batch', work(200), 2, 2),
        ('over_a_batch', work(201), 3, 2), ('thousand', work(1000), 6, 2),
        ('strangers', work(400, strangers=201), 4, 2),
        ('gone', work(10, gone=3), 2, 5),
        ('resync_alone', work(0, resync=True), 2, 2),
        ('resync_and_few', work(3, resync=True), 3, 2),
        ('feed', work(90, few=100), 2, 90),
        ('more_than_the_feed', work(101, few=100), 2, 2))
    def test_limits(self, done, lookups, reads):
        self.assertEqual(budget.Spent(lookups, reads, 1.0),
                         budget.limits(done))
        self.assertEqual([], budget.excesses(
            done, budget.Spent(lookups, reads, 1.0)))
        self.assertEqual(
            [budget.Excess(LOOKUPS, lookups + 1, lookups),
             budget.Excess(READS, reads + 1, reads),
             budget.Excess(SLOW, 1001, 1000)],
            budget.excesses(done, budget.Spent(
                lookups + 1, reads + 1, 1.001)))
