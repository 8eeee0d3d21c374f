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


import itertools

import ddt
import mock
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import power
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import network
from tempest.lib import exceptions as lib_exc

from nova_powervm.tempest_plugin.services import lpars
from nova_powervm.tests import base

SERVER = 'f0000000-0000-4000-8000-00000000000a'
LPAR = '70000000-0000-4000-8000-00000000000A'

SERVICES = {'a': 'http://localhost:12081', 'b': 'https://b.example.org:12443'}


class _TestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.session = self.enterContext(mock.patch.object(
            pvm_adapter, 'Session', autospec=True))
        adapter = self.enterContext(mock.patch.object(
            pvm_adapter, 'Adapter', autospec=True))
        self.adapter = adapter.return_value
        self.get = self.enterContext(mock.patch.object(
            logical_partition.LPAR, 'get', autospec=True))
        self.enterContext(mock.patch.object(
            power.PowerOp, 'start', autospec=True))
        self.enterContext(mock.patch.object(
            power.PowerOp, 'stop', autospec=True))
        self.lpars = lpars.Lpars(SERVICES, 'user', 'secret')

    def log_on(self, host):
        self.lpars.power_on(host, SERVER)


@ddt.ddt
class TestLpars(_TestCase):

    def test_lpar_uuid(self):
        self.assertEqual(LPAR, lpars.lpar_uuid(SERVER))

    def test_http_is_by_file(self):
        self.log_on('a')
        arguments = self.session.call_args.kwargs
        self.assertEqual(('localhost', 12081, 'http'), (
            arguments['host'], arguments['port'], arguments['protocol']))
        self.assertNotIn('password', arguments)

    def test_https_is_by_password(self):
        self.log_on('b')
        arguments = self.session.call_args.kwargs
        self.assertEqual(
            ('b.example.org', 12443, 'https', 'user', 'secret'),
            tuple(arguments[name] for name in (
                'host', 'port', 'protocol', 'username', 'password')))

    def test_unknown_host(self):
        self.assertRaises(lib_exc.InvalidConfiguration, self.log_on, 'c')

    def test_one_session_for_each_host(self):
        for host in ('a', 'b', 'a'):
            self.log_on(host)
        self.assertEqual(2, self.session.call_count)

    def test_state(self):
        self.adapter.read.return_value.body = '"not activated"'
        self.assertEqual('not activated', self.lpars.state('a', SERVER))
        self.assertEqual(LPAR, self.adapter.read.call_args.kwargs['root_id'])

    def test_state_without_lpar(self):
        self.adapter.read.side_effect = pvm_exc.HttpNotFound(mock.Mock())
        self.assertIsNone(self.lpars.state('a', SERVER))

    def test_state_that_cannot_be_read(self):
        self.adapter.read.side_effect = pvm_exc.HttpError(mock.Mock())
        self.assertRaises(pvm_exc.HttpError, self.lpars.state, 'a', SERVER)

    def test_mac_addresses(self):
        with mock.patch.object(network.CNA, 'get', autospec=True) as get:
            get.return_value = [mock.Mock(mac='FA163E00000A')]
            found = self.lpars.mac_addresses('a', SERVER)
        self.assertEqual({'fa:16:3e:00:00:0a'}, found)
        self.assertEqual(LPAR, get.call_args.kwargs['parent_uuid'])

    @ddt.named_data(('active', 'active', True), ('none', 'none', False))
    def test_has_rmc(self, state, expected):
        self.get.return_value.rmc_state = state
        self.assertIs(expected, self.lpars.has_rmc('a', SERVER))

    @ddt.named_data(('power_off', 'power_off', False),
                    ('restart', 'restart', True))
    def test_power_is_cut(self, method, restart):
        getattr(self.lpars, method)('a', SERVER)
        self.get.assert_called_once_with(self.adapter, uuid=LPAR)
        opts = power.PowerOp.stop.call_args.kwargs['opts']
        self.assertEqual((True, False, restart), (
            opts.is_immediate, opts.is_os, opts.is_restart))

    def test_delete(self):
        self.lpars.delete('a', SERVER)
        self.assertEqual(1, power.PowerOp.stop.call_count)
        self.adapter.delete.assert_called_once_with(
            logical_partition.LPAR.schema_type, root_id=LPAR)


class TestWaitForService(_TestCase):

    def setUp(self):
        super().setUp()
        self.sleep = self.enterContext(mock.patch.object(
            lpars.time, 'sleep', autospec=True))
        self.enterContext(mock.patch.object(
            lpars.time, 'monotonic', autospec=True,
            side_effect=itertools.count()))

    def test_logs_on_anew(self):
        self.log_on('a')
        self.session.side_effect = [pvm_exc.ConnectionError('x', None), None]
        self.lpars.wait_for_service('a', 10)
        self.assertEqual(3, self.session.call_count)
        self.assertEqual(1, self.sleep.call_count)

    def test_gives_up(self):
        self.session.side_effect = pvm_exc.ConnectionError('x', None)
        self.assertRaises(lib_exc.TimeoutException,
                          self.lpars.wait_for_service, 'a', 10)
