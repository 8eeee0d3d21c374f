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


import ddt

from nova_powervm.events_report import churn
from nova_powervm.events_report import figures
from nova_powervm.events_report import outages
from nova_powervm.events_report import timeline
from nova_powervm.tests import base
from nova_powervm.tests.unit.events_report import samples

NOON = samples.NOON


def fields(**changes):
    """Return the fields of a batch as they are read."""
    made = samples.batch(**changes)
    del made['outcomes']
    return {**{name: str(value) for name, value in made.items()},
            'emit': '1', 'no_change': '2'}


@ddt.ddt
class TestBatches(base.TestCase):

    def setUp(self):
        super().setUp()
        self.figures = figures.Figures()

    def add(self, time=NOON, **changes):
        self.figures.add(time, 'BATCH', fields(**changes))

    def test_sums(self):
        self.add(events=10)
        self.add(NOON + 5, events=4, batch=2)
        self.assertEqual(14, self.figures.totals['events'])
        self.assertEqual({'emit': 2, 'no_change': 4}, self.figures.outcomes)
        self.assertEqual(2, self.figures.times['rest'].summary()['count'])
        self.assertEqual((NOON, NOON + 5),
                         (self.figures.first, self.figures.last))

    @ddt.named_data(
        ('none', (1, 2, 3), 0), ('some', (1, 5, 6), 3),
        ('from_the_middle', (7, 8), 0), ('restart', (7, 8, 1, 2), 0),
        ('restart_and_some', (7, 8, 3), 2))
    def test_unlogged(self, numbers, unlogged):
        for number in numbers:
            self.add(batch=number)
        self.assertEqual(unlogged, self.figures.unlogged)

    def test_late_and_over(self):
        self.add(late_ms=1000)
        self.add(late_ms=1001)
        self.add(over='lookups+slow_call')
        self.assertEqual(1, self.figures.late)
        self.assertEqual({'lookups': 1, 'slow_call': 1}, self.figures.over)
        # A packed time is known to within one percent.
        self.assertEqual([1001, 248], [
            one.worst_ms for one in sorted(self.figures.worst, reverse=True)])

    def test_the_worst_are_kept(self):
        for late in range(2000, 2100):
            self.add(late_ms=late)
        self.assertEqual(set(range(2090, 2100)), {
            one.late_ms for one in self.figures.worst})

    @ddt.data({'events': 'x'}, {'times': 'rest:1;'}, {'late_ms': '1.5'})
    def test_nonsense_adds_nothing(self, changes):
        self.assertRaises(ValueError, self.add, **changes)
        self.assertEqual(0, self.figures.batches)
        self.assertEqual(0, self.figures.totals['lpars'])

    def test_without_a_time(self):
        self.add(None)
        self.assertEqual(1, self.figures.batches)
        self.assertIsNone(self.figures.first)

    def test_merge(self):
        other = figures.Figures()
        other.add(NOON - 5, 'BATCH', fields(late_ms=3000))
        other.add(NOON, 'EMITTING', {'lpar': 'a'})
        other.add(NOON, 'GIVEN_UP', {'lpar': 'a'})
        self.add()
        self.figures.merge(other)
        self.assertEqual(
            (2, 6, 1, 1, NOON - 5),
            (self.figures.batches, self.figures.totals['lpars'],
             self.figures.told, self.figures.late, self.figures.first))
        self.assertEqual(2, self.figures.times['rest'].summary()['count'])
        self.assertEqual(churn.Lpar(0, 1, 1), self.figures.churn.of('a'))
        self.assertEqual({'GIVEN_UP': 1},
                         figures.warnings(self.figures.others))


