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


import collections
import contextlib
import socket

import ddt
import fixtures
import mock

from nova_powervm.tests import base
from tools.minicloud import preflight
from tools.minicloud import processes
from tools.minicloud import settings
from tools.minicloud import stores

_Memory = collections.namedtuple('_Memory', 'available')
_Disk = collections.namedtuple('_Disk', 'free')

_LARGE = 1 << 40


@ddt.ddt
class TestPreflight(base.TestCase):

    def setUp(self):
        super().setUp()
        for module, name, result in (
                (stores, 'program', '/usr/bin/true'),
                (preflight.importlib.util, 'find_spec', object()),
                (preflight.psutil, 'virtual_memory', _Memory(_LARGE)),
                (preflight.shutil, 'disk_usage', _Disk(_LARGE))):
            setattr(self, name, self.enterContext(mock.patch.object(
                module, name, return_value=result)))
        # Nobody else's: so that they are free.
        self.taken = self.enterContext(contextlib.closing(socket.socket()))
        self.taken.bind((settings.ADDRESS, 0))
        self.port = self.taken.getsockname()[1]
        self.ports = {}

    def settings(self, **fields):
        directory = self.useFixture(fixtures.TempDir()).join('new')
        return settings.Settings(directory, **fields)

    def check(self, **fields):
        with mock.patch.object(settings.Settings, 'ports', self.ports):
            preflight.check(self.settings(**fields))

    def refused(self, **fields):
        return str(self.assertRaises(
            processes.CloudError, self.check, **fields))

    def test_all_is_there(self):
        self.check()

    def test_package(self):
        self.program.side_effect = (
            lambda name: None if name == 'memcached' else name)
        self.assertRegex(self.refused(), 'apt-get install .* memcached$')

    def test_python_package(self):
        self.find_spec.side_effect = (
            lambda name: None if name == 'keystone' else name)
        self.assertIn('keystone', self.refused())

    def test_port(self):
        self.taken.listen()
        self.ports = {'glance': self.port}
        text = self.refused()
        self.assertIn('glance', text)
        self.assertIn(str(self.port), text)

    @ddt.data(('two computes', 2, 2.9), ('ten', 10, 5.3))
    @ddt.unpack
    def test_memory(self, _name, computes, gib):
        self.virtual_memory.return_value = _Memory(gib * (1 << 30))
        self.assertIn('%.1f' % gib, self.refused(computes=computes))

    def test_disk(self):
        self.disk_usage.return_value = _Disk(1 << 30)
        self.assertIn('1.0', self.refused())

    def test_everything_is_told_at_once(self):
        self.program.return_value = None
        self.disk_usage.return_value = _Disk(0)
        self.assertGreater(len(self.refused().splitlines()), 1)
