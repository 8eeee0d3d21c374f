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

import threading

import ddt
import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm.lifecycle import listeners
from nova_powervm.virt.powervm.lifecycle import polls


@ddt.ddt
class TestListenerOf(base.TestCase):

    def test_a_session_of_pypowervm(self):
        listener = mock.Mock()
        self.assertIs(listener, polls.listener_of(
            listeners.make_session(listener)))

    @ddt.named_data(('no_session', None), ('of_another_kind', mock.Mock()),
                    ('without_a_listener_yet', listeners.make_session()))
    def test_none(self, session):
        self.assertIsNone(polls.listener_of(session))


@ddt.ddt
class TestBound(base.TestCase):

    @ddt.named_data(('long', 1200, 45.0), ('slightly_long', 45.1, 45.0),
                    ('short', 30, 30), ('just_right', 45.0, 45.0),
                    ('none', None, 45.0), ('no_number', 'x', 45.0))
    def test_timeout(self, before, after):
        listener = mock.Mock(timeout=before)
        polls.bound(listener)
        self.assertEqual(after, listener.timeout)


class TestRestart(base.TestCase):

    def setUp(self):
        super().setUp()
        self.one, self.other = listeners.Handler(), listeners.Handler()
        self.listener = listeners.Listener(self, self.one, self.other)

    def test_starts_a_thread_with_all_handlers(self):
        polls.restart(self.listener)
        # All have to leave for the listener to start another thread.
        self.assertEqual(
            [('unsubscribe', self.other), ('unsubscribe', self.one),
             ('subscribe', self.one), ('subscribe', self.other)],
            self.listener.calls)
        self.assertEqual(1, self.listener.started)

    def test_all_come_back_even_if_no_thread_can_be_started(self):
        self.listener.fail(RuntimeError)
        self.assertRaises(RuntimeError, polls.restart, self.listener)
        self.assertEqual([self.one, self.other], self.listener.handlers)
        self.listener.fail(None)
        polls.restart(self.listener)
        self.assertEqual([self.one, self.other], self.listener.handlers)
        self.assertEqual(2, self.listener.started)

    def test_a_handler_that_leaves_meanwhile_stays_away(self):
        thread = threading.Thread(
            target=lambda: self.listener.unsubscribe(self.other), daemon=True)

        def leave():
            thread.start()
            # It waits for the restart; without that it would be over.
            thread.join(0.2)

        self.listener.when_empty = leave
        polls.restart(self.listener)
        thread.join(30)
        self.assertEqual([self.one], self.listener.handlers)

    def test_a_handler_that_is_gone_already(self):
        # A listener without a lock of that name.
        gone = mock.Mock()
        listener = mock.Mock(
            spec=['handlers', 'subscribe', 'unsubscribe'],
            handlers=[self.one, gone])
        listener.unsubscribe.side_effect = [ValueError, None]
        polls.restart(listener)
        listener.subscribe.assert_called_once_with(self.one)

    def test_does_not_wait_for_who_uses_the_listener(self):
        holds, release = threading.Event(), threading.Event()
        self.addCleanup(release.set)

        def dispatch():
            # As pypowervm does while its handlers work.
            with self.listener._lock:
                holds.set()
                release.wait(30)

        thread = threading.Thread(target=dispatch, daemon=True)
        thread.start()
        self.assertTrue(holds.wait(30))
        self.assertRaises(RuntimeError, polls.restart, self.listener)
        self.assertTrue(thread.is_alive())
        self.assertEqual([], self.listener.calls)
        release.set()
        thread.join(30)
        polls.restart(self.listener)
        self.assertEqual(1, self.listener.started)
