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


import dataclasses

import testtools

from nova_powervm.demo import measurements
from nova_powervm.demo import report
from nova_powervm.testing import agreement


def phase(**changes):
    return dataclasses.replace(measurements.Phase(
        name='boot storm', lpars=20, events=240, compared=20, rest_reads=1,
        lookups=0, emitted=0, nova_calls=0, known_seconds=[],
        release9_rest_reads=20, release9_lookups=31, seconds=3.71,
        statistics={'events': 240}, simulator_requests={'quick_all': 1},
        problems=[]), **changes)


class TestTable(testtools.TestCase):

    def test_a_line_for_each_phase(self):
        lines = report.table([
            phase(), phase(name='stopped', known_seconds=[3.25, 3.5, 4.04])
        ]).splitlines()
        self.assertEqual(7, len(lines))
        self.assertEqual(
            ['boot', 'storm', '20', '240', '20', '1', '0', '0', '-', '20',
             '31', '3.7'], lines[3].split())
        self.assertEqual('3.2-4.0', lines[4].split()[7])

    def test_totals(self):
        total = report.table([phase(), phase()]).splitlines()[-1]
        self.assertEqual(
            ['480', '40', '2', '0', '0', '40', '62', '7.4'],
            total.split()[1:])


class TestJson(testtools.TestCase):

    def test_everything_is_there(self):
        difference = agreement.Difference('LPAR', 'running')
        problem = measurements.Problem('server', needless=True)
        results = report.as_dict(
            [phase(problems=[problem])], [difference], lpars=20, delay=3.0)
        self.assertEqual((20, 3.0), (results['lpars'], results['delay']))
        self.assertEqual('LPAR', results['disagreements'][0]['lpar'])
        found, = results['phases']
        self.assertEqual({'events': 240}, found['statistics'])
        self.assertEqual([{'server': 'server', 'needless': True}],
                         found['problems'])
