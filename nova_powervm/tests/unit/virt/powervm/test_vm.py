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

import mock
from nova.compute import power_state
from nova import exception
from nova import objects
from nova.virt import event
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import log_helper
from pypowervm.helpers import vios_busy
from pypowervm.tasks import power
from pypowervm.tests.test_utils import pvmhttp
from pypowervm.utils import validation
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import managed_system

from nova_powervm.tests import base
from nova_powervm.virt.powervm import vm

# The same instance and LPAR: PowerVM clears the first bit of the uuid.
INSTANCE_UUID = 'c1d5b3a0-29a9-4a44-8a0c-7fd6a1a5d2f3'
LPAR_UUID = '41D5B3A0-29A9-4A44-8A0C-7FD6A1A5D2F3'
# And one whose first bit is clear already.
LOW_UUID = '41d5b3a0-29a9-4a44-8a0c-7fd6a1a5d2f3'

STATES = base_partition.LPARState
ALL_STATES = ('running', 'starting', 'open firmware', 'shutting down',
              'not activated', 'error', 'suspending', 'suspended', 'resuming',
              'migrating running', 'migrating not active',
              'hardware discovery', 'not available', 'Unknown')

QUICK = '/rest/api/uom/LogicalPartition/' + LPAR_UUID + '/quick'


class FakeSession:
    """Answers requests of a real adapter from a table, and records them."""

    host = 'localhost'
    port = 12080

    def __init__(self, answers=None):
        self.answers = answers or {}
        self.requests = []

    def request(self, method, path, headers=None, body='', **kwargs):
        self.requests.append((method, path))
        answer = self.answers.get((method, path.split('?')[0]), (404, ''))
        if isinstance(answer, Exception):
            raise answer
        status, text = answer
        response = pvm_adapter.Response(
            method, path, status, 'reason', {}, reqheaders=headers,
            reqbody=body, body=text)
        if status >= 400:
            raise pvm_adapter.Session._get_httperror(response)
        return response


def make_adapter(answers=None, helpers=None):
    return pvm_adapter.Adapter(FakeSession(answers), helpers=helpers)


def http_error(status):
    return pvm_adapter.Session._get_httperror(pvm_adapter.Response(
        'GET', '/path', status, 'reason', {}, body=''))


def make_lpar(state='running', env='AIX/Linux', rmc_state='inactive'):
    lpar = mock.Mock(spec=logical_partition.LPAR, state=state, env=env,
                     rmc_state=rmc_state, uuid=LPAR_UUID)
    lpar.name = 'instance-1'
    return lpar


class StateTablesTestCase(base.TestCase):

    def test_power_states(self):
        self.assertEqual({
            'running': power_state.RUNNING,
            'starting': power_state.RUNNING,
            'open firmware': power_state.RUNNING,
            'shutting down': power_state.RUNNING,
            'suspending': power_state.RUNNING,
            'migrating running': power_state.RUNNING,
            'not activated': power_state.SHUTDOWN,
            'migrating not active': power_state.SHUTDOWN,
            'suspended': power_state.SUSPENDED,
            'resuming': power_state.SUSPENDED,
            'error': power_state.CRASHED,
            'hardware discovery': power_state.NOSTATE,
            'not available': power_state.NOSTATE,
            'Unknown': power_state.NOSTATE,
        }, vm.POWERVM_TO_NOVA_STATE)

    def test_every_state_of_pypowervm_is_known(self):
        self.assertEqual(
            {value for name, value in vars(STATES).items()
             if name.isupper()},
            set(vm.POWERVM_TO_NOVA_STATE))

    def test_groups(self):
        self.assertEqual(
            {'migrating running', 'running', 'starting', 'open firmware'},
            set(vm.RUNNING_EVENTS))
        self.assertEqual({'not activated', 'error', 'Unknown'},
                         set(vm.STOPPED_EVENTS))
        self.assertEqual(['suspending'], vm.SUSPENDED_EVENTS)
        self.assertEqual(['resuming'], vm.RESUMING_EVENTS)
        self.assertEqual(('not activated',), vm.POWERVM_STARTABLE_STATE)
        self.assertEqual(
            {'running', 'starting', 'open firmware', 'shutting down', 'error',
             'resuming', 'suspending'}, set(vm.POWERVM_STOPABLE_STATE))


