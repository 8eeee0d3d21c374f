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
import os
import sys

import fixtures
from nova import exception

from nova_powervm.tests import base
from nova_powervm.virt.powervm import handlers


class LoadTestCase(base.TestCase):

    def test_default(self):
        from nova_powervm.virt.powervm import event
        self.assertIs(event.PowerVMNovaEventHandler,
                      handlers.load('powervm'))

    def test_unknown(self):
        e = self.assertRaises(exception.InvalidConfiguration,
                              handlers.load, 'nowhere')
        self.assertIn("'nowhere'", str(e))
        self.assertIn('event_handler', str(e))
        for name in importlib.metadata.entry_points(
                group='nova_powervm.event_handlers').names:
            self.assertIn(name, str(e))

    def install(self, package, entry_point, code=''):
        """Make a package with one event handler importable."""
        folder = self.useFixture(fixtures.TempDir()).path
        with open(os.path.join(folder, package + '.py'), 'w') as f:
            f.write(code)
        metadata = os.path.join(folder, package + '-1.dist-info')
        os.mkdir(metadata)
        with open(os.path.join(metadata, 'METADATA'), 'w') as f:
            f.write(f'Metadata-Version: 2.1\nName: {package}\nVersion: 1\n')
        with open(os.path.join(metadata, 'entry_points.txt'), 'w') as f:
            f.write(f'[nova_powervm.event_handlers]\n{entry_point}\n')
        self.useFixture(fixtures.PythonPathEntry(folder))
        self.addCleanup(sys.modules.pop, package, None)

    def test_another_package_offers_one(self):
        self.install('other_package', 'other = other_package:OtherHandler',
                     'class OtherHandler:\n    pass\n')
        self.assertEqual('OtherHandler',
                         handlers.load('other').__name__)

    def invalid(self, name):
        e = self.assertRaises(exception.InvalidConfiguration,
                              handlers.load, name)
        self.assertIn(repr(name), str(e))
        return e

    def test_module_that_is_missing(self):
        self.install('other_package', 'other = missing_package:Handler')
        e = self.invalid('other')
        self.assertIn('missing_package:Handler', str(e))
        self.assertIsInstance(e.__cause__, ModuleNotFoundError)

    def test_module_that_raises(self):
        self.install('other_package', 'other = other_package:Handler',
                     "raise RuntimeError('raised at import')\n")
        self.assertIn('raised at import', str(self.invalid('other')))

    def test_class_that_is_missing(self):
        self.install('other_package', 'other = other_package:Handler')
        e = self.invalid('other')
        self.assertIsInstance(e.__cause__, AttributeError)

    def test_two_packages_offer_different_ones(self):
        self.install('package_1', 'other = package_1:Handler')
        self.install('package_2', 'other = package_2:Handler')
        e = self.invalid('other')
        self.assertIn('package_1:Handler', str(e))
        self.assertIn('package_2:Handler', str(e))

    def test_two_packages_offer_the_same(self):
        """A distribution that was installed under two names."""
        self.install('package_1', 'other = package_1:Handler',
                     'class Handler:\n    pass\n')
        self.install('package_2', 'other = package_1:Handler')
        self.assertEqual('Handler',
                         handlers.load('other').__name__)
