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


import mock
import testtools

from nova_powervm.testing import novalink
from nova_powervm.tests.endurance import worlds


class TestWorlds(testtools.TestCase):
    """As many worlds as there is time for, each with a seed that is known."""

    def setUp(self):
        super().setUp()
        self.clock = novalink.Clock()
        self.attempt = mock.Mock(
            side_effect=lambda *_: self.clock.advance(10))

    def run_worlds(self, number, seconds=None):
        return worlds.run(number, seconds, 7, self.clock, self.attempt)

    def test_number(self):
        self.assertEqual(600, self.run_worlds(600))
        self.assertEqual(
            [mock.call(250, 7), mock.call(250, 8), mock.call(100, 9)],
            self.attempt.call_args_list)

    def test_time(self):
        self.assertEqual(500, self.run_worlds(10_000, 15))

    def test_failure(self):
        self.attempt.side_effect = AssertionError
        self.assertRaises(AssertionError, self.run_worlds, 600)
        self.attempt.assert_called_once()
