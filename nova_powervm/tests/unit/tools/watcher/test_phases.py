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

"""Phases of the check, with a cloud that is none."""

import ddt

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.watcher import fakes
from tools.watcher import counting
from tools.watcher import expected
from tools.watcher import models
from tools.watcher import phases
from tools.watcher import stock

_STATES = {'active': 'running', 'stopped': 'not activated'}


class Cloud:
    """Stage, Watcher and time in one: what is done takes effect at once.

    With ``deaf`` the model that is kept misses changes behind nova, with
    ``blind`` a new one misses the last server.
    """

    def __init__(self, count):
        self.states = {'%08x' % i: 'active' for i in range(count)}
        self.known = dict(self.states)
        self.notifications = counting.Notifications()
        self.noise = []
        self.deaf = self.blind = False
        self.refused = 0
        self.now = 0.0
        self.builds = 0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds

    def tell(self, event, uuids):
        for uuid in uuids:
            self.notifications.info(
                {}, '', event, fakes.notification(uuid), {})

    # The stage.

    def lpars(self):
        return {expected.lpar_uuid(uuid): expected.Lpar(
            _STATES[state], 'cmp1') for uuid, state in self.states.items()}

    def busy(self):
        return []

    def storm(self, events):
        self.tell('instance.update', self.noise)

    def change(self, uuids, state, event):
        self.states.update(dict.fromkeys(uuids, state))
        self.known.update(self.states)
        self.tell(event, uuids)

    def power(self, uuids, operation):
        # What is started behind nova it stops again.
        known = dict(self.known)
        self.change(uuids, 'stopped', 'instance.power_off.end')
        if self.deaf:
            self.known = known

    def start(self, uuids):
        self.change(uuids, 'active', 'instance.power_on.end')

    def boot(self, count):
        uuids = ['1%07x' % i for i in range(count)]
        self.change(uuids, 'active', 'instance.create.end')
        return uuids

    def delete(self, uuids):
        for uuid in uuids:
            del self.states[uuid], self.known[uuid]
        self.tell('instance.delete.end', uuids)

    # Watcher.

    def view(self, states):
        host = fakes.host('cmp1')
        return models.view(fakes.Model([host], [
            (fakes.server(uuid, state=state), host)
            for uuid, state in states.items()]))

    def kept(self):
        return self.view(self.known)

    def build(self):
        self.builds += 1
        states = dict(self.states)
        if self.blind:
            states.popitem()
        return stock.Build(self.view(states), 0.5, 11)


@ddt.ddt
class PhasesTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = Cloud(30)

    def run_phases(self, churn=0.0):
        told = []
        results = phases.Phases(
            self.cloud, self.cloud, self.cloud.notifications, 3.0,
            told.append, clock=self.cloud.clock,
            sleep=self.cloud.sleep).run(churn)
        self.assertEqual(told, results)
        return results

    def differences(self, results):
        return [found for result in results for found in result.differences]

    def test_all_agree(self):
        results = self.run_phases()
        self.assertEqual([], self.differences(results))
        self.assertEqual([0.0] * 7, [one.seconds for one in results])
        self.assertEqual(7, self.cloud.builds)

    def test_numbers(self):
        results = self.run_phases()
        self.assertEqual([0, 0, 20, 5, 20, 2, 2], [
            sum(one.notifications.values()) for one in results])
        self.assertEqual([30, 30, 30, 30, 30, 32, 30],
                         [one.servers for one in results])
        self.assertEqual({'active'}, set(self.cloud.states.values()))

    def test_churn(self):
        before = self.cloud.now
        results = self.run_phases(churn=60.0)
        self.assertEqual([], self.differences(results))
        self.assertEqual(9, len(results))
        self.assertGreater(results[5].notifications['instance.power_off.end'],
                           20)
        self.assertGreaterEqual(self.cloud.now - before, 60.0)

    def test_a_notification_of_an_idle_server(self):
        self.cloud.noise = ['00000001']
        found, = self.differences(self.run_phases())
        self.assertEqual(('instance.update', 0, 1),
                         (found.name, found.first, found.second))

    def test_the_kept_model_misses_changes(self):
        self.cloud.deaf = True
        off = self.run_phases()[2]
        self.assertIsNone(off.seconds)
        self.assertEqual({('NovaLink', 'kept'), ('expected', 'kept'),
                          ('built anew', 'kept')},
                         {found.places for found in off.differences})
        self.assertEqual({'state'}, {one.field for one in off.differences})

    def test_the_wait_has_an_end(self):
        self.cloud.deaf = True
        self.cloud.blind = True
        self.assertEqual([None] * 7,
                         [one.seconds for one in self.run_phases()])
        # The storm waits as long again.
        self.assertLess(self.cloud.now, 8 * (18.0 + 1.0))

    def test_a_new_model_misses_a_server(self):
        self.cloud.blind = True
        start = self.run_phases()[0]
        self.assertIsNone(start.seconds)
        self.assertEqual({'0000001d'},
                         {found.name.lower() for found in start.differences})

    @ddt.data('busy', 'missing')
    def test_agreement_is_not_enough(self, what):
        if what == 'busy':
            self.cloud.busy = lambda: ['00000001']
        else:
            self.cloud.tell = lambda event, uuids: None
        self.assertIsNone(self.run_phases()[2].seconds)
