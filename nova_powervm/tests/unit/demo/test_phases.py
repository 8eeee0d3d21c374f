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

import collections
import types

import testtools

from nova_powervm.demo import phases

_RUNNING, _SHUTDOWN = 1, 4
_POWER = {'running': _RUNNING, 'not activated': _SHUTDOWN}


def make_server(number, power=_RUNNING, **changes):
    uuid = '%08x-9a41-4b52-8e0f-0a6b0e6f3a11' % number
    return types.SimpleNamespace(**{
        'uuid': uuid, 'lpar': uuid.upper(), 'power_state': power,
        'status': 'ACTIVE' if power == _RUNNING else 'SHUTOFF',
        'vm_state': 'active' if power == _RUNNING else 'stopped',
        'task_state': None, 'fault': '', **changes})


class TestDisagreement(testtools.TestCase):

    def test_agreement(self):
        for power, state in ((_RUNNING, 'running'), (_RUNNING, 'starting'),
                             (_SHUTDOWN, 'not activated')):
            self.assertEqual(
                '', phases.disagreement(make_server(1, power), state))

    def test_disagreement(self):
        running = make_server(1)
        for server, state, words in (
                (running, 'not activated', 'LPAR is not activated'),
                (running, None, 'LPAR is missing'),
                (running, 'no such state', 'LPAR is no such state'),
                (make_server(1, _SHUTDOWN), 'running', 'power_state shutdown'),
                (make_server(1, vm_state='error'), 'running',
                 'vm_state error'),
                (make_server(1, task_state='rebooting'), 'running',
                 'task_state rebooting')):
            text = phases.disagreement(server, state)
            self.assertIn(server.uuid, text)
            self.assertIn(words, text)


class World:
    """A stage in memory; time passes only while somebody waits.

    Its tasks end, and nova learns what is new, at the next pause, unless
    ``learns`` is false.
    """

    def __init__(self):
        self.cloud = self.control = self.statistics = self
        self.markers = self.calls = self.release9 = self
        self.now = 1000.0
        self.found = {}
        self.states = {}
        self.counters_ = collections.Counter()
        self.unsettled = False
        self.told_ = collections.Counter()
        self.said = []
        self.learns = True
        self.fault = ''

    # Time.

    def pause(self, seconds):
        self.now += seconds
        for uuid, server in list(self.found.items()):
            state = self.states[server.lpar]
            if state == 'starting':
                self.counters_['busy'] += 1
            if not self.learns or state not in _POWER:
                continue
            if server.power_state != _POWER[state]:
                self.told_[uuid] += 1
            self.found[uuid] = make_server(int(uuid[:8], 16), _POWER[state])

    # The cloud.

    def create_flavor(self):
        return 'flavor'

    def create_servers(self, count, flavor):
        for number in range(len(self.found), len(self.found) + count):
            server = make_server(number)
            if self.fault:
                server.status, server.fault = 'ERROR', self.fault
            self.found[server.uuid] = server
            self.states[server.lpar] = 'running'

    def servers(self, since=None):
        return dict(self.found)

    def count(self, status):
        return sum(server.status == status for server in self.found.values())

    def act(self, uuids, action):
        state = {'os-start': 'starting', 'os-stop': 'shutting down'}[
            next(iter(action))]
        for uuid in uuids:
            self.found[uuid].task_state = 'a task'
            self.states[self.found[uuid].lpar] = state

    # The simulator's control.

    def configure(self, **settings):
        pass

    def storm(self, lpars, events):
        self.counters_['events'] += events * len(lpars)

    def power(self, lpars, operation):
        if operation == 'off':
            self.set_state(lpars, 'not activated', 1)
        return lpars

    def set_state(self, lpars, state, events):
        for lpar in lpars:
            self.states[lpar] = state

    # What is counted.

    def counters(self):
        return dict(self.counters_)

    def counts(self):
        return {'lookups': self.counters_['lookups'], 'nova': 0}

    def told(self):
        return dict(self.told_)

    def looks(self):
        # Release 9.0.0 would have looked at each once a storm.
        return {lpar: self.counters_['events'] // 12 // len(self.states)
                for lpar in self.states if self.counters_['events']}

    @property
    def others(self):
        return self.counters_['events']

    # What the stage itself does.

    def lpar_states(self):
        return dict(self.states)

    def settle(self, wait):
        wait(lambda: 'LPARs to be looked at: 7' if self.unsettled else '')

    def snapshot(self, wait):
        wait(lambda: '')
        return self.counters(), self.counts()


