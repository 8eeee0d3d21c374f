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


"""The control interface, through its client and without."""

import json
import urllib.error
import urllib.request

import ddt

from nova_powervm.sim import client
from nova_powervm.tests.functional.simulator import case


@ddt.ddt
class ControlTestCase(case.SimulatorTestCase):

    def _states(self):
        return {lpar['name']: lpar['state'] for lpar in self.control.lpars()}

    def _refused(self, call, *args, **kwargs):
        return str(self.assertRaises(client.ControlError, call, *args,
                                     **kwargs))

    def test_add_lpars(self):
        uuids = self.control.add_lpars(3, names=['a', 'b', 'c'])
        found = self.control.lpars()
        self.assertEqual(uuids, [lpar['uuid'] for lpar in found])
        self.assertEqual(['a', 'b', 'c'], [lpar['name'] for lpar in found])
        self.assertEqual({'running'}, {lpar['state'] for lpar in found})
        self.assertEqual(3, len({lpar['id'] for lpar in found}))

    def test_add_with_uuids(self):
        self.assertEqual([case.NOBODY], self.control.add_lpars(
            1, uuids=[case.NOBODY.lower()]))

    def test_boot(self):
        self.control.configure(boot_seconds=600)
        self.control.add_lpars(2, boot=True, names=['a', 'b'])
        self.assertEqual({'a': 'starting', 'b': 'starting'}, self._states())

    @ddt.named_data(
        ('too_few_uuids', 2, {'uuids': [case.NOBODY]}),
        ('too_few_names', 2, {'names': ['a']}),
        ('one_uuid_twice', 2, {'uuids': [case.NOBODY, case.NOBODY]}),
        ('one_name_twice', 2, {'names': ['a', 'a']}),
        ('negative_memory', 2, {'memory_mb': -1}),
        ('memory_that_is_no_number', 2, {'memory_mb': 'much'}),
        ('unknown_field', 2, {'colour': 'red'}),
        ('number_that_is_none', 'two', {}))
    def test_bad_lpars(self, number, given):
        self._refused(self.control.add_lpars, number, **given)

    def test_power(self):
        on, off = self.control.add_lpars(2, names=['on', 'off'])
        self.control.set_state([off], 'not activated')
        both = [on, off]
        self.assertEqual([off], self.control.power(both, 'on'))
        self.assertEqual({'on': 'running', 'off': 'running'}, self._states())
        self.assertEqual(both, self.control.power(both, 'restart'))
        self.assertEqual(both, self.control.power(both, 'off'))
        self.assertEqual({'not activated'}, set(self._states().values()))
        self.assertEqual([], self.control.power(both, 'restart'))
        self.assertIn('restart', self._refused(self.control.power, both, 'x'))

    @ddt.named_data(
        ('servers', 'x', None), ('negative', -1, None),
        ('groups', 1, ['rootvg']), ('capacity', 1, {'rootvg': 'x'}),
        ('no_capacity', 1, {'rootvg': 0}))
    def test_bad_virtual_io_servers(self, count, groups):
        before = self.control.vioses()
        self._refused(self.control.reset_vioses, count, groups)
        self.assertEqual(before, self.control.vioses())

    def test_virtual_io_servers(self):
        uuids = self.control.reset_vioses(2)
        self.assertEqual(uuids, self.control.reset_vioses(2))
        self.control.set_vios(uuids[1], state='error')
        self.assertEqual(
            [('vios1', 'running', 'active'), ('vios2', 'error', 'inactive')],
            [(vios['name'], vios['state'], vios['rmc'])
             for vios in self.control.vioses()])
        self._refused(self.control.set_vios, case.NOBODY, rmc=True)

    def test_set_state(self):
        one, _ = self.control.add_lpars(2, names=['one', 'two'])
        self.control.set_state([one], 'made up', events=0)
        self.assertEqual({'one': 'made up', 'two': 'running'}, self._states())

    @ddt.named_data(('set_state', 'set_state', 'error'),
                    ('power', 'power', 'off'), ('rmc', 'set_rmc', True),
                    ('delete', 'delete_lpars'))
    def test_all_or_none(self, call, *args):
        uuid, = self.control.add_lpars(1, names=['one'])
        self.assertIn(case.NOBODY, self._refused(
            getattr(self.control, call), [uuid, case.NOBODY], *args))
        self.assertEqual({'one': 'running'}, self._states())

    def test_delete(self):
        uuids = self.control.add_lpars(3)
        self.control.delete_lpars(uuids[:2])
        self.assertEqual(uuids[2:],
                         [lpar['uuid'] for lpar in self.control.lpars()])

    def test_counters(self):
        self.session()
        self.assertEqual({'logon': 1}, self.control.counters())
        self.control.reset_counters()
        self.assertEqual({}, self.control.counters())

    def test_configure(self):
        now = self.control.configure(boot_events=12)
        self.assertEqual(12, now['boot_events'])

    @ddt.named_data(('name', 'bots', 1), ('value', 'boot_seconds', 'soon'))
    def test_bad_setting(self, name, value):
        self.assertIn(name, self._refused(self.control.configure,
                                          **{name: value}))

    def test_bad_events(self):
        self.assertIn('type', self._refused(self.control.send_events,
                                            [{'data': 'x'}]))

    def _http(self, path, body=None):
        url = f'http://127.0.0.1:{self.sim.port}/control/{path}'
        with urllib.request.urlopen(url, body) as answer:
            return json.load(answer)

    def _http_refused(self, *args):
        exc = self.assertRaises(urllib.error.HTTPError, self._http, *args)
        self.addCleanup(exc.close)
        return exc.code

    def test_http(self):
        self.assertEqual(1, len(self._http('lpars', b'{"count": 1}')))
        self.assertEqual(1, len(self._http('lpars')))
        self.assertEqual(10.0, self._http('settings')['poll_seconds'])
        self.assertEqual(404, self._http_refused('none'))

    @ddt.named_data(('list', b'[]'), ('half_an_object', b'{'),
                    ('number', b'1'))
    def test_bad_body(self, body):
        self.assertEqual(400, self._http_refused('lpars', body))

    def test_not_a_simulator(self):
        # Something else that answers HTTP, like a path that does not exist.
        self.assertIn('404', self._refused(self.control._call, 'GET',
                                           'none'))
