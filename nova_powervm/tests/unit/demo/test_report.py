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

from nova_powervm.demo import devices
from nova_powervm.demo import measurements
from nova_powervm.demo import report
from nova_powervm.testing import agreement
from nova_powervm.testing import image
from nova_powervm.tests.unit.demo import fake_stage


def phase(**changes):
    return dataclasses.replace(measurements.Phase(
        name='boot storm', lpars=20, events=240, compared=20, rest_reads=1,
        lookups=0, emitted=0, nova_calls=0, known_seconds=[],
        release9_rest_reads=20, release9_lookups=31, seconds=3.71,
        statistics={'events': 240}, simulator_requests={'quick_all': 1},
        problems=[]), **changes)


def server(number, *found, **changes):
    made = fake_stage.make_server(number)
    return devices.of_servers(
        [made], {made.lpar: fake_stage.make_devices(*found, **changes)})[0]


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


class TestServers(testtools.TestCase):

    def lines(self, count, *wrong):
        return report.servers(
            [server(number) for number in range(count)]
            + list(wrong)).splitlines()

    def test_a_line_for_each_server(self):
        lines = self.lines(2)
        self.assertEqual([
            server(1).server, 'b_0a6b0e6f3a11', image.SHA256[:12], 'yes',
            '400', 'FA163E00000A', 'br-int'], lines[3].split())
        self.assertIn('2 of 2 ', lines[5])
        self.assertEqual(image.SHA256, lines[-1])

    def test_another_disk(self):
        lines = self.lines(1, server(1, fake_stage.make_stored('b', 'other')))
        self.assertEqual(['b', 'other', 'NO'], lines[3].split()[1:4])
        self.assertIn('1 of 2 ', lines[5])

    def test_an_empty_disk(self):
        lines = self.lines(0, server(
            1, fake_stage.make_stored('b', None, None)))
        self.assertEqual(['b', 'empty', 'NO'], lines[2].split()[1:4])

    def test_nothing(self):
        lines = self.lines(0, server(1, None, [], []))
        self.assertEqual(['-', '-', 'NO', '-', '-', '-'],
                         lines[2].split()[1:])

    def test_of_many_servers_only_a_count(self):
        lines = self.lines(report.MOST_SERVERS + 1)
        self.assertIn('51 of 51 ', lines[0])

    def test_of_many_servers_those_that_differ(self):
        wrong = server(99, None)
        lines = self.lines(report.MOST_SERVERS, wrong)
        self.assertEqual([wrong.server], [
            line.split()[0] for line in lines[2:3]])
        self.assertIn('50 of 51 ', lines[4])


class TestProblems(testtools.TestCase):

    def test_none(self):
        self.assertEqual([], report.problems([phase()], [], [server(1)]))

    def test_of_each_kind(self):
        problem = measurements.Problem('some-uuid', needless=True)
        wrong = server(1, None)
        found = report.problems(
            [phase(problems=[problem])],
            [agreement.Difference('LPAR', 'running')], [server(2), wrong])
        for name, text in zip(('LPAR', 'some-uuid', wrong.server), found,
                              strict=True):
            self.assertIn(name, text)


class TestJson(testtools.TestCase):

    def test_everything_is_there(self):
        difference = agreement.Difference('LPAR', 'running')
        problem = measurements.Problem('server', needless=True)
        results = report.as_dict(
            [phase(problems=[problem])], [difference], [server(1, disk=None)],
            lpars=20, delay=3.0)
        self.assertEqual((20, 3.0), (results['lpars'], results['delay']))
        self.assertEqual('LPAR', results['disagreements'][0]['lpar'])
        found, = results['phases']
        self.assertEqual({'events': 240}, found['statistics'])
        self.assertEqual([{'server': 'server', 'needless': True}],
                         found['problems'])
        self.assertEqual(image.SHA256, results['image_sha256'])
        found, = results['servers']
        self.assertEqual((None, ['disk'], 400 << 10), (
            found['disk'], found['problems'], found['drive']['bytes']))
