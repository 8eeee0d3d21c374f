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

"""The neutron of the whole nova."""

from concurrent import futures
import sys

import testtools

from nova_powervm.testing import surroundings

_THREADS = 8
_PORTS = 30


class TestNeutron(testtools.TestCase):

    def setUp(self):
        super().setUp()
        # Threads take turns in the middle of everything.
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-6)
        self.neutron = surroundings.Neutron(None)

    def test_ports_of_builds_at_once(self):
        def build(number):
            made = [self.neutron.create_port({'port': {
                'device_id': str(number)}})['port'] for _ in range(_PORTS)]
            listed = self.neutron.list_ports(is_admin=True)['ports']
            return made, {port['id'] for port in listed}

        with futures.ThreadPoolExecutor(_THREADS) as builds:
            results = list(builds.map(build, range(_THREADS)))
        for made, listed in results:
            self.assertEqual(set(), {port['id'] for port in made} - listed)
        ports = [port for made, _ in results for port in made]
        for field in 'id', 'mac_address':
            self.assertEqual(_THREADS * _PORTS,
                             len({port[field] for port in ports}))
