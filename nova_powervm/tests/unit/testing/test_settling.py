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


"""Counters that are read while LPARs are being compared."""

import itertools

import ddt
import testtools

from nova_powervm.testing import settling


class Lookups:
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


@ddt.ddt
class TestSnapshot(testtools.TestCase):

    @ddt.named_data(*(['%d_to_%d' % spots, *spots]
                      for spots in itertools.combinations(range(9), 2)))
    def test_lookup_on_its_way(self, begin, end):
        it = settling.Settling()
        it.statistics = it.calls = Lookups([begin, end])

        def wait(unfinished):
            while unfinished():
                pass

        ours, calls = it.snapshot(wait)
        self.assertEqual(ours['lookups'], calls['lookups'])
