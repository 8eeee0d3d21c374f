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


import types

import ddt
import mock

from nova_powervm.tests import base
from tools.minicloud import processes
from tools.minicloud import servers


def _server(name, status, fault=None):
    return types.SimpleNamespace(id=name, status=status, fault=fault)


class _Clock:

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@ddt.ddt
class TestWait(base.TestCase):

    def wait(self, *answers, count=2, seconds=60.0):
        self.clock = _Clock()
        cloud = mock.Mock()
        cloud.compute.servers.side_effect = answers
        return servers.wait_until_active(
            cloud, 'name', count, seconds, self.clock, self.clock.sleep)

    def test_active(self):
        found = self.wait(
            [_server('a', 'ACTIVE')],
            [_server('a', 'ACTIVE'), _server('b', 'BUILD')],
            [_server('a', 'ACTIVE'), _server('b', 'ACTIVE')])
        self.assertEqual(['a', 'b'], found)

    @ddt.data(('with a reason', {'message': 'no disk'}),
              ('without one', None))
    @ddt.unpack
    def test_failed(self, _name, fault):
        error = self.assertRaises(
            processes.CloudError, self.wait,
            [_server('a', 'ACTIVE'), _server('b', 'ERROR', fault)])
        self.assertIn('b', str(error))

    def test_too_late(self):
        self.assertRaises(processes.CloudError, self.wait, [], [],
                          seconds=0.1)
        self.assertGreater(self.clock.now, 0.1)
