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

from nova_powervm.testing import novalink
from nova_powervm.testing import waiting


class TestWaitUntil(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = novalink.Clock()
        self.checks = []

    def wait(self, condition, pause=1.0, **options):
        return waiting.wait_until(
            lambda: self.checks.append(self.clock.now) or condition(),
            'something', clock=self.clock, timeout=10,
            pause=lambda: self.clock.advance(pause), **options)

    def test_true_at_once(self):
        self.assertEqual('result', self.wait(lambda: 'result'))
        self.assertEqual([1000.0], self.checks)

    def test_true_after_a_while(self):
        self.assertTrue(self.wait(lambda: self.clock.now >= 1003))
        self.assertEqual([1000.0, 1001.0, 1002.0, 1003.0], self.checks)

    def test_never(self):
        self.assertRaises(waiting.TimedOut, self.wait, lambda: False)
        self.assertEqual(1010.0, self.checks[-1])

    def test_pause_beyond_the_deadline(self):
        self.assertTrue(self.wait(lambda: self.clock.now > 1000, pause=99))

    def test_condition_that_takes_beyond_the_deadline(self):
        def condition():
            self.clock.advance(60)
            return len(self.checks) > 1

        self.assertTrue(self.wait(condition))

    def test_failure_says_what_and_why(self):
        error = self.assertRaises(
            waiting.TimedOut, self.wait, lambda: False,
            details=lambda: {'pending': 7})
        self.assertIn('something', str(error))
        self.assertIn("{'pending': 7}", str(error))

    def test_is_a_failure_of_the_test(self):
        self.assertTrue(issubclass(waiting.TimedOut, self.failureException))

    def test_errors_pass(self):
        self.assertRaises(ZeroDivisionError, self.wait, lambda: 1 / 0)
