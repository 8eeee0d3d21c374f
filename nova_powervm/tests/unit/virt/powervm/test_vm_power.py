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

"""Power operations of LPARs."""

import contextlib

import ddt
from nova import exception
from pypowervm import exceptions as pvm_exc

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import vm_base
from nova_powervm.virt.powervm import vm

OS_IMMEDIATE = vm_base.OS_IMMEDIATE
OS_NORMAL = vm_base.OS_NORMAL
VSP_HARD = vm_base.VSP_HARD
VSP_HARD_RESTART = vm_base.VSP_HARD_RESTART
VSP_NORMAL = vm_base.VSP_NORMAL
VSP_NORMAL_RESTART = vm_base.VSP_NORMAL_RESTART


@ddt.ddt
class PowerOnTestCase(vm_base.PowerTestCase):

    def power_on(self):
        return vm.power_on(self.adapter, self.instance)

    def assert_power_on_fails(self, cause):
        self.assert_fails(exception.InstancePowerOnFailure, cause,
                          self.power_on)

    def test_off(self):
        self.lpar.state = 'not activated'
        self.assertTrue(self.power_on())
        self.get.assert_called_once_with(self.adapter,
                                         uuid=vm_base.LPAR_UUID)
        self.start.assert_called_once_with(self.lpar)

    @ddt.data('running', 'starting', 'open firmware')
    def test_already_on(self, state):
        self.lpar.state = state
        self.assertFalse(self.power_on())
        self.start.assert_not_called()

    def test_crashed(self):
        self.lpar.state = 'error'
        self.assertTrue(self.power_on())
        self.assertEqual([(VSP_HARD, 1800)], self.jobs)
        self.start.assert_called_once_with(self.lpar)

    def test_crashed_and_cannot_be_powered_off(self):
        self.lpar.state = 'error'
        error = self.refused()
        self.outcomes = [error]
        self.assert_power_on_fails(error)
        self.start.assert_not_called()

    @ddt.data('Unknown', 'suspended', 'not available')
    def test_wrong_state(self, state):
        self.lpar.state = state
        e = self.assertRaises(exception.InstancePowerOnFailure, self.power_on)
        self.assertIn(state, e.kwargs['reason'])
        self.start.assert_not_called()

    def test_job_fails(self):
        self.lpar.state = 'not activated'
        error = pvm_exc.VMPowerOnFailure(lpar_nm='lpar', reason='no memory')
        self.start.side_effect = error
        self.assert_power_on_fails(error)

    def test_no_connection(self):
        error = pvm_exc.ConnectionError('refused')
        self.get.side_effect = error
        self.assert_power_on_fails(error)

    def test_no_lpar(self):
        self.get.side_effect = novalink.http_error(404)
        self.assertRaises(exception.InstanceNotFound, self.power_on)


class PowerOffTestCase(vm_base.PowerTestCase):

    def power_off(self, *args):
        return vm.power_off(self.adapter, self.instance, *args)

    def assert_power_off_fails(self, cause, *args):
        self.assert_fails(exception.InstancePowerOffFailure, cause,
                          self.power_off, *args)


@ddt.ddt
class HardPowerOffTestCase(PowerOffTestCase):

    def test_running(self):
        self.assertTrue(self.power_off())
        self.assertEqual([(VSP_HARD, 1800)], self.jobs)

    @ddt.data('error', 'suspended', 'Unknown', 'shutting down')
    def test_any_state_that_is_not_off(self, state):
        self.lpar.state = state
        self.assertTrue(self.power_off())
        self.assertEqual([(VSP_HARD, 1800)], self.jobs)

    @ddt.data('not activated', 'migrating not active')
    def test_already_off(self, state):
        self.lpar.state = state
        self.assertFalse(self.power_off(60, 10))
        self.assertEqual([], self.jobs)

    def test_job_fails(self):
        error = self.refused()
        self.outcomes = [error]
        self.assert_power_off_fails(error)

    def test_no_connection(self):
        error = pvm_exc.ConnectionError('refused')
        self.get.side_effect = error
        self.assert_power_off_fails(error)

    def test_no_lpar(self):
        self.get.side_effect = novalink.http_error(404)
        self.assertRaises(exception.InstanceNotFound, self.power_off)


