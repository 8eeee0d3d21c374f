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

"""What the check makes and removes."""

import ddt
import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.watcher import test_figures
from tools.minicloud import settings as settings_mod
from tools.watcher import check
from tools.watcher import figures
from tools.watcher import phases
from tools.watcher import stage as stage_mod
from tools.watcher import stock

SETTINGS = settings_mod.Settings('/cloud', notifications=True)


class Broken(Exception):
    """The cloud failed."""


@ddt.ddt
class CheckTestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        # All calls, in order.
        self.made = mock.Mock()
        self.stage = self.patch(stage_mod, 'Stage').return_value
        self.stage.count.return_value = 2
        self.stage.booted.side_effect = [['a', 'b'], ['b'], []]
        self.stage.refused = 0
        self.watcher = self.patch(stock, 'Watcher').return_value
        self.delete_queue = self.patch(stock, 'delete_queue')
        self.patch(stock, 'configure')
        self.patch(figures, 'measure').return_value = figures.Figure(
            2, test_figures.build(servers=2), test_figures.build(1))
        self.phases = self.patch(phases, 'Phases').return_value
        self.phases.run.return_value = []
        self.sleep = self.enterContext(
            mock.patch.object(check.time, 'sleep', autospec=True))
        for name, part in (('stage', self.stage), ('watcher', self.watcher),
                           ('delete_queue', self.delete_queue)):
            self.made.attach_mock(part, name)

    def patch(self, module, name):
        return self.enterContext(
            mock.patch.object(module, name, autospec=True))

    def assert_removed(self):
        calls = [call[0] for call in self.made.mock_calls]
        last = calls[-calls[::-1].index('watcher.stop') - 1:]
        self.assertEqual(
            ['watcher.stop', 'delete_queue', 'stage.delete_aggregates',
             'stage.booted', 'stage.delete', 'stage.booted', 'stage.booted'],
            last)
        self.stage.delete.assert_called_once_with(['a', 'b'])

    def test_equal(self):
        _rows, found = check.run(SETTINGS, 4, 60.0, mock.Mock())
        self.assertEqual([], found)
        self.stage.boot.assert_called_once_with(2)
        self.assert_removed()

    def test_what_a_killed_run_has_left_goes_first(self):
        check.run(SETTINGS, 2, 60.0, mock.Mock())
        self.assertEqual(
            ['stage.delete_aggregates', 'delete_queue',
             'stage.add_aggregate'],
            [call[0] for call in self.made.mock_calls[:3]])
        self.stage.boot.assert_not_called()

    @ddt.data(Broken, KeyboardInterrupt)
    def test_all_is_removed(self, error):
        self.phases.run.side_effect = error
        self.assertRaises(error, check.run, SETTINGS, 2, 60.0, mock.Mock())
        self.assert_removed()

    def test_interrupted_boot(self):
        self.stage.count.return_value = 0
        self.stage.boot.side_effect = KeyboardInterrupt
        self.assertRaises(KeyboardInterrupt, check.run, SETTINGS, 2, 60.0,
                          mock.Mock())
        self.assert_removed()

    def test_too_many_servers_for_a_figure(self):
        self.assertRaises(check.UnfitError, check.measure, SETTINGS, [1, 10],
                          mock.Mock())
        self.assert_removed()
