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


"""The managed system, and quick properties."""

import json

from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import memory
from pypowervm.tasks import partition
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import managed_system
from pypowervm.wrappers import management_console

from nova_powervm.tests.functional.simulator import case

LPAR = logical_partition.LPAR


class SystemTestCase(case.SimulatorTestCase):

    def test_managed_system(self):
        adapter = self.adapter()
        system, = managed_system.System.get(adapter)
        self.assertEqual(system.uuid, adapter.sys_uuid)
        entry = managed_system.System.get(adapter, uuid=system.uuid)
        self.assertEqual(system.mtms.mtms_str, entry.mtms.mtms_str)
        self.assertEqual(
            f'http://localhost:{self.sim.port}/rest/api/uom/ManagedSystem/'
            f'{system.uuid}?group=None', system.href)
        # As when the answer is 304.
        self.assertIs(entry, entry.refresh())
        self.control.add_lpars(1, memory_mb=2048, proc_units=0.5)
        again = entry.refresh()
        self.assertEqual(entry.memory_free - 2048, again.memory_free)
        self.assertAlmostEqual(entry.proc_units_avail - 0.5,
                               again.proc_units_avail)

    def test_another_system(self):
        self.assertRaises(pvm_exc.HttpNotFound, managed_system.System.get,
                          self.adapter(), uuid=case.NOBODY)
        self.assertRaises(pvm_exc.HttpNotFound, LPAR.get, self.adapter(),
                          parent_type='ManagedSystem', parent_uuid=case.NOBODY)

    def test_console(self):
        console, = management_console.ManagementConsole.get(self.adapter())
        self.assertEqual('localhost', console.name)

    def test_management_partition(self):
        mgmt = partition.get_mgmt_partition(self.adapter())
        self.assertEqual(('running', 'active'), (mgmt.state, mgmt.rmc_state))

    def test_memory_overhead(self):
        adapter = self.adapter()
        free = managed_system.System.get(adapter)[0].memory_free
        self.assertEqual(
            (512, free), memory.calculate_memory_overhead_on_host(
                adapter, adapter.sys_uuid, {'desired_mem': 1024}))


class QuickTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        self.uuid, = self.control.add_lpars(1, names=['one'], state='error')
        self.lpar, = self.control.lpars()

    def _read(self, parm=None, uuid=None):
        return self.pvm.read('LogicalPartition', uuid, suffix_type='quick',
                             suffix_parm=parm).body

    def test_property(self):
        self.assertEqual('"error"', self._read('PartitionState', self.uuid))
        self.assertEqual('"error"',
                         self._read('PartitionState', self.uuid.lower()))
        self.assertEqual(str(self.lpar['id']),
                         self._read('PartitionID', self.uuid))
        self.assertEqual('null', self._read('Description', self.uuid))

    def test_object(self):
        found = json.loads(self._read(uuid=self.uuid))
        self.assertEqual(('one', 'error'), (found['PartitionName'],
                                            found['PartitionState']))

    def _read_all_of_the_system(self):
        return self.pvm.read(
            'ManagedSystem', self.pvm.sys_uuid, 'LogicalPartition',
            suffix_type='quick', suffix_parm='All').body

    def _assert_all(self, body):
        self.assertEqual(
            [('novalink', 'running'), ('one', 'error')],
            [(found['PartitionName'], found['PartitionState'])
             for found in json.loads(body)])
        self.assertEqual(1, self.control.counters()['quick_all'])

    def test_all(self):
        self._assert_all(self._read('All'))

    def test_all_of_a_system(self):
        self._assert_all(self._read_all_of_the_system())

    def test_all_is_not_offered(self):
        self.control.configure(quick_all=False)
        exc = self.assertRaises(pvm_exc.HttpNotFound, self._read, 'All')
        self.assertEqual(404, exc.her_wrap.status)
        self.assertEqual('"error"', self._read('PartitionState', self.uuid))

    def test_not_found(self):
        self.assertRaises(pvm_exc.HttpNotFound, self._read, 'PartitionState',
                          case.NOBODY)
        self.assertRaises(pvm_exc.HttpNotFound, self._read, 'NoSuch',
                          self.uuid)
