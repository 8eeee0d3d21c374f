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

"""A resync that fails is retried, and holds up nothing else."""

import mock
from nova import exception
from nova import objects
import oslo_messaging
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN

_DOWN = pvm_exceptions.ConnectionError('down')


class TestResyncFailures(world.World):

    def deafen(self):
        """Let nova not say what instances this host has."""
        patcher = mock.patch.object(
            objects.InstanceList, 'get_by_host',
            side_effect=exception.NovaException('unreadable'))
        self.addCleanup(patcher.stop)
        patcher.start()
        return patcher.stop

    def test_novalink_is_away(self):
        lpar = self.add('not activated')
        self.adapter.answers['any'] = _DOWN
        self.lose_events()
        self.wait(300)
        self.assertEqual(0, self.nova.host_reads)
        self.assertGreater(self.count('resyncs_failed'), 5)
        self.adapter.answers.clear()
        self.wait(60)
        self.assertEqual(1, self.count('resyncs'))
        self.assertEmitted((lpar, SHUTDOWN))

    def test_nova_is_away(self):
        lpar = self.add('not activated')
        self.nova.error = oslo_messaging.MessagingTimeout('no answer')
        self.lose_events()
        self.wait(300)
        self.assertGreater(self.count('resyncs_failed'), 5)
        self.assertLessEqual(self.nova.host_reads, 25)
        self.nova.error = None
        self.wait(60)
        self.assertEqual(1, self.count('resyncs'))
        self.assertEmitted((lpar, SHUTDOWN))

    def test_attempts_become_rare(self):
        self.nova.error = oslo_messaging.MessagingTimeout('no answer')
        self.lose_events()
        self.wait(1000)
        self.begin()
        self.wait(600)
        self.assertEqual(40, self.nova.host_reads)

    def test_lpars_are_no_more_attempts(self):
        # Each may take a minute to fail.
        lpar = self.add('not activated')
        self.nova.error = oslo_messaging.MessagingTimeout('no answer')
        self.lose_events()
        self.look(lpar)
        self.wait(100)
        self.assertEqual([], self.nova.lookups)
        self.assertLogged(messages.CONDUCTOR_AWAY)
        self.assertLogged(messages.HOST_UNREADABLE, 0)
        self.nova.error = None
        self.wait(15)
        self.assertLogged(messages.CONDUCTOR_BACK)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_attempts_are_spread(self):
        self.nova.error = oslo_messaging.MessagingTimeout('no answer')
        self.lose_events()
        self.advance(world.DELAY)
        self.jitter = 1.0
        self.advance(1)
        self.advance(0.99)
        self.assertEqual(2, self.nova.host_reads)
        self.advance(0.02)
        self.assertEqual(3, self.nova.host_reads)

    def test_one_line_at_each_end(self):
        heal = self.deafen()
        self.lose_events()
        self.wait(300)
        self.assertLogged(messages.HOST_UNREADABLE)
        heal()
        self.wait(60)
        self.assertLogged(messages.HOST_UNREADABLE)
        self.assertLogged(messages.HOST_READABLE)
        self.assertLogged(messages.CONDUCTOR_AWAY, 0)
        self.assertLogged(messages.CONDUCTOR_FAILS, 0)

    def test_lpars_do_not_wait_for_it(self):
        lpars = self.add_many(2, 'not activated')
        self.deafen()
        self.lose_events()
        self.look(lpars[0])
        self.look(lpars[1])
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))
        self.assertGreater(self.count('resyncs_failed'), 1)

    def test_one_record_holds_up_no_other(self):
        bad, *good = self.add_many(30, 'not activated')
        self.nova.undecodable = {self.instance(bad).uuid}
        self.deafen()
        self.lose_events()
        self.wait(3 * world.DELAY)
        told = [(lpar, SHUTDOWN) for lpar in good]
        self.assertEmitted(*told)
        # No more often than events were lost.
        self.wait(300)
        self.begin()
        self.wait(300)
        self.assertEqual(0, self.count('no_change'))
        other = self.add('not activated')
        self.lose_events()
        self.wait(3 * world.DELAY)
        self.assertEmitted((other, SHUTDOWN))

    def test_a_list_that_hangs(self):
        # quick/All alone: NovaLink answers other reads.
        lpars = self.add_many(10, 'not activated')
        self.adapter.answers['All'] = pvm_exceptions.TimeoutError('slow')
        self.lose_events()
        self.wait(60)
        self.assertEqual(1, self.count('resyncs'))
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))
        self.assertEqual(1, self.adapter.reads.count('All'))

    def test_lines_of_an_outage_without_lpars(self):
        lpar = self.add('not activated')
        self.adapter.answers['any'] = _DOWN
        self.look(lpar)
        self.send(lpar, etype='DELETE_URI', detail=None)
        self.lose_events()
        self.wait(300)
        self.assertLogged(messages.NOVALINK_AWAY)
        self.assertLogged(messages.LISTING_AWAY)
        self.assertLogged(messages.NOVALINK_BACK, 0)
        self.adapter.answers.clear()
        self.wait(60)
        self.assertLogged(messages.NOVALINK_BACK)
        self.assertLogged(messages.LISTING_BACK)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_events_meanwhile_ask_for_no_more(self):
        self.deafen()
        for _ in range(5):
            self.lose_events()
            self.wait(world.DELAY)
        self.assertEqual(1, self.count('pending'))
