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

"""LPARs from flavors."""

import logging

import ddt
import mock
from nova import exception
from pypowervm.utils import lpar_builder
from pypowervm.wrappers import managed_system
from pypowervm.wrappers import shared_proc_pool

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import test_vm_lpar
from nova_powervm.virt.powervm import extra_specs


def prefixed(specs):
    return {extra_specs.PREFIX + name: value for name, value in specs.items()}


class FlavorTestCase(test_vm_lpar.CreateTestCase):
    """A managed system with pools and all capabilities, up to POWER11."""

    modes = ('default', 'POWER6', 'POWER6_Plus', 'POWER8', 'POWER9_Base',
             'POWER11')

    def setUp(self):
        super().setUp()
        self.patch_object(managed_system.System, 'proc_compat_modes',
                          new_callable=mock.PropertyMock,
                          side_effect=lambda: self.modes)
        self.capable = self.patch_object(
            managed_system.System, 'get_capability', return_value=True)
        self.adapter.read.return_value = captured.response(
            'shrprocpool.txt', self.adapter)

    def created(self, **specs):
        """Create an LPAR with extra specs, named without their prefix."""
        return super().created(extra_specs=prefixed(specs))

    def assert_aborted(self, *words, **specs):
        """Assert that no host can create it, and that the message says why."""
        e = self.assertRaises(exception.BuildAbortException, self.create,
                              extra_specs=prefixed(specs))
        for word in words:
            self.assertIn(word, e.kwargs['reason'])
        self.post.assert_not_called()

    def assert_not_here(self, *words, **specs):
        """Assert that another host may create it; the log says why."""
        e = self.assertRaises(exception.ComputeResourcesUnavailable,
                              self.create, extra_specs=prefixed(specs))
        for word in words:
            self.assertIn(word, e.kwargs['reason'])
        self.post.assert_not_called()
        warning, = self.logged(logging.WARNING)
        self.assertEqual((e.kwargs['reason'],), warning.args)


@ddt.ddt
class ProcessorsTestCase(FlavorTestCase):

    @ddt.named_data(
        ('while_off', 'share_idle_procs', 'sre idle proces'),
        ('never', 'keep_idle_procs', 'keep idle procs'),
        ('while_on', 'share_idle_procs_active', 'sre idle procs active'),
        ('always', 'share_idle_procs_always', 'sre idle procs always'))
    def test_dedicated_sharing_mode(self, word, expected):
        processors = self.created(
            dedicated_proc='true', dedicated_sharing_mode=word).proc_config
        self.assertTrue(processors.has_dedicated)
        self.assertEqual(expected, processors.sharing_mode)

    def test_uncapped_is_the_default(self):
        processors = self.created().proc_config
        self.assertEqual(('uncapped', 64), (
            processors.sharing_mode,
            processors.shared_proc_cfg.uncapped_weight))

    @ddt.named_data(('true', 'true', 'uncapped'), ('on', 'on', 'uncapped'),
                    ('false', 'False', 'capped'), ('n', 'n', 'capped'))
    def test_uncapped(self, text, expected):
        self.assertEqual(
            expected, self.created(uncapped=text).proc_config.sharing_mode)

    def test_weight_of_an_option(self):
        self.flags(group='powervm', uncapped_proc_weight=99)
        shared = self.created().proc_config.shared_proc_cfg
        self.assertEqual(99, shared.uncapped_weight)

    def test_weight_of_a_flavor(self):
        self.flags(group='powervm', uncapped_proc_weight=99)
        shared = self.created(shared_weight='0').proc_config.shared_proc_cfg
        self.assertEqual(0, shared.uncapped_weight)

    @ddt.named_data(
        ('uncapped', {'uncapped': 'true'}),
        ('capped', {'uncapped': 'false'}),
        ('shared_weight', {'shared_weight': '1'}),
        ('proc_units', {'proc_units': '1'}),
        ('min_proc_units', {'min_proc_units': '1'}),
        ('max_proc_units', {'max_proc_units': '1'}),
        ('pool', {'shared_proc_pool_name': 'SharedPool01'}))
    def test_not_of_dedicated_processors(self, specs):
        name, = specs
        self.assert_aborted(name, 'powervm:dedicated_proc',
                            dedicated_proc='true', **specs)

    @ddt.named_data(('false', {'dedicated_proc': 'false'}), ('absent', {}))
    def test_only_of_dedicated_processors(self, specs):
        self.assert_aborted(
            'powervm:dedicated_sharing_mode', 'powervm:dedicated_proc',
            dedicated_sharing_mode='keep_idle_procs', **specs)

    def test_weight_of_capped_processors(self):
        self.assert_aborted('powervm:shared_weight', 'powervm:uncapped',
                            uncapped='false', shared_weight='1')


