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

import importlib.metadata

import fixtures
from oslo_config import cfg

from nova_powervm import conf
from nova_powervm.conf import powervm
from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import opts as lifecycle_opts


class OptionsTestCase(base.TestCase):

    def read(self, line):
        """Return the [powervm] options of a file with that line in it."""
        path = self.useFixture(fixtures.TempDir()).join('nova.conf')
        with open(path, 'w') as f:
            f.write('[powervm]\n%s\n' % line)
        config = cfg.ConfigOpts()
        powervm.register_opts(config)
        config([], project='nova', default_config_files=[path])
        return config.powervm

    def test_defaults(self):
        options = self.read('')
        self.assertEqual(12080, options.rest_port)
        self.assertEqual(60, options.rest_connect_tries)
        self.assertEqual('powervm', options.event_handler)
        self.assertIs(False, options.bare_lpars)
        self.assertEqual(0.1, options.proc_units_factor)

    def test_bounds(self):
        for name, good, bad in (
                ('rest_port', ('1', '65535'), ('0', '65536', 'http')),
                ('rest_connect_tries', ('1', '3600'), ('0', '3601', '1.5')),
                ('bare_lpars', ('true', 'no'), ('maybe',)),
                ('proc_units_factor', ('0.05', '1'),
                 ('0.049', '1.01', 'all'))):
            for value in good:
                getattr(self.read('%s = %s' % (name, value)), name)
            for value in bad:
                options = self.read('%s = %s' % (name, value))
                e = self.assertRaises(cfg.ConfigFileValueError, getattr,
                                      options, name)
                # An operator must be able to tell which one it is.
                self.assertIn(name, str(e))
                self.assertIn('nova.conf', str(e))

    def test_every_number_has_bounds(self):
        for option in powervm.list_opts()[0][1]:
            if isinstance(option.type, cfg.types.Number):
                self.assertIsNotNone(option.type.min, option.name)
                self.assertIsNotNone(option.type.max, option.name)

    def test_registered_with_nova(self):
        for module in (powervm, lifecycle_opts):
            for option in module.list_opts()[0][1]:
                self.assertEqual(option.default,
                                 conf.CONF.powervm[option.dest])


class ListOptsTestCase(base.TestCase):

    def test_one_group_with_all_options(self):
        (group, options), = conf.list_opts()

        self.assertEqual('powervm', group.name)
        names = [option.name for option in options]
        self.assertEqual(len(names), len(set(names)))
        for module in (powervm, lifecycle_opts):
            for option in module.list_opts()[0][1]:
                self.assertIn(option.name, names)

    def test_every_option_has_help(self):
        for option in conf.list_opts()[0][1]:
            self.assertGreater(len(option.help.split()), 20, option.name)

    def test_entry_point(self):
        found, = importlib.metadata.entry_points(
            group='oslo.config.opts', name='nova_powervm')
        self.assertIs(conf.list_opts, found.load())