class TranslateEventTestCase(base.TestCase):

    def check(self, states, power_states, expected):
        for state in states:
            for pwr_state in power_states:
                self.assertEqual(
                    expected, vm.translate_event(state, pwr_state),
                    '%s while nova has %s' % (state, pwr_state))

    def test_started(self):
        running = ('running', 'starting', 'open firmware',
                   'migrating running')
        self.check(running, (power_state.NOSTATE, power_state.SHUTDOWN,
                             power_state.SUSPENDED, power_state.CRASHED,
                             power_state.PAUSED, None),
                   event.EVENT_LIFECYCLE_STARTED)
        self.check(running, (power_state.RUNNING,), None)

    def test_stopped(self):
        stopped = ('not activated', 'error', 'Unknown')
        self.check(stopped, (power_state.NOSTATE, power_state.RUNNING,
                             power_state.SUSPENDED, power_state.CRASHED,
                             power_state.PAUSED, None),
                   event.EVENT_LIFECYCLE_STOPPED)
        self.check(stopped, (power_state.SHUTDOWN,), None)

    def test_suspended(self):
        self.check(('suspending',),
                   (power_state.RUNNING, power_state.SHUTDOWN),
                   event.EVENT_LIFECYCLE_SUSPENDED)
        self.check(('suspending',), (power_state.SUSPENDED,), None)

    def test_resumed(self):
        self.check(('resuming',),
                   (power_state.SUSPENDED, power_state.SHUTDOWN),
                   event.EVENT_LIFECYCLE_RESUMED)
        self.check(('resuming',), (power_state.RUNNING,), None)

    def test_no_event(self):
        self.check(('shutting down', 'suspended', 'migrating not active',
                    'hardware discovery', 'not available', None, 'new'),
                   (power_state.NOSTATE, power_state.RUNNING,
                    power_state.SHUTDOWN, power_state.SUSPENDED), None)


class UuidTestCase(base.TestCase):

    def test_of_an_instance(self):
        self.assertEqual(LPAR_UUID, vm.get_pvm_uuid(
            base.make_instance(self.context, uuid=INSTANCE_UUID)))

    def test_of_a_uuid(self):
        self.assertEqual(LPAR_UUID, vm.get_pvm_uuid(INSTANCE_UUID))
        self.assertEqual(LPAR_UUID, vm.get_pvm_uuid(LOW_UUID))

    def test_set_high_bit(self):
        self.assertEqual(INSTANCE_UUID, vm._uuid_set_high_bit(LOW_UUID))
        self.assertEqual(INSTANCE_UUID, vm._uuid_set_high_bit(INSTANCE_UUID))
        for low, high in zip('01234567', '89abcdef', strict=True):
            self.assertEqual(high + LOW_UUID[1:],
                             vm._uuid_set_high_bit(low + LOW_UUID[1:]))

    def test_both_candidates(self):
        self.assertEqual((LOW_UUID, INSTANCE_UUID),
                         vm.instance_uuids(LPAR_UUID))


class GetInstanceTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        patch = mock.patch.object(objects.Instance, 'get_by_uuid',
                                  autospec=True)
        self.get_by_uuid = patch.start()
        self.addCleanup(patch.stop)
        self.not_found = exception.InstanceNotFound(instance_id='x')

    def asked_for(self):
        return [call.args[1] for call in self.get_by_uuid.mock_calls]

    def test_first_bit_clear(self):
        instance = vm.get_instance(self.context, LPAR_UUID)

        self.assertIs(self.get_by_uuid.return_value, instance)
        self.get_by_uuid.assert_called_once_with(self.context, LOW_UUID)

    def test_first_bit_set(self):
        self.get_by_uuid.side_effect = [self.not_found, mock.sentinel.found]

        self.assertIs(mock.sentinel.found,
                      vm.get_instance(self.context, LPAR_UUID))
        self.assertEqual([LOW_UUID, INSTANCE_UUID], self.asked_for())

    def test_none(self):
        self.get_by_uuid.side_effect = self.not_found

        self.assertIsNone(vm.get_instance(self.context, LPAR_UUID))
        self.assertEqual([LOW_UUID, INSTANCE_UUID], self.asked_for())
        self.assertEqual('', self.log.output)

    def test_failed_lookup_counts_as_none_and_is_told(self):
        self.get_by_uuid.side_effect = RuntimeError('no conductor')

        self.assertIsNone(vm.get_instance(self.context, LPAR_UUID))
        self.assertIn(LPAR_UUID, self.log.output)
        self.assertIn('no conductor', self.log.output)


class GetQuickPropertyTestCase(base.TestCase):

    def test_one(self):
        adapter = make_adapter(
            {('GET', QUICK + '/PartitionState'): (200, '"running"')})

        self.assertEqual('running', vm.get_vm_qp(adapter, LPAR_UUID,
                                                 'PartitionState'))
        self.assertEqual([('GET', QUICK + '/PartitionState')],
                         adapter.session.requests)

    def test_all(self):
        adapter = make_adapter(
            {('GET', QUICK): (200, '{"PartitionID": 7, "RMCState": null}')})

        self.assertEqual({'PartitionID': 7, 'RMCState': None},
                         vm.get_vm_qp(adapter, LPAR_UUID))

    def test_no_lpar(self):
        self.assertRaises(exception.InstanceNotFound, vm.get_vm_qp,
                          make_adapter(), LPAR_UUID, 'PartitionState')

    def test_other_errors_pass_through(self):
        adapter = make_adapter({('GET', QUICK): (500, '')})
        self.assertRaises(pvm_exc.HttpError, vm.get_vm_qp, adapter, LPAR_UUID)

        error = pvm_exc.ConnectionError('refused')
        adapter = make_adapter({('GET', QUICK): error})
        self.assertIs(error, self.assertRaises(
            pvm_exc.ConnectionError, vm.get_vm_qp, adapter, LPAR_UUID))

    def test_no_json(self):
        adapter = make_adapter({('GET', QUICK): (200, '<html>')})
        self.assertRaises(ValueError, vm.get_vm_qp, adapter, LPAR_UUID)

    def test_helpers(self):
        helpers = [log_helper.log_helper, vios_busy.vios_busy_retry_helper]
        adapter = mock.create_autospec(pvm_adapter.Adapter, instance=True)
        adapter.helpers = helpers
        adapter.read.return_value.body = '1'

        vm.get_vm_qp(adapter, LPAR_UUID, 'PartitionID')
        self.assertNotIn('helpers', adapter.read.call_args.kwargs)

        vm.get_vm_qp(adapter, LPAR_UUID, 'PartitionID', log_errors=False)
        self.assertEqual([vios_busy.vios_busy_retry_helper],
                         adapter.read.call_args.kwargs['helpers'])
        # The adapter itself keeps all of its helpers.
        self.assertEqual(2, len(helpers))


class GetInfoTestCase(base.TestCase):

    def info(self, answer):
        adapter = make_adapter({('GET', QUICK + '/PartitionState'): answer})
        return vm.get_vm_info(adapter, base.make_instance(
            self.context, uuid=INSTANCE_UUID))

    def test_states(self):
        for state in ALL_STATES:
            self.assertEqual(vm.POWERVM_TO_NOVA_STATE[state],
                             self.info((200, '"%s"' % state)).state)

    def test_unknown_state(self):
        self.assertEqual(power_state.NOSTATE,
                         self.info((200, '"levitating"')).state)
        for answer in 'null', '[]', '{}', '7':
            self.assertEqual(power_state.NOSTATE,
                             self.info((200, answer)).state)

    def test_case_does_not_matter(self):
        self.assertEqual(power_state.RUNNING,
                         self.info((200, '"Running"')).state)

    def test_no_lpar(self):
        self.assertRaises(exception.InstanceNotFound, self.info, (404, ''))

    def test_a_failure_is_no_state(self):
        self.assertRaises(pvm_exc.HttpError, self.info, (503, ''))
        self.assertRaises(pvm_exc.TimeoutError, self.info,
                          pvm_exc.TimeoutError('too long'))


