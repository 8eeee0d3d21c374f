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

import random

import ddt
import testtools

from nova_powervm.tests.endurance import drawing


@ddt.ddt
class ThinTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        chance = random.Random(1)
        self.xs = list(range(1803))
        self.ys = [chance.randrange(1000) for _ in self.xs]

    @ddt.data(2, 3, 50, 200, 1802)
    def test_no_more_than_asked_for(self, most):
        xs, ys = drawing.thin(self.xs, self.ys, most)
        self.assertEqual(len(xs), len(ys))
        self.assertLessEqual(2, len(xs))
        self.assertLessEqual(len(xs), most)

    def test_few_are_left_as_they_are(self):
        self.assertEqual(
            (self.xs, self.ys), drawing.thin(self.xs, self.ys, 1803))

    def test_points_are_of_the_curve_in_order(self):
        xs, ys = drawing.thin(self.xs, self.ys, 200)
        self.assertEqual(sorted(set(xs)), xs)
        self.assertEqual([self.ys[x] for x in xs], ys)

    @ddt.data(0, 1, 900, 1801, 1802)
    def test_peak_stays(self, where):
        self.ys[where] = 5000
        xs, ys = drawing.thin(self.xs, self.ys, 200)
        self.assertIn((where, 5000), list(zip(xs, ys, strict=True)))

    @ddt.data(0, 1, 900, 1801, 1802)
    def test_trough_stays(self, where):
        self.ys[where] = -5000
        xs, ys = drawing.thin(self.xs, self.ys, 200)
        self.assertIn((where, -5000), list(zip(xs, ys, strict=True)))

    def test_level_curve_needs_half_of_them(self):
        xs, ys = drawing.thin(self.xs, [7] * len(self.xs), 200)
        self.assertEqual((100, {7}), (len(xs), set(ys)))

    def test_whole_length(self):
        """Each end is within one bucket of where it was."""
        xs, _ = drawing.thin(self.xs, self.ys, 200)
        self.assertLess(xs[0], 19)
        self.assertLess(1802 - 19, xs[-1])


@ddt.ddt
class ShortenTestCase(testtools.TestCase):

    @ddt.named_data(
        ['numbers', '<path d="M 66.617251 -162.552997 "/>',
         '<path d="M 66.6 -162.6 "/>'],
        ['attribute', '<use x="133.61323"/>', '<use x="133.6"/>'],
        ['whole number', '<g x="504"/>', '<g x="504"/>'],
        ['identifier', '<g id="m5d5940f7ce"/>', '<g id="m5d5940f7ce"/>'],
        ['lines', '<path d="M 1 2 \nL 3 4 \nL 5 6 \nz\n"/>',
         '<path d="M 1 2 3 4 5 6 \nz\n"/>'],
        ['curve', '<path d="M 1 2 \nL 3 4 \nQ 5 6 7 8 \nL 9 0 \nL 1 2 \n"/>',
         '<path d="M 1 2 3 4 \nQ 5 6 7 8 \nL 9 0 1 2 \n"/>'],
        ['indentation', '<g>\n  <g>\n    a  b', '<g>\n<g>\na  b'],
        ['text', '<g>L 1.25 2 \nL 3 4 ', '<g>L 1.25 2 \nL 3 4 '])
    def test_shorten(self, svg, short):
        self.assertEqual(short, drawing.shorten(svg))
