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

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.tests.unit.virt.powervm.lifecycle import listeners
from nova_powervm.virt.powervm.lifecycle import listener
from nova_powervm.virt.powervm.lifecycle import messages

CHECK = listener.CHECK_SECONDS
SILENCE = listener.SILENCE_SECONDS


class WatchdogCase(fakes.TestCase):
    """A watchdog of a listener with two handlers, one of them ours.

    :ivar jobs: those that wait for NovaLink, not begun.
    """

    def setUp(self):
        super().setUp()
        self.ours, self.theirs = listeners.Handler(), listeners.Handler()
        self.listener = listeners.Listener(self, self.ours, self.theirs)
        self.session = listeners.make_session(self.listener)
        self.driver = mock.Mock(session=self.session)
        self.resync = mock.Mock()
        self.jobs = []
        self.watchdog = self.make_watchdog()
        self.watchdog.watch(self.ours)

    def make_watchdog(self):
        return listener.Watchdog(
            self.driver, self.stats, self.clock, self.resync,
            self.jobs.append)

    def check(self, seconds=0.0):
        """Let time pass and check."""
        self.clock.advance(seconds)
        self.watchdog.check(self.clock.now)

    def check_often(self, count, beats=False):
        for _ in range(count):
            self.check(CHECK)
            if beats:
                self.watchdog.beat()

    def beat_and_die(self):
        """Poll once, on a thread that ends then."""
        thread = threading.Thread(target=self.watchdog.beat)
        thread.start()
        thread.join()

    def run_jobs(self):
        jobs, self.jobs[:] = list(self.jobs), []
        for job in jobs:
            job()

    def assertLeftAlone(self):
        """Nothing was restarted, renewed, compared or logged."""
        self.assertEqual(0, self.listener.started)
        self.assertEqual([], self.jobs)
        self.resync.assert_not_called()
        self.assertLogged()


class TestWhoIsWatched(WatchdogCase):

    def test_alive(self):
        self.check_often(20, beats=True)
        self.assertLeftAlone()

    def test_used_alone_and_never_polled(self):
        # The other handlers are those of somebody else.
        self.watchdog = self.make_watchdog()
        self.check_often(60)
        self.assertLeftAlone()

    def test_a_wrapper_that_passes_events_on(self):
        self.listener.unsubscribe(self.ours)
        self.listener.calls.clear()
        self.beat_and_die()
        self.check_often(2)
        self.assertEqual(1, self.listener.started)
        self.assertEqual(
            [('unsubscribe', self.theirs), ('subscribe', self.theirs)],
            self.listener.calls)
        self.resync.assert_called_once_with()

    def test_a_wrapper_of_a_handler_used_alone(self):
        self.watchdog = self.make_watchdog()
        self.beat_and_die()
        self.check_often(2)
        self.assertEqual(1, self.listener.started)

    def test_a_wrapper_that_left(self):
        self.watchdog = self.make_watchdog()
        self.beat_and_die()
        for handler in self.ours, self.theirs:
            self.listener.unsubscribe(handler)
        self.check_often(60)
        self.assertLeftAlone()

    def leave(self):
        """Unsubscribe our handler with all that could be the matter."""
        self.beat_and_die()
        self.listener.unsubscribe(self.ours)
        self.session.lost = True
        self.session.interruptions = 1
        self.check_often(60)

    def test_unsubscribed(self):
        self.listener.unsubscribe(self.theirs)
        self.leave()
        self.assertLeftAlone()

    def test_unsubscribed_beside_another_handler(self):
        self.leave()
        self.assertLeftAlone()

    def test_subscribed_again(self):
        self.watchdog.beat()
        self.listener.unsubscribe(self.ours)
        self.check_often(20)
        self.listener.subscribe(self.ours)
        self.check(CHECK)
        # It has had no time to be silent.
        self.assertLogged()
        self.check(SILENCE)
        self.assertLogged(messages.POLLS_SILENT)

    def test_nobody_is_subscribed_yet(self):
        for handler in self.ours, self.theirs:
            self.listener.unsubscribe(handler)
        self.check_often(60)
        self.assertLeftAlone()

    def test_the_handler_is_gone(self):
        self.listener.unsubscribe(self.ours)
        self.listener.calls.clear()
        del self.ours
        self.check_often(60)
        self.assertLeftAlone()


