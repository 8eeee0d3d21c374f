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

"""Commands about LPARs."""

import ddt

from nova_powervm.tests.unit.sim.ctl import base


@ddt.ddt
class TestLparCommands(base.CtlTestCase):

    def test_lpars(self):
        output, _ = self.run_ctl('lpars')
        self.assertIn(base.WEB1, output)
        self.assertIn('web2', output)

    def test_lpars_of_a_state(self):
        self.assertEqual(['web2'], [lpar['name'] for lpar in self.answer(
            'lpars', '--state', 'not-activated')])

    def test_lpars_in_json(self):
        self.assertEqual([base.lpar()], self.answer('lpars', 'web1'))

    def test_json_and_port_before_the_command(self):
        self.run_ctl('--json', '--port', '7', 'lpars')
        self.made.assert_called_once_with(7)

    @ddt.named_data(('name', 'web1'), ('uuid', base.WEB1),
                    ('small_letters', base.WEB1.lower()))
    def test_power(self, key):
        self.control.power.return_value = [base.WEB1]
        self.run_ctl('power', 'off', key)
        self.control.power.assert_called_once_with([base.WEB1], 'off')

    def test_each_lpar_once(self):
        self.control.power.return_value = [base.WEB1]
        self.run_ctl('power', 'off', 'web1', base.WEB1, 'web1')
        self.control.power.assert_called_once_with([base.WEB1], 'off')

    def test_power_is_not_possible(self):
        self.control.power.return_value = [base.WEB2]
        _, errors = self.run_ctl('power', 'on', '--all', status=1)
        self.assertIn('web1', errors)
        self.assertNotIn('web2', errors)

    def test_state(self):
        self.run_ctl('state', 'web1', 'web2', 'error', '--events', '3')
        self.control.set_state.assert_called_once_with(
            [base.WEB1, base.WEB2], 'error', 3)

    def test_state_of_all(self):
        self.run_ctl('state', '--all', 'not-activated')
        self.control.set_state.assert_called_once_with(
            [base.WEB1, base.WEB2], 'not activated', 1)

    def test_rmc(self):
        self.run_ctl('rmc', 'on', 'web1')
        self.control.set_rmc.assert_called_once_with([base.WEB1], True)

    def test_delete(self):
        self.run_ctl('delete', 'web2')
        self.control.delete_lpars.assert_called_once_with([base.WEB2])

    def test_storm_of_all(self):
        self.control.storm.return_value = 24
        self.assertEqual({'lpars': 2, 'events': 24}, self.answer('storm'))

    def test_create(self):
        self.control.add_lpars.return_value = [base.WEB1]
        self.run_ctl('create', 'new', '--memory-mb', '512', '--boot')
        self.control.add_lpars.assert_called_once_with(
            1, state='running', boot=True, rmc=False, names=['new'],
            memory_mb=512)

    def test_create_some(self):
        self.control.add_lpars.return_value = [base.WEB1]
        self.run_ctl('create', '--count', '5', '--state', 'not-activated')
        self.control.add_lpars.assert_called_once_with(
            5, state='not activated', boot=False, rmc=False)

    @ddt.named_data(
        ('unknown', ('power', 'off', 'web1', 'web9'), ('web9', 'web2')),
        ('nobody', ('power', 'off'), ('web1', '--all')),
        ('some_and_all', ('delete', 'web1', '--all'), ('web1', '--all')),
        ('operation', ('power', 'up', 'web1'), ('up', 'restart')),
        ('state', ('state', 'web1', 'asleep'), ('asleep', 'not-activated')),
        ('state_alone', ('state', 'running'), ('web1', '--all')),
        ('rmc', ('rmc', 'maybe', 'web1'), ('maybe', 'on')),
        ('nothing_to_create', ('create',), ('--count',)),
        ('names_and_number', ('create', 'a', '--count', '1'), ('--count',)),
        ('name_is_taken', ('create', 'new', 'web1'), ('web1',)),
        ('name_twice', ('create', 'new', 'new'), ('new',)),
        ('events', ('storm', '--events', '0'), ("'0'", 'events')),
        ('port', ('lpars', '--port', 'x'), ("'x'", '65535')),
        ('command', ('explode',), ('explode', 'lpars')))
    def test_refused(self, arguments, words):
        self.assert_refused(*arguments, words=words)
