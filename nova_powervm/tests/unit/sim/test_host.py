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

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import power
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import fakes


class CreateTestCase(base.HostTestCase):

    def test_events_of_a_captured_deploy(self):
        lpar = self.host.create(lpar_mod.Config(name='one'))
        self.assertEqual(
            [('ADD_URI', ''), ('MODIFY_URI', 'NVRAM'), base.PARTITION_STATE,
             ('MODIFY_URI', 'Other')], fakes.fetch(self.host, lpar))

    def test_event_data(self):
        self.host.create(lpar_mod.Config(name='one', uuid=base.UUID))
        event = self.host.events.fetch('test', 1)[0]
        self.assertEqual(
            f'http://localhost:12080/rest/api/uom/ManagedSystem/'
            f'{self.host.uuid}/LogicalPartition/{base.UUID}', event.data)

    def test_management_partition(self):
        mgmt, = self.host
        self.assertEqual((True, 'running', 'active'),
                         (mgmt.is_mgmt, mgmt.state, mgmt.rmc_state))


class ResourcesTestCase(base.HostTestCase):

    def test_lpars_use_memory_and_processors(self):
        memory, units = self.host.free_memory_mb, self.host.free_proc_units
        lpar = self.create(memory=lpar_mod.Memory(2048, 1024, 4096))
        self.assertEqual(memory - 2048, self.host.free_memory_mb)
        self.assertAlmostEqual(units - 0.1, self.host.free_proc_units)
        self.host.delete(lpar.uuid)
        self.assertEqual((memory, units), (self.host.free_memory_mb,
                                           self.host.free_proc_units))

    def test_dedicated_processors(self):
        units = self.host.free_proc_units
        self.create(processors=lpar_mod.Processors(
            dedicated=True, desired=3, minimum=1, maximum=4))
        self.assertAlmostEqual(units - 3, self.host.free_proc_units)

    def test_hypervisor_uses_memory(self):
        mgmt, = self.host
        self.assertEqual(
            self.host.memory_mb - self.host.hypervisor_memory_mb -
            mgmt.config.memory.desired, self.host.free_memory_mb)

    def test_never_below_zero(self):
        size = self.host.memory_mb * 2
        self.create(memory=lpar_mod.Memory(size, size, size))
        self.assertEqual(0, self.host.free_memory_mb)


class UpdateTestCase(base.HostTestCase):

    def test_update(self):
        lpar = self.create()
        etag, host_etag = lpar.etag, self.host.etag
        self.host.update(lpar.uuid, lpar_mod.Config(
            name='one', memory=lpar_mod.Memory(2048, 1024, 4096)))
        self.assertEqual(2048, lpar.config.memory.desired)
        self.assertNotEqual(etag, lpar.etag)
        self.assertNotEqual(host_etag, self.host.etag)
        self.assertEqual([('MODIFY_URI', 'Other')],
                         fakes.fetch(self.host, lpar))

    def test_rename(self):
        lpar = self.create(name='one')
        self.host.update(lpar.uuid, lpar_mod.Config(name='two'))
        self.assertEqual([('MODIFY_URI', 'PartitionName,Other')],
                         fakes.fetch(self.host, lpar))

    def test_invalid_config_sends_no_event(self):
        lpar = self.create()
        self.assertRefused(400, self.host.update, lpar.uuid,
                           lpar_mod.Config(name=''))
        self.assertEqual([], fakes.fetch(self.host))

    def test_unknown_lpar(self):
        self.assertRefused(404, self.host.update, base.UUID,
                           lpar_mod.Config(name='two'))


class DeleteTestCase(base.HostTestCase):

    def test_delete(self):
        lpar = self.create()
        self.host.delete(lpar.uuid)
        self.assertEqual([('DELETE_URI', '')], fakes.fetch(self.host, lpar))
        self.assertRefused(404, self.host.get, lpar.uuid)
        self.assertRefused(404, self.host.delete, lpar.uuid)

    def test_running(self):
        lpar = self.create(state='running')
        self.assertRefused(409, self.host.delete, lpar.uuid)
        self.host.delete(lpar.uuid, force=True)
        self.assertRefused(404, self.host.get, lpar.uuid)

    def test_management_partition(self):
        mgmt, = self.host
        self.assertRefused(409, self.host.delete, mgmt.uuid, force=True)

    def test_during_a_power_operation(self):
        lpar = self.create()
        self.host.power_on(lpar.uuid, self.results.append)
        self.host.delete(lpar.uuid, force=True)
        self.assertEqual(0, self.scheduler.pending)
        self.assertEqual([power.REPLACED], self.results)


class SetStateTestCase(base.HostTestCase):

    def test_set_state(self):
        lpar = self.create(state='running')
        self.host.set_state(lpar.uuid, 'error', 2)
        self.assertEqual('error', lpar.state)
        self.assertEqual([base.PARTITION_STATE] * 2, fakes.fetch(self.host))

    def test_without_events(self):
        lpar = self.create(state='running')
        self.host.set_state(lpar.uuid, 'not activated', 0)
        self.assertEqual('not activated', lpar.state)
        self.assertEqual([], fakes.fetch(self.host))

    def test_cancels_a_power_operation(self):
        lpar = self.create()
        self.host.power_on(lpar.uuid, self.results.append)
        self.host.set_state(lpar.uuid, 'suspended', 1)
        self.scheduler.advance(10)
        self.assertEqual('suspended', lpar.state)
        self.assertEqual([power.REPLACED], self.results)


class StormTestCase(base.HostTestCase):

    def test_is_interleaved(self):
        lpars = [self.create(name=name) for name in ('one', 'two')]
        self.host.storm([lpar.uuid for lpar in lpars], 2, 'NVRAM')
        urls = [self.host.lpar_url(lpar) for lpar in lpars]
        fetched = self.host.events.fetch('test', 10)
        self.assertEqual(urls * 2, [event.data for event in fetched])
        self.assertEqual({('MODIFY_URI', 'NVRAM')},
                         {(event.event_type, event.detail)
                          for event in fetched})

    def test_unknown_lpar_sends_nothing(self):
        lpar = self.create()
        self.assertRefused(404, self.host.storm, [lpar.uuid, base.UUID], 1,
                           'NVRAM')
        self.assertEqual([], fakes.fetch(self.host))
