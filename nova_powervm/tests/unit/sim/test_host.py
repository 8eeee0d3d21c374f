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

import testtools

from nova_powervm.sim import errors
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.tests.unit.sim import fakes

PARTITION_STATE = ('MODIFY_URI', 'PartitionState,Other')
HIGH_BIT = '8E6FC741-6253-4B69-B88B-8A44BED92145'
UUID = '1E6FC741-6253-4B69-B88B-8A44BED92145'


class HostTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.scheduler = fakes.Scheduler()
        self.host = fakes.make_host(self.scheduler, boot_seconds=4.0,
                                    shutdown_seconds=2.0)
        self.outcomes = []

    def _create(self, name='one', state='not activated', **attrs):
        lpar = self.host.create(lpar_mod.Config(name=name, **attrs), state)
        fakes.sent(self.host)
        return lpar

    def _refused(self, status, call, *args, **kwargs):
        exc = self.assertRaises(errors.RestError, call, *args, **kwargs)
        self.assertEqual(status, exc.status, exc.message)
        return exc.message


class CreateTestCase(HostTestCase):

    def test_events_are_those_of_a_captured_deploy(self):
        lpar = self.host.create(lpar_mod.Config(name='one'))
        self.assertEqual(
            [('ADD_URI', ''), ('MODIFY_URI', 'NVRAM'), PARTITION_STATE,
             ('MODIFY_URI', 'Other')], fakes.sent(self.host, lpar))

    def test_event_data(self):
        lpar = self.host.create(lpar_mod.Config(name='one', uuid=UUID))
        event = self.host.events.take('test', 1)[0]
        self.assertEqual(
            f'http://localhost:12080/rest/api/uom/ManagedSystem/'
            f'{self.host.uuid}/LogicalPartition/{UUID}', event.data)
        self.assertEqual(UUID, lpar.uuid)

    def test_uuid_is_made_with_its_first_bit_clear(self):
        for number in range(50):
            lpar = self._create(name=str(number))
            self.assertIn(lpar.uuid[0], '01234567')
            self.assertEqual(lpar.uuid.upper(), lpar.uuid)

    def test_uuid_with_its_first_bit_set(self):
        message = self._refused(400, self._create, uuid=HIGH_BIT)
        self.assertIn('first bit', message)

    def test_no_uuid_at_all(self):
        self._refused(400, self._create, uuid='one')

    def test_uuid_becomes_upper_case(self):
        lpar = self._create(uuid=UUID.lower())
        self.assertEqual(UUID, lpar.uuid)
        self.assertIs(lpar, self.host.get(UUID.lower()))

    def test_name_is_taken(self):
        self._create(name='one')
        self.assertIn('one', self._refused(409, self._create, name='one'))

    def test_uuid_is_taken(self):
        self._create(name='one', uuid=UUID)
        self._refused(409, self._create, name='two', uuid=UUID.lower())
        # Nothing of it stays behind.
        self._create(name='two')

    def test_id_is_taken(self):
        taken = self._create(name='one').lpar_id
        self._refused(409, self._create, name='two', lpar_id=taken)

    def test_ids_that_clients_choose_are_left_out(self):
        self._create(name='one', lpar_id=3)
        self.assertEqual([2, 4], [self._create(name='two').lpar_id,
                                  self._create(name='three').lpar_id])

    def test_bad_configurations(self):
        for attrs in (
                {'name': ''}, {'name': 'n' * 32}, {'lpar_type': 'VIOS'},
                {'memory': lpar_mod.Memory(0, 0, 0)},
                {'memory': lpar_mod.Memory(1024, 2048, 4096)},
                {'processors': lpar_mod.Processors(desired=5)},
                {'processors': lpar_mod.Processors(units=0.2)}):
            self._refused(400, self._create, **attrs)

    def test_dedicated_processors_need_no_units(self):
        self._create(processors=lpar_mod.Processors(
            dedicated=True, desired=2, minimum=1, maximum=4, units=9))

    def test_management_partition_runs_from_the_start(self):
        found = [lpar for lpar in self.host if lpar.is_mgmt]
        self.assertEqual(['running'], [lpar.state for lpar in found])
        self.assertEqual('active', found[0].rmc_state)


class ResourcesTestCase(HostTestCase):

    def test_lpars_use_memory_and_processors(self):
        memory, units = self.host.free_memory_mb, self.host.free_proc_units
        lpar = self._create(memory=lpar_mod.Memory(2048, 1024, 4096))
        self.assertEqual(memory - 2048, self.host.free_memory_mb)
        self.assertAlmostEqual(units - 0.1, self.host.free_proc_units)
        self.host.delete(lpar.uuid)
        self.assertEqual((memory, units), (self.host.free_memory_mb,
                                           self.host.free_proc_units))

    def test_dedicated_processors(self):
        units = self.host.free_proc_units
        self._create(processors=lpar_mod.Processors(
            dedicated=True, desired=3, minimum=1, maximum=4))
        self.assertAlmostEqual(units - 3, self.host.free_proc_units)

    def test_the_hypervisor_uses_memory(self):
        mgmt, = self.host
        self.assertEqual(
            self.host.memory_mb - self.host.hypervisor_memory_mb -
            mgmt.config.memory.desired, self.host.free_memory_mb)

    def test_never_below_zero(self):
        size = self.host.memory_mb * 2
        self._create(memory=lpar_mod.Memory(size, size, size))
        self.assertEqual(0, self.host.free_memory_mb)