class InstanceExistsTestCase(base.TestCase):

    def exists(self, answer):
        adapter = make_adapter({('GET', QUICK + '/PartitionID'): answer})
        return vm.instance_exists(adapter, base.make_instance(
            self.context, uuid=INSTANCE_UUID))

    def test_exists(self):
        self.assertTrue(self.exists((200, '7')))

    def test_does_not_exist(self):
        self.assertFalse(self.exists((404, '')))

    def test_a_failure_is_no_answer(self):
        self.assertRaises(pvm_exc.HttpError, self.exists, (500, ''))


class GetLparsTestCase(base.TestCase):

    def test_without_the_management_partition(self):
        adapter = mock.create_autospec(pvm_adapter.Adapter, instance=True)
        response = pvmhttp.load_pvm_resp('lpar.txt', adapter).get_response()
        adapter.read.return_value = response

        names = [lpar.name for lpar in vm.get_lpars(adapter)]

        self.assertEqual(len(response.feed.entries) - 1, len(names))
        # The captured management partition.
        self.assertNotIn('z3-9-5-126-127-00000001', names)


class CreateLparTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.adapter = mock.create_autospec(pvm_adapter.Adapter,
                                            instance=True)
        # 5 TiB free in regions of 64 MiB, 500 processors.
        self.system = managed_system.System.wrap(pvmhttp.load_pvm_resp(
            'managedsystem.txt', self.adapter).get_response())[0]

    def create(self, **kwargs):
        instance = base.make_instance(self.context, uuid=INSTANCE_UUID,
                                      **kwargs)
        with mock.patch.object(logical_partition.LPAR, 'create',
                               autospec=True) as create:
            self.mock_create = create
            return vm.create_lpar(self.adapter, self.system, instance)

    def built(self):
        self.mock_create.assert_called_once_with(mock.ANY, parent=self.system)
        return self.mock_create.call_args.args[0]

    def test_sized_by_the_flavor(self):
        self.flags(group='powervm', proc_units_factor=0.25)
        result = self.create(memory_mb=2048, vcpus=2,
                             extra_specs={'hw:numa_nodes': '1'})

        self.assertIs(self.mock_create.return_value, result)
        lpar = self.built()
        self.assertEqual(LPAR_UUID, lpar.uuid)
        self.assertEqual('instance-00000001', lpar.name)
        self.assertEqual('AIX/Linux', lpar.env)
        self.assertEqual(
            (2048, 2048, 2048),
            (lpar.mem_config.min, lpar.mem_config.desired,
             lpar.mem_config.max))
        self.assertFalse(lpar.proc_config.has_dedicated)
        shared = lpar.proc_config.shared_proc_cfg
        self.assertEqual(2, shared.desired_virtual)
        self.assertEqual(0.5, shared.desired_units)

    def test_extra_specs(self):
        self.create(vcpus=2, memory_mb=1024, extra_specs={
            'powervm:min_mem': '512', 'powervm:max_mem': '2048',
            'powervm:min_vcpu': '1', 'powervm:max_vcpu': '4',
            'powervm:proc_units': '1.5', 'powervm:min_proc_units': '0.5',
            'powervm:max_proc_units': '3', 'powervm:shared_weight': '128',
            'powervm:availability_priority': '99'})

        lpar = self.built()
        self.assertEqual((512, 2048),
                         (lpar.mem_config.min, lpar.mem_config.max))
        shared = lpar.proc_config.shared_proc_cfg
        self.assertEqual((1, 4), (shared.min_virtual, shared.max_virtual))
        self.assertEqual(
            (0.5, 1.5, 3.0),
            (shared.min_units, shared.desired_units, shared.max_units))
        self.assertEqual(128, shared.uncapped_weight)
        self.assertEqual(99, lpar.avail_priority)

    def test_dedicated_processors(self):
        self.create(vcpus=2, extra_specs={'powervm:dedicated_proc': 'true'})
        self.assertTrue(self.built().proc_config.has_dedicated)

    def test_unknown_extra_spec(self):
        e = self.assertRaises(exception.BuildAbortException, self.create,
                              extra_specs={'powervm:secure_boot': '2'})
        self.assertIn('powervm:secure_boot', str(e))
        self.assertIn('powervm:proc_units', str(e))
        self.mock_create.assert_not_called()

    def test_memory_that_no_lpar_can_have(self):
        e = self.assertRaises(exception.BuildAbortException, self.create,
                              memory_mb=1000)
        self.assertIn('(64)', str(e))
        self.mock_create.assert_not_called()

    def test_bad_extra_spec_value(self):
        self.assertRaises(exception.BuildAbortException, self.create,
                          extra_specs={'powervm:proc_units': 'many'})

    def test_more_than_is_free(self):
        e = self.assertRaises(exception.ComputeResourcesUnavailable,
                              self.create, memory_mb=6 * 1024 * 1024)
        self.assertIsInstance(e.__cause__, validation.ValidatorException)
        self.mock_create.assert_not_called()

    def test_refused_by_novalink(self):
        instance = base.make_instance(self.context, uuid=INSTANCE_UUID)
        with mock.patch.object(logical_partition.LPAR, 'create',
                               autospec=True, side_effect=http_error(500)):
            self.assertRaises(
                exception.InstanceDeployFailure, vm.create_lpar,
                self.adapter, self.system, instance)