@ddt.ddt
class TestSessions(WatchdogCase):

    @ddt.named_data(('no_session', None), ('of_another_kind', mock.Mock()),
                    ('without_a_listener', listeners.make_session()))
    def test_without_a_listener(self, session):
        self.driver.session = session
        self.check_often(20)
        self.assertLeftAlone()

    def test_a_driver_without_a_session(self):
        self.driver = object()
        self.watchdog = self.make_watchdog()
        self.check_often(20)
        self.assertLeftAlone()

    def test_polled_without_a_listener(self):
        self.driver.session = None
        self.watchdog.beat()
        self.check(SILENCE)
        self.assertLogged(messages.POLLS_SILENT)

    def test_a_listener_that_is_broken(self):
        self.session.get_event_listener.side_effect = ValueError
        self.assertRaises(ValueError, self.check)

    def test_timeout_is_bounded(self):
        self.check()
        self.assertEqual(45.0, self.listener.timeout)

    def test_timeout_of_a_listener_that_is_not_watched(self):
        self.watchdog = self.make_watchdog()
        self.check()
        self.assertEqual(1200, self.listener.timeout)


class TestSilence(WatchdogCase):

    def fields(self, line):
        record, = self.logs.of(line)
        return record.args

    def test_logged_once_at_both_ends(self):
        self.watchdog.beat()
        self.check(SILENCE - 0.1)
        self.assertLogged()
        self.check(0.1)
        self.check_often(5)
        self.assertLogged(messages.POLLS_SILENT)
        self.assertEqual({'silences': 1}, self.counters())
        self.watchdog.beat()
        self.check_often(5, beats=True)
        self.assertLogged(messages.POLLS_SILENT, messages.POLLS_HEARD)
        self.assertEqual({'seconds': 60.0}, self.fields(messages.POLLS_SILENT))
        self.assertEqual({'seconds': 110.0}, self.fields(messages.POLLS_HEARD))

    def test_again(self):
        for _ in range(2):
            self.watchdog.beat()
            self.check()
            self.check(SILENCE)
        self.assertLogged(messages.POLLS_SILENT, messages.POLLS_HEARD,
                          messages.POLLS_SILENT)
        self.assertEqual({'silences': 2}, self.counters())

    def test_polls_that_fail_are_no_success(self):
        self.session.polls_fail = True
        self.check_often(6, beats=True)
        self.assertLogged(messages.POLLS_SILENT)
        self.check_often(6, beats=True)
        # Its thread lives.
        self.assertEqual(0, self.listener.started)
        self.session.polls_fail = False
        self.watchdog.beat()
        self.check()
        self.assertLogged(messages.POLLS_SILENT, messages.POLLS_HEARD)

    def test_polls_that_fail_now_and_then(self):
        for _ in range(6):
            self.session.polls_fail = True
            self.check_often(5, beats=True)
            self.session.polls_fail = False
            self.watchdog.beat()
        self.assertLogged()

    def test_a_session_that_does_not_say_whether_polls_fail(self):
        del self.session.polls_fail
        self.check_often(20, beats=True)
        self.assertLogged()

    def test_does_not_end_because_nobody_listens(self):
        self.watchdog.beat()
        self.check_often(7)
        self.listener.unsubscribe(self.ours)
        self.check(CHECK)
        self.listener.subscribe(self.ours)
        self.check(CHECK)
        # No poll has succeeded.
        self.assertLogged(messages.POLLS_SILENT)

    def test_goes_on_after_a_restart(self):
        self.check(SILENCE)
        self.check(CHECK)
        self.assertEqual(1, self.listener.started)
        self.assertEqual(0, self.logs.count(messages.POLLS_HEARD))
        self.watchdog.beat()
        self.check(CHECK)
        self.assertEqual(1, self.logs.count(messages.POLLS_HEARD))
        self.assertEqual(1, self.counters()['silences'])


class TestDeadPollThread(WatchdogCase):

    def test_restarted(self):
        self.beat_and_die()
        self.check(2 * CHECK - 0.1)
        self.assertLeftAlone()
        self.check(0.1)
        self.assertEqual(1, self.listener.started)
        self.assertEqual([self.ours, self.theirs], self.listener.handlers)
        self.resync.assert_called_once_with()
        self.assertLogged(messages.POLL_THREAD_DEAD)
        self.check_often(3)
        self.assertEqual({'poll_restarts': 1}, self.counters())

    def test_before_it_called_anybody(self):
        self.check(SILENCE - 1)
        self.assertEqual(0, self.listener.started)
        self.check(1)
        self.assertEqual(1, self.listener.started)
        # Not again before it had its minute.
        self.check(SILENCE - 1)
        self.assertEqual(1, self.listener.started)
        self.check(1)
        self.assertEqual(2, self.listener.started)
        self.assertEqual(2, self.counters()['poll_restarts'])

    def test_last_beat_of_a_thread_that_was_replaced(self):
        # The first poll takes too long; then its thread ends with it.
        self.check(SILENCE)
        self.assertEqual(1, self.listener.started)
        self.check(5)
        self.beat_and_die()
        self.check_often(20, beats=True)
        self.assertEqual(1, self.listener.started)

    def test_a_thread_that_hangs_is_not_dead(self):
        self.watchdog.beat()
        self.check_often(60)
        self.assertEqual(0, self.listener.started)

    def test_stopped(self):
        self.beat_and_die()
        self.watchdog.stop()
        self.session.lost = True
        self.session.interruptions = 1
        self.check_often(60)
        self.assertLeftAlone()