class SoftPowerOffTestCase(PowerOffTestCase):

    def test_without_rmc(self):
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(VSP_NORMAL, 60)], self.jobs)

    def test_with_rmc(self):
        self.lpar.rmc_state = 'active'
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(OS_IMMEDIATE, 60)], self.jobs)

    def test_ibm_i(self):
        self.lpar.env = 'OS400'
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(OS_NORMAL, 60)], self.jobs)

    def test_hard_after_the_timeout(self):
        self.outcomes = [self.timed_out(), None]
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(VSP_NORMAL, 60), (VSP_HARD, 1800)], self.jobs)

    def test_one_job_an_interval(self):
        self.outcomes = [self.timed_out(), self.timed_out(),
                         self.timed_out(), None]
        self.assertTrue(self.power_off(25, 10))
        self.assertEqual([(VSP_NORMAL, 10), (VSP_NORMAL, 10),
                          (VSP_NORMAL, 5), (VSP_HARD, 1800)], self.jobs)

    def test_off_after_the_second_interval(self):
        self.outcomes = [self.timed_out(), None]
        self.assertTrue(self.power_off(25, 10))
        self.assertEqual([(VSP_NORMAL, 10), (VSP_NORMAL, 10)], self.jobs)

    def test_timeout_of_a_job_is_never_zero(self):
        """To pypowervm a timeout of 0 is no limit."""
        def run_job(lpar, opts=None, timeout=1800):
            self.jobs.append((str(opts), timeout))
            if len(self.jobs) == 1:
                self.clock.advance(59.9)
                raise self.timed_out()

        self.stop.side_effect = run_job
        self.assertTrue(self.power_off(60, 10))
        self.assertEqual([(VSP_NORMAL, 10), (VSP_NORMAL, 1)], self.jobs)

    def test_operating_system_refuses(self):
        self.lpar.rmc_state = 'active'
        self.outcomes = [self.refused(), None]
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(OS_IMMEDIATE, 60), (VSP_NORMAL, 60)], self.jobs)

    def test_operating_system_and_firmware_refuse(self):
        self.lpar.rmc_state = 'active'
        self.outcomes = [self.refused(), self.refused(), None]
        self.assertTrue(self.power_off(60, 0))
        self.assertEqual([(OS_IMMEDIATE, 60), (VSP_NORMAL, 60),
                          (VSP_HARD, 1800)], self.jobs)

    def test_hard_job_fails(self):
        error = self.refused()
        self.outcomes = [error]
        self.assert_power_off_fails(error, 60, 10)
        self.assertEqual((VSP_HARD, 1800), self.jobs[-1])

    def test_crashed(self):
        self.lpar.state = 'error'
        self.assertTrue(self.power_off(60, 10))
        self.assertEqual([(VSP_HARD, 1800)], self.jobs)


class RebootTestCase(vm_base.PowerTestCase):

    def reboot(self, **kwargs):
        vm.reboot(self.adapter, self.instance, **kwargs)

    def test_hard(self):
        self.reboot(hard=True, timeout=60)
        self.assertEqual([(VSP_HARD_RESTART, 1800)], self.jobs)

    def test_soft(self):
        self.reboot(hard=False, timeout=60)
        self.assertEqual([(VSP_NORMAL_RESTART, 60)], self.jobs)

    def test_hard_after_the_timeout(self):
        self.outcomes = [self.timed_out(), None]
        self.reboot(hard=False, timeout=60)
        self.assertEqual([(VSP_NORMAL_RESTART, 60), (VSP_HARD_RESTART, 1800)],
                         self.jobs)

    def test_crashed(self):
        self.lpar.state = 'error'
        self.reboot(hard=False, timeout=60)
        self.assertEqual([(VSP_HARD_RESTART, 1800)], self.jobs)

    def test_off(self):
        self.lpar.state = 'not activated'
        self.reboot(hard=False, timeout=60)
        self.start.assert_called_once_with(self.lpar)
        self.assertEqual([], self.jobs)

    def test_job_fails(self):
        error = self.refused()
        self.outcomes = [error]
        self.assert_fails(exception.InstanceRebootFailure, error,
                          self.reboot, hard=True)

    def test_no_lpar(self):
        self.get.side_effect = novalink.http_error(404)
        self.assertRaises(exception.InstanceNotFound, self.reboot, hard=True)


@ddt.ddt
class LockTestCase(vm_base.PowerTestCase):
    """An operation holds the lock from its read to the end of its job."""

    def setUp(self):
        super().setUp()
        self.steps = []

        @contextlib.contextmanager
        def lock(name):
            self.steps.append(name)
            yield
            self.steps.append('unlock')

        def read(*args, **kwargs):
            self.steps.append('read')
            return self.lpar

        self.patch_object(vm.lockutils, 'lock', side_effect=lock)
        self.get.side_effect = read
        self.start.side_effect = lambda *args: self.steps.append('start')
        self.stop.side_effect = lambda *args, **kwargs: self.steps.append(
            'stop')

    @ddt.named_data(
        ('power_on', vm.power_on, 'not activated', {}, 'start'),
        ('power_off', vm.power_off, 'running', {}, 'stop'),
        ('reboot', vm.reboot, 'running', {'hard': True}, 'stop'))
    def test_one_operation_at_a_time(self, operation, state, arguments, job):
        self.lpar.state = state
        operation(self.adapter, self.instance, **arguments)
        self.assertEqual(
            ['power_' + vm_base.INSTANCE_UUID, 'read', job, 'unlock'],
            self.steps)
