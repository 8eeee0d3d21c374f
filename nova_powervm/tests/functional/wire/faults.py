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


"""The driver and its event module, real pypowervm, and a service that fails.

Whatever fails and for however long: in the end nova's record is that of
NovaLink, nova was never told what is not so, and the log has a line when it
begins and one when it is over. What each fault costs is printed.
"""

import time

import mock
from nova.compute import power_state
from nova import monkey_patch
from pypowervm.helpers import vios_busy

from nova_powervm.tests.functional.wire import case
from nova_powervm.tests.functional.wire import records
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm.lifecycle import hypervisor
from nova_powervm.virt.powervm.lifecycle import watch
from nova_powervm.virt.powervm import session as pvm_session

_DELAY = 0.3
_CHECK = 0.5
_RUNNING, _OFF = power_state.RUNNING, power_state.SHUTDOWN
_STATES = {_RUNNING: 'running', _OFF: 'not activated'}

# So many LPARs are read one by one, or all at once.
_ONE, _MANY = 1, 8

_NO_ANSWER = ('NovaLink does not answer', 'NovaLink answers again')
_NO_QUICK_ALL = ('NovaLink does not list the states',)
_QUICK_ALL = ('NovaLink lists the states of LPARs again',)
_NO_LISTING = ('NovaLink does not list its LPARs',)
_LISTING = ('NovaLink lists its LPARs again',)
_PARTIAL = ('NovaLink does not list all LPARs',)
_COMPLETE = ('NovaLink lists all LPARs again',)
_GARBLED = ('NovaLink gives no usable answer about LPAR',
            'NovaLink gives usable answers about all LPARs again')
_POLLS_FAILED = ('Polls for PowerVM events had failed',)
_POLLS_ENDED = ("pypowervm's polls for events have ended", *_POLLS_FAILED)
_SESSION_LOST = ('there is a new one',)
# None may be logged more than once, or without having been expected.
_SAID = (*_NO_ANSWER, *_NO_QUICK_ALL, *_QUICK_ALL, *_NO_LISTING, *_LISTING,
         *_PARTIAL, *_COMPLETE, *_GARBLED, *_POLLS_ENDED, *_SESSION_LOST,
         'another cannot be had yet', 'Cannot receive events',
         'No poll for PowerVM', 'could not be compared',
         'could not all be read', 'could not emit', 'was told')