class DeleteLparTestCase(base.TestCase):

    PATH = '/rest/api/uom/LogicalPartition/' + LPAR_UUID

    def delete(self, answer):
        adapter = make_adapter({('DELETE', self.PATH): answer})
        vm.delete_lpar(adapter, base.make_instance(
            self.context, uuid=INSTANCE_UUID))
        self.assertEqual([('DELETE', self.PATH)], adapter.session.requests)

    def test_deleted(self):
        self.delete((204, ''))

    def test_gone_already(self):
        self.delete((404, ''))

    def test_refused(self):
        self.assertRaises(exception.InstanceTerminationFailure,
                          self.delete, (409, ''))


class PowerTestCase(base.TestCase):
    """What pypowervm is asked to do, with a clock that it moves."""

    def setUp(self):
        super().setUp()
        self.instance = base.make_instance(self.context, uuid=INSTANCE_UUID)
        self.adapter = make_adapter()
        self.lpar = make_lpar()
        self.get = self.patch(logical_partition.LPAR, 'get',
                              return_value=self.lpar)
        self.start = self.patch(power.PowerOp, 'start')
        self.stop = self.patch(power.PowerOp, 'stop', side_effect=self.stops)
        self.now = 100.0
        self.patch(vm.time, 'monotonic', side_effect=lambda: self.now)
        # What was asked for: (options, timeout). What comes of it: an
        # exception or None, the last one for good.
        self.asked = []
        self.outcomes = [None]

    def patch(self, target, name, **kwargs):
        patch = mock.patch.object(target, name, **kwargs)
        self.addCleanup(patch.stop)
        return patch.start()

    def stops(self, lpar, opts=None, timeout=1800):
        self.assertIs(self.lpar, lpar)
        self.asked.append((str(opts), timeout))
        outcome = (self.outcomes.pop(0) if len(self.outcomes) > 1
                   else self.outcomes[0])
        if isinstance(outcome, pvm_exc.VMPowerOffTimeout):
            self.now += timeout
        if outcome is not None:
            raise outcome

    @staticmethod
    def timed_out():
        return pvm_exc.VMPowerOffTimeout(lpar_nm='lpar', timeout=1)

    @staticmethod
    def refused():
        return pvm_exc.VMPowerOffFailure(lpar_nm='lpar', reason='refused')


