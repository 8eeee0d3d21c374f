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

import mock
from pypowervm import adapter as pvm_adapter

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import watch


class Listener:
    """Takes handlers as pypowervm's does, which starts threads for them."""

    timeout = 1200

    def __init__(self, *handlers):
        self.handlers = list(handlers)
        self.calls = []
        self.error = None

    def subscribe(self, handler):
        self.calls.append(('subscribe', handler))
        self.handlers.append(handler)
        if self.error is not None and len(self.handlers) == 1:
            raise self.error

    def unsubscribe(self, handler):
        if handler not in self.handlers:
            raise ValueError('not found')
        self.calls.append(('unsubscribe', handler))
        self.handlers.remove(handler)


class TestListenerWatch(base.TestCase):

    def setUp(self):
        super().setUp()
        self.now = 1000.0
        self.ours, self.theirs = mock.Mock(), mock.Mock()
        self.listener = Listener(self.ours, self.theirs)
        self.session = mock.Mock(
            spec=pvm_adapter.Session, has_event_listener=True, lost=False,
            interruptions=0)
        self.session.get_event_listener.return_value = self.listener
        self.driver = mock.Mock(session=self.session)
        self.stats = stats.Statistics({})
        self.resync = mock.Mock()
        self.watch = watch.ListenerWatch(
            self.driver, self.stats, lambda: self.now, self.resync)

    def check(self, seconds=0.0):
        self.now += seconds
        self.assertEqual(self.now + 10.0, self.watch.check(self.now))

    def beat_and_die(self):
        thread = threading.Thread(
            target=self.watch.beat, args=[self.ours])
        thread.start()
        thread.join()

    def count(self, name):
        return self.stats.as_dict()[name]

    def test_alive(self):
        for _ in range(20):
            self.watch.beat(self.ours)
            self.check(10)
        self.resync.assert_not_called()
        self.assertEqual([], self.listener.calls)
        self.assertEqual('', self.log.output)

    def test_silence_is_told_once(self):
        self.watch.beat(self.ours)
        self.check(59.9)
        self.assertEqual(0, self.count('silences'))
        for _ in range(5):
            self.check(10)
        self.assertEqual(1, self.count('silences'))
        self.watch.beat(self.ours)
        self.check()
        self.check(10)
        self.assertEqual(1, self.log.output.count('has ended for'))
        self.assertEqual(1, self.log.output.count('end again'))
        self.assertEqual([], self.listener.calls)

    def test_dead_poll_thread(self):
        self.beat_and_die()
        self.check(19.9)
        self.assertEqual([], self.listener.calls)
        self.check(0.1)
        # All have to leave for the listener to start another thread.
        self.assertEqual(
            [('unsubscribe', self.theirs), ('unsubscribe', self.ours),
             ('subscribe', self.ours), ('subscribe', self.theirs)],
            self.listener.calls)
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.count('revivals'))
        self.check(10)
        self.assertEqual(1, self.count('revivals'))

    def test_last_beat_of_a_thread_that_was_replaced(self):
        # The first poll takes too long; then its thread ends with it.
        self.check(60)
        self.assertEqual(1, self.count('revivals'))
        self.check(5)
        self.beat_and_die()
        for _ in range(20):
            self.check(10)
            self.watch.beat(self.ours)
        self.assertEqual(1, self.count('revivals'))

    def test_no_longer_subscribed(self):
        self.beat_and_die()
        self.listener.handlers.remove(self.ours)
        self.session.lost = True
        self.session.interruptions = 1
        self.check(100)
        self.assertEqual([], self.listener.calls)
        self.driver.renew_session.assert_not_called()
        self.resync.assert_not_called()
        self.assertEqual('', self.log.output)

    def test_nobody_is_subscribed_yet(self):
        self.listener.handlers.clear()
        self.check(100)
        self.assertEqual('', self.log.output)

    def test_a_subscriber_that_leaves_meanwhile(self):
        leaver = mock.Mock()
        self.listener = Listener(leaver, self.ours, self.theirs)
        self.session.get_event_listener.return_value = self.listener
        unsubscribe = self.listener.unsubscribe

        def and_another(handler):
            if leaver in self.listener.handlers:
                unsubscribe(leaver)
            unsubscribe(handler)

        self.beat_and_die()
        with mock.patch.object(self.listener, 'unsubscribe', and_another):
            self.check(20)
        self.assertEqual([self.ours, self.theirs], self.listener.handlers)
        self.assertEqual(1, self.count('revivals'))

    def test_dead_before_it_called_anybody(self):
        self.check(59)
        self.assertEqual([], self.listener.calls)
        self.check(1)
        self.assertEqual(1, self.count('revivals'))
        # Not again before it had its minute.
        self.check(59)
        self.assertEqual(1, self.count('revivals'))
        self.check(1)
        self.assertEqual(2, self.count('revivals'))

    def test_interruptions(self):
        self.watch.beat(self.ours)
        self.session.interruptions = 2
        self.check()
        self.check()
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.count('interruptions'))

    def test_lost_session(self):
        self.watch.beat(self.ours)
        self.session.lost = True
        self.driver.renew_session.side_effect = ValueError('not yet')
        for calls, seconds in enumerate((1, 2, 4, 8, 16, 32, 60, 60), 1):
            self.check()
            self.assertEqual(calls, self.driver.renew_session.call_count)
            self.check(seconds - 0.1)
            self.assertEqual(calls, self.driver.renew_session.call_count)
            self.now += 0.1
        self.assertEqual(1, self.log.output.count('not yet'))
        self.resync.assert_not_called()

        def renew():
            self.session.lost = False

        self.driver.renew_session.side_effect = renew
        self.check()
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.count('sessions_renewed'))
        self.check(10)
        self.assertEqual(1, self.count('sessions_renewed'))
        self.assertEqual([], self.listener.calls)

    def test_lost_session_of_a_driver_that_cannot_renew_it(self):
        self.driver = mock.Mock(spec=['session'], session=self.session)
        self.watch = watch.ListenerWatch(
            self.driver, self.stats, lambda: self.now, self.resync)
        self.session.lost = True
        self.check()
        self.resync.assert_not_called()

    def test_a_poll_thread_that_cannot_be_started(self):
        self.beat_and_die()
        self.listener.error = RuntimeError("can't start new thread")
        self.check(20)
        self.assertEqual(1, self.log.output.count('could not be looked after'))
        self.assertEqual([self.ours, self.theirs], self.listener.handlers)
        self.resync.assert_not_called()
        self.listener.error = None
        self.check(10)
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.count('revivals'))

    def test_renewed_session_counts_for_itself(self):
        self.watch.beat(self.ours)
        self.session.lost = True
        self.session.interruptions = 3

        def renew():
            self.driver.session = mock.Mock(
                spec=pvm_adapter.Session, has_event_listener=True,
                lost=False, interruptions=0)
            self.driver.session.get_event_listener.return_value = (
                self.listener)

        self.driver.renew_session.side_effect = renew
        self.check()
        self.check(10)
        self.assertEqual(1, self.count('sessions_renewed'))
        self.assertEqual(0, self.count('interruptions'))
        self.resync.assert_called_once_with()

    def test_silence_goes_on_after_a_revival(self):
        self.check(60)
        self.check(10)
        self.assertEqual(0, self.log.output.count('end again'))
        self.watch.beat(self.ours)
        self.check(10)
        self.assertEqual(1, self.log.output.count('end again'))
        self.assertEqual(1, self.count('silences'))

    def test_timeout_is_bounded(self):
        self.check()
        self.assertEqual(45.0, self.listener.timeout)
        self.listener.timeout = 30
        self.check()
        self.assertEqual(30, self.listener.timeout)
        self.listener.timeout = None
        self.check()
        self.assertEqual(45.0, self.listener.timeout)

    def test_sessions_of_other_drivers(self):
        for session in (None, mock.Mock(),
                        mock.Mock(spec=pvm_adapter.Session,
                                  has_event_listener=False)):
            self.driver.session = session
            self.beat_and_die()
            self.check()
        self.driver = object()
        self.watch = watch.ListenerWatch(
            self.driver, self.stats, lambda: self.now, self.resync)
        self.check(100)
        self.resync.assert_not_called()
