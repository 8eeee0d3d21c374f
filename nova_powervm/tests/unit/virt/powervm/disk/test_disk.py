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

"""Disk drivers of entry points."""

import mock
from nova import exception
from stevedore import extension
from stevedore import named

from nova_powervm.tests import base
from nova_powervm.virt.powervm import disk
from nova_powervm.virt.powervm.disk import localdisk


class Made:
    """A disk driver that keeps what it was made with."""

    def __init__(self, *args):
        self.args = args


class LoadTestCase(base.TestCase):

    def install(self, **plugins):
        """Have only these drivers; an exception is one that fails."""
        def load(manager, *args, **kwargs):
            return [self.loaded(name, plugin)
                    for name, plugin in plugins.items()
                    if name in getattr(manager, '_names', plugins)]

        for manager in extension.ExtensionManager, named.NamedExtensionManager:
            patcher = mock.patch.object(manager, '_load_plugins', load)
            patcher.start()
            self.addCleanup(patcher.stop)
        names = mock.patch.object(
            extension.ExtensionManager, 'entry_points_names',
            return_value=list(plugins))
        names.start()
        self.addCleanup(names.stop)

    @staticmethod
    def loaded(name, plugin):
        return extension.Extension(name, mock.Mock(), plugin, None)

    def test_installed(self):
        self.install(one=Made, two=None)
        self.assertEqual(('adapter', 'system', 'glance'), disk.load(
            'one', 'adapter', 'system', 'glance').args)

    def test_not_installed(self):
        self.install(two=Made, one=Made)
        e = self.assertRaises(exception.InvalidConfiguration,
                              disk.load, 'three')
        for name in 'three', 'one, two':
            self.assertIn(name, str(e))

    def test_none_installed(self):
        self.install()
        self.assertRaises(exception.InvalidConfiguration, disk.load, 'one')

    def test_ours(self):
        made = mock.create_autospec(localdisk.LocalDisk)
        with mock.patch.object(localdisk, 'LocalDisk', made):
            self.assertIs(made.return_value, disk.load(
                'localdisk', 'adapter', 'system', 'glance'))