class TestCleanupHost(WatchdogCase):
    """``cleanup_host`` in the middle of a restart."""

    def setUp(self):
        super().setUp()
        self.listener.unsubscribe(self.theirs)
        self.listener.calls.clear()
        self.beat_and_die()
        self.clock.advance(2 * CHECK)

    def cleanup(self):
        """What a driver does: leave, then stop."""
        self.listener.unsubscribe(self.ours)
        self.watchdog.stop()

    def test_when_nobody_is_subscribed(self):
        thread = threading.Thread(target=self.cleanup, daemon=True)

        def meanwhile():
            thread.start()
            thread.join(0.2)

        self.listener.when_empty = meanwhile
        self.check()
        thread.join(30)
        self.assertFalse(thread.is_alive())
        self.assertEqual([], self.listener.handlers)
        self.check_often(20)
        self.assertEqual([], self.listener.handlers)
        self.assertEqual(1, self.listener.started)

    def test_before_it_begins(self):
        # Decided upon, and stopped before it took the lock.
        with mock.patch.object(messages.POLL_THREAD_DEAD.__class__, 'log',
                               side_effect=lambda *_: self.cleanup()):
            self.check()
        self.assertEqual([], self.listener.handlers)
        self.assertEqual(0, self.listener.started)
        self.resync.assert_not_called()

    def test_stop_without_leaving_waits_for_the_restart(self):
        order = []
        thread = threading.Thread(
            target=lambda: (self.watchdog.stop(), order.append('stopped')),
            daemon=True)

        def start():
            thread.start()
            thread.join(0.05)
            order.append('restarted')

        self.listener.threads.return_value.start.side_effect = start
        self.check()
        thread.join(30)
        self.assertEqual(['restarted', 'stopped'], order)


class TestNoThreadForPolls(WatchdogCase):

    def setUp(self):
        super().setUp()
        self.beat_and_die()
        self.listener.fail(RuntimeError('no more threads'))
        self.check(2 * CHECK)

    def test_logged_once(self):
        self.check_often(5)
        self.assertEqual(
            [messages.POLL_THREAD_DEAD.text, messages.POLL_THREAD_GONE.text],
            self.logs.texts()[:2])
        self.assertEqual(1, self.logs.count(messages.POLL_THREAD_DEAD))
        self.assertEqual(1, self.logs.count(messages.POLL_THREAD_GONE))
        self.assertEqual([self.ours, self.theirs], self.listener.handlers)
        self.resync.assert_not_called()

    def test_waits_grow(self):
        for seconds in (1, 2, 4, 8, 16, 32, 60, 60):
            before = self.listener.started
            self.check(seconds - 0.1)
            self.assertEqual(before, self.listener.started)
            self.check(0.1)
            self.assertEqual(before + 1, self.listener.started)

    def test_retried(self):
        self.check_often(2)
        self.listener.fail(None)
        self.check_often(2)
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.counters()['poll_restarts'])

    def test_the_next_time_is_logged_again(self):
        self.listener.fail(None)
        self.check(CHECK)
        self.beat_and_die()
        self.listener.fail(RuntimeError)
        self.check(2 * CHECK)
        self.assertLogged(*[messages.POLL_THREAD_DEAD,
                            messages.POLL_THREAD_GONE] * 2)

    def test_logged_again_if_polls_came_meanwhile(self):
        self.beat_and_die()
        self.check(2 * CHECK)
        self.assertLogged(*[messages.POLL_THREAD_DEAD,
                            messages.POLL_THREAD_GONE] * 2)

    def test_the_next_time_without_a_poll_between(self):
        self.listener.fail(None)
        self.check(CHECK)
        self.listener.fail(RuntimeError)
        self.check(SILENCE)
        self.assertEqual(1, self.logs.count(messages.POLL_THREAD_DEAD))
        self.assertEqual(2, self.logs.count(messages.POLL_THREAD_GONE))


