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

"""A service that hangs holds up only what needs it.

What is done in the middle of a call is done by the other threads, by turns.
"""

import ddt
import mock
from nova import objects
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN


class HangWorld(world.World):
    """A world with an event listener, and a thread that has polled."""

    def setUp(self):
        super().setUp()
        self.listener = self.driver.session.get_event_listener()
        self.listener.subscribe(self.handler)
        self.listener.deliver()

    def fall_silent(self):
        """Let a minute pass without a poll."""
        self.wait(70)
        self.assertLogged(messages.POLLS_SILENT)

    def lose_session(self):
        """Lose the session, and see that it is renewed."""
        self.driver.session.lost = True
        self.driver.renew_session = mock.Mock()
        self.wait(20)
        self.driver.renew_session.assert_called()


@ddt.ddt
class TestWatch(HangWorld):
    """The event polls are watched whatever hangs."""

    @ddt.data('fall_silent', 'lose_session')
    def test_novalink_hangs(self, event):
        self.during_read(getattr(self, event))
        self.look(self.add())
        self.assertEqual(1, self.count('no_change'))

    @ddt.data('fall_silent', 'lose_session')
    def test_nova_conductor_hangs(self, event):
        self.during_lookup(getattr(self, event))
        self.look(self.add())
        self.assertEqual(1, self.count('no_change'))

    @ddt.data('fall_silent', 'lose_session')
    def test_nova_conductor_hangs_in_a_resync(self, event):
        self.meanwhile(objects.InstanceList, 'get_by_host',
                       getattr(self, event))
        self.lose_events()
        self.advance(world.DELAY)
        self.assertLess(0, self.count('resyncs'))

    @ddt.data('fall_silent', 'lose_session')
    def test_nova_hangs(self, event):
        lpar = self.add('not activated')
        self.during_emit(getattr(self, event))
        self.look(lpar)
        self.assertEmitted((lpar, SHUTDOWN))

    @ddt.data('fall_silent', 'lose_session')
    def test_the_nvram_store_hangs(self, event):
        self.add_store()
        self.meanwhile(self.driver.nvram_mgr, 'store', getattr(self, event))
        self.look(self.add(), detail='NVRAM')
        self.assertEqual(1, self.count('nvram_stored'))


class TestTurns(HangWorld):
    """Who does what, and what comes first."""

    def test_the_loop_asks_no_service(self):
        self.driver.session.lost = True
        self.driver.renew_session = mock.Mock()
        self.send(self.add())
        self.clock.now += world.DELAY
        self.handler.lifecycle.loop.step()
        self.assertEqual([], self.adapter.reads)
        self.assertEqual([], self.nova.lookups)
        self.driver.renew_session.assert_not_called()

    def test_a_session_comes_first(self):
        self.send(self.add())
        self.clock.now += world.DELAY
        self.handler.lifecycle.loop.step()
        self.driver.session.lost = True
        self.driver.renew_session = mock.Mock()
        self.clock.now += 10
        self.run_batch()
        self.driver.renew_session.assert_called_once_with()
        self.assertEqual([], self.adapter.reads)

    def test_a_batch_comes_before_events(self):
        self.send(*self.add_many(3, 'not activated'))
        self.clock.now += world.DELAY
        self.run_batch()
        self.begin()
        lpar = self.add()
        self.send(lpar)
        self.clock.now += world.DELAY
        self.run_batch()
        self.assertEqual([lpar], self.adapter.reads)
        self.assertEqual([], self.emitted)

    def test_a_store_comes_before_events(self):
        store = self.add_store()
        self.send(*self.add_many(3, 'not activated'),
                  detail='PartitionState,NVRAM')
        self.clock.now += world.DELAY
        self.run_batch()
        self.handler.lifecycle.workers.run_next()
        store.assert_called_once()
        self.assertEqual([], self.emitted)


@ddt.ddt
class TestLate(HangWorld):
    """An answer that is late is said to be late, before it has come."""

    def assertLate(self, late, back):
        self.assertLogged(late, 0)
        self.wait(9)
        self.assertLogged(late, 0)
        self.wait(12)
        self.assertLogged(late)
        self.wait(40)
        # Once.
        self.assertLogged(late)
        self.assertLogged(back, 0)

    def novalink_is_late(self):
        self.assertLate(messages.NOVALINK_LATE, messages.NOVALINK_BACK)

    def conductor_is_late(self):
        self.assertLate(messages.CONDUCTOR_LATE, messages.CONDUCTOR_BACK)

    def assertBack(self, line, seconds):
        record, = self.logs.of(line)
        self.assertEqual(seconds, record.args['seconds'])
        self.assertEqual(0, record.args['attempts'])

    @ddt.named_data(('one LPAR', 1), ('a list', 6))
    def test_novalink(self, count):
        self.during_read(self.novalink_is_late)
        self.look(*self.add_many(count))
        self.assertBack(messages.NOVALINK_BACK, 61.0)

    def test_nova_conductor(self):
        self.during_lookup(self.conductor_is_late)
        self.look(self.add())
        self.assertBack(messages.CONDUCTOR_BACK, 61.0)

    def test_nova_conductor_in_a_resync(self):
        self.meanwhile(objects.InstanceList, 'get_by_host',
                       self.conductor_is_late)
        self.lose_events()
        self.advance(world.DELAY)
        self.assertBack(messages.CONDUCTOR_BACK, 61.0)

    def test_an_answer_in_time(self):
        self.during_read(lambda: self.wait(9))
        self.during_lookup(lambda: self.wait(9))
        self.look(self.add())
        self.assertLogged(messages.NOVALINK_LATE, 0)
        self.assertLogged(messages.CONDUCTOR_LATE, 0)

    def test_late_attempts_of_an_outage(self):
        lpar = self.add()

        def fail_late(*args, **kwargs):
            self.wait(30)
            raise pvm_exceptions.TimeoutError('slow')

        with mock.patch.object(self.adapter, 'read', fail_late):
            self.look(lpar)
            self.wait(300)
        self.assertGreater(self.count('rest_failed'), 3)
        self.assertLogged(messages.NOVALINK_LATE)


@ddt.ddt
class TestNvram(HangWorld):

    def setUp(self):
        super().setUp()
        self.add_store()

    def test_all_emits_hang(self):
        # An event for each thread that there may be. Each of them hangs in
        # the middle of the one before.
        hanging, stored = [], []

        def hang(event):
            hanging.append(len(hanging) + 1)
            if not (stored or self.handler.lifecycle.workers.run_next()):
                stored.append(hanging[-1])
                self.look(self.add(), detail='NVRAM')

        with mock.patch.object(self.driver, 'emit_event', hang):
            self.look(*self.add_many(4, 'not activated'))
        self.driver.nvram_mgr.store.assert_called_once()
        self.assertEqual([3, 4], [stored[0], len(hanging)])

    def test_a_hanging_store_holds_up_no_event(self):
        lpar, other = self.add(), self.add('not activated')

        def emit():
            self.look(other)
            self.assertEmitted((other, SHUTDOWN))

        self.meanwhile(self.driver.nvram_mgr, 'store', emit)
        self.look(lpar, detail='NVRAM')
        self.assertEmitted((other, SHUTDOWN))

    def test_stores_are_made_one_at_a_time(self):
        self.meanwhile(
            self.driver.nvram_mgr, 'store',
            lambda: self.assertFalse(
                self.handler.lifecycle.workers.run_next()))
        self.look(*self.add_many(3), detail='NVRAM')
        self.assertEqual(3, self.count('nvram_stored'))
