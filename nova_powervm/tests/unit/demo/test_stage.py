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

"""Counters that are taken while LPARs are being looked at."""

import testtools

from nova_powervm.demo import stage


class Looks:
    """Stands for the module's statistics and for the calls that it makes.

    Each lookup takes from one pause to the next. ``spots`` says at which
    questions, counted from 0, one begins or ends unseen by who asks.
    """

    def __init__(self, spots):
        self.spots = set(spots)
        self.questions = 0
        self.begun = self.ended = 0

    def asked(self):
        if self.questions in self.spots:
            if self.begun > self.ended:
                self.ended += 1
            else:
                self.begun += 1
        self.questions += 1

    def counters(self):
        self.asked()
        return {'lookups': self.ended}

    def as_dict(self):
        self.asked()
        return {'lookups': self.ended, 'pending': self.begun - self.ended,
                'confirming': 0}

    def counts(self):
        self.asked()
        return {'lookups': self.begun, 'nova': 0}


class TestSnapshot(testtools.TestCase):

    def test_lookups_on_their_way(self):
        # One lookup, however it lies to the questions that are asked.
        for begin in range(7):
            for end in range(begin + 1, 9):
                looks = Looks([begin, end])
                it = stage.Stage('nowhere', 1.0)
                it.statistics = it.calls = looks

                def wait(unfinished):
                    while unfinished():
                        pass

                ours, calls = it.snapshot(wait)
                self.assertEqual(ours['lookups'], calls['lookups'],
                                 (begin, end))
