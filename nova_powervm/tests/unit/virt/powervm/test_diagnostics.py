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

"""Diagnostics from quick properties."""

import ddt
from nova import exception
from nova.objects import diagnostics as nova_diagnostics
from oslo_serialization import jsonutils
from pypowervm import exceptions as pvm_exc

from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.tests.unit.virt.powervm import vm_base
from nova_powervm.virt.powervm import diagnostics

_PATH = vm_base.LPAR_PATH + '/quick'
_PROPERTIES = {
    'AllocatedVirtualProcessors': 2, 'CurrentProcessingUnits': 0.2,
    'CurrentMemory': 4096, 'HasDedicatedProcessors': 'false',
    'OperatingSystemVersion': 'Linux/Red Hat', 'PartitionState': 'running',
    'RMCState': 'active', 'ReferenceCode': 'Linux ppc64le',
    'SharingMode': 'uncapped', 'MemoryMode': 'Dedicated',
    'MigrationState': 'Not_Migrating'}


class DiagnosticsTestCase(vm_base.TestCase):

    def read(self, answer):
        self.adapter = vm_base.make_adapter({('GET', _PATH): answer})
        return diagnostics.read(self.adapter, self.instance)

    def read_properties(self, properties):
        return self.read((200, jsonutils.dumps(properties)))


@ddt.ddt
class ReadTestCase(DiagnosticsTestCase):

    def test_properties(self):
        self.assertEqual(
            {**_PROPERTIES, 'HasDedicatedProcessors': False},
            self.read_properties({
                **_PROPERTIES, 'PowerManagementMode': 'Default',
                'AssociatedManagedSystem': 'http://localhost'}))
        self.assertEqual([('GET', _PATH)], self.adapter.session.requests)

    @ddt.named_data(
        ('null', 'CurrentMemory', None),
        ('empty', 'ReferenceCode', ''),
        ('list', 'PartitionState', []),
        ('text_for_a_number', 'CurrentMemory', 'much'),
        ('truth_for_a_number', 'CurrentMemory', True),
        ('negative', 'CurrentMemory', -1),
        ('endless', 'CurrentMemory', float('inf')),
        ('not_a_number', 'CurrentProcessingUnits', float('nan')),
        ('too_large', 'CurrentMemory', 1e30),
        ('number_for_text', 'RMCState', 7),
        ('text_for_a_truth', 'HasDedicatedProcessors', 'maybe'),
        ('number_for_a_truth', 'HasDedicatedProcessors', 1))
    def test_nonsense_is_left_out(self, name, value):
        self.assertEqual({}, self.read_properties({name: value}))

    @ddt.named_data(
        ('whole_number', 'CurrentMemory', 4.096e3, 4096),
        ('truth', 'HasDedicatedProcessors', True, True),
        ('true', 'HasDedicatedProcessors', 'True', True))
    def test_spellings(self, name, value, expected):
        self.assertEqual({name: expected}, self.read_properties(
            {name: value}))

    @ddt.named_data(('list', '[]'), ('null', 'null'), ('text', '"running"'),
                    ('no_json', '<html>'), ('nothing', ''))
    def test_malformed_answer(self, body):
        self.assertEqual({}, self.read((200, body)))

    def test_no_lpar(self):
        self.assertRaises(exception.InstanceNotFound, self.read, (404, ''))

    def test_error_of_the_service(self):
        self.assertRaises(pvm_exc.HttpError, self.read, (500, ''))


class StandardizedTestCase(driver_base.TestCase):

    def standardize(self, **properties):
        found = diagnostics.standardized(properties)
        # As it reaches the API.
        return nova_diagnostics.Diagnostics.obj_from_primitive(
            found.obj_to_primitive())

    def test_all(self):
        found = self.standardize(**{
            **_PROPERTIES, 'HasDedicatedProcessors': False})
        self.assertEqual(
            ('running', diagnostics.HYPERVISOR, False, 4096, 2, 0, 0),
            (found.state, found.hypervisor, found.config_drive,
             found.memory_details.maximum, found.num_cpus, found.num_nics,
             found.num_disks))
        self.assertNotIn('driver', found)
        self.assertNotIn('uptime', found)

    def test_dedicated_processors(self):
        self.assertEqual(3, self.standardize(CurrentProcessors=3).num_cpus)

    def test_nothing_known(self):
        found = self.standardize()
        self.assertEqual(('pending', 0), (found.state, found.num_cpus))
        self.assertNotIn('maximum', found.memory_details)

    def test_fractions(self):
        found = self.standardize(CurrentMemory=0.5, CurrentProcessors=0.5)
        self.assertEqual(0, found.num_cpus)
        self.assertNotIn('maximum', found.memory_details)
