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

"""A nova.conf that was written for release 9."""

import logging
import os

import ddt
import fixtures
import mock
from oslo_config import cfg

from nova_powervm import conf
from nova_powervm.conf import release_9
from nova_powervm.testing import logs
from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import opts

# As an operator of a host with Fibre Channel and Swift would have it.
NOVA_CONF = """
[DEFAULT]
compute_driver = powervm_ext.driver.PowerVMDriver
instance_name_template = $display_name-$uuid
force_config_drive = true

[powervm]
proc_units_factor = 0.2
uncapped_proc_weight = 128
disk_driver = localdisk
volume_group_name = images
cluster_name = ssp
vopt_media_volume_group = rootvg
vopt_media_rep_size = 1
image_meta_local_path = $state_path/cfgdrv
pvm_vswitch_for_novalink_io = NovaLinkVEABridge
remove_vopt_media_on_boot = false
remove_vopt_media_time = 60
use_rmc_mgmt_vif = true
use_rmc_ipv6_scheme = not a boolean
vios_active_wait_timeout = 300
fc_attach_strategy = npiv
fc_npiv_adapter_api = nova_powervm.virt.powervm.volume.npiv.NPIVVolumeAdapter
fc_vscsi_adapter_api = nova_powervm.virt.powervm.volume.vscsi.Adapter
vscsi_vios_connections_required = 1
volume_use_multipath = true
iscsi_iface = default
rbd_user = cinder
ports_per_fabric = 1
fabrics = A,west
fabric_A_port_wwpns = 10000090FA1B2C3D,10000090FA1B2C3E
fabric_west_port_wwpns = 10000090FA1B2C3F
nvram_store = swift
swift_container = powervm_nvram
swift_username = powervm
swift_user_domain_name = powervm
swift_password = $ecret
swift_project_name = powervm
swift_project_domain_name = powervm
swift_auth_version = 3
swift_auth_url = http://keystone:5000/v3
swift_cacert = /etc/ssl/ca.pem
swift_endpoint_type = internalURL
vnc_use_x509_auth = false
vnc_ca_certs = /etc/ssl/ca.pem
vnc_server_cert = /etc/ssl/server.pem
vnc_server_key = /etc/ssl/server.key
"""

REMAINING = ('disk_driver', 'proc_units_factor',
             'pvm_vswitch_for_novalink_io', 'uncapped_proc_weight',
             'vios_active_wait_timeout', 'volume_group_name',
             'vopt_media_rep_size', 'vopt_media_volume_group')


class TestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.logs = self.useFixture(logs.Logs())
        self.folder = self.useFixture(fixtures.TempDir())

    def write(self, name, text):
        path = self.folder.join(name)
        with open(path, 'w') as f:
            f.write(text)
        return path

    def warnings(self, config):
        """Return the warnings about a configuration."""
        release_9.warn_if_set(config)
        return [record for record in self.logs.records
                if record.levelno >= logging.WARNING]

    def named(self, config):
        """Return the options that the only warning names."""
        warning, = self.warnings(config)
        return warning.args[1].split(', ')

    def read(self, *args, files=(), folders=()):
        config = cfg.ConfigOpts()
        conf.register_opts(config)
        config(args, project='nova', default_config_files=list(files),
               default_config_dirs=list(folders))
        return config


