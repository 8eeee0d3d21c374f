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


class TestListenerWatch(base.TestCase):

    def setUp(self):
        super().setUp()
        self.now = 1000.0
        self.listener = mock.Mock(timeout=1200)
        self.listener.handlers = ['ours', 'theirs']
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
        thread = threading.Thread(target=self.watch.beat)
        thread.start()
        thread.join()

    def count(self, name):
        return self.stats.as_dict()[name]

    def test_alive(self):
        for _ in range(20):
            self.watch.beat()
            self.check(10)
        self.resync.assert_not_called()
        self.listener.unsubscribe.assert_not_called()
        self.assertEqual('', self.log.output)

    def test_silence_is_told_once(self):
        self.watch.beat()
        self.check(59.9)
        self.assertEqual(0, self.count('silences'))
        for _ in range(5):
            self.check(10)
        self.assertEqual(1, self.count('silences'))
        self.watch.beat()
        self.check()
        self.check(10)
        self.assertEqual(1, self.log.output.count('has ended for'))
        self.assertEqual(1, self.log.output.count('end again'))
        self.listener.unsubscribe.assert_not_called()

    def test_dead_poll_thread(self):
        self.beat_and_die()
        self.check()
        # All have to leave for the listener to start another thread.
        self.assertEqual(
            [mock.call.unsubscribe('ours'), mock.call.unsubscribe('theirs'),
             mock.call.subscribe('ours'), mock.call.subscribe('theirs')],
            self.listener.method_calls)
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.count('revivals'))
        self.check(10)
        self.assertEqual(1, self.count('revivals'))

    def test_dead_before_it_called_anybody(self):
        self.check(59)
        self.listener.unsubscribe.assert_not_called()
        self.check(1)
        self.assertEqual(1, self.count('revivals'))
        # Not again before it had its minute.
        self.check(59)
        self.assertEqual(1, self.count('revivals'))
        self.check(1)
        self.assertEqual(2, self.count('revivals'))

    def test_interruptions(self):
        self.watch.beat()
        self.session.interruptions = 2
        self.check()
        self.check()
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.count('interruptions'))

    def test_lost_session(self):
        self.watch.beat()
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
        self.listener.unsubscribe.assert_not_called()

    def test_lost_session_of_a_driver_that_cannot_renew_it(self):
        self.driver = mock.Mock(spec=['session'], session=self.session)
        self.watch = watch.ListenerWatch(
            self.driver, self.stats, lambda: self.now, self.resync)
        self.session.lost = True
        self.check()
        self.resync.assert_not_called()

    def test_a_poll_thread_that_cannot_be_started(self):
        self.beat_and_die()
        self.listener.subscribe.side_effect = RuntimeError(
            "can't start new thread")
        self.check()
        self.assertEqual(1, self.log.output.count('could not be looked after'))
        self.assertEqual([mock.call('ours'), mock.call('theirs')],
                         self.listener.subscribe.call_args_list)
        self.resync.assert_not_called()
        self.listener.subscribe.side_effect = None
        self.check(10)
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.count('revivals'))

    def test_timeout_is_bounded(self):
        self.check()
        self.assertEqual(45.0, self.listener.timeout)
        self.listener.timeout = 30
        self.check()
        self.assertEqual(30, self.listener.timeout)

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
