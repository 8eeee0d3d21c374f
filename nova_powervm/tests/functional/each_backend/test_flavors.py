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

"""LPARs from flavors, with real pypowervm, over HTTP."""

import ddt
from nova import exception
from oslo_utils import uuidutils

from nova_powervm.tests import base
from nova_powervm.tests.functional.each_backend import case
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm import vm


@ddt.ddt
class TestFlavors(case.WireTestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator(poll_seconds=0.1)

    def setUp(self):
        super().setUp()
        self.control.configure(boot_seconds=0.0)
        self.addCleanup(self.delete_lpars)
        self.flags(host='host')
        self.flags(group='powervm', rest_port=self.simulator.port,
                   rest_connect_tries=1, bare_lpars=True)
        self.driver = driver.PowerVMDriver(None)
        self.addCleanup(self.driver.cleanup_host, 'host')
        self.driver.init_host('host')
        self.control.reset_counters()

    def spawn(self, **specs):
        """Create a server; return its LPAR as NovaLink has it."""
        instance = base.make_instance(
            self.context, uuid=uuidutils.generate_uuid(), memory_mb=1024,
            vcpus=2, extra_specs={'powervm:' + name: value
                                  for name, value in specs.items()})
        self.driver.spawn(self.context, instance, None, [], None, {})
        return vm.get_instance_wrapper(self.driver.adapter, instance)

    def test_defaults(self):
        lpar = self.spawn()
        processors = lpar.proc_config
        shared = processors.shared_proc_cfg
        self.assertEqual(
            (False, 'uncapped', 64, 0, 2, 0.2, 'default', 127, False, 0),
            (processors.has_dedicated, processors.sharing_mode,
             shared.uncapped_weight, shared.pool_id, shared.desired_virtual,
             shared.desired_units, lpar.pending_proc_compat_mode,
             lpar.avail_priority, lpar.srr_enabled, lpar.pending_secure_boot))
        self.assertNotIn('pool_feed', self.control.counters())

    def test_shared_processors(self):
        lpar = self.spawn(
            uncapped='true', shared_weight='200', min_vcpu='1', max_vcpu='4',
            proc_units='1.5', min_proc_units='0.5', max_proc_units='2',
            shared_proc_pool_name='SharedPool02')
        processors = lpar.proc_config
        shared = processors.shared_proc_cfg
        self.assertEqual(
            ('uncapped', 200, 2, 1, 2, 4, 0.5, 1.5, 2.0),
            (processors.sharing_mode, shared.uncapped_weight, shared.pool_id,
             shared.min_virtual, shared.desired_virtual, shared.max_virtual,
             shared.min_units, shared.desired_units, shared.max_units))
        self.assertEqual(1, self.control.counters()['pool_feed'])

    def test_capped(self):
        processors = self.spawn(uncapped='false').proc_config
        self.assertEqual(('capped', 0), (
            processors.sharing_mode,
            processors.shared_proc_cfg.uncapped_weight))

    @ddt.named_data(
        ('default', {}, 'sre idle proces'),
        ('keep', {'dedicated_sharing_mode': 'keep_idle_procs'},
         'keep idle procs'),
        ('always', {'dedicated_sharing_mode': 'share_idle_procs_always'},
         'sre idle procs always'))
    @ddt.unpack
    def test_dedicated_processors(self, specs, mode):
        processors = self.spawn(dedicated_proc='true', **specs).proc_config
        self.assertEqual((True, 2, mode), (
            processors.has_dedicated, processors.dedicated_proc_cfg.desired,
            processors.sharing_mode))

    def test_memory(self):
        memory = self.spawn(
            min_mem='512', max_mem='4096', ppt_ratio='1:512').mem_config
        self.assertEqual((512, 1024, 4096, 3), (
            memory.min, memory.desired, memory.max, memory.ppt_ratio))

    # pypowervm 1.1.27 does not know the second.
    @ddt.data('POWER9_Base', 'POWER11')
    def test_processor_compatibility(self, mode):
        lpar = self.spawn(processor_compatibility=mode)
        self.assertEqual((mode, mode), (
            lpar.pending_proc_compat_mode, lpar.proc_compat_mode))

    def test_other_attributes(self):
        lpar = self.spawn(availability_priority='1', secure_boot='3',
                          srr_capability='true', enable_lpar_metric='true')
        self.assertEqual((1, 3, True, True), (
            lpar.avail_priority, lpar.pending_secure_boot, lpar.srr_enabled,
            lpar.allow_perf_data_collection))

    @ddt.named_data(
        ('pool', {'shared_proc_pool_name': 'SharedPool99'}),
        ('compatibility', {'processor_compatibility': 'POWER12'}))
    def test_of_another_host(self, specs):
        self.assertRaises(exception.ComputeResourcesUnavailable, self.spawn,
                          **specs)
        self.assertNotIn('create', self.control.counters())
        self.assertEqual([], self.driver.list_instances())
