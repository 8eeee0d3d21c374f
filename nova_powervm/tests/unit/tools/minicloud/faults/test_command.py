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


import functools
import io
import json

import ddt
import fixtures
import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.minicloud.faults import fakes
from tools.minicloud import __main__ as main_mod
from tools.minicloud import cloud as cloud_mod
from tools.minicloud.faults import catalog
from tools.minicloud.faults import stage as stage_mod


@ddt.ddt
class TestFaults(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = self.useFixture(fixtures.TempDir())
        self.clock = fakes.Clock()
        self.cloud = fakes.Cloud(self.folder.path)
        for name in ('nova-compute-cmp1', 'nova-compute-cmp2'):
            self.cloud.log(name).touch()
        self.enterContext(mock.patch.object(
            cloud_mod.Cloud, 'open', autospec=True, return_value=self.cloud))
        self.enterContext(mock.patch.object(
            stage_mod, 'Stage', functools.partial(
                stage_mod.Stage, clock=self.clock, sleep=self.clock.sleep)))
        self.seconds = 5.0
        self.enterContext(mock.patch.dict(catalog.FAULTS, {
            'one': catalog.Fault('one', 'it happens', 'its beginning', 10.0,
                                 self._act)}, clear=True))
        # signal() is for the main thread only.
        self.enterContext(mock.patch('signal.signal'))
        self.output = io.StringIO()
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', self.output))
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', self.output))

    def _act(self, stage):
        stage.switch_off(stage.fleet)
        self.clock.after(self.seconds, self.cloud.right)
        return self.clock()

    def run_faults(self, *args):
        return main_mod.main(['faults', '--servers', '4', *args])

    @ddt.named_data(['right', 5.0, 0], ['late', 13.0, 1])
    def test_status(self, seconds, status):
        self.seconds = seconds
        self.assertEqual(status, self.run_faults())

    def test_files(self):
        names = [self.folder.join(name) for name in ('rst', 'json')]
        self.run_faults('one', '--rst', names[0], '--json', names[1])
        with open(names[0]) as rst:
            self.assertIn('``tox -e cloud -- faults one --servers 4``',
                          rst.read())
        with open(names[1]) as found:
            self.assertEqual(
                ['one'],
                [fault['fault'] for fault in json.load(found)['faults']])

    @ddt.named_data(['unknown', 'two'], ['no_number', '--servers=x'],
                    ['too_few', '--servers=1'])
    def test_wrong_arguments(self, argument):
        self.assertEqual(2, self.assertRaises(
            SystemExit, self.run_faults, argument).code)

    def test_api_that_does_not_answer(self):
        self.cloud.api_fails = True
        self.assertEqual(2, self.run_faults())