class TestInterruptions(WatchdogCase):

    def test_compared_once_for_each(self):
        self.watchdog.beat()
        self.session.interruptions = 2
        self.check()
        self.check()
        self.resync.assert_called_once_with()
        self.assertEqual({'interruptions': 1}, self.counters())
        self.assertLogged(messages.POLLS_RECOVERED)
        self.session.interruptions = 3
        self.check()
        self.assertEqual(2, self.resync.call_count)

    def test_a_session_that_does_not_count(self):
        del self.session.interruptions
        self.check()
        self.resync.assert_not_called()


class TestLostSession(WatchdogCase):

    def setUp(self):
        super().setUp()
        self.watchdog.beat()
        self.session.lost = True
        self.renew = self.driver.renew_session

    def succeed(self):
        """What the driver does: it makes another session."""
        self.driver.session = listeners.make_session(self.listener)

    def test_renewed_by_the_pool(self):
        self.check()
        # The check itself waits for nothing.
        self.renew.assert_not_called()
        self.assertLogged()
        self.renew.side_effect = self.succeed
        self.run_jobs()
        self.renew.assert_called_once_with()
        self.resync.assert_called_once_with()
        self.assertLogged(messages.SESSION_RENEWED)
        self.check_often(3, beats=True)
        self.assertEqual({'sessions_renewed': 1}, self.counters())
        self.assertEqual([], self.jobs)

    def test_once_at_a_time(self):
        self.check()
        self.check_often(20)
        self.assertEqual(1, len(self.jobs))

    def test_silence_is_noticed_meanwhile(self):
        self.check()
        self.check(SILENCE)
        self.assertLogged(messages.POLLS_SILENT)

    def test_in_vain(self):
        self.renew.side_effect = ValueError('not yet')
        for calls, seconds in enumerate((1, 2, 4, 8, 16, 32, 60, 60), 1):
            self.check()
            self.run_jobs()
            self.assertEqual(calls, self.renew.call_count)
            self.watchdog.beat()
            self.check(seconds - 0.1)
            self.assertEqual([], self.jobs)
            self.clock.advance(0.1)
        self.assertEqual(1, self.logs.count(messages.SESSION_LOST))
        self.resync.assert_not_called()
        self.renew.side_effect = self.succeed
        self.check()
        self.run_jobs()
        self.resync.assert_called_once_with()
        self.assertEqual(1, self.counters()['sessions_renewed'])
        self.assertEqual(0, self.listener.started)

    def test_lost_again_is_logged_again(self):
        for error in (ValueError, None, ValueError):
            self.renew.side_effect = error
            self.check(1.0)
            self.run_jobs()
        self.assertLogged(messages.SESSION_LOST, messages.SESSION_RENEWED,
                          messages.SESSION_LOST)

    def test_the_wait_begins_when_the_attempt_has_failed(self):
        def fail():
            self.clock.advance(300)
            raise ValueError

        self.renew.side_effect = fail
        self.check()
        self.run_jobs()
        self.check(0.9)
        self.assertEqual([], self.jobs)

    def test_killed(self):
        self.renew.side_effect = fakes.Killed
        self.check()
        self.assertRaises(fakes.Killed, self.run_jobs)
        self.check()
        self.assertEqual(1, len(self.jobs))

    def test_no_thread_for_it(self):
        run = self.watchdog._run
        self.watchdog._run = mock.Mock(side_effect=RuntimeError)
        self.assertRaises(RuntimeError, self.check)
        self.watchdog._run = run
        self.check()
        self.assertEqual(1, len(self.jobs))

    def test_no_restart_meanwhile(self):
        self.beat_and_die()
        self.check_often(20)
        self.assertEqual(0, self.listener.started)

    def test_a_driver_that_cannot_renew_it(self):
        self.driver = mock.Mock(spec=['session'], session=self.session)
        self.watchdog = self.make_watchdog()
        self.watchdog.watch(self.ours)
        self.check_often(3)
        self.assertEqual([], self.jobs)
        self.assertLogged()

    def test_another_session_counts_for_itself(self):
        self.session.lost = False
        self.session.interruptions = 3
        self.check()
        self.session.lost = True
        self.check()
        self.renew.side_effect = self.succeed
        self.run_jobs()
        self.resync.reset_mock()
        self.check()
        # Its first interruptions are news, how many the other one had.
        self.resync.assert_not_called()
        self.driver.session.interruptions = 3
        self.check()
        self.resync.assert_called_once_with()
