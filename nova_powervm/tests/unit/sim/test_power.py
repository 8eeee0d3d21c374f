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

import ddt

from nova_powervm.sim import power
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import fakes


class PowerTestCase(base.HostTestCase):

    def power_on(self, lpar):
        self.host.power_on(lpar.uuid, self.results.append)

    def power_off(self, lpar, **how):
        self.host.power_off(lpar.uuid, self.results.append, **how)


@ddt.ddt
class PowerOnTestCase(PowerTestCase):

    def test_boot(self):
        lpar = self.create()
        self.power_on(lpar)
        self.assertEqual(('starting', []), (lpar.state, self.results))
        self.scheduler.advance(2)
        self.assertEqual(('open firmware', [None]),
                         (lpar.state, self.results))
        self.scheduler.advance(2)
        self.assertEqual(('running', [None]), (lpar.state, self.results))
        self.assertEqual(
            [('MODIFY_URI', 'NVRAM'), base.PARTITION_STATE,
             base.PARTITION_STATE, base.PARTITION_STATE,
             ('MODIFY_URI', 'NVRAM'), ('MODIFY_URI', 'ReferenceCode,Other')],
            fakes.fetch(self.host, lpar))

    def test_event_follows_its_state(self):
        lpar = self.create()
        states = []
        self.host.events.add_waiter('test',
                                    lambda: states.append(lpar.state))
        self.power_on(lpar)
        self.assertEqual({'starting'}, set(states))

    def test_boot_at_once(self):
        self.host.config.update(boot_seconds=0, boot_events=12)
        lpar = self.create()
        self.power_on(lpar)
        self.assertEqual(('running', [None]), (lpar.state, self.results))
        self.assertEqual(
            12, fakes.fetch(self.host).count(base.PARTITION_STATE))

    def test_uptime(self):
        lpar = self.create()
        self.assertEqual(0, self.host.uptime(lpar))
        self.power_on(lpar)
        self.scheduler.advance(60)
        self.assertEqual(60, self.host.uptime(lpar))
        self.power_off(lpar, hard=True)
        self.assertEqual(0, self.host.uptime(lpar))

    def test_rmc_is_active_while_the_lpar_runs(self):
        lpar = self.create(rmc=True)
        self.power_on(lpar)
        self.scheduler.advance(2)
        self.assertEqual('inactive', lpar.rmc_state)
        self.scheduler.advance(2)
        self.assertEqual('active', lpar.rmc_state)

    @ddt.data('running', 'starting', 'open firmware')
    def test_already_on(self, state):
        lpar = self.create(state=state)
        self.power_on(lpar)
        self.assertEqual([power.ALREADY_ON], self.results)
        self.assertEqual(state, lpar.state)

    def test_wrong_state(self):
        lpar = self.create(state='error')
        self.power_on(lpar)
        self.assertEqual([power.WRONG_STATE % 'error'], self.results)
        self.assertEqual('error', lpar.state)

    def test_unknown_lpar(self):
        self.assertRefused(404, self.host.power_on, base.UUID,
                           self.results.append)


@ddt.ddt
class PowerOffTestCase(PowerTestCase):

    def test_shutdown(self):
        lpar = self.create(state='running')
        self.power_off(lpar)
        self.assertEqual(('shutting down', []), (lpar.state, self.results))
        self.scheduler.advance(2)
        self.assertEqual(('not activated', [None]),
                         (lpar.state, self.results))
        self.assertEqual(
            [base.PARTITION_STATE, base.PARTITION_STATE,
             ('MODIFY_URI', 'ReferenceCode,Other')],
            fakes.fetch(self.host, lpar))

    @ddt.data('running', 'error')
    def test_hard(self, state):
        lpar = self.create(state=state)
        self.power_off(lpar, hard=True)
        self.assertEqual(('not activated', [None]),
                         (lpar.state, self.results))

    @ddt.named_data(('off', False), ('restart', True))
    def test_already_off(self, restart):
        self.power_off(self.create(), hard=True, restart=restart)
        self.assertEqual([power.ALREADY_OFF], self.results)

    def test_by_the_operating_system(self):
        lpar = self.create(state='running', rmc=True)
        self.power_off(lpar, by_os=True)
        self.scheduler.advance(2)
        self.assertEqual([None], self.results)

    def test_by_the_operating_system_without_rmc(self):
        lpar = self.create(state='running')
        self.power_off(lpar, by_os=True)
        self.assertEqual([power.NO_RMC], self.results)
        self.assertEqual('running', lpar.state)

    def test_restart(self):
        lpar = self.create(state='running')
        self.power_off(lpar, restart=True)
        self.assertEqual('shutting down', lpar.state)
        self.scheduler.advance(2)
        self.assertEqual(('starting', []), (lpar.state, self.results))
        self.scheduler.advance(2)
        self.assertEqual([None], self.results)
        self.scheduler.advance(2)
        self.assertEqual('running', lpar.state)
        self.assertEqual(
            5, fakes.fetch(self.host, lpar).count(base.PARTITION_STATE))

    def test_replaces_a_boot(self):
        lpar = self.create()
        self.power_on(lpar)
        self.power_off(lpar, hard=True)
        self.assertEqual([power.REPLACED, None], self.results)
        self.scheduler.advance(10)
        self.assertEqual('not activated', lpar.state)

    def test_unknown_lpar(self):
        self.assertRefused(404, self.host.power_off, base.UUID,
                           self.results.append)


@ddt.ddt
class ErrorCodeTestCase(base.SimTestCase):

    # pypowervm.tasks.power looks for these codes.
    @ddt.named_data(('already_on', 'HSCL3681', power.ALREADY_ON),
                    ('already_off', 'HSCL1558', power.ALREADY_OFF),
                    ('no_rmc', 'HSCL0DB4', power.NO_RMC),
                    ('wrong_state', 'HSCL05DF', power.WRONG_STATE))
    def test_code(self, code, message):
        self.assertTrue(message.startswith(code))
