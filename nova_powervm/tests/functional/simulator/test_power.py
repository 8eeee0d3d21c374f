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


"""Power operations, which are jobs."""

import threading

import ddt
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import power
from pypowervm.tasks import power_opts
from pypowervm.wrappers import job
from pypowervm.wrappers import logical_partition

from nova_powervm.testing import waiting
from nova_powervm.tests.functional.simulator import case

LPAR = logical_partition.LPAR


@ddt.ddt
class PowerTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        uuid, = self.control.add_lpars(1, names=['one'],
                                       state='not activated')
        self.lpar = LPAR.get(self.pvm, uuid=uuid)

    @property
    def state(self):
        self.lpar = self.lpar.refresh()
        return self.lpar.state

    def test_on_and_off(self):
        power.power_on(self.lpar, None)
        self.assertEqual('running', self.state)
        power.PowerOp.stop(self.lpar)
        self.assertEqual('not activated', self.state)
        counted = self.control.counters()
        self.assertEqual((1, 1),
                         (counted['power_on'], counted['power_off']))

    def test_already_there_is_no_failure(self):
        power.PowerOp.stop(self.lpar)
        power.PowerOp.start(self.lpar)
        power.PowerOp.start(self.lpar)
        self.assertEqual('running', self.state)

    def test_restart_of_what_is_off(self):
        opts = power_opts.PowerOffOpts().vsp_hard().restart()
        exc = self.assertRaises(pvm_exc.VMPowerOffFailure, power.PowerOp.stop,
                                self.lpar, opts=opts)
        self.assertIn('HSCL1558', str(exc))

    def test_wrong_state(self):
        self.control.set_state([self.lpar.uuid], 'error')
        exc = self.assertRaises(pvm_exc.VMPowerOnFailure, power.power_on,
                                self.lpar, None)
        self.assertIn('HSCL05DF', str(exc))

    @ddt.named_data(
        ('hard', power_opts.PowerOffOpts().vsp_hard().restart()),
        ('normal', power_opts.PowerOffOpts().vsp_normal().restart()),
        ('dump', power_opts.PowerOffOpts().operation('dumprestart')))
    def test_restart(self, opts):
        self.control.set_state([self.lpar.uuid], 'running')
        power.PowerOp.stop(self.lpar, opts=opts)
        self.assertEqual('running', self.state)

    def test_progressive(self):
        self.control.set_state([self.lpar.uuid], 'running')
        power.power_off_progressive(self.lpar.refresh())
        self.assertEqual('not activated', self.state)

    def test_through_the_operating_system(self):
        uuid, = self.control.add_lpars(1, rmc=True)
        lpar = LPAR.get(self.pvm, uuid=uuid)
        self.assertTrue(power_opts.PowerOffOpts.can_os_shutdown(lpar))
        power.power_off_progressive(lpar)
        self.assertEqual('not activated', lpar.refresh().state)
        self.assertEqual(1, self.control.counters()['power_off'])

    def test_rmc_went_away(self):
        # What pypowervm knows is older than what the host does.
        uuid, = self.control.add_lpars(1, rmc=True)
        lpar = LPAR.get(self.pvm, uuid=uuid)
        self.control.set_state([uuid], 'open firmware')
        exc = self.assertRaises(
            pvm_exc.VMPowerOffFailure, power.PowerOp.stop, lpar,
            opts=power_opts.PowerOffOpts().os_immediate())
        self.assertIn('HSCL0DB4', str(exc))

    def test_takes_its_time(self):
        self.control.configure(boot_seconds=1)
        power.power_on(self.lpar, None)
        self.assertEqual('open firmware', self.state)
        self.assertGreaterEqual(self.control.counters()['job'], 3)

    def test_timeout(self):
        self.control.configure(boot_seconds=600)
        self.assertRaises(pvm_exc.VMPowerOnTimeout, power.PowerOp.start,
                          self.lpar, timeout=1)
        self.assertEqual('starting', self.state)
        power.PowerOp.stop(self.lpar,
                           opts=power_opts.PowerOffOpts().vsp_hard())
        self.assertEqual('not activated', self.state)
        # pypowervm cancels the job and waits for its end.
        waiting.wait_until(
            lambda: not any(isinstance(thread, job.CancelJobThread)
                            for thread in threading.enumerate()),
            'the cancelled job has ended')

    def test_close_vterm(self):
        wrapper = job.Job.wrap(self.pvm.read(
            'LogicalPartition', self.lpar.uuid, suffix_type='do',
            suffix_parm='CloseVterm'))
        wrapper.run_job(self.lpar.uuid)
        self.assertEqual('COMPLETED_OK', wrapper.job_status)

    @ddt.named_data(
        ('operation', 'uom/LogicalPartition/%s/do/Dance'),
        ('lpar', f'uom/LogicalPartition/{case.NOBODY}/do/PowerOn'),
        ('job', 'uom/jobs/1'))
    def test_no_such_job(self, path):
        self.assertRaises(
            pvm_exc.HttpNotFound, self.get, self.pvm.session,
            path.replace('%s', self.lpar.uuid))

    def test_bad_job(self):
        exc = self.assertRaises(
            pvm_exc.HttpError, self.pvm.session.request, 'PUT',
            '/rest/api/uom/LogicalPartition/%s/do/PowerOn' % self.lpar.uuid,
            body='<x/>')
        self.assertEqual(400, exc.her_wrap.status)