class FaultsTestCase(case.WireTestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator(
            poll_seconds=0.1, boot_seconds=0.6, shutdown_seconds=0.6)

    def setUp(self):
        super().setUp()
        # A tenth and less of what they are, to test for minutes, not hours.
        for module, name, value in (
                (watch, '_INTERVAL', _CHECK), (watch, '_SILENCE', 12.0),
                (pvm_session, '_POLL_TIMEOUT', 2.0),
                (pvm_session, '_QUICK_TIMEOUT', 1.0),
                (pvm_session, '_LOGON_TIMEOUT', 1.0),
                (hypervisor, '_TIMEOUT', 1.0),
                (vios_busy, 'SLEEP', lambda seconds: time.sleep(0.1))):
            patcher = mock.patch.object(module, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)
        self.control.clear_faults()
        self.control.configure(quick_all=True, latency_ms=0)
        self.delete_lpars()
        self.lpars = self.control.add_lpars(_MANY + 2)
        self.flags(host=world.HOST)
        self.flags(group='powervm', rest_port=self.simulator.port,
                   rest_connect_tries=1, event_delay=_DELAY)
        self.driver = driver.PowerVMDriver(None)
        self.nova = records.Nova(self.driver)
        self.nova.add(self.lpars, _RUNNING)
        self.nova.use_in(self)
        self.addCleanup(self.control.clear_faults)
        self.addCleanup(self.driver.cleanup_host, world.HOST)
        self.driver.init_host(world.HOST)
        self.driver.register_event_listener(self.nova.emit_event)
        self.handler = self.driver._event_handler
        self.changed = []
        self.wait_until(lambda: self.count('resyncs'), 'the first resync')
        self.calm_down()

    def count(self, name):
        return self.handler.statistics.as_dict()[name]

    def circumstances(self):
        return self.handler.statistics.as_dict()

    def calm_down(self):
        """Wait until nothing that happened before can have an effect."""
        self.control.clear_faults()
        polls = self.control.counters().get('event_poll', 0)
        self.wait_until(
            lambda: self.control.counters()['event_poll'] > polls + 1,
            'polls')
        self.wait_until(lambda: not self.count('pending'),
                        'all LPARs looked at')
        self.wait_until(lambda: self.count('cached') >= len(self.lpars),
                        'all of them confirmed')
        self.assertToldTheTruth()
        self.logged = len(self.log.output)
        self.nova.events.clear()

    def change(self, number, slowly=False):
        """Switch LPARs on or off behind nova's back.

        :param slowly: it takes them 0.6 seconds.
        """
        self.changed = self.lpars[:number]
        power = self.nova.power_states(self.changed)[0]
        self.wanted = _OFF if power == _RUNNING else _RUNNING
        self.since = time.monotonic()
        if slowly:
            self.control.power(
                self.changed, 'off' if self.wanted == _OFF else 'on')
        else:
            self.control.set_state(self.changed, _STATES[self.wanted])

    def nova_knows(self):
        return set(self.nova.power_states(self.changed)) == {self.wanted}

    def assertLearns(self, what, *said, lasts=0.0, over=()):
        """Nova learns what change() did, and nothing else.

        :param said: parts of what is logged, in this order.
        :param lasts: seconds for which the fault does.
        :param over: what is logged besides when all is read again without
            the fault.
        """
        self._learns(what, lasts)
        self.wait_until(lambda: self.said()[-1:] == said[-1:], said[-1:])
        self.assertEqual(said, self.said(), what)
        if over:
            self.control.clear_faults()
            self.handler.resync()
            self.control.storm(self.lpars, events=1)
            said += over
            self.wait_until(lambda: self.said() == said, over)
        self.calm_down()

    def assertLearnsAnyhow(self, what, lasts=0.0):
        """As assertLearns, where chance decides what is noticed first."""
        self._learns(what, lasts)
        # Whatever is noticed will have been noticed.
        time.sleep(2 * _CHECK)
        for line in _SAID:
            self.assertGreaterEqual(1, self.said().count(line), line)
        self.calm_down()

    def _learns(self, what, lasts):
        self.wait_until(self.nova_knows, 'nova knows in spite of ' + what)
        took = time.monotonic() - self.since
        if lasts:
            self.assertGreater(took, lasts)
        print('cost', 'eventlet' if monkey_patch.is_patched()
              else 'threading', repr(what), '%.1f' % lasts, '%.1f' % took,
              flush=True)

    def assertToldTheTruth(self):
        changed = {self.nova.find(lpar).uuid for lpar in self.changed}
        self.assertEqual(set(), {
            (uuid, power) for uuid, power in list(self.nova.events)
            if uuid not in changed or power != self.wanted})

    def said(self):
        """Return what was logged of the lines above, in order."""
        return tuple(said for line in
                     self.log.output[self.logged:].splitlines()
                     for said in _SAID if said in line)

    # Reads

    def test_listing_fails(self):
        for fault in ('unavailable', 'unavailable_bare', 'cut', 'hang'):
            self.control.inject_fault('quick_all', fault)
            self.change(_MANY)
            self.assertLearns(f'quick/All: {fault}', *_NO_LISTING,
                              over=_LISTING)

    def test_listing_is_not_understood(self):
        for fault in ('truncated', 'garbage', 'empty'):
            unusable = self.count('rest_unusable')
            self.control.inject_fault('quick_all', fault)
            self.change(_MANY)
            self.assertLearns(f'quick/All: {fault}', *_NO_QUICK_ALL,
                              over=_QUICK_ALL)
            self.assertEqual(unusable + 1, self.count('rest_unusable'))

    def test_listing_is_absent(self):
        self.control.configure(quick_all=False)
        self.change(_MANY)
        self.assertLearns('quick/All: absent', *_NO_QUICK_ALL)

    def test_listing_is_partial(self):
        self.control.inject_fault('quick_all', 'partial')
        self.change(_MANY)
        self.assertLearns('quick/All: partial', *_PARTIAL, over=_COMPLETE)
        self.control.inject_fault('quick_all', 'partial')
        self.control.inject_fault('event', 'drop')
        self.change(_MANY)
        self.handler.resync()
        self.assertLearns('quick/All: partial in a resync', *_PARTIAL,
                          over=_COMPLETE)

    def test_listing_is_stale(self):
        # What it says cannot be told from the truth, but it cannot make nova
        # believe it either; the next event finds what was missed.
        self.control.inject_fault('quick_all', 'stale')
        self.change(_MANY)
        changed = self.since
        batches = self.count('batches')
        self.wait_until(lambda: self.count('batches') > batches, 'looked at')
        self.control.clear_faults()
        self.control.storm(self.changed, events=1)
        self.since = changed
        self.assertLearns('quick/All: stale until the next event')

    def test_feed_fails(self):
        self.control.configure(quick_all=False)
        self.change(_MANY)
        self.assertLearns('no quick/All', *_NO_QUICK_ALL)
        for fault in ('unavailable', 'unavailable_bare', 'cut', 'hang',
                      'truncated', 'garbage', 'empty', 'not_modified'):
            self.control.inject_fault('lpar_feed', fault)
            self.change(_MANY)
            self.assertLearns(f'LPAR feed: {fault}', *_NO_LISTING,
                              over=_LISTING)
        self.control.inject_fault('lpar_feed', 'partial')
        self.change(_MANY)
        self.assertLearns('LPAR feed: partial', *_PARTIAL, over=_COMPLETE)

    def test_one_read_fails(self):
        for fault in ('unavailable', 'unavailable_bare', 'cut', 'hang'):
            self.control.inject_fault('quick_property', fault, seconds=1.2)
            self.change(_ONE)
            self.assertLearns(f'quick property: {fault}', *_NO_ANSWER,
                              lasts=1.2)

    def test_one_read_is_not_understood(self):
        for fault in ('truncated', 'garbage', 'empty'):
            self.control.inject_fault('quick_property', fault, seconds=1.2)
            self.change(_ONE)
            self.assertLearns(f'quick property: {fault}', *_GARBLED,
                              lasts=1.2)

    def test_everything_is_slow(self):
        self.control.configure(latency_ms=700)
        self.change(_MANY)
        self.assertLearns('answers late by 0.7 s')

    # Polls

    def test_answer_with_events_is_lost(self):
        # NovaLink takes the events for delivered.
        for fault in ('cut', 'truncated', 'garbage', 'empty'):
            self.control.inject_fault('event_poll', fault, count=1)
            self.change(_MANY)
            self.assertLearns(f'event poll: {fault}', *_POLLS_FAILED)

    def test_answer_without_feed(self):
        self.control.inject_fault('event_poll', 'not_modified', count=1)
        time.sleep(0.6)
        self.change(_MANY)
        self.assertLearns('event poll: not_modified', *_POLLS_ENDED)

    def test_polls_fail(self):
        for fault in ('unavailable', 'unavailable_bare'):
            self.control.inject_fault('event_poll', fault, seconds=1.0)
            time.sleep(0.6)
            self.change(_MANY)
            self.assertLearns(f'event poll: {fault}', *_POLLS_FAILED)

    def test_poll_is_never_answered(self):
        self.control.inject_fault('event_poll', 'hang', count=1)
        time.sleep(0.6)
        self.change(_MANY)
        self.assertLearns('event poll: hang', *_POLLS_FAILED)

    # Events

    def test_events_are_doubled_and_reordered(self):
        for fault in ('duplicate', 'reorder'):
            self.control.inject_fault('event', fault)
            self.change(_MANY)
            self.assertLearns(f'events: {fault}')

    def test_events_are_lost(self):
        self.control.inject_fault('event', 'lose')
        self.change(_MANY)
        self.assertLearns('events: MISSING_EVENTS')

    def test_events_are_lost_silently(self):
        # Nothing can be known of it; the next event finds what was missed.
        self.control.inject_fault('event', 'drop')
        self.change(_MANY)
        changed = self.since
        self.wait_until(
            lambda: self.control.faults()['event']['drop'] >= _MANY, 'lost')
        self.control.clear_faults()
        self.assertEqual([], self.nova.events)
        self.control.storm(self.changed, events=1)
        self.since = changed
        self.assertLearns('events: dropped until the next one')

    def test_caches_cleared(self):
        resyncs = self.count('resyncs')
        for _ in range(3):
            self.control.send_events([{'type': 'CACHE_CLEARED'}] * 50)
        self.change(_MANY)
        self.assertLearns('burst of CACHE_CLEARED')
        # They are one resync, unless they came in two polls.
        self.assertIn(self.count('resyncs') - resyncs, (1, 2))

    # The service

    def test_everything_fails(self):
        for fault in ('unavailable', 'unavailable_bare', 'cut'):
            self.control.inject_fault('*', fault, seconds=1.2)
            self.change(_MANY)
            self.assertLearnsAnyhow(f'all requests: {fault}', lasts=1.2)

    def test_connections_are_refused(self):
        self.change(_MANY, slowly=True)
        self.control.refuse(3.0)
        self.assertLearnsAnyhow('connections refused', lasts=3.0)

    def test_service_restarts(self):
        for new_client in (True, False):
            self.change(_MANY, slowly=True)
            self.control.restart(2.0, new_client=new_client)
            self.assertLearnsAnyhow(
                'restart, NEW_CLIENT %s' % new_client, lasts=2.0)

    def test_service_restarts_at_once(self):
        # The events of the change are among what is lost.
        for new_client in (True, False):
            self.control.inject_fault('event', 'drop')
            self.change(_MANY)
            self.control.restart(new_client=new_client)
            self.control.clear_faults()
            self.assertLearnsAnyhow(
                'restart at once, NEW_CLIENT %s' % new_client)

    def test_relogon_is_refused_for_good(self):
        session = self.driver.session
        self.control.inject_fault('logon', 'unauthorized')
        self.change(_MANY, slowly=True)
        self.control.restart()
        self.wait_until(lambda: session.lost, 'session lost')
        time.sleep(3.0)
        self.assertIs(session, self.driver.session)
        self.control.clear_faults()
        self.assertLearnsAnyhow('re-logon refused', lasts=3.0)
        self.assertIsNot(session, self.driver.session)

    def test_relogon_is_never_answered(self):
        self.control.inject_fault('logon', 'hang', count=1)
        self.change(_MANY, slowly=True)
        self.control.restart()
        self.assertLearnsAnyhow('re-logon: hang')
