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

"""Creation and deletion of LPARs."""

import mock
from nova import exception
from pypowervm.utils import validation
from pypowervm.wrappers import logical_partition

from nova_powervm.testing import novalink
from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import vm_base
from nova_powervm.virt.powervm import vm


class CreateTestCase(vm_base.TestCase):
    """A managed system with free memory in regions of 64 MiB."""

    def setUp(self):
        super().setUp()
        self.adapter = captured.make_adapter()
        self.system = captured.systems(self.adapter)[0]
        self.post = self.patch_object(logical_partition.LPAR, 'create',
                                      autospec=True)

    def create(self, **flavor):
        instance = base.make_instance(
            self.context, uuid=vm_base.INSTANCE_UUID, **flavor)
        return vm.create_lpar(self.adapter, self.system, instance)

    def created(self, **flavor):
        """Create an LPAR and return what NovaLink was sent."""
        self.assertIs(self.post.return_value, self.create(**flavor))
        self.post.assert_called_once_with(mock.ANY, parent=self.system)
        return self.post.call_args.args[0]


class FlavorTestCase(CreateTestCase):

    def test_identity(self):
        lpar = self.created()
        self.assertEqual(vm_base.LPAR_UUID, lpar.uuid)
        self.assertEqual('instance-00000001', lpar.name)
        self.assertEqual('AIX/Linux', lpar.env)

    def test_memory(self):
        memory = self.created(memory_mb=2048).mem_config
        self.assertEqual((2048, 2048, 2048),
                         (memory.min, memory.desired, memory.max))

    def test_processors_are_shared(self):
        self.flags(group='powervm', proc_units_factor=0.25)
        processors = self.created(vcpus=2).proc_config
        self.assertFalse(processors.has_dedicated)
        shared = processors.shared_proc_cfg
        self.assertEqual((2, 0.5),
                         (shared.desired_virtual, shared.desired_units))

    def test_extra_specs_of_others_are_ignored(self):
        self.created(extra_specs={'hw:numa_nodes': '1'})


class ExtraSpecsTestCase(CreateTestCase):

    def created(self, **extra_specs):
        """Create an LPAR with extra specs, named without their prefix."""
        return super().created(vcpus=2, memory_mb=1024, extra_specs={
            'powervm:' + name: value for name, value in extra_specs.items()})

    def test_memory(self):
        memory = self.created(min_mem='512', max_mem='2048').mem_config
        self.assertEqual((512, 1024, 2048),
                         (memory.min, memory.desired, memory.max))

    def test_vcpus(self):
        lpar = self.created(min_vcpu='1', max_vcpu='4')
        shared = lpar.proc_config.shared_proc_cfg
        self.assertEqual(
            (1, 2, 4), (shared.min_virtual, shared.desired_virtual,
                        shared.max_virtual))

    def test_processor_units(self):
        lpar = self.created(proc_units='1.5', min_proc_units='0.5',
                            max_proc_units='3', max_vcpu='4', min_vcpu='1')
        shared = lpar.proc_config.shared_proc_cfg
        self.assertEqual(
            (0.5, 1.5, 3.0),
            (shared.min_units, shared.desired_units, shared.max_units))

    def test_shared_weight(self):
        lpar = self.created(shared_weight='128')
        self.assertEqual(128, lpar.proc_config.shared_proc_cfg.uncapped_weight)

    def test_availability_priority(self):
        self.assertEqual(
            99, self.created(availability_priority='99').avail_priority)

    def test_dedicated_processors(self):
        lpar = self.created(dedicated_proc='true')
        self.assertTrue(lpar.proc_config.has_dedicated)


class NotCreatedTestCase(CreateTestCase):

    def assert_aborted(self, **flavor):
        e = self.assertRaises(exception.BuildAbortException, self.create,
                              **flavor)
        self.assertEqual(vm_base.INSTANCE_UUID, e.kwargs['instance_uuid'])
        self.post.assert_not_called()
        return e

    def test_unknown_extra_spec(self):
        """The message names it and those that are supported."""
        e = self.assert_aborted(extra_specs={'powervm:no_such': '2'})
        self.assertIn('powervm:no_such', e.kwargs['reason'])
        self.assertIn('powervm:proc_units', e.kwargs['reason'])

    def test_memory_is_no_multiple_of_the_region(self):
        e = self.assert_aborted(memory_mb=1000)
        # The size of a region.
        self.assertIn('64', e.kwargs['reason'])

    def test_invalid_value_of_an_extra_spec(self):
        self.assert_aborted(extra_specs={'powervm:proc_units': 'many'})

    def test_more_memory_than_is_free(self):
        e = self.assertRaises(exception.ComputeResourcesUnavailable,
                              self.create, memory_mb=6 * 1024 * 1024)
        self.assertIsInstance(e.__cause__, validation.ValidatorException)
        self.post.assert_not_called()

    def test_novalink_refuses(self):
        error = novalink.http_error(500)
        self.post.side_effect = error
        e = self.assertRaises(exception.InstanceDeployFailure, self.create)
        self.assertIs(error, e.__cause__)


class DeleteTestCase(vm_base.TestCase):

    def delete(self, status):
        request = ('DELETE', vm_base.LPAR_PATH)
        self.adapter = vm_base.make_adapter({request: (status, '')})
        vm.delete_lpar(self.adapter, self.instance)
        self.assertEqual([request], self.adapter.session.requests)

    def test_deleted(self):
        self.delete(204)

    def test_no_lpar(self):
        self.delete(404)

    def test_novalink_refuses(self):
        self.assertRaises(exception.InstanceTerminationFailure,
                          self.delete, 409)
