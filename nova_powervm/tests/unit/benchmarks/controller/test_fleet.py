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

from benchmarks.controller import fleet
from nova_powervm.testing import internals
from nova_powervm.tests import base


@ddt.ddt
class TestFleet(base.TestCase):

    def test_lpars_are_the_same_in_every_run(self):
        self.assertEqual(fleet.lpars(3, 20), fleet.lpars(3, 20))
        self.assertEqual(fleet.lpars(3, 20)[:5], fleet.lpars(3, 5))

    def test_hosts_have_no_lpar_in_common(self):
        found = fleet.lpars(0, 50) + fleet.lpars(1, 50)
        self.assertEqual(100, len(set(found)))

    def test_servers_are_those_of_the_lpars(self):
        lpars = fleet.lpars(0, 20)
        self.assertEqual(
            lpars, [internals.lpar_uuid(uuid)
                    for uuid in fleet.instances(lpars)])

    def test_every_other_server_has_the_first_bit(self):
        found = fleet.instances(fleet.lpars(0, 4))
        self.assertEqual([False, True] * 2,
                         [int(uuid[0], 16) > 7 for uuid in found])

    @ddt.named_data(
        ['fewer_hosts', 1, 2, [[0]]], ['even', 4, 2, [[0, 2], [1, 3]]],
        ['uneven', 5, 2, [[0, 2, 4], [1, 3]]])
    def test_shares(self, hosts, processes, expected):
        self.assertEqual(expected, fleet.shares(hosts, processes))
