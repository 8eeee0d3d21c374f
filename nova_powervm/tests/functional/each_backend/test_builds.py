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

"""nova's own build, while the network of the server is being allocated."""

import threading

import ddt
import fixtures
from nova.compute import vm_states
from nova import exception
from nova.network import model
from nova.network import neutron
from nova.tests import fixtures as nova_fixtures

from nova_powervm.testing import waiting
from nova_powervm.tests.functional.each_backend import nova_case
from nova_powervm.virt.powervm import vm

_NETWORK = nova_fixtures.NeutronFixture.network_1['id']

# What happens in a build, in order.
_WAIT, _ALLOCATED, _FAILED, _CREATE = 'wait', 'allocated', 'failed', 'create'


class Allocation(fixtures.Fixture):
    """nova's allocation of a network, which ends when it is let.

    :ivar steps: what happened so far, each step once.
    :ivar error: what it fails with, if not None.
    """

    def __init__(self):
        super().__init__()
        self.steps = []
        self.error = None
        self._gate = threading.Event()

    def end(self):
        self._gate.set()

    def _setUp(self):
        # Nothing waits for ever if a test fails.
        self.addCleanup(self.end)
        allocate = neutron.API.allocate_for_instance
        wait = model.NetworkInfoAsyncWrapper.wait
        create = vm.create_lpar

        def gated(*args, **kwargs):
            found = allocate(*args, **kwargs)
            self._gate.wait(waiting.TIMEOUT)
            self._note(_FAILED if self.error else _ALLOCATED)
            if self.error:
                raise self.error
            return found

        for target, name, replacement in (
                (neutron.API, 'allocate_for_instance', gated),
                (model.NetworkInfoAsyncWrapper, 'wait',
                 self._noting(_WAIT, wait)),
                (vm, 'create_lpar', self._noting(_CREATE, create))):
            self.useFixture(fixtures.MockPatchObject(
                target, name, replacement))

    def _noting(self, step, function):
        def noted(*args, **kwargs):
            self._note(step)
            return function(*args, **kwargs)

        return noted

    def _note(self, step):
        if step not in self.steps:
            self.steps.append(step)


@ddt.ddt
class TestBuilds(nova_case.NovaTestCase):

    def prepare(self):
        self.addCleanup(self.delete_servers)
        self.allocation = self.useFixture(Allocation())
        self.control.reset_counters()

    def build(self):
        """Ask for a server; return its uuid when somebody waits.

        That is the driver for the network, or nova for a driver that did not.
        """
        uuid = self.cloud.api.api_post('/servers', {'server': {
            'name': 'server', 'flavorRef': self.flavor,
            'imageRef': self.cloud.image,
            'networks': [{'uuid': _NETWORK}]}}).body['server']['id']
        self.wait(lambda: self.allocation.steps, 'somebody waits')
        return uuid

    def show(self, uuid):
        return self.cloud.api.api_get('/servers/' + uuid).body['server']

    def assert_waiting(self, uuid):
        self.assertEqual([_WAIT], self.allocation.steps)
        self.assertEqual([], self.control.lpars())
        self.assertTrue(self.seen(uuid, status='BUILD',
                                  vm_state=vm_states.BUILDING))

    def test_slow(self):
        uuid = self.build()
        self.assert_waiting(uuid)
        self.allocation.end()
        shown = self.wait(
            lambda: (found := self.show(uuid))['status'] != 'BUILD' and found,
            'the build ends')
        self.assertEqual('ACTIVE', shown['status'], shown.get('fault'))
        self.assertNotEqual({}, shown['addresses'])
        self.assertEqual([_WAIT, _ALLOCATED, _CREATE], self.allocation.steps)
        self.wait_until_all_run()

    @ddt.named_data(
        ('build_ends', exception.NoMoreFixedIps(net='net')),
        ('tried_elsewhere', exception.PortLimitExceeded()),
        ('unexpected', ValueError('malformed')))
    def test_fails_late(self, error):
        self.allocation.error = error
        uuid = self.build()
        self.assert_waiting(uuid)
        self.assertIn('VCPU', self.allocated(uuid))
        self.allocation.end()
        self.wait_for(uuid, status='ERROR', task_state=None)
        self.assert_nothing_is_left(uuid)
        self.assertEqual([_WAIT, _FAILED], self.allocation.steps)

    def assert_nothing_is_left(self, uuid):
        self.wait(lambda: not self.allocated(uuid), 'allocations are gone')
        self.assertNotIn('create', self.control.counters())
        self.assertEqual([], self.control.lpars())
        shown = self.show(uuid)
        self.assertNotEqual('', shown['fault']['message'])
        self.assertIsNone(shown['OS-EXT-SRV-ATTR:host'])
        self.assertEqual({}, shown['addresses'])

    def test_fault_says_why(self):
        self.allocation.error = exception.NoMoreFixedIps(net='a network')
        self.allocation.end()
        uuid = self.build()
        self.wait_for(uuid, status='ERROR', task_state=None)
        self.assertIn(str(self.allocation.error),
                      self.cloud.servers()[uuid].fault)