VSP_HARD = 'PowerOff(immediate=true, operation=shutdown)'
VSP_NORMAL = 'PowerOff(operation=shutdown)'
OS_IMMEDIATE = 'PowerOff(immediate=true, operation=osshutdown)'
OS_NORMAL = 'PowerOff(operation=osshutdown)'
VSP_HARD_RESTART = 'PowerOff(immediate=true, operation=shutdown, restart=true)'
VSP_NORMAL_RESTART = 'PowerOff(operation=shutdown, restart=true)'


class PowerOnTestCase(PowerTestCase):

    def power_on(self):
        return vm.power_on(self.adapter, self.instance)

    def test_off(self):
        self.lpar.state = 'not activated'
        self.assertTrue(self.power_on())
        self.get.assert_called_once_with(self.adapter, uuid=LPAR_UUID)
        self.start.assert_called_once_with(self.lpar)

    def test_runs_already(self):
        for state in ('running', 'starting', 'open firmware'):
            self.lpar.state = state
            self.assertFalse(self.power_on())
        self.start.assert_not_called()

    def test_cannot_be_started(self):
        for state in ('error', 'Unknown', 'suspended', 'not available'):
            self.lpar.state = state
            e = self.assertRaises(exception.InstancePowerOnFailure,
                                  self.power_on)
            self.assertIn("'%s'" % state, str(e))
        self.start.assert_not_called()

    def test_failed(self):
        self.lpar.state = 'not activated'
        self.start.side_effect = pvm_exc.VMPowerOnFailure(
            lpar_nm='lpar', reason='no memory')
        e = self.assertRaises(exception.InstancePowerOnFailure, self.power_on)
        self.assertIn('no memory', str(e))

    def test_service_down(self):
        self.get.side_effect = pvm_exc.ConnectionError('refused')
        self.assertRaises(exception.InstancePowerOnFailure, self.power_on)

    def test_no_lpar(self):
        self.get.side_effect = http_error(404)
        self.assertRaises(exception.InstanceNotFound, self.power_on)


