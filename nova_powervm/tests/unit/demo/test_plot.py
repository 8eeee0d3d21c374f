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

import re
import xml.etree.ElementTree

import fixtures
import testtools

from nova_powervm.demo import plot
from nova_powervm.tests.unit.demo import test_report

_TEXT = '{http://www.w3.org/2000/svg}text'


class TestPlot(testtools.TestCase):

    def texts(self, *phases):
        path = self.useFixture(fixtures.TempDir()).join('calls.svg')
        plot.plot(phases, path)
        return [text.text for text in
                xml.etree.ElementTree.parse(path).iter(_TEXT)]

    def test_a_number_for_each_bar(self):
        numbers = [text for text in self.texts(
            test_report.phase(lookups=3, release9_lookups=28, rest_reads=1,
                              release9_rest_reads=20),
            test_report.phase(lookups=4, release9_lookups=7, rest_reads=2,
                              release9_rest_reads=5))
            if text.isdecimal()]
        self.assertEqual(['3', '4', '28', '7', '1', '2', '20', '5'], numbers)

    def test_png(self):
        path = self.useFixture(fixtures.TempDir()).join('calls.png')
        plot.plot([test_report.phase()], path)
        with open(path, 'rb') as picture:
            self.assertEqual(b'\x89PNG', picture.read(4))

    def test_no_folder(self):
        path = self.useFixture(fixtures.TempDir()).join('no', 'calls.svg')
        self.assertRaises(OSError, plot.plot, [test_report.phase()], path)


class TestWords(testtools.TestCase):

    def test_when_the_last_was_known(self):
        self.assertIn('4.5', plot.label(
            test_report.phase(known_seconds=[4.25, 4.5])))

    def test_events(self):
        self.assertIn('240', plot.label(test_report.phase()))

    def test_totals(self):
        title = plot.title_of([
            test_report.phase(lookups=2, lpars=5), test_report.phase()])
        self.assertEqual(['480', '20', '4', '9', '0', '0', '102'],
                         re.findall(r'\d+', title))
