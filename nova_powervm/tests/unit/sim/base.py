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

"""Base classes of the simulator's unit tests."""

import mock
from pypowervm import adapter
import testtools

from nova_powervm.sim import atom
from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes

API = 'http://localhost:12080/rest/api/uom'
UUID = '1E6FC741-6253-4B69-B88B-8A44BED92145'
PARTITION_STATE = ('MODIFY_URI', 'PartitionState,Other')


class SimTestCase(testtools.TestCase):

    def assertRefused(self, status, call, *args, **kwargs):
        """Assert that a call raises a RestError with a status."""
        exc = self.assertRaises(errors.RestError, call, *args, **kwargs)
        self.assertEqual(status, exc.status, exc.message)


class HostTestCase(SimTestCase):
    """Tests of a host on a fake scheduler."""

    def setUp(self):
        super().setUp()
        self.scheduler = fakes.Scheduler()
        self.host = fakes.make_host(self.scheduler, boot_seconds=4.0,
                                    shutdown_seconds=2.0)
        # Of power operations: None, or why one failed.
        self.results = []

    def create(self, name='one', state='not activated', **attrs):
        """Create an LPAR and drop its events."""
        lpar = self.host.create(lpar_mod.Config(name=name, **attrs), state)
        fakes.fetch(self.host)
        return lpar


class DocumentTestCase(SimTestCase):
    """Tests of feeds and entries."""

    def response(self, root):
        """Return pypowervm's response with a feed or an entry."""
        response = adapter.Response('GET', '/rest/api/uom/x', 200, 'OK', {},
                                    body=atom.serialize(root).decode())
        response.adapter = mock.sentinel.adapter
        response._unmarshal_atom()
        return response

    def assertLikeCaptured(self, element, *names):
        """Assert that an element is like those in captured files."""
        self.assertEqual([], captured.differences(
            element, [captured.load(name) for name in names]))
