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

from pypowervm.wrappers import managed_system
from pypowervm.wrappers import management_console

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import system_document
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes

# Devices, storage, security and the groups of the HMC are not simulated.
OMITTED = [
    'AssociatedIPLConfiguration', 'AssociatedReservedStorageDevicePool',
    'AssociatedSystemVirtualStorage', 'SecondaryIPAddress',
    'AssociatedGroups', 'AssociatedTasks']


class ManagedSystemTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.host = fakes.make_host()
        self.lpar = self.host.create(lpar_mod.Config(name='one'))
        self.entry = system_document.managed_system(self.host, self.host.url)
        self.system = managed_system.System.wrap(self.response(self.entry))

    def test_like_captured(self):
        element = self.entry.find('{*}content')[0]
        theirs = captured.schema_objects(captured.load('sys_with_sriov.txt'))
        # Older and of an HMC, but it has all attribute groups.
        more = captured.schema_objects(captured.load('managedsystem.txt'))
        self.assertEqual([], captured.differences(element, theirs + more))
        self.assertEqual(OMITTED, captured.omitted(element, theirs))

    def test_pypowervm_reads_it(self):
        self.assertEqual(
            (self.host.uuid, 'operating', '8408-E8E*S012080', 11),
            (self.system.uuid, self.system.system_state,
             self.system.mtms.mtms_str, self.system.highest_compat_mode()))

    def test_pypowervm_reads_memory(self):
        self.assertEqual(
            (self.host.memory_mb, self.host.memory_mb, 256,
             self.host.free_memory_mb, 8192),
            (self.system.memory_total, self.system.memory_configurable,
             self.system.memory_region_size, self.system.memory_free,
             self.system.firmware_memory))

    def test_pypowervm_reads_processors(self):
        self.assertEqual(
            (1024.0, 1024.0, self.host.free_proc_units, 0.05),
            (self.system.proc_units, self.system.proc_units_configurable,
             self.system.proc_units_avail, self.system.min_proc_units))

    def test_pypowervm_reads_every_property(self):
        for name, value in vars(managed_system.System).items():
            if isinstance(value, property):
                getattr(self.system, name)
        self.assertNotIn(None, self.system.get_capabilities().values())

    def test_lists_its_lpars(self):
        hrefs = [link.get('href') for link in self.entry.iterfind(
            './/{*}AssociatedLogicalPartitions/{*}link')]
        self.assertEqual([self.host.lpar_url(lpar) for lpar in self.host],
                         hrefs)


class ManagementConsoleTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.entry = system_document.management_console(
            fakes.make_host(), base.API)

    def test_like_captured(self):
        theirs = captured.schema_objects(
            captured.load('managementconsole_ssh.txt'))
        self.assertEqual([], [
            difference for difference in captured.differences(
                self.entry.find('{*}content')[0], theirs)
            if not difference.startswith('/ManagedSystems')])

    def test_pypowervm_reads_it(self):
        console = management_console.ManagementConsole.wrap(
            self.response(self.entry))
        self.assertEqual('localhost', console.name)
