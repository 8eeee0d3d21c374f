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

"""Comparison of models."""

import ddt

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.watcher import fakes
from tools.watcher import models

PLACES = ('one', 'other')


class ViewTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        host = fakes.host('cmp1')
        self.view = models.view(fakes.Model([host, fakes.host('cmp2')], [
            (fakes.server('a', name='x'), host),
            (fakes.server('b', state='stopped', created_at=9), None)]))

    def test_server(self):
        self.assertEqual(
            {'uuid': 'a', 'name': 'x', 'state': 'active',
             'locked': models.UNSET, 'node': 'cmp1'},
            self.view.servers['a'])

    def test_server_of_no_host(self):
        self.assertEqual(('stopped', None), (self.view.servers['b']['state'],
                                             self.view.servers['b']['node']))

    def test_times_of_records_do_not_count(self):
        self.assertNotIn('created_at', self.view.servers['b'])

    def test_hosts(self):
        self.assertEqual(['cmp1', 'cmp2'], list(self.view.hosts))
        self.assertEqual(1, self.view.hosts['cmp2']['disk'])


@ddt.ddt
class CompareTestCase(base.TestCase):

    def view(self, state='active', disk=1, servers='ab', **values):
        host = fakes.host('cmp1', disk=disk)
        return models.view(fakes.Model([host], [
            (fakes.server(uuid, state=state, **values), host)
            for uuid in servers]))

    def compare(self, **values):
        return [(found.name, found.field, found.first, found.second)
                for found in models.compare(
                    self.view(), self.view(**values), PLACES)]

    def test_equal(self):
        self.assertEqual([], self.compare())

    @ddt.named_data(
        ('field', {'state': 'stopped', 'servers': 'ab'}, [
            ('a', 'state', 'active', 'stopped'),
            ('b', 'state', 'active', 'stopped')]),
        ('set', {'locked': False, 'servers': 'ab'}, [
            ('a', 'locked', models.UNSET, False),
            ('b', 'locked', models.UNSET, False)]),
        ('less', {'servers': 'b'}, [('a', '', 'present', models.ABSENT)]),
        ('more', {'servers': 'abc'}, [('c', '', models.ABSENT, 'present')]),
        ('host', {'disk': 2}, [('cmp1', 'disk', 1, 2)]))
    @ddt.unpack
    def test_difference(self, values, expected):
        self.assertEqual(expected, self.compare(**values))

    def test_places(self):
        found, = models.compare(self.view(), self.view(disk=2), PLACES)
        self.assertEqual(PLACES, found.places)
