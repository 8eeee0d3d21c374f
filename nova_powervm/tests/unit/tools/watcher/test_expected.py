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

"""Models beside NovaLink."""

import ddt

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.watcher import fakes
from tools.watcher import expected
from tools.watcher import models

# PowerVM clears the first bit of the first.
SERVERS = ('f0000000-0000-4000-8000-00000000000a',
           '10000000-0000-4000-8000-00000000000b')
LPARS = ('70000000-0000-4000-8000-00000000000A',
         '10000000-0000-4000-8000-00000000000B')


@ddt.ddt
class ExpectedTestCase(base.TestCase):

    def view(self, *states):
        host = fakes.host('cmp1')
        return models.view(fakes.Model([host], [
            (fakes.server(uuid, state=state), host)
            for uuid, state in zip(SERVERS, states, strict=False)]))

    def compare(self, view, **lpars):
        return [
            (found.name, found.field, found.first, found.second)
            for found in expected.compare(view, {
                **dict.fromkeys(LPARS, expected.Lpar('running', 'cmp1')),
                **lpars}, 'model')]

    def test_equal(self):
        self.assertEqual([], self.compare(
            self.view('active', 'stopped'),
            **{LPARS[1]: expected.Lpar('not activated', 'cmp1')}))

    @ddt.named_data(
        ('off', ('not activated', 'cmp1'), 'state', 'stopped', 'active'),
        ('on_its_way', ('starting', 'cmp1'), 'state', 'starting', 'active'),
        ('elsewhere', ('running', 'cmp2'), 'node', 'cmp2', 'cmp1'))
    @ddt.unpack
    def test_difference(self, lpar, field, real, modelled):
        self.assertEqual(
            [(SERVERS[0], field, real, modelled)],
            self.compare(self.view('active', 'active'),
                         **{LPARS[0]: expected.Lpar(*lpar)}))

    def test_lpar_without_a_server(self):
        self.assertEqual([(LPARS[1], '', 'present', models.ABSENT)],
                         self.compare(self.view('active')))

    def test_server_without_an_lpar(self):
        found, = expected.compare(self.view('active'), {}, 'model')
        self.assertEqual((SERVERS[0], ('NovaLink', 'model'), models.ABSENT),
                         (found.name, found.places, found.first))

    def test_states(self):
        found = expected.states(self.view('active', 'stopped'),
                                (*SERVERS, 'gone'), 'stopped', 'model')
        self.assertEqual([(SERVERS[0], 'active'), ('gone', models.ABSENT)],
                         [(one.name, one.second) for one in found])

    def test_a_deleted_server_is_absent(self):
        self.assertEqual([], expected.states(
            self.view(), SERVERS, models.ABSENT, 'model'))
