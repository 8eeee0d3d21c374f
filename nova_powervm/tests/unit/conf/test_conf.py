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

"""The options of the driver and of the event module."""

import importlib.metadata

import ddt
import fixtures
from oslo_config import cfg

from nova_powervm import conf
from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import opts as lifecycle_opts

DRIVER_OPTIONS = {option.dest: option for option in conf.OPTS}
EVENT_OPTIONS = {option.dest: option
                 for option in lifecycle_opts.list_opts()[0][1]}
OPTIONS = DRIVER_OPTIONS | EVENT_OPTIONS
NUMBERS = [name for name, option in OPTIONS.items()
           if isinstance(option.type, cfg.types.Number)]


@ddt.ddt
class OptionsTestCase(base.TestCase):

    def read(self, name, *lines):
        """Return an option's value, as read from a file."""
        path = self.useFixture(fixtures.TempDir()).join('nova.conf')
        with open(path, 'w') as f:
            f.write('\n'.join(['[powervm]', *lines]))
        config = cfg.ConfigOpts()
        conf.register_opts(config)
        config([], project='nova', default_config_files=[path])
        return getattr(config.powervm, name)

    @ddt.named_data(
        ('port', 'rest_port', 12080), ('tries', 'rest_connect_tries', 60),
        ('handler', 'event_handler', 'powervm'),
        ('bare', 'bare_lpars', False), ('factor', 'proc_units_factor', 0.1),
        ('weight', 'uncapped_proc_weight', 64),
        ('disks', 'disk_driver', 'localdisk'),
        ('group', 'volume_group_name', None),
        ('vios', 'volume_group_vios_name', None),
        ('vios_wait', 'vios_active_wait_timeout', 300),
        ('media_group', 'vopt_media_volume_group', 'rootvg'),
        ('media_size', 'vopt_media_rep_size', 1),
        ('switch', 'pvm_vswitch_for_novalink_io', 'NovaLinkVEABridge'))
    def test_default(self, name, expected):
        self.assertEqual(expected, self.read(name))

    @ddt.named_data(
        ('least_port', 'rest_port', '1', 1),
        ('greatest_port', 'rest_port', '65535', 65535),
        ('least_tries', 'rest_connect_tries', '1', 1),
        ('most_tries', 'rest_connect_tries', '3600', 3600),
        ('bare_true', 'bare_lpars', 'true', True),
        ('bare_no', 'bare_lpars', 'no', False),
        ('least_factor', 'proc_units_factor', '0.05', 0.05),
        ('greatest_factor', 'proc_units_factor', '1', 1.0),
        ('least_weight', 'uncapped_proc_weight', '1', 1),
        ('greatest_weight', 'uncapped_proc_weight', '255', 255))
    def test_valid(self, name, value, expected):
        self.assertEqual(expected,
                         self.read(name, '%s = %s' % (name, value)))

    @ddt.named_data(
        ('port_too_small', 'rest_port', '0'),
        ('port_too_great', 'rest_port', '65536'),
        ('port_no_number', 'rest_port', 'http'),
        ('tries_too_few', 'rest_connect_tries', '0'),
        ('tries_too_many', 'rest_connect_tries', '3601'),
        ('tries_no_integer', 'rest_connect_tries', '1.5'),
        ('bare_no_boolean', 'bare_lpars', 'maybe'),
        ('factor_too_small', 'proc_units_factor', '0.049'),
        ('factor_too_great', 'proc_units_factor', '1.01'),
        ('factor_no_number', 'proc_units_factor', 'all'),
        ('weight_too_small', 'uncapped_proc_weight', '0'),
        ('weight_too_great', 'uncapped_proc_weight', '256'),
        ('media_size_none', 'vopt_media_rep_size', '0'))
    def test_invalid(self, name, value):
        """The message names the option and the file."""
        e = self.assertRaises(cfg.ConfigFileValueError, self.read, name,
                              '%s = %s' % (name, value))
        self.assertIn(name, str(e))
        self.assertIn('nova.conf', str(e))

    @ddt.data(*NUMBERS)
    def test_number_has_bounds(self, name):
        self.assertIsNotNone(OPTIONS[name].type.min)
        self.assertIsNotNone(OPTIONS[name].type.max)

    @ddt.data(*OPTIONS)
    def test_registered_with_nova(self, name):
        self.assertEqual(OPTIONS[name].default, conf.CONF.powervm[name])


@ddt.ddt
class ListOptsTestCase(base.TestCase):

    def test_one_group(self):
        (group, _), = conf.list_opts()
        self.assertEqual('powervm', group.name)

    def test_each_option_once(self):
        (_, options), = conf.list_opts()
        self.assertEqual(sorted([*DRIVER_OPTIONS, *EVENT_OPTIONS]),
                         sorted(option.name for option in options))

    @ddt.data(*OPTIONS)
    def test_help(self, name):
        """More than a few words."""
        self.assertGreater(len(OPTIONS[name].help.split()), 20)

    def test_entry_point(self):
        found, = importlib.metadata.entry_points(
            group='oslo.config.opts', name='nova_powervm')
        self.assertIs(conf.list_opts, found.load())
