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


import testtools

from nova_powervm.demo import measurements
from nova_powervm.demo import phases
from nova_powervm.demo import progress
from nova_powervm.testing import novalink
from nova_powervm.testing import waiting
from nova_powervm.tests.unit.demo import fake_stage


class TestDemo(testtools.TestCase):

    def setUp(self):
        super().setUp()
        clock = novalink.Clock()
        self.stage = fake_stage.FakeStage(clock)
        self.said = []
        self.demo = phases.Demo(
            self.stage, self.stage, delay=3.0, progress=progress.Progress(
                self.stage.pause, self.said.append, clock), clock=clock)

    def test_boots_as_many_servers_as_asked_for(self):
        phase = self.demo.run(45)[0]
        self.assertEqual(45, len(self.stage.found))
        self.assertEqual(45, phase.lpars)

    def test_boots_whole_servers_unless_the_stage_is_bare(self):
        self.demo.run(4)
        self.assertEqual([fake_stage.make_devices()] * 4,
                         list(self.stage.devices().values()))

    def test_boots_bare_servers_on_a_bare_stage(self):
        self.stage.bare = True
        self.demo.run(4)
        self.assertEqual([fake_stage.make_devices(None, [], [])] * 4,
                         list(self.stage.devices().values()))

    def test_a_server_that_does_not_boot_ends_the_demo(self):
        self.stage.fault = 'No valid host was found.'
        error = self.assertRaises(phases.DemoError, self.demo.run, 4)
        self.assertIn(self.stage.fault, str(error))

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

    def test_an_event_that_nova_need_not_have_had(self):
        def restart(lpars, operation):
            if operation == 'restart':
                self.stage.told_['some server'] += 1
            return real(lpars, operation)

        real, self.stage.power = self.stage.power, restart
        problems = [phase.problems for phase in self.demo.run(4)]
        self.assertEqual(
            [measurements.Problem('some server', needless=True)],
            problems[3])
        self.assertEqual([], problems[1] + problems[2])

    def test_a_change_that_nova_does_not_learn_about(self):
        def power(lpars, operation):
            self.stage.learns = operation != 'off'
            return real(lpars, operation)

        real, self.stage.power = self.stage.power, power
        stop = self.demo.run(4)[2]
        self.assertEqual([], stop.known_seconds)
        self.assertEqual([False],
                         [problem.needless for problem in stop.problems])

    def test_waits_as_long_as_there_is_progress_and_no_longer(self):
        self.stage.unfinished = 'LPARs to compare: 7'
        self.assertRaises(waiting.TimedOut, self.demo.run, 4)
        self.assertIn('  ' + self.stage.unfinished, self.said)

    def test_lpars_that_cannot_be_powered(self):
        self.stage.power = lambda lpars, operation: []
        self.assertRaises(phases.DemoError, self.demo.run, 4)