class PowerOffTestCase(PowerTestCase):

    def power_off(self, *args):
        return vm.power_off(self.adapter, self.instance, *args)

    def test_at_once(self):
        self.assertTrue(self.power_off())
        self.assertEqual([(VSP_HARD, 1800)], self.asked)

    def test_off_already(self):
        for state in ('not activated', 'migrating not active'):
            self.lpar.state = state
            self.assertFalse(self.power_off(60, 10))
        self.assertEqual([], self.asked)

    def test_any_other_state_is_left_to_the_hypervisor(self):
        for state in ('error', 'suspended', 'Unknown', 'shutting down'):
            self.lpar.state = state
            self.assertTrue(self.power_off())
        self.assertEqual([(VSP_HARD, 1800)] * 4, self.asked)

    def test_soft_by_the_firmware(self):
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(VSP_NORMAL, 60)], self.asked)

    def test_soft_by_the_operating_system(self):
        self.lpar.rmc_state = 'active'
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(OS_IMMEDIATE, 60)], self.asked)

    def test_soft_ibm_i(self):
        self.lpar.env = 'OS400'
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(OS_NORMAL, 60)], self.asked)

    def test_timeout_then_hard(self):
        self.outcomes = [self.timed_out(), None]
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(VSP_NORMAL, 60), (VSP_HARD, 1800)], self.asked)

    def test_asked_again_at_each_interval(self):
        self.outcomes = [self.timed_out(), self.timed_out(),
                         self.timed_out(), None]
        self.assertTrue(self.power_off(25, 10))
        self.assertEqual([(VSP_NORMAL, 10), (VSP_NORMAL, 10),
                          (VSP_NORMAL, 5), (VSP_HARD, 1800)], self.asked)

    def test_down_after_the_second_time(self):
        self.outcomes = [self.timed_out(), None]
        self.assertTrue(self.power_off(25, 10))
        self.assertEqual([(VSP_NORMAL, 10), (VSP_NORMAL, 10)], self.asked)

    def test_operating_system_refuses(self):
        self.lpar.rmc_state = 'active'
        self.outcomes = [self.refused(), None]
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(OS_IMMEDIATE, 60), (VSP_NORMAL, 60)], self.asked)

    def test_both_refuse(self):
        self.lpar.rmc_state = 'active'
        self.outcomes = [self.refused(), self.refused(), None]
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(OS_IMMEDIATE, 60), (VSP_NORMAL, 60),
                          (VSP_HARD, 1800)], self.asked)

    def test_part_of_a_second_is_no_unlimited_wait(self):
        """pypowervm takes a timeout of 0 for none at all."""
        def asked_late(lpar, opts=None, timeout=1800):
            self.asked.append((str(opts), timeout))
            if len(self.asked) == 1:
                self.now += 59.9
                raise self.timed_out()

        self.stop.side_effect = asked_late
        self.assertTrue(self.power_off(60, 10))
        self.assertEqual([(VSP_NORMAL, 10), (VSP_NORMAL, 1)], self.asked)

    def test_failed(self):
        self.outcomes = [self.refused()]
        e = self.assertRaises(exception.InstancePowerOffFailure,
                              self.power_off, 60, 10)
        self.assertIn('refused', str(e))
        self.assertEqual(VSP_HARD, self.asked[-1][0])

    def test_service_down(self):
        self.get.side_effect = pvm_exc.ConnectionError('refused')
        self.assertRaises(exception.InstancePowerOffFailure, self.power_off)

    def test_no_lpar(self):
        self.get.side_effect = http_error(404)
        self.assertRaises(exception.InstanceNotFound, self.power_off)

    def test_one_at_a_time(self):
        with mock.patch.object(vm.lockutils, 'lock') as lock:
            lock.return_value.__enter__ = mock.Mock(
                side_effect=lambda: self.get.assert_not_called())
            lock.return_value.__exit__ = mock.Mock(
                side_effect=lambda *args: self.assertEqual(
                    1, self.stop.call_count + self.start.call_count))
            self.power_off()
            self.lpar.state = 'not activated'
            self.get.reset_mock()
            self.stop.reset_mock()
            vm.power_on(self.adapter, self.instance)
            self.get.reset_mock()
            self.start.reset_mock()
            vm.reboot(self.adapter, self.instance, hard=True)
        self.assertEqual([mock.call('power_' + INSTANCE_UUID)] * 3,
                         lock.call_args_list)


class RebootTestCase(PowerTestCase):

    def reboot(self, **kwargs):
        vm.reboot(self.adapter, self.instance, **kwargs)

    def test_hard(self):
        self.reboot(hard=True, timeout=60)
        self.assertEqual([(VSP_HARD_RESTART, 1800)], self.asked)

    def test_soft(self):
        self.reboot(hard=False, timeout=60)
        self.assertEqual([(VSP_NORMAL_RESTART, 60)], self.asked)

    def test_soft_then_hard(self):
        self.outcomes = [self.timed_out(), None]
        self.reboot(hard=False, timeout=60)
        self.assertEqual([(VSP_NORMAL_RESTART, 60), (VSP_HARD_RESTART, 1800)],
                         self.asked)

    def test_off(self):
        self.lpar.state = 'not activated'
        self.reboot(hard=False, timeout=60)
        self.start.assert_called_once_with(self.lpar)
        self.assertEqual([], self.asked)

    def test_failed(self):
        self.outcomes = [self.refused()]
        e = self.assertRaises(exception.InstanceRebootFailure, self.reboot,
                              hard=True)
        self.assertIn('refused', str(e))

    def test_no_lpar(self):
        self.get.side_effect = http_error(404)
        self.assertRaises(exception.InstanceNotFound, self.reboot, hard=True)
