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

"""LPARs and requests, live."""

import argparse
import io
import json
import os

import mock

from nova_powervm.sim.ctl import answers
from nova_powervm.sim.ctl import watch
from nova_powervm.tests.unit.sim.ctl import base


class _Terminal(io.StringIO):

    def isatty(self):
        return True


class TestWatch(base.CtlTestCase):

    def setUp(self):
        super().setUp()
        self.control.counters.return_value = {'logon': 1, 'event_poll': 10}
        self.now = 100.0
        self.between = []
        self.output = io.StringIO()

    def sleep(self, seconds):
        """Let time pass, and do what is to happen meanwhile."""
        self.now += seconds
        if not self.between:
            raise KeyboardInterrupt
        self.between.pop(0)()

    def watch(self, as_json=True, lines=24):
        args = argparse.Namespace(json=as_json, interval=2.0)
        return watch.run(
            self.control, args, output=self.output, clock=lambda: self.now,
            sleep=self.sleep, size=lambda: os.terminal_size((80, lines)))

    def looks(self):
        self.watch()
        return [json.loads(line)
                for line in self.output.getvalue().splitlines()]

    def stop_web1(self):
        self.control.lpars.return_value = [
            base.lpar(state='not activated'), base.lpar('web2', base.WEB2)]

    def test_ctrl_c_ends_it_well(self):
        self.assertEqual('', self.watch().complaint)
        self.control.lpars.side_effect = KeyboardInterrupt
        self.assertEqual(('', ''), self.run_ctl('watch'))

    def test_changes_come_first(self):
        self.control.lpars.return_value = [
            base.lpar(), base.lpar('a', base.WEB2)]
        self.between = [self.stop_web1, lambda: None]
        looks = self.looks()
        self.assertEqual(
            [['a', 'web1'], ['web1', 'web2'], ['web1', 'web2']],
            [[lpar['name'] for lpar in look['lpars']] for look in looks])
        self.assertEqual([[None, None], [0, None], [2, None]], [
            [lpar['changed'] for lpar in look['lpars']] for look in looks])

    def test_new_lpars_have_changed(self):
        def add():
            self.control.lpars.return_value.append(
                base.lpar('new', base.WEB1.replace('2', '5')))

        self.between = [add]
        self.assertEqual(['new', 'web1', 'web2'], [
            lpar['name'] for lpar in self.looks()[-1]['lpars']])

    def test_rates(self):
        self.between = [lambda: self.control.counters.return_value.update(
            event_poll=14, quick_all=1)]
        first, second = self.looks()
        self.assertEqual({'number': 10, 'rate': None},
                         first['requests']['event_poll'])
        self.assertEqual(
            {'logon': 0, 'event_poll': 2, 'quick_all': 0.5},
            {kind: one['rate'] for kind, one in second['requests'].items()})

    def test_counters_are_reset_meanwhile(self):
        self.between = [lambda: self.control.counters.return_value.update(
            event_poll=4)]
        self.assertEqual(
            2, self.looks()[-1]['requests']['event_poll']['rate'])

    def test_simulator_is_away_for_a_while(self):
        def back():
            self.control.lpars.side_effect = None

        def away():
            self.control.lpars.side_effect = ConnectionRefusedError

        self.between = [away, back]
        self.assertEqual([False, True, False],
                         ['error' in look for look in self.looks()])

    def test_simulator_is_not_there_at_first(self):
        self.control.lpars.side_effect = ConnectionRefusedError
        self.assertRaises(ConnectionRefusedError, self.watch)

    def test_terminal_is_redrawn(self):
        self.output = _Terminal()
        self.between = [self.stop_web1]
        self.watch(as_json=False)
        self.assertEqual(2, self.output.getvalue().count('\x1b[H\x1b[J'))

    def test_file_is_not_redrawn(self):
        self.between = [self.stop_web1]
        self.watch(as_json=False)
        self.assertNotIn('\x1b', self.output.getvalue())

    def test_fits_the_terminal(self):
        self.control.lpars.return_value = [
            base.lpar('web%d' % i, 'uuid%d' % i) for i in range(100)]
        self.watch(as_json=False, lines=24)
        self.assertLess(len(self.output.getvalue().rstrip().splitlines()), 24)
        self.assertIn('100', self.output.getvalue())

    def test_nobody_reads_the_output(self):
        self.output = mock.create_autospec(io.StringIO, instance=True)
        self.output.isatty.return_value = False
        self.output.write.side_effect = BrokenPipeError
        self.assertRaises(answers.OutputClosed, self.watch)