class TestDemo(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.world = World()
        self.world.counters_['busy'] = 0
        self.demo = phases.Demo(
            self.world, delay=3.0, pause=self.world.pause,
            say=self.world.said.append, clock=lambda: self.world.now)

    def test_boots_as_many_servers_as_asked_for(self):
        phase = self.demo.run(45)[0]
        self.assertEqual(45, len(self.world.found))
        self.assertEqual(45, phase.lpars)

    def test_a_server_that_does_not_boot_ends_the_demo(self):
        self.world.fault = 'No valid host was found.'
        error = self.assertRaises(phases.DemoError, self.demo.run, 4)
        self.assertEqual('nova could not boot 4 servers. The first: '
                         'No valid host was found.', str(error))

    def test_what_is_measured(self):
        _, storm, stop, restart, task = self.demo.run(16)
        self.assertEqual(16 * phases.STORM_EVENTS, storm.events)
        self.assertEqual(16, storm.release9_rest_reads)
        # No LPAR's uuid here had a first bit to clear.
        self.assertEqual(16, storm.release9_lookups)
        self.assertEqual([0.25] * 4, stop.known_seconds)
        self.assertEqual([], restart.known_seconds)
        self.assertEqual([0.25] * 4, task.known_seconds)
        self.assertEqual(8, task.lpars)
        self.assertEqual([], storm.problems + stop.problems)

    def test_a_uuid_whose_first_bit_is_set_takes_two_lookups(self):
        self.demo._instance_of = {'A': '7c8a1d52', 'B': 'fc8a1d52'}
        self.assertEqual([False, True, True],
                         [self.demo._second_lookup(lpar)
                          for lpar in ('A', 'B', 'nobody knows')])

    def test_an_event_that_nova_need_not_have_had(self):
        def restart(lpars, operation):
            if operation == 'restart':
                self.world.told_['some server'] += 1
            return real(lpars, operation)

        real, self.world.power = self.world.power, restart
        problems = [phase.problems for phase in self.demo.run(4)]
        self.assertEqual(
            ['nova was told of server some server, which it need not be'],
            problems[3])
        self.assertEqual([], problems[1] + problems[2])

    def test_a_change_that_nova_does_not_learn_about(self):
        def power(lpars, operation):
            self.world.learns = operation != 'off'
            return real(lpars, operation)

        real, self.world.power = self.world.power, power
        stop = self.demo.run(4)[2]
        self.assertEqual([], stop.known_seconds)
        self.assertEqual(1, len(stop.problems))
        self.assertIn('nova did not learn about server', stop.problems[0])

    def test_waits_as_long_as_there_is_progress_and_no_longer(self):
        self.world.unsettled = True
        error = self.assertRaises(phases.DemoError, self.demo.run, 4)
        self.assertIn('LPARs to be looked at: 7', str(error))
        self.assertIn('  LPARs to be looked at: 7', self.world.said)

    def test_lpars_that_cannot_be_powered(self):
        self.world.power = lambda lpars, operation: []
        error = self.assertRaises(phases.DemoError, self.demo.run, 4)
        self.assertEqual('not all LPARs could be powered off', str(error))

    def test_disagreements_of_all_servers_and_lpars(self):
        self.world.create_servers(3, None)
        self.world.states[make_server(1).lpar] = 'not activated'
        self.world.states['ANOTHER'] = 'running'
        texts = self.demo.disagreements()
        self.assertEqual(2, len(texts))
        self.assertIn(make_server(1).uuid, texts[0])
        self.assertEqual('LPAR ANOTHER belongs to no server', texts[1])
