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


import pathlib

import ddt
import fixtures
from oslo_config import cfg

from nova_powervm.tempest_plugin import plugin
from nova_powervm.tests import base


@ddt.ddt
class TestPlugin(base.TestCase):

    def setUp(self):
        super().setUp()
        self.plugin = plugin.PowerVMTempestPlugin()
        self.conf = cfg.ConfigOpts()
        self.plugin.register_opts(self.conf)
        self.file = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'tempest.conf')

    def read(self, text):
        self.file.write_text('[powervm]\n' + text)
        self.conf(['--config-file', str(self.file)])
        return self.conf.powervm

    def test_tests_are_where_it_says(self):
        folder, importable = self.plugin.load_tests()
        found = [path.relative_to(importable).parts
                 for path in pathlib.Path(folder).rglob('test_*.py')]
        self.assertIn(('nova_powervm', 'tempest_plugin', 'tests', 'scenario',
                       'test_lpar_power.py'), found)

    def test_options(self):
        [(group, opts)] = self.plugin.get_opt_lists()
        self.assertEqual('powervm', group)
        registered = self.read('')
        self.assertEqual({opt.dest for opt in opts}, set(registered))

    def test_every_option_has_help(self):
        [(_, opts)] = self.plugin.get_opt_lists()
        self.assertEqual([], [opt.name for opt in opts if not opt.help])

    def test_rest_services(self):
        found = self.read('rest_services = a:http://localhost:12080,'
                          'b:https://b.example.org:12443\n').rest_services
        self.assertEqual({'a': 'http://localhost:12080',
                          'b': 'https://b.example.org:12443'}, found)

    @ddt.named_data(('no_url', 'a:localhost'), ('no_host', 'a'),
                    ('scheme', 'a:ftp://localhost'))
    def test_rest_services_that_are_none(self, value):
        self.file.write_text('[powervm]\nrest_services = %s\n' % value)
        self.conf(['--config-file', str(self.file)])
        self.assertRaises(cfg.ConfigFileValueError, getattr,
                          self.conf.powervm, 'rest_services')
