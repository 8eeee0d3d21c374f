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

"""Commands about the host and the service."""

import ddt

from nova_powervm.sim import client
from nova_powervm.tests.unit.sim.ctl import base

_VIOS = '4D5C6B7A-0000-4000-8000-000000000001'


@ddt.ddt
class TestHostCommands(base.CtlTestCase):

    def setUp(self):
        super().setUp()
        self.control.vioses.return_value = [{
            'uuid': _VIOS, 'name': 'vios1', 'state': 'running',
            'rmc': 'active', 'mappings': [], 'volume_groups': [{
                'name': 'data', 'gb': 100.0, 'free_gb': 99.0, 'disks': [],
                'media': []}]}]

    def test_devices(self):
        self.control.devices.return_value = {
            base.WEB1: {
                'boot_disk': None, 'media': [],
                'disks': [{'name': 'b_1', 'gb': 1.0, 'sha256': 'abc'}],
                'adapters': [{'mac': '00', 'vlan': 7, 'bridge': None}]},
            base.WEB2: {'boot_disk': None, 'disks': [], 'media': [],
                        'adapters': []}}
        output, _ = self.run_ctl('devices', 'web1')
        self.assertEqual(2, output.count('web1'))
        self.assertIn('b_1', output)
        self.assertEqual([base.WEB1], list(self.answer('devices', 'web1')))

    def test_vios(self):
        output, _ = self.run_ctl('vios', 'vios1', '--rmc', 'off')
        self.control.set_vios.assert_called_once_with(
            _VIOS, state=None, rmc=False)
        self.assertIn('data', output)

    def test_counters(self):
        self.control.counters.return_value = {'logon': 1, 'event_poll': 2}
        output, _ = self.run_ctl('counters')
        self.assertIn('3', output.splitlines()[-1])
        self.control.reset_counters.assert_not_called()

    def test_counters_are_shown_before_they_are_reset(self):
        self.control.counters.return_value = {'logon': 1}
        self.assertEqual({'logon': 1}, self.answer('counters', '--reset'))
        self.control.reset_counters.assert_called_once_with()

    def test_fault(self):
        self.run_ctl('fault', 'event', 'drop', '--probability', '0.5')
        self.control.inject_fault.assert_called_once_with(
            'event', 'drop', count=None, seconds=None, probability=0.5)

    def test_fault_of_any_request(self):
        self.run_ctl('fault', 'any', 'hang', '--count', '2', '--seconds', '3')
        self.control.inject_fault.assert_called_once_with(
            '*', 'hang', count=2, seconds=3, probability=1)

    def test_faults(self):
        self.control.faults.return_value = {'event': {'drop': 3}}
        self.assertIn('drop', self.run_ctl('faults')[0])
        self.control.faults.return_value = {}
        self.assertEqual({}, self.answer('faults'))

    def test_clear(self):
        self.run_ctl('clear')
        self.control.clear_faults.assert_called_once_with()

    @ddt.named_data(('at_once', (), 0, True),
                    ('long', ('5', '--no-new-client'), 5, False))
    def test_restart(self, arguments, seconds, new_client):
        self.run_ctl('restart', *arguments)
        self.control.restart.assert_called_once_with(
            seconds, new_client=new_client)

    def test_refuse(self):
        self.run_ctl('refuse', '2.5')
        self.control.refuse.assert_called_once_with(2.5)

    def test_event(self):
        self.run_ctl('event', 'CACHE_CLEARED', '--times', '2')
        self.control.send_events.assert_called_once_with(
            [{'type': 'CACHE_CLEARED', 'data': '', 'detail': ''}] * 2)

    def test_settings(self):
        self.control.configure.return_value = {'boot_seconds': 1}
        self.run_ctl('settings', 'boot-seconds=1', 'quick_all=false')
        self.control.configure.assert_called_once_with(
            boot_seconds=1, quick_all=False)

    @ddt.named_data(
        ('kind', ('fault', 'boot', 'drop'), ('boot', 'logon')),
        ('fault', ('fault', 'logon', 'explode'), ('explode', 'hang')),
        ('fault_of_others', ('fault', 'logon', 'drop'), ('drop', 'hang')),
        ('count', ('fault', 'logon', 'hang', '--count', '0'), ("'0'",)),
        ('restart', ('restart', '-1'), ('-1',)),
        ('refuse', ('refuse', '0'), ("'0'",)),
        ('vios', ('vios', 'vios7', '--rmc', 'on'), ('vios7', 'vios1')),
        ('vios_alone', ('vios', 'vios1'), ('--state', '--rmc')),
        ('setting', ('settings', 'speed=1'), ('speed', 'boot_seconds')),
        ('setting_alone', ('settings', 'quick_all'), ('quick_all',)),
        ('value', ('settings', 'boot_seconds=soon'), ('soon',)))
    def test_refused(self, arguments, words):
        self.assert_refused(*arguments, words=words)

    @ddt.named_data(
        ('no_simulator', ConnectionRefusedError(111, 'x'), ('7', '--port')),
        ('no_answer', TimeoutError('timed out'), ('7', 'timed out')),
        ('something_else', client.ControlError('HTTP 404'), ('404',)))
    def test_no_answer(self, error, words):
        self.control.lpars.side_effect = error
        self.assert_refused('lpars', '--port', '7', words=words)

    def test_interrupted(self):
        self.control.lpars.side_effect = KeyboardInterrupt
        self.assertEqual(('', ''), self.run_ctl('lpars', status=130))