@ddt.ddt
class CompatibilityTestCase(FlavorTestCase):

    def sent(self, text):
        lpar = self.created(processor_compatibility=text)
        return lpar.pending_proc_compat_mode

    @ddt.named_data(
        ('default', 'default', 'default'),
        ('known', 'POWER8', 'POWER8'),
        ('newer_than_pypowervm', 'POWER11', 'POWER11'),
        ('other_case', 'power9_base', 'POWER9_Base'),
        ('plus', 'POWER6+', 'POWER6_Plus'))
    def test_mode_of_the_managed_system(self, text, expected):
        self.assertEqual(expected, self.sent(text))

    def test_default(self):
        self.assertEqual('default', self.created().pending_proc_compat_mode)

    @ddt.named_data(('older', 'POWER7'), ('newer', 'POWER12'),
                    ('part_of_one', 'POWER9'))
    def test_mode_of_other_hosts(self, text):
        self.assert_not_here(text, 'POWER9_Base',
                             processor_compatibility=text)

    def test_no_modes(self):
        """NovaLink knows what the managed system does not tell."""
        self.modes = ()
        self.assertEqual('POWER6_Plus', self.sent('POWER6+'))

    def test_malformed(self):
        self.assert_aborted('powervm:processor_compatibility',
                            processor_compatibility='PWER9')


class PoolTestCase(FlavorTestCase):

    def pool_id(self, **specs):
        return self.created(**specs).proc_config.shared_proc_cfg.pool_id

    def test_default(self):
        self.assertEqual(0, self.pool_id())
        self.adapter.read.assert_not_called()

    def test_default_by_its_name(self):
        self.assertEqual(0, self.pool_id(shared_proc_pool_name='DefaultPool'))
        self.adapter.read.assert_not_called()

    def test_one_read(self):
        self.assertEqual(2, self.pool_id(shared_proc_pool_name='SharedPool02'))
        self.adapter.read.assert_called_once()

    def test_pool_of_other_hosts(self):
        self.assert_not_here('Nowhere', shared_proc_pool_name='Nowhere')

    def test_two_pools_of_the_name(self):
        self.patch_object(shared_proc_pool.SharedProcPool, 'search',
                          return_value=[mock.Mock(id=1), mock.Mock(id=2)])
        self.assert_not_here('Twice', shared_proc_pool_name='Twice')

    def test_novalink_does_not_answer(self):
        error = novalink.http_error(503)
        self.adapter.read.side_effect = error
        e = self.assertRaises(
            exception.InstanceDeployFailure, self.create,
            extra_specs={'powervm:shared_proc_pool_name': 'SharedPool01'})
        self.assertIs(error, e.__cause__)

    def test_nonsense(self):
        """It says nothing about other hosts."""
        self.adapter.read.side_effect = ValueError
        self.assertRaises(
            ValueError, self.create,
            extra_specs={'powervm:shared_proc_pool_name': 'SharedPool01'})


@ddt.ddt
class CapabilityTestCase(FlavorTestCase):

    def test_attributes(self):
        lpar = self.created(srr_capability='true', secure_boot='2',
                            enable_lpar_metric='yes', ppt_ratio='1:1024')
        self.assertEqual(
            (True, 2, True, lpar_builder.ALLOWED_PPT_RATIOS['1:1024']),
            (lpar.srr_enabled, lpar.pending_secure_boot,
             lpar.allow_perf_data_collection, lpar.mem_config.ppt_ratio))

    @ddt.named_data(('srr_capability', {'srr_capability': 'true'}),
                    ('secure_boot', {'secure_boot': '1'}),
                    ('ppt_ratio', {'ppt_ratio': '1:64'}))
    def test_host_is_not_capable(self, specs):
        self.capable.return_value = False
        name, = specs
        self.assert_not_here('powervm:' + name, **specs)

    @ddt.named_data(('srr_capability', {'srr_capability': 'false'}),
                    ('secure_boot', {'secure_boot': '0'}))
    def test_capability_is_not_needed(self, specs):
        self.capable.return_value = False
        self.created(**specs)


@ddt.ddt
class InvalidTestCase(FlavorTestCase):

    @ddt.named_data(
        ('unknown', {'cpu': '1'}, ['powervm:cpu', 'powervm:proc_units']),
        ('refused', {'enforce_affinity_check': 'true'},
         ['powervm:enforce_affinity_check']),
        ('value', {'max_vcpu': '0'}, ['powervm:max_vcpu', "'0'"]),
        ('bounds', {'min_vcpu': '4'}, ['VCPU']))
    @ddt.unpack
    def test_aborted(self, specs, words):
        self.assert_aborted(*words, **specs)
