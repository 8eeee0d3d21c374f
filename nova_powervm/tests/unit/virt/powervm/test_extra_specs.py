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

"""The table of extra specs, and nova's validation by it."""

import importlib.metadata

import ddt
from nova.api.validation.extra_specs import validators
from nova import exception
from pypowervm.utils import lpar_builder
import testtools

from nova_powervm.virt.powervm import extra_spec_validators
from nova_powervm.virt.powervm import extra_specs

# All that release 9 had, as operators know them.
RELEASE_9 = (
    'availability_priority', 'dedicated_proc', 'dedicated_sharing_mode',
    'enable_lpar_metric', 'enforce_affinity_check', 'max_mem',
    'max_proc_units', 'max_vcpu', 'min_mem', 'min_proc_units', 'min_vcpu',
    'ppt_ratio', 'proc_units', 'processor_compatibility', 'secure_boot',
    'shared_proc_pool_name', 'shared_weight', 'srr_capability', 'uncapped')

VALID = ddt.named_data(
    ('min_mem', 'min_mem', '128', 128),
    ('max_mem', 'max_mem', '16777216', 16777216),
    ('min_vcpu', 'min_vcpu', '1', 1),
    ('max_vcpu', 'max_vcpu', '240', 240),
    ('proc_units', 'proc_units', '0.05', 0.05),
    ('integral_proc_units', 'proc_units', '3', 3.0),
    ('min_proc_units', 'min_proc_units', '.1', 0.1),
    ('max_proc_units', 'max_proc_units', '24.5', 24.5),
    ('dedicated', 'dedicated_proc', 'True', True),
    ('dedicated_not', 'dedicated_proc', 'f', False),
    ('sharing_mode', 'dedicated_sharing_mode', 'keep_idle_procs',
     'keep idle procs'),
    ('uncapped', 'uncapped', 'yes', 'uncapped'),
    ('capped', 'uncapped', 'no', 'capped'),
    ('least_weight', 'shared_weight', '0', 0),
    ('greatest_weight', 'shared_weight', '255', 255),
    ('pool', 'shared_proc_pool_name', 'Shared Pool 01', 'Shared Pool 01'),
    ('default_mode', 'processor_compatibility', 'default', 'default'),
    ('mode', 'processor_compatibility', 'POWER9_Base', 'POWER9_Base'),
    ('mode_with_plus', 'processor_compatibility', 'POWER6+_Enhanced',
     'POWER6+_Enhanced'),
    ('newer_mode', 'processor_compatibility', 'POWER12_Next',
     'POWER12_Next'),
    ('priority', 'availability_priority', '255', 255),
    ('metric', 'enable_lpar_metric', '1', True),
    ('ppt_ratio', 'ppt_ratio', '1:4096', '1:4096'),
    ('secure_boot', 'secure_boot', '9', 9),
    ('srr', 'srr_capability', 'off', False))

INVALID = ddt.named_data(
    ('little_memory', 'min_mem', '127'),
    ('memory_with_unit', 'max_mem', '4G'),
    ('no_vcpu', 'min_vcpu', '0'),
    ('part_of_a_vcpu', 'max_vcpu', '1.5'),
    ('few_units', 'proc_units', '0.04'),
    ('no_number', 'min_proc_units', 'nan'),
    ('endless', 'max_proc_units', 'inf'),
    ('empty', 'proc_units', ''),
    ('no_boolean', 'dedicated_proc', 'maybe'),
    ('two', 'uncapped', '2'),
    ('mode_of_pypowervm', 'dedicated_sharing_mode', 'keep idle procs'),
    ('negative_weight', 'shared_weight', '-1'),
    ('great_weight', 'shared_weight', '256'),
    ('no_pool', 'shared_proc_pool_name', ''),
    ('long_pool', 'shared_proc_pool_name', 'p' * 15),
    ('no_mode', 'processor_compatibility', 'PWER9'),
    ('spaces_in_mode', 'processor_compatibility', 'POWER 9'),
    ('priority', 'availability_priority', '256'),
    ('metric', 'enable_lpar_metric', ''),
    ('ppt_ratio', 'ppt_ratio', '1:100'),
    ('secure_boot', 'secure_boot', '10'),
    ('srr', 'srr_capability', 'always'))


@ddt.ddt
class TableTestCase(testtools.TestCase):

    def test_nothing_of_release_9_is_forgotten(self):
        self.assertEqual(
            sorted(extra_specs.PREFIX + name for name in RELEASE_9),
            sorted([*extra_specs.SUPPORTED, *extra_specs.REFUSED]))

    @ddt.data(*extra_specs.SUPPORTED.values())
    def test_attribute(self, spec):
        """pypowervm has it; without one, something else has to act."""
        if spec.attribute is None:
            self.assertIn(spec.name, (extra_specs.SHARED_PROC_POOL,
                                      extra_specs.PROCESSOR_COMPATIBILITY))
        else:
            self.assertIn(spec.attribute, [
                value for name, value in vars(lpar_builder).items()
                if name.isupper()])

    @VALID
    @ddt.unpack
    def test_value(self, name, text, expected):
        value = extra_specs.parse(extra_specs.PREFIX + name, text)
        self.assertEqual(expected, value)
        self.assertIs(type(expected), type(value))


@ddt.ddt
class ValidatorsTestCase(testtools.TestCase):
    """As nova's API validates, with what it loaded."""

    def validate(self, name, text):
        validators.validate(extra_specs.PREFIX + name, text)

    def assert_refused(self, name, text=''):
        e = self.assertRaises(exception.ValidationError, self.validate, name,
                              text)
        self.assertIn(extra_specs.PREFIX + name, str(e))
        self.assertEqual(400, e.code)

    def test_entry_point(self):
        point, = importlib.metadata.entry_points(
            group='nova.api.extra_spec_validators', name='powervm')
        self.assertIs(extra_spec_validators, point.load())

    @ddt.data(*RELEASE_9)
    def test_nova_has_no_other(self, name):
        """No other package decides about the names."""
        self.assertIsInstance(
            validators.VALIDATORS[extra_specs.PREFIX + name],
            extra_spec_validators.Validator)

    @VALID
    @ddt.unpack
    def test_valid(self, name, text, expected):
        self.validate(name, text)

    @INVALID
    @ddt.unpack
    def test_invalid(self, name, text):
        self.assert_refused(name, text)

    @ddt.data(*extra_specs.REFUSED.items())
    @ddt.unpack
    def test_refused(self, name, reason):
        e = self.assertRaises(exception.ValidationError, validators.validate,
                              name, 'true')
        self.assertIn(reason, str(e))

    @ddt.data('proc_unit', 'PROC_UNITS', '')
    def test_unknown(self, name):
        self.assert_refused(name)

    def test_names_of_others(self):
        validators.validate('powervm_of_others:x', '1')

    @ddt.data(*extra_spec_validators.register())
    def test_description(self, validator):
        self.assertGreater(len(validator.description.split()), 4)