class UpdateTestCase(HostTestCase):

    def test_update(self):
        lpar = self._create(rmc=True)
        etag, host_etag = lpar.etag, self.host.etag
        self.host.update(lpar.uuid, lpar_mod.Config(
            name='one', memory=lpar_mod.Memory(2048, 1024, 4096)))
        self.assertEqual(2048, lpar.config.memory.desired)
        self.assertNotEqual(etag, lpar.etag)
        self.assertNotEqual(host_etag, self.host.etag)
        self.assertTrue(lpar.config.rmc)
        self.assertEqual([('MODIFY_URI', 'Other')],
                         fakes.sent(self.host, lpar))

    def test_rename(self):
        lpar = self._create(name='one')
        self.host.update(lpar.uuid, lpar_mod.Config(name='two'))
        self.assertEqual([('MODIFY_URI', 'PartitionName,Other')],
                         fakes.sent(self.host, lpar))
        self._create(name='one')
        self._refused(409, self._create, name='two')

    def test_rename_to_a_name_that_is_taken(self):
        lpar = self._create(name='one')
        self._create(name='two')
        self._refused(409, self.host.update, lpar.uuid,
                      lpar_mod.Config(name='two'))
        self.assertEqual('one', lpar.name)

    def test_bad_configuration_changes_nothing(self):
        lpar = self._create()
        self._refused(400, self.host.update, lpar.uuid,
                      lpar_mod.Config(name=''))
        self.assertEqual('one', lpar.name)

    def test_no_such_lpar(self):
        self._refused(404, self.host.update, UUID,
                      lpar_mod.Config(name='two'))


class DeleteTestCase(HostTestCase):

    def test_delete(self):
        lpar = self._create()
        self.host.delete(lpar.uuid)
        self.assertEqual([('DELETE_URI', '')], fakes.sent(self.host, lpar))
        self._refused(404, self.host.get, lpar.uuid)
        self._refused(404, self.host.delete, lpar.uuid)
        self._create(name='one', uuid=lpar.uuid, lpar_id=lpar.lpar_id)

    def test_running(self):
        lpar = self._create(state='running')
        self.assertIn('running',
                      self._refused(409, self.host.delete, lpar.uuid))
        self.host.delete(lpar.uuid, force=True)

    def test_management_partition(self):
        mgmt, = self.host
        self._refused(409, self.host.delete, mgmt.uuid, force=True)

    def test_in_a_transition(self):
        lpar = self._create()
        self.host.power_on(lpar.uuid, self.outcomes.append)
        self.host.delete(lpar.uuid, force=True)
        self.assertEqual(0, self.scheduler.waiting)
        self.assertEqual(1, len(self.outcomes))