@ddt.ddt
class NovaConfTestCase(TestCase):

    def setUp(self):
        super().setUp()
        self.configure(NOVA_CONF)

    def test_each_option_is_read_or_named(self):
        written = [line.partition(' = ')[0] for line in
                   NOVA_CONF.partition('[powervm]\n')[2].splitlines()]
        self.assertEqual(sorted(set(written) - set(REMAINING)),
                         self.named(conf.CONF))

    def test_it_has_all_options(self):
        self.assertEqual(
            set(), {name for name in release_9.NAMES
                    if name not in NOVA_CONF})

    def test_it_is_valid(self):
        opts.validate(conf.CONF)
        self.assertEqual(
            ('localdisk', 0.2, 'NovaLinkVEABridge', 128, 300, 'images', 1,
             'rootvg'),
            tuple(conf.CONF.powervm[name] for name in REMAINING))

    # In an order: each process has to know the tests by the same names.
    @ddt.data(*sorted(release_9.NAMES))
    def test_not_registered(self, name):
        self.assertNotIn(name, conf.CONF.powervm)
        self.assertNotIn(name, [
            option.name for _, options in conf.list_opts()
            for option in options])

    def test_values_are_not_logged(self):
        release_9.warn_if_set(conf.CONF)
        self.assertNotIn('ecret', self.log.output)


@ddt.ddt
class InvalidTestCase(TestCase):
    """What remains has its bounds."""

    @ddt.named_data(('factor', 'proc_units_factor', '0.01'),
                    ('weight', 'uncapped_proc_weight', '0'))
    def test_invalid(self, name, value):
        self.configure('[powervm]\n%s = %s\n' % (name, value))
        e = self.assertRaises(cfg.ConfigFileValueError, opts.validate,
                              conf.CONF)
        self.assertIn(name, str(e))


class FilesTestCase(TestCase):

    def test_nothing_is_set(self):
        path = self.write('nova.conf', '[powervm]\nproc_units_factor = 1\n')
        self.assertEqual([], self.warnings(self.read(files=[path])))

    def test_no_files(self):
        self.assertEqual([], self.warnings(self.read()))

    def test_other_groups(self):
        path = self.write(
            'nova.conf', '[DEFAULT]\ndisk_driver = x\n[ssp]\nfabrics = x\n')
        self.assertEqual([], self.warnings(self.read(files=[path])))

    def test_several_files(self):
        self.assertEqual(
            ['cluster_name', 'fabrics'], self.named(self.read(files=[
                self.write('nova.conf', '[powervm]\nfabrics = A\n'),
                self.write('nova-compute.conf', '[powervm]\nfabrics = B\n'
                           'cluster_name = ssp\n')])))

    def test_default_folder(self):
        self.write('one.conf', '[powervm]\nrbd_user = cinder\n')
        self.write('not.read', '[powervm]\nfabrics = A\n')
        self.assertEqual(['rbd_user'], self.named(
            self.read(folders=[self.folder.path])))

    def test_arguments(self):
        for name in 'one', 'two':
            os.mkdir(self.folder.join(name))
        path = self.write('nova.conf', '[powervm]\ncluster_name = x\n')
        self.write('one/a.conf', '[powervm]\nrbd_user = cinder\n')
        self.write('two/a.conf', '[POWERVM]\nfabrics = A\n')
        self.assertEqual(
            ['cluster_name', 'fabrics', 'rbd_user'], self.named(self.read(
                '--config-file', path,
                '--config-dir', self.folder.join('one'),
                '--config-dir', self.folder.join('two'))))

    def test_absent_folder(self):
        self.assertEqual([], self.warnings(
            self.read(folders=[self.folder.join('absent')])))

    def test_file_is_gone(self):
        """The service starts all the same."""
        path = self.write('nova.conf', '')
        config = self.read(files=[path])
        os.unlink(path)
        self.assertEqual(1, len(self.warnings(config)))

    def test_file_is_malformed_by_now(self):
        path = self.write('nova.conf', '')
        config = self.read(files=[path])
        self.write('nova.conf', 'no option')
        self.assertEqual(1, len(self.warnings(config)))

    def test_file_is_no_text_by_now(self):
        path = self.write('nova.conf', '')
        config = self.read(files=[path])
        with mock.patch.object(
                cfg.ConfigParser, 'parse',
                side_effect=UnicodeDecodeError('utf-8', b'', 0, 1, '')):
            self.assertEqual(1, len(self.warnings(config)))
