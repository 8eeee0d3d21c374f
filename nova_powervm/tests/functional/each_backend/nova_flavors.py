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

"""Flavors, from nova's API to the LPAR."""

import ddt
from nova import context
from nova.tests.functional.api import client
from pypowervm.wrappers import logical_partition

_MODE = 'powervm:processor_compatibility'


@ddt.ddt
class FlavorTests:
    """Tests for a class of tests with a whole nova."""

    def make_flavor(self, extra_specs=None, ram=256, disk=0):
        flavor = self.cloud.api.post_flavor({'flavor': {
            'name': self.id()[-200:], 'vcpus': 1, 'ram': ram,
            'disk': disk}})['id']
        self.addCleanup(self.cloud.api.api_delete, '/flavors/' + flavor)
        if extra_specs is not None:
            self.set_extra_specs(flavor, extra_specs)
        return flavor

    def set_extra_specs(self, flavor, extra_specs):
        self.cloud.api.post_extra_spec(flavor, {'extra_specs': extra_specs})

    def build(self, flavor):
        """Return the server once its build has ended."""
        before = set(self.cloud.servers())
        self.cloud.create_servers(1, flavor)
        uuid = (set(self.cloud.servers()) - before).pop()
        self.wait(lambda: self.cloud.servers()[uuid].status != 'BUILD',
                  'the build ends')
        return self.cloud.servers()[uuid]

    @ddt.named_data(
        ('bounds', 'powervm:shared_weight', '256'),
        ('unknown', 'powervm:proc_unit', '1'))
    def test_api_refuses_an_extra_spec(self, name, value):
        flavor = self.make_flavor()
        e = self.assertRaises(client.OpenStackApiException,
                              self.set_extra_specs, flavor, {name: value})
        self.assertEqual(400, e.response.status_code)
        self.assertIn(name, str(e))

    def test_extra_specs_reach_the_lpar(self):
        flavor = self.make_flavor({
            _MODE: 'POWER9', 'powervm:uncapped': 'false',
            'powervm:shared_proc_pool_name': 'SharedPool01'})
        server = self.build(flavor)
        self.assertEqual('ACTIVE', server.status, server.fault)
        lpar = self.read_lpar(server)
        self.assertEqual(('POWER9', 'capped', 1), (
            lpar.pending_proc_compat_mode, lpar.proc_config.sharing_mode,
            lpar.proc_config.shared_proc_cfg.pool_id))

    def read_lpar(self, server):
        return logical_partition.LPAR.get(
            self.cloud.driver.adapter, uuid=server.lpar)

    def build_in_vain(self, **flavor):
        """Return the server once its build has failed."""
        server = self.build(self.make_flavor(**flavor))
        self.assertEqual('ERROR', server.status)
        self.assertNotIn(server.lpar, self.stage.lpar_states())
        return server

    def test_contradiction(self):
        server = self.build_in_vain(extra_specs={
            'powervm:shared_weight': '9', 'powervm:dedicated_proc': 'true'})
        self.assertIn('powervm:shared_weight', server.fault)

    def test_no_host_has_the_pool(self):
        self.control.reset_counters()
        self.build_in_vain(extra_specs={
            'powervm:shared_proc_pool_name': 'Elsewhere'})
        # The only host was asked, once.
        self.assertEqual(1, self.control.counters()['pool_feed'])

    def test_memory_is_no_multiple_of_the_region(self):
        inventory = self.inventory()['MEMORY_MB']
        self.assertEqual(256, inventory['step_size'])
        reads = self.control.counters()['managed_system']
        self.build_in_vain(ram=300)
        # The scheduler asked no host: one reads its managed system first.
        self.assertEqual(reads, self.control.counters()['managed_system'])

    def test_a_bare_host_has_no_disk_to_give(self):
        # Placement took an inventory that is reserved as a whole.
        disk = self.inventory()['DISK_GB']
        self.assertEqual((1, 1), (disk['total'], disk['reserved']))
        reads = self.control.counters()['managed_system']
        self.build_in_vain(disk=1)
        self.assertEqual(reads, self.control.counters()['managed_system'])

    def inventory(self):
        """Return what placement has of the host."""
        manager = self.cloud.compute.manager
        provider, = manager.reportclient.get_providers_in_tree(
            context.get_admin_context(),
            manager.rt.compute_nodes[self.cloud.compute.host].uuid)
        return manager.reportclient._get_inventory(
            context.get_admin_context(), provider['uuid'])['inventories']
