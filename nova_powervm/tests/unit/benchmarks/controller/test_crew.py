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

import pathlib

import mock

from benchmarks.comparison import releases
from benchmarks.controller import crew
from benchmarks.controller import settings
from nova_powervm.testing import novalink
from nova_powervm.testing import processes
from nova_powervm.tests import base


class TestCrew(base.TestCase):

    def setUp(self):
        super().setUp()
        self.members = [mock.Mock(), mock.Mock()]
        self.crew = crew.Crew(self.members)
        self.clock = novalink.Clock(0.0)
        self.enterContext(mock.patch.object(crew, 'time', mock.Mock(
            monotonic=self.clock, sleep=self.clock.advance)))
        self.left = lambda: 0
        self.members[0].ask.side_effect = lambda op: {'left': self.left()}
        self.members[1].ask.side_effect = lambda op: {'left': 0}

    def test_all_are_asked(self):
        for member in self.members:
            member.ask.side_effect = lambda op, **arguments: [op, arguments]
        self.assertEqual([['storm', {'events': 3}]] * 2,
                         self.crew.ask('storm', events=3))

    def test_settled_when_nothing_has_been_left_for_a_while(self):
        self.left = lambda: self.clock.now < 7
        self.assertTrue(self.crew.settle(0.0, 60.0))
        self.assertGreaterEqual(self.clock.now, 8)

    def test_not_before_it_can_have_begun(self):
        self.assertTrue(self.crew.settle(5.0, 60.0))
        self.assertGreater(self.clock.now, 5)

    def test_no_end(self):
        self.left = lambda: 1
        self.assertFalse(self.crew.settle(0.0, 60.0))
        self.assertGreater(self.clock.now, 60)


class TestAboard(base.TestCase):

    def setUp(self):
        super().setUp()
        self.members = [mock.Mock(), mock.Mock()]
        self.dialogue = self.enterContext(mock.patch.object(
            crew.dialogue, 'Dialogue', side_effect=self.members))

    def aboard(self):
        return crew.aboard(
            settings.Settings(processes=2, lpars=9), releases.OURS, 3, None,
            pathlib.Path('/etc/nova.conf'))

    def test_hosts_are_divided(self):
        with self.aboard():
            for member in self.members:
                member.start.assert_called_once_with()
                member.stop.assert_not_called()
        for member in self.members:
            member.stop.assert_called_once_with()
        options = [call.args[2] for call in self.dialogue.call_args_list]
        self.assertEqual([[0, 2], [1]], [each['hosts'] for each in options])
        self.assertEqual(2, len({each['log'] for each in options}))

    def test_one_does_not_start(self):
        self.members[1].start.side_effect = processes.ProcessError
        self.assertRaises(processes.ProcessError, self.aboard().__enter__)
        for member in self.members:
            member.stop.assert_called_once_with()
