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

"""A server about which nova's API is asked for this and that."""

from nova.compute import power_state
from nova.compute import vm_states
from nova.tests import fixtures as nova_fixtures

from nova_powervm.tests.functional.each_backend import nova_case


class OperationsTestCase(nova_case.NovaTestCase):
    """A nova with volumes, and a server that tests share if they can."""

    kept = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cloud.useFixture(nova_fixtures.CinderFixture(cls.cloud))
        # Or nova would refuse a resize because there is one host only.
        cls.cloud.flags(allow_resize_to_same_host=True)
        cls.larger = str(cls.cloud.api.post_flavor({'flavor': {
            'name': 'larger', 'vcpus': 1, 'ram': 512, 'disk': 0}})['id'])

    def prepare(self):
        if self.kept is None or not self.is_healthy(self.kept):
            self.delete_servers()
            type(self).kept = self.boot().uuid
        self.server = self.cloud.servers()[self.kept]
        self.settle()
        self.control.reset_counters()

    def is_healthy(self, uuid):
        server = self.cloud.servers().get(uuid)
        return server is not None and (
            server.vm_state, server.task_state, server.power_state,
            self.stage.lpar_states().get(server.lpar)) == (
                vm_states.ACTIVE, None, power_state.RUNNING, 'running')

    def request(self, operation):
        """Carry out an operation; wait until nova has done with it."""
        before = len(self.actions())
        response = operation.request(self.cloud.api, self.server.uuid)
        self.assertEqual(operation.status, response.status_code,
                         response.text)
        if operation.fails:
            self.wait(lambda: [
                action['message'] for action in self.actions()[:-before]
                if action['message']], 'the action has failed')
        self.wait_for(self.server.uuid, task_state=None)

    def actions(self):
        """Return nova's records of actions, the newest first."""
        return self.cloud.api.api_get('/servers/%s/os-instance-actions' % (
            self.server.uuid)).body['instanceActions']

    def act(self, name, body=None):
        """Ask for an action; return when nova has accepted it."""
        self.cloud.act([self.server.uuid], {name: body})

    def power_jobs(self):
        counters = self.control.counters()
        return {name: counters[name] for name in ('power_on', 'power_off')
                if name in counters}

    def assert_unharmed(self):
        self.settle()
        self.assertTrue(self.is_healthy(self.server.uuid))
        self.assertEqual({}, self.power_jobs())
