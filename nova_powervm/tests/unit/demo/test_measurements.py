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

from nova_powervm.demo import measurements
from nova_powervm.testing import novalink
from nova_powervm.tests.unit.demo import fake_stage


def snapshot(**changes):
    return measurements.Snapshot(**{
        'events': 0, 'statistics': {}, 'calls': {}, 'told': {},
        'release9': {}, 'requests': {}, **changes})


def phase(before, after, change=None, known=None, instance_of=None):
    return measurements.phase(
        'a phase', change or measurements.Change(1), before, after,
        known or {}, 1.5, instance_of or {})


class TestPhase(testtools.TestCase):

    def test_what_grew(self):
        found = phase(
            snapshot(events=3, calls={'lookups': 1, 'nova': 2},
                     statistics={'lpars': 4, 'emitted': 1, 'busy': 7},
                     requests={'quick_all': 1}),
            snapshot(events=5, calls={'lookups': 2, 'nova': 2},
                     statistics={'lpars': 9, 'emitted': 1, 'busy': 8,
                                 'rest_reads': 2},
                     requests={'quick_all': 4, 'logon': 1}))
        self.assertEqual((2, 5, 2, 1, 0, 0), (
            found.events, found.compared, found.rest_reads, found.lookups,
            found.nova_calls, found.emitted))
        self.assertEqual({'lpars': 5, 'busy': 1, 'rest_reads': 2},
                         found.statistics)
        self.assertEqual({'quick_all': 3, 'logon': 1},
                         found.simulator_requests)

    def test_release_9(self):
        found = phase(
            snapshot(release9={'A': 1}),
            snapshot(release9={'A': 3, 'B': 1, 'C': 1}),
            instance_of={'A': '7c8a1d52-9a41-4b52-8e0f-0a6b0e6f3a11',
                         'B': 'fc8a1d52-9a41-4b52-8e0f-0a6b0e6f3a11'})
        self.assertEqual(4, found.release9_rest_reads)
        # Two of A, two of B, and two of C, which is not nova's.
        self.assertEqual(6, found.release9_lookups)

    def test_problems(self):
        found = phase(
            snapshot(told={'a': 1, 'b': 1}),
            snapshot(told={'a': 1, 'b': 2, 'c': 1}),
            measurements.Change(3, ['c', 'd', 'e']), {'c': 1.0, 'e': 2.0})
        self.assertEqual(
            [measurements.Problem('b', needless=True),
             measurements.Problem('d', needless=False)], found.problems)
        self.assertEqual([1.0, 2.0], found.known_seconds)

    def test_problems_name_the_server(self):
        texts = {str(measurements.Problem('some-uuid', needless))
                 for needless in (True, False)}
        self.assertEqual(2, len(texts))
        self.assertEqual(set(), {text for text in texts
                                 if 'some-uuid' not in text})


class TestDisagreements(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.stage = fake_stage.FakeStage(novalink.Clock())
        self.stage.create_servers(3, None)

    def test_none(self):
        self.assertEqual([], measurements.disagreements(self.stage))

    def test_of_servers_and_lpars(self):
        server = fake_stage.make_server(1)
        self.stage.states[server.lpar] = 'not activated'
        self.stage.states['ANOTHER'] = 'running'
        found = measurements.disagreements(self.stage)
        self.assertEqual([(server.uuid, server.lpar), (None, 'ANOTHER')],
                         [(each.instance, each.lpar) for each in found])

    def test_server_in_error(self):
        server = fake_stage.make_server(1, vm_state='error')
        self.stage.found[server.uuid] = server
        found, = measurements.disagreements(self.stage)
        self.assertEqual((server.uuid, {'vm_state': 'error'}),
                         (found.instance, found.fields))
