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

"""The plugin for devstack, with functions that record what it calls."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import ddt

from nova_powervm import conf

_PLUGIN = pathlib.Path(__file__).parents[3] / 'devstack'

# Devstack stops at the first command that fails. Its functions, and programs
# that would change this machine, print their arguments, one on a line each.
_DEVSTACK = '''
set -o errexit
function is_service_enabled {
    local name
    for name; do [[ " $SERVICES " == *" $name "* ]] && return 0; done
    return 1
}
function record { local IFS=$'\\x1f'; echo "$*"; }
function die { record die; exit 1; }
function getent { [[ "$GROUPS_OF_SYSTEM" == *"$2"* ]]; }
function sudo { "$@"; }
for name in pip_install iniset echo_summary add_user_to_group qemu-img curl; do
    eval "function $name { record $name \\"\\$@\\"; }"
done
function openstack {
    record openstack "$@" >> "$DEST/openstack"
    [[ "$*" == *" show powervm."*" -f "* ]] && echo "id of $5"
    [[ "$*" != *" flavor show "* || "$*" == *" -f "* ]]
}
source "$1/settings"
source "$1/plugin.sh" "$2" "$3"
'''


@ddt.ddt
class DevstackPluginTestCase(unittest.TestCase):
    """Sources the plugin as stack.sh does, in directories of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.site = self.folder / 'site'
        self.nova = self.folder / 'nova'
        for package in (self.site / 'nova_powervm',
                        self.site / 'nova' / 'virt' / 'powervm_ext'):
            package.mkdir(parents=True)
            (package / '__init__.py').touch()
        (self.nova / 'nova' / 'virt').mkdir(parents=True)
        self.link = self.nova / 'nova' / 'virt' / 'powervm_ext'
        (self.folder / 'nova.conf').touch()

    def _run(self, mode: str, phase: str = '', status: int = 0,
             **variables: str) -> list[list[str]]:
        """Source the plugin; return what it called, with arguments."""
        environment = {
            'PATH': os.environ['PATH'], 'PYTHONPATH': str(self.site),
            'DEST': str(self.folder), 'FILES': str(self.folder),
            'NOVA_DIR': str(self.nova), 'NOVA_BIN_DIR': '/nonexistent',
            'NOVA_CONF': str(self.folder / 'nova.conf'),
            'NOVA_POWERVM_DIR': str(_PLUGIN.parent),
            'Q_PLUGIN_CONF_FILE': 'ml2.ini', 'STACK_USER': 'stack',
            'TEMPEST_CONFIG': 'tempest.conf',
            'SERVICES': 'n-cpu n-api g-api q-agt tempest',
            'GROUPS_OF_SYSTEM': 'pvm_admin', 'POWERVM_VOLUME_GROUP': 'disks',
            **variables}
        done = subprocess.run(
            ['bash', '-c', _DEVSTACK, 'stack.sh', str(_PLUGIN), mode, phase],
            env=environment, capture_output=True, text=True, check=False)
        self.assertEqual((status, ''), (done.returncode, done.stderr))
        return [line.split('\x1f') for line in done.stdout.splitlines()]

    def _options(self, **variables: str) -> dict[tuple[str, str], str]:
        """Return what post-config sets in nova's configuration file."""
        return {(group, name): value for call, path, group, name, value in (
            call for call in self._run('stack', 'post-config', **variables)
            if call[0] == 'iniset') if path.endswith('nova.conf')}

    def test_nova_finds_the_driver_in_its_checkout(self) -> None:
        calls = self._run('stack', 'install')
        self.assertIn(['pip_install', str(_PLUGIN.parent)], calls)
        self.assertTrue((self.link / 'driver.py').exists())
        self.assertFalse((self.site / 'nova').exists())

    def test_all_of_nova_is_left_where_pip_put_it(self) -> None:
        (self.site / 'nova' / '__init__.py').touch()
        self._run('stack', 'install')
        self.assertTrue((self.site / 'nova' / 'virt' / 'powervm_ext').exists())
        self.assertFalse(self.link.exists())

    def test_install_again(self) -> None:
        self._run('stack', 'install')
        (self.site / 'nova' / 'virt' / 'powervm_ext').mkdir(parents=True)
        self._run('stack', 'install')
        self.assertTrue((self.link / 'driver.py').exists())

    def test_the_user_of_nova_may_log_on(self) -> None:
        self.assertIn(['add_user_to_group', 'stack', 'pvm_admin'],
                      self._run('stack', 'install'))

    @ddt.named_data(('no_novalink', {'GROUPS_OF_SYSTEM': ''}),
                    ('no_volume_group', {'POWERVM_VOLUME_GROUP': ''}))
    def test_refused(self, variables: dict[str, str]) -> None:
        calls = self._run('stack', 'install', status=1, **variables)
        self.assertEqual(['die'], calls[-1])

    def test_a_controller_needs_no_novalink(self) -> None:
        calls = self._run('stack', 'install', SERVICES='n-api',
                          GROUPS_OF_SYSTEM='', POWERVM_VOLUME_GROUP='')
        self.assertEqual('pip_install', calls[-1][0])

    def test_options_of_nova(self) -> None:
        self.assertEqual({
            ('DEFAULT', 'compute_driver'): 'powervm_ext.driver.PowerVMDriver',
            ('DEFAULT', 'reserved_host_disk_mb'): '51200',
            ('powervm', 'volume_group_name'): 'disks',
            ('powervm', 'volume_group_vios_name'): 'vios2',
            ('powervm', 'vopt_media_volume_group'): 'rootvg',
            ('powervm', 'vopt_media_rep_size'): '10',
        }, self._options(POWERVM_VOLUME_GROUP_VIOS='vios2'))

    def test_options_of_a_host_with_bare_lpars(self) -> None:
        self.assertEqual({
            ('DEFAULT', 'compute_driver'): 'powervm_ext.driver.PowerVMDriver',
            ('powervm', 'bare_lpars'): 'true',
        }, self._options(POWERVM_BARE_LPARS='True', POWERVM_VOLUME_GROUP=''))

    @ddt.named_data(('disks', {'POWERVM_VOLUME_GROUP_VIOS': 'vios2'}),
                    ('bare', {'POWERVM_BARE_LPARS': 'True'}))
    def test_the_driver_has_these_options(
            self, variables: dict[str, str]) -> None:
        names = {name for group, name in self._options(**variables)
                 if group == 'powervm'}
        self.assertLessEqual(names, set(conf.CONF.powervm))

    def test_both_files_of_nova(self) -> None:
        second = self.folder / 'nova-cpu.conf'
        second.touch()
        paths = [call[1] for call in self._run(
            'stack', 'post-config', NOVA_CPU_CONF=str(second))
            if 'compute_driver' in call]
        self.assertEqual([str(self.folder / 'nova.conf'), str(second)], paths)

    def test_agent_makes_no_hybrid_ports(self) -> None:
        self.assertIn(
            ['iniset', '/ml2.ini', 'securitygroup', 'firewall_driver',
             'openvswitch'], self._run('stack', 'post-config'))

    def test_image_is_made_raw(self) -> None:
        image = self.folder / 'system.qcow2'
        image.touch()
        (self.folder / 'powervm.raw').touch()
        calls = self._run('stack', 'extra', POWERVM_IMAGE=str(image))
        self.assertIn(
            ['qemu-img', 'convert', '-O', 'raw', str(image),
             str(self.folder / 'powervm.raw')], calls)

    def test_tempest_uses_our_flavors(self) -> None:
        self.assertIn(
            ['iniset', 'tempest.conf', 'compute', 'flavor_ref_alt',
             'id of powervm.large'], self._run('stack', 'test-config'))

    def test_settings_keep_other_plugins_of_tempest(self) -> None:
        script = 'source "$1/settings"; echo "$TEMPEST_PLUGINS"'
        said = subprocess.run(
            ['bash', '-c', script, 'stack.sh', str(_PLUGIN)],
            env={'TEMPEST_PLUGINS': '/other', 'NOVA_POWERVM_DIR': '/ours'},
            capture_output=True, text=True, check=True).stdout
        self.assertEqual('/other /ours\n', said)

    def test_clean_takes_the_link_away(self) -> None:
        self._run('stack', 'install')
        self._run('clean')
        self.assertFalse(self.link.is_symlink())

    def test_unstack_leaves_everything(self) -> None:
        self.assertEqual([], self._run('unstack'))
