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

import fixtures
import mock
from nova import exception

from nova_powervm.tests import base
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm import session as pvm_session


class LoadHandlerTestCase(base.TestCase):

    def test_default(self):
        from nova_powervm.virt.powervm import event
        self.assertIs(event.PowerVMNovaEventHandler,
                      driver._load_handler_class('powervm'))

    def test_unknown(self):
        e = self.assertRaises(exception.InvalidConfiguration,
                              driver._load_handler_class, 'nowhere')
        self.assertIn("'nowhere'", str(e))
        self.assertIn('event_handler', str(e))
        for name in importlib.metadata.entry_points(
                group='nova_powervm.event_handlers').names:
            self.assertIn(name, str(e))

    def test_another_package_offers_one(self):
        folder = self.useFixture(fixtures.TempDir()).path
        with open(os.path.join(folder, 'another_package.py'), 'w') as f:
            f.write('class AnotherHandler:\n    pass\n')
        metadata = os.path.join(folder, 'another_package-1.dist-info')
        os.mkdir(metadata)
        with open(os.path.join(metadata, 'METADATA'), 'w') as f:
            f.write('Metadata-Version: 2.1\nName: another-package\n'
                    'Version: 1\n')
        with open(os.path.join(metadata, 'entry_points.txt'), 'w') as f:
            f.write('[nova_powervm.event_handlers]\n'
                    'another = another_package:AnotherHandler\n')
        self.useFixture(fixtures.PythonPathEntry(folder))

        self.assertEqual('AnotherHandler',
                         driver._load_handler_class('another').__name__)

    def test_init_host_needs_no_service_to_find_out(self):
        self.flags(group='powervm', event_handler='nowhere')
        with mock.patch.object(pvm_session, 'Session') as session:
            self.assertRaises(exception.InvalidConfiguration,
                              driver.PowerVMDriver(None).init_host, 'host')
        session.assert_not_called()
