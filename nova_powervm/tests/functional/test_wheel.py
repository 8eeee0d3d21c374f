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

"""What is in the wheel, and above all what is not.

The wheel is built from the source distribution, as a release is, so that the
latter is seen to have all that the build needs.
"""

import configparser
import csv
import pathlib
import shutil
import tempfile
import unittest
import zipfile

from nova_powervm.tests.functional import wheels

# Folders of tests of what is for a checkout alone.
_CHECKOUT_ONLY = {'benchmarks', 'tools'}


class WheelTestCase(unittest.TestCase):
    """Builds the wheel from a copy of the tree."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, folder)
        wheel = wheels.build(folder)
        cls.tree = folder / 'tree'
        cls.wheel = zipfile.ZipFile(wheel)
        cls.addClassCleanup(cls.wheel.close)
        cls.info = '-'.join(wheel.name.split('-')[:2]) + '.dist-info/'

    def _read(self, name: str) -> str:
        return self.wheel.read(self.info + name).decode()

    def test_of_novas_package_only_ours(self) -> None:
        self.assertEqual(
            ['nova/virt/powervm_ext/__init__.py',
             'nova/virt/powervm_ext/driver.py'],
            sorted(name for name in self.wheel.namelist()
                   if not name.startswith(('nova_powervm/', self.info))))

    def _modules(self) -> list[str]:
        return sorted(name for name in self.wheel.namelist()
                      if name.startswith('nova_powervm/')
                      and name.endswith('.py'))

    def test_all_of_our_modules(self) -> None:
        in_tree = [path.relative_to(self.tree) for path in
                   (self.tree / 'nova_powervm').rglob('*.py')]
        self.assertEqual(
            sorted(str(path) for path in in_tree
                   if not _CHECKOUT_ONLY.intersection(path.parts)),
            self._modules())

    def test_no_tests_of_what_is_not_in_it(self) -> None:
        """Benchmarks and tools are for a checkout; their tests need them."""
        tests = {str(path.relative_to(self.tree)) for path in
                 (self.tree / 'nova_powervm').rglob('test_*.py')
                 if _CHECKOUT_ONLY.intersection(path.parts)}
        self.assertNotEqual(set(), tests)
        self.assertEqual(set(), tests.intersection(self._modules()))

    def test_uninstalling_removes_what_was_installed(self) -> None:
        """The files that RECORD lists are those that pip removes."""
        recorded = [row[0] for row in
                    csv.reader(self._read('RECORD').splitlines())]
        self.assertEqual(sorted(self.wheel.namelist()), sorted(recorded))

    def test_requires_what_the_tree_says(self) -> None:
        names = [line.partition('>')[0] for line in
                 (self.tree / 'requirements.txt').read_text().splitlines()
                 if line and not line.startswith('#')]
        required = [line.removeprefix('Requires-Dist: ').partition('>')[0]
                    for line in self._read('METADATA').splitlines()
                    if line.startswith('Requires-Dist: ')
                    and 'extra ==' not in line]
        self.assertIn('nova', names)
        self.assertEqual(names, required)

    def test_entry_points(self) -> None:
        points = configparser.ConfigParser()
        points.read_string(self._read('entry_points.txt'))
        self.assertEqual(
            {'console_scripts': {
                'nova-powervm-demo': 'nova_powervm.demo.__main__:main',
                'nova-powervm-dropin': 'nova_powervm.dropin.__main__:main',
                'nova-powervm-events':
                'nova_powervm.events_report.__main__:main',
                'nova-powervm-sim': 'nova_powervm.sim.__main__:main'},
             'nova.api.extra_spec_validators': {
                 'powervm':
                 'nova_powervm.virt.powervm.extra_spec_validators'},
             'nova_powervm.disk_drivers': {
                 'localdisk':
                 'nova_powervm.virt.powervm.disk.localdisk:LocalDisk'},
             'nova_powervm.event_handlers': {
                 'powervm':
                 'nova_powervm.virt.powervm.event:PowerVMNovaEventHandler'},
             'oslo.config.opts': {
                 'nova_powervm': 'nova_powervm.conf:list_opts'},
             'tempest.test_plugins': {
                 'powervm':
                 'nova_powervm.tempest_plugin.plugin:PowerVMTempestPlugin'}},
            {section: dict(points[section]) for section in points.sections()})
