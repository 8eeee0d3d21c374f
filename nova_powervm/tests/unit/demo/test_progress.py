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

from nova_powervm.demo import progress
from nova_powervm.testing import novalink
from nova_powervm.testing import waiting


class TestProgress(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = novalink.Clock()
        self.said = []
        self.pauses = []
        self.progress = progress.Progress(
            self.pause, self.said.append, self.clock)

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.clock.advance(seconds)

    def wait(self, *texts, asking=0.0, **options):
        """Wait while each text is unfinished once, then nothing."""
        left = iter([*texts, ''])

        def unfinished():
            self.clock.advance(asking)
            return next(left)

        self.progress.wait('it', unfinished, **options)

    def test_nothing_is_unfinished(self):
        self.wait()
        self.assertEqual(([], []), (self.pauses, self.said))

    def test_what_changes_is_said(self):
        self.wait('one', 'one', 'two', 'one')
        self.assertEqual(['one', 'two', 'one'],
                         [text.strip() for text in self.said])

    def test_asking_that_costs_nothing(self):
        self.wait('one')
        self.assertEqual([0.25], self.pauses)

    def test_asking_takes_a_share_of_the_time(self):
        self.wait('one', asking=0.25, share=0.25)
        self.assertEqual([1.0], self.pauses)

    def test_slow_answers(self):
        self.wait('one', asking=30.0)
        self.assertEqual([2.0], self.pauses)

    def test_patience_ends(self):
        self.progress.patience = 10
        self.assertRaises(waiting.TimedOut, self.progress.wait, 'it',
                          lambda: 'never')
        self.assertEqual(1010, self.clock.now)
