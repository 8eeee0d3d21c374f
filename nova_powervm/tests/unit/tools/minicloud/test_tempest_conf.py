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
import re

import ddt
import fixtures
import mock
from oslo_config import cfg

from nova_powervm.tempest_plugin import config
from nova_powervm.tempest_plugin.services import commands
from nova_powervm.tests import base
from tools.minicloud import settings as settings_mod
from tools.minicloud import tempest_conf
from tools.minicloud import tempest_features

_MATRIX = (pathlib.Path(__file__).parents[5]
           / 'doc' / 'source' / 'admin' / 'support-matrix.rst')

RESOURCES = tempest_conf.Resources(
    'image-1', 'image-2', 'flavor-1', 'flavor-2', 'router,quotas')


def read_matrix():
    """Return what the support matrix says of each operation."""
    return dict(re.findall(r'^   \* - (.+)\n     - (yes|no|partly)$',
                           _MATRIX.read_text(), re.MULTILINE))


class TestFindResources(base.TestCase):

    def test_find(self):
        connection = mock.Mock()
        connection.image.find_image.side_effect = (
            lambda name, **_: mock.Mock(id='image ' + name))
        connection.compute.find_flavor.side_effect = (
            lambda name, **_: mock.Mock(id='flavor ' + name))
        connection.network.extensions.return_value = [
            mock.Mock(alias='router'), mock.Mock(alias='quotas')]
        self.assertEqual(
            tempest_conf.Resources('image tiny', 'image tiny2',
                                   'flavor m1.nano', 'flavor m1.micro',
                                   'quotas,router'),
            tempest_conf.find_resources(connection))


@ddt.ddt
class TestWrite(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir()).path

    def write(self, **changes):
        """Return the options that were written, as text by section."""
        settings = settings_mod.Settings(
            **{'directory': self.folder, **changes})
        self.file = tempest_conf.write(settings, RESOURCES)
        found = {}
        cfg.ConfigParser(str(self.file), found).parse()
        return {section: {name: values[0] for name, values in options.items()}
                for section, options in found.items()}

    def powervm(self, **changes):
        """Return the options of the plugin, as it reads them."""
        self.write(**changes)
        conf = cfg.ConfigOpts()
        conf.register_opts(config.OPTS, group=config.GROUP)
        # oslo.config would replace a $ in the option itself, too.
        plain = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'conf')
        plain.write_text(self.file.read_text())
        conf(['--config-file', str(plain)])
        return conf.powervm

    def test_resources(self):
        found = self.write(computes=3)
        self.assertEqual(
            ('image-1', 'image-2', 'flavor-1', 'flavor-2', '3'),
            tuple(found['compute'][name] for name in (
                'image_ref', 'image_ref_alt', 'flavor_ref', 'flavor_ref_alt',
                'min_compute_nodes')))
        self.assertEqual('router,quotas',
                         found['network-feature-enabled']['api_extensions'])

    def test_features(self):
        found = self.write()['compute-feature-enabled']
        self.assertEqual(
            {feature.flag: str(feature.enabled).lower()
             for feature in tempest_features.FEATURES}, found)

    def test_bare(self):
        found = self.write(bare=True)['compute-feature-enabled']
        self.assertEqual(
            ['disk_config', 'hostname_fqdn_sanitization'],
            sorted(name for name, value in found.items() if value == 'true'))

    def test_rest_services(self):
        found = self.powervm(first_port=14300)
        self.assertEqual({'cmp1': 'http://127.0.0.1:14310',
                          'cmp2': 'http://127.0.0.1:14311'},
                         found.rest_services)

    def test_delay(self):
        self.assertEqual(7.0, self.powervm(delay=7.0).event_delay)

    @ddt.named_data(
        ('crash', 'crash_command', ['state', 'cmp2', 'L', 'error']),
        ('suspend', 'suspend_command', ['state', 'cmp2', 'L', 'suspended']),
        ('rest', 'rest_restart_command', ['restart', 'cmp2']),
        ('conductor', 'conductor_stop_command', ['stop', 'nova-conductor']),
        ('compute', 'compute_start_command',
         ['start', 'nova-compute-cmp2']))
    def test_commands(self, option, expected):
        command = self.powervm()[option]
        found = commands.arguments(command, host='cmp2', lpar='L')
        self.assertEqual(expected, found[-len(expected):])

    def test_commands_in_an_odd_folder(self):
        self.folder += '/a $b {c}'
        found = commands.arguments(
            self.powervm().rest_restart_command, host='cmp1')
        self.assertIn(self.folder, found)


@ddt.ddt
class TestFeatures(base.TestCase):

    @ddt.named_data(*(
        (feature.flag, feature) for feature in tempest_features.FEATURES
        if feature.line.startswith('Support matrix: ')))
    def test_support_matrix_says_so(self, feature):
        line = feature.line.removeprefix('Support matrix: ').partition('.')[0]
        self.assertEqual('yes' if feature.enabled else 'no',
                         read_matrix().get(line))
