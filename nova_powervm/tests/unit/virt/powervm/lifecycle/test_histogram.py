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

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import histogram


def of(*times):
    found = histogram.Histogram()
    for seconds in times:
        found.add(seconds)
    return found


@ddt.ddt
class TestFigures(base.TestCase):

    def test_nothing(self):
        self.assertEqual({}, of().summary())
        self.assertFalse(of())

    def test_quantiles_within_a_percent(self):
        figures = of(*(number / 1000 for number in range(1, 1001))).summary()
        self.assertEqual(1000, figures['count'])
        self.assertAlmostEqual(500.5, figures['mean_ms'])
        for name, expected in (('p50_ms', 500), ('p95_ms', 950),
                               ('p99_ms', 990)):
            self.assertAlmostEqual(1, figures[name] / expected, delta=0.011)
        self.assertEqual(1000, figures['slowest_ms'])

    @ddt.named_data(('a_second', 1.0, 0.0), ('more', 1.001, 100.0))
    def test_slow_is_more_than(self, seconds, percent):
        figures = of(seconds).summary()
        self.assertEqual(percent, figures['slow_percent'])
        self.assertEqual(percent, figures['slow_time_percent'])

    def test_shares(self):
        figures = of(0.5, 0.5, 0.5, 2.5).summary()
        self.assertEqual(25, figures['slow_percent'])
        self.assertEqual(62.5, figures['slow_time_percent'])

    def test_no_quantile_is_longer_than_the_slowest(self):
        figures = of(1.02 ** -200 * 1.001).summary()
        self.assertEqual(figures['slowest_ms'], figures['p99_ms'])

    def test_merge(self):
        both = of(0.25, 2.0)
        both.merge(of(0.5, 4.0))
        self.assertEqual(of(0.25, 0.5, 2.0, 4.0).summary(), both.summary())

    @ddt.named_data(('zero', 0.0), ('negative', -1.0), ('a_week', 604800.0))
    def test_constant_memory(self, seconds):
        found = of(seconds)
        for number in range(20000):
            found.add(1e-6 * 1.002 ** number)
        self.assertLess(len(found._buckets), 1200)


@ddt.ddt
class TestPacked(base.TestCase):

    @ddt.data(0.00001, 0.00213, 0.0999, 0.999, 1.0, 1.02, 61.5, 86400.0)
    def test_each_time_finds_its_bucket_again(self, seconds):
        (name, times), = histogram.unpack(histogram.pack({'a': of(seconds)}))
        again = histogram.Histogram()
        for value, count in times:
            again.add(value, count)
        self.assertEqual('a', name)
        self.assertEqual(of(seconds)._buckets, again._buckets)

    def test_several(self):
        text = histogram.pack({
            'a': of(0.1, 0.1, 2.0), 'none': of(), 'b': of(0.5)})
        self.assertNotIn(' ', text)
        self.assertEqual(
            [('a', [2, 1]), ('b', [1])],
            [(name, [count for _, count in times])
             for name, times in histogram.unpack(text)])

    @ddt.data('', 'a', 'a:', 'a:x', 'a:1*x', 'a:1;')
    def test_nonsense(self, text):
        self.assertRaises(ValueError, lambda: list(histogram.unpack(text)))
