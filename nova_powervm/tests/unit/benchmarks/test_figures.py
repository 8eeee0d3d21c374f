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

from benchmarks import figures
from nova_powervm.testing import records
from nova_powervm.tests import base

_LPARS = ['1%d000000-0000-4000-8000-000000000000' % i for i in range(2)]


@ddt.ddt
class TestDisagreeing(base.TestCase):

    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch.object(figures, 'time'))
        self.bench = mock.Mock()
        self.rows = [
            {'uuid': records.instance_uuid(lpar, number), 'power_state': 1,
             'vm_state': 'active', 'task_state': None}
            for number, lpar in enumerate(_LPARS)]
        self.bench.client.rows.return_value = self.rows
        self.lpars = [{'uuid': lpar, 'state': 'running'} for lpar in _LPARS]
        self.bench.sim.lpars.return_value = self.lpars

    def test_none(self):
        self.assertEqual(0, figures.disagreeing(self.bench))

    @ddt.named_data(
        ['power_state', {'power_state': 4}],
        ['stop_that_got_lost', {'vm_state': 'stopped'}])
    def test_one(self, changes):
        self.rows[1].update(changes)
        self.assertEqual(1, figures.disagreeing(self.bench))

    def test_missing_lpar(self):
        del self.lpars[0]
        self.assertEqual(1, figures.disagreeing(self.bench))

    def test_a_task_is_still_going_on(self):
        self.rows[1].update(power_state=4, task_state='powering-off')
        self.assertEqual(0, figures.disagreeing(self.bench))


@ddt.ddt
class TestCount(base.TestCase):

    @ddt.named_data(['of_nova', 'nova', 5], ['of_the_module', 'module', 2])
    def test_calls(self, origin, calls):
        self.assertEqual(calls, figures.count(
            {'nova Instance.save': 4, 'nova Instance.refresh': 1,
             'nova cast stop_instance': 7,
             'module InstanceList.get_by_filters': 2}, origin))