class PowerTestCase(HostTestCase):

    def _power_on(self, lpar):
        self.host.power_on(lpar.uuid, self.outcomes.append)

    def _power_off(self, lpar, **how):
        self.host.power_off(lpar.uuid, self.outcomes.append, **how)

    def test_boot(self):
        lpar = self._create()
        self._power_on(lpar)
        self.assertEqual('starting', lpar.state)
        self.assertEqual([], self.outcomes)
        self.scheduler.advance(2)
        self.assertEqual(('open firmware', [None]),
                         (lpar.state, self.outcomes))
        self.scheduler.advance(2)
        self.assertEqual(('running', [None]), (lpar.state, self.outcomes))
        self.assertEqual(
            [('MODIFY_URI', 'NVRAM'), PARTITION_STATE, PARTITION_STATE,
             PARTITION_STATE, ('MODIFY_URI', 'NVRAM'),
             ('MODIFY_URI', 'ReferenceCode,Other')],
            fakes.sent(self.host, lpar))

    def test_event_comes_after_the_state_that_it_is_about(self):
        lpar = self._create()
        seen = []
        self.host.events.add_waiter('test', lambda: seen.append(lpar.state))
        self._power_on(lpar)
        self.assertEqual({'starting'}, set(seen))

    def test_boot_without_time(self):
        self.host.config.update(boot_seconds=0, boot_events=12)
        lpar = self._create()
        self._power_on(lpar)
        self.assertEqual(('running', [None]), (lpar.state, self.outcomes))
        self.assertEqual(12, fakes.sent(self.host).count(PARTITION_STATE))

    def test_uptime(self):
        lpar = self._create()
        self.assertEqual(0, self.host.uptime(lpar))
        self._power_on(lpar)
        self.scheduler.advance(60)
        self.assertEqual(60, self.host.uptime(lpar))
        self._power_off(lpar, hard=True)
        self.assertEqual(0, self.host.uptime(lpar))

    def test_rmc_is_active_while_the_lpar_runs(self):
        lpar = self._create(rmc=True)
        self.assertEqual('inactive', lpar.rmc_state)
        self._power_on(lpar)
        self.scheduler.advance(2)
        self.assertEqual('inactive', lpar.rmc_state)
        self.scheduler.advance(2)
        self.assertEqual('active', lpar.rmc_state)

    def test_already_on(self):
        for state in ('running', 'starting', 'open firmware'):
            self._power_on(self._create(name=state, state=state))
            self.assertIn('HSCL3681', self.outcomes.pop())

    def test_power_on_in_a_wrong_state(self):
        lpar = self._create(state='error')
        self._power_on(lpar)
        self.assertIn('HSCL05DF', self.outcomes[0])
        self.assertEqual('error', lpar.state)

    def test_shutdown(self):
        lpar = self._create(state='running')
        self._power_off(lpar)
        self.assertEqual(('shutting down', []), (lpar.state, self.outcomes))
        self.scheduler.advance(2)
        self.assertEqual(('not activated', [None]),
                         (lpar.state, self.outcomes))
        self.assertEqual(
            [PARTITION_STATE, PARTITION_STATE,
             ('MODIFY_URI', 'ReferenceCode,Other')],
            fakes.sent(self.host, lpar))

    def test_power_cut(self):
        lpar = self._create(state='running')
        self._power_off(lpar, hard=True)
        self.assertEqual(('not activated', [None]),
                         (lpar.state, self.outcomes))

    def test_already_off(self):
        lpar = self._create()
        for restart in (False, True):
            self._power_off(lpar, hard=True, restart=restart)
            self.assertIn('HSCL1558', self.outcomes.pop())

    def test_error_can_be_powered_off(self):
        lpar = self._create(state='error')
        self._power_off(lpar, hard=True)
        self.assertEqual('not activated', lpar.state)

    def test_shutdown_by_the_operating_system(self):
        lpar = self._create(state='running', rmc=True)
        self._power_off(lpar, by_os=True)
        self.scheduler.advance(2)
        self.assertEqual([None], self.outcomes)

    def test_operating_system_without_rmc(self):
        lpar = self._create(state='running')
        self._power_off(lpar, by_os=True)
        self.assertIn('HSCL0DB4', self.outcomes[0])
        self.assertEqual('running', lpar.state)

    def test_restart(self):
        lpar = self._create(state='running')
        self._power_off(lpar, restart=True)
        self.assertEqual('shutting down', lpar.state)
        self.scheduler.advance(2)
        self.assertEqual(('starting', []), (lpar.state, self.outcomes))
        self.scheduler.advance(2)
        self.assertEqual([None], self.outcomes)
        self.scheduler.advance(2)
        self.assertEqual('running', lpar.state)
        self.assertEqual(
            5, fakes.sent(self.host, lpar).count(PARTITION_STATE))

    def test_overtaken(self):
        lpar = self._create()
        self._power_on(lpar)
        self._power_off(lpar, hard=True)
        self.assertEqual([True, True],
                         ['overtaken' in self.outcomes[0],
                          self.outcomes[1] is None])
        self.scheduler.advance(10)
        self.assertEqual('not activated', lpar.state)

    def test_no_such_lpar(self):
        for call in (self.host.power_on, self.host.power_off):
            self._refused(404, call, UUID, self.outcomes.append)


class BehindTheBackTestCase(HostTestCase):

    def test_set_state(self):
        lpar = self._create(state='running')
        self.host.set_state(lpar.uuid, 'error', 2)
        self.assertEqual('error', lpar.state)
        self.assertEqual([PARTITION_STATE] * 2, fakes.sent(self.host))

    def test_set_state_without_events(self):
        lpar = self._create(state='running')
        self.host.set_state(lpar.uuid, 'not activated', 0)
        self.assertEqual([], fakes.sent(self.host))

    def test_set_state_ends_a_transition(self):
        lpar = self._create()
        self.host.power_on(lpar.uuid, self.outcomes.append)
        self.host.set_state(lpar.uuid, 'suspended', 1)
        self.scheduler.advance(10)
        self.assertEqual('suspended', lpar.state)
        self.assertIn('overtaken', self.outcomes[0])

    def test_storm_is_interleaved(self):
        lpars = [self._create(name=name) for name in ('one', 'two')]
        self.host.storm([lpar.uuid for lpar in lpars], 2, 'NVRAM')
        urls = [self.host.lpar_url(lpar) for lpar in lpars]
        found = self.host.events.take('test', 10)
        self.assertEqual(urls * 2, [event.data for event in found])
        self.assertEqual({('MODIFY_URI', 'NVRAM')},
                         {(event.event_type, event.detail)
                          for event in found})

    def test_storm_with_an_unknown_lpar_sends_nothing(self):
        lpar = self._create()
        self._refused(404, self.host.storm, [lpar.uuid, UUID], 1, 'NVRAM')
        self.assertEqual([], fakes.sent(self.host))
