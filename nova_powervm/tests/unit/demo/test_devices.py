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

import ddt
import testtools

from nova_powervm.demo import devices
from nova_powervm.testing import image
from nova_powervm.tests.unit.demo import fake_stage

_ADAPTER = fake_stage.ADAPTER
_DRIVE = fake_stage.DRIVE


def devices_of(server=None, **changes):
    server = server or fake_stage.make_server(1)
    return devices.of_servers(
        [server], {server.lpar: fake_stage.make_devices(**changes)})[0]


@ddt.ddt
class TestDevices(testtools.TestCase):

    def test_as_wanted(self):
        found = devices_of()
        self.assertEqual([], found.problems)
        self.assertTrue(found.boots_image)
        self.assertEqual(image.SHA256, found.disk.sha256)
        self.assertEqual(400 << 10, found.drive.bytes)
        self.assertEqual((('FA163E00000A',), ('br-int',)),
                         (found.macs, found.bridges))

    @ddt.data(None, fake_stage.make_stored('b', 'other'),
              fake_stage.make_stored('b', None, None))
    def test_wrong_disk(self, disk):
        found = devices_of(disk=disk)
        self.assertFalse(found.boots_image)
        self.assertEqual(['disk'], found.problems)

    @ddt.data([], [_DRIVE, _DRIVE],
              [fake_stage.make_stored('cfg', None, None)])
    def test_wrong_drive(self, media):
        self.assertEqual(['drive'], devices_of(media=media).problems)

    @ddt.data([], [_ADAPTER, _ADAPTER], [{**_ADAPTER, 'bridge': None}],
              [{**_ADAPTER, 'mac': 'FA163E00000B'}])
    def test_wrong_adapter(self, adapters):
        self.assertEqual(['adapter'], devices_of(adapters=adapters).problems)

    def test_no_port(self):
        server = fake_stage.make_server(1, macs=())
        self.assertEqual(['adapter'], devices_of(server).problems)

    def test_no_lpar(self):
        server = fake_stage.make_server(1)
        found, = devices.of_servers([server], {})
        self.assertEqual(['disk', 'drive', 'adapter'], found.problems)
        self.assertIn(server.uuid, str(found))