@ddt.ddt
class TestOutages(base.TestCase):

    def setUp(self):
        super().setUp()
        self.figures = figures.Figures()

    def away(self, time):
        self.figures.add(time, 'CONDUCTOR_AWAY', {'error': 'x'})

    def late(self, time):
        self.figures.add(time, 'CONDUCTOR_LATE', {'seconds': '10'})

    def back(self, time, seconds):
        self.figures.add(time, 'CONDUCTOR_BACK', {
            'seconds': seconds, 'attempts': '3'})

    def assertOutages(self, *expected):
        self.assertEqual(
            list(expected), [(one.begin, one.end, one.seconds)
                             for one in self.figures.outages.all()])

    def test_both_ends(self):
        # It began with the first attempt that failed.
        self.away(NOON + 10)
        self.back(NOON + 70, '70.0')
        self.assertOutages((NOON, NOON + 70, 70.0))
        one, = self.figures.outages.all()
        self.assertEqual(('nova-conductor', 3), (one.what, one.attempts))

    def test_in_another_order(self):
        self.back(NOON + 70, '70.0')
        self.away(NOON + 10)
        self.assertOutages((NOON, NOON + 70, 70.0))

    def test_begin_is_not_in_the_log(self):
        self.back(NOON, '70.0')
        self.assertOutages((NOON - 70, NOON, 70.0))

    def test_it_goes_on(self):
        self.late(NOON)
        self.away(NOON + 50)
        self.assertOutages((NOON, None, None))

    def test_several(self):
        for start in NOON, NOON + 100:
            self.away(start)
            self.back(start + 20, '20.0')
        self.away(NOON + 500)
        self.assertOutages((NOON, NOON + 20, 20.0),
                           (NOON + 100, NOON + 120, 20.0),
                           (NOON + 500, None, None))

    def test_nova_compute_stopped_in_one(self):
        self.away(NOON)
        self.away(NOON + 100)
        self.back(NOON + 120, '20.0')
        self.assertOutages((NOON, None, None),
                           (NOON + 100, NOON + 120, 20.0))

    def test_an_end_without_a_length(self):
        self.figures.add(NOON, 'SESSION_LOST', {'error': 'x'})
        self.figures.add(NOON + 30, 'SESSION_RENEWED', {})
        self.figures.add(NOON + 90, 'SESSION_RENEWED', {})
        self.assertOutages((NOON, NOON + 30, 30.0),
                           (None, NOON + 90, None))

    def test_not_without_end(self):
        for number in range(10001):
            self.away(NOON + number)
        self.assertEqual(1, self.figures.outages.dropped)

    def test_each_has_a_name(self):
        self.assertEqual('NovaLink', outages.BEGINS['NOVALINK_LATE'])
        self.assertEqual('NovaLink', outages.ENDS['NOVALINK_BACK'])


class TestChurn(base.TestCase):

    def test_most(self):
        found = churn.Churn()
        for number in range(20):
            found.of('lpar-%d' % number).looks = number
        found.of('told').told = 30
        self.assertEqual(['told', 'lpar-19', 'lpar-18'], [
            lpar for lpar, _ in found.most(3)])
        self.assertTrue(found.exact)

    def test_bounded(self):
        found = churn.Churn()
        found.of('often').looks = 5
        for number in range(120000):
            found.of('lpar-%d' % number).looks += 1
        self.assertEqual('often', found.most(1)[0][0])
        self.assertFalse(found.exact)
        self.assertLessEqual(len(found.most(10 ** 6)), 50000)


class TestTimeline(base.TestCase):

    def test_sums_of_seconds(self):
        found = timeline.Timeline()
        found.add(NOON, 'events', 2)
        found.add(NOON + 0.9, 'events', 3)
        found.add(NOON + 1, 'told', 1)
        self.assertEqual([(NOON + 0.5, 5)], found.of('events'))
        self.assertEqual([(NOON + 1.5, 1)], found.of('told'))

    def test_the_greatest(self):
        found = timeline.Timeline()
        for value in 2, 5, 3:
            found.add(NOON, timeline.SLOWEST, value)
        self.assertEqual([(NOON + 0.5, 5)], found.of(timeline.SLOWEST))

    def test_a_day(self):
        found = timeline.Timeline()
        for second in range(0, 86400, 7):
            found.add(NOON + second, 'events', 1)
        steps = found.of('events')
        self.assertLessEqual(len(steps), 1000)
        self.assertEqual(len(range(0, 86400, 7)),
                         sum(count for _, count in steps))

    def test_merge(self):
        coarse, fine = timeline.Timeline(), timeline.Timeline()
        coarse.add(NOON, 'events', 1)
        coarse.add(NOON + 86400, 'events', 1)
        fine.add(NOON + 1, 'events', 1)
        fine.merge(coarse)
        self.assertEqual(3, sum(count for _, count in fine.of('events')))
        self.assertGreater(fine.step, 1)
