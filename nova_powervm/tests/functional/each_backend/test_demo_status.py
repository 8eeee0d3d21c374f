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

"""The demo's exit status, with a stage in memory."""

import contextlib
import io
import os

import fixtures
from oslo_serialization import jsonutils
import testtools

from nova_powervm.demo import runner
from nova_powervm.testing import novalink
from nova_powervm.tests.unit.demo import fake_stage


class TestRun(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.stage = fake_stage.FakeStage(novalink.Clock())
        self.make_stage = self.useFixture(fixtures.MockPatch(
            'nova_powervm.testing.stage.Stage',
            return_value=contextlib.nullcontext(self.stage))).mock
        self.results = os.path.join(
            self.useFixture(fixtures.TempDir()).path, 'results.json')
        self.folder = self.useFixture(fixtures.TempDir()).path
        self.useFixture(fixtures.MonkeyPatch('tempfile.tempdir', self.folder))
        for name in 'stdout', 'stderr':
            self.useFixture(fixtures.MonkeyPatch('sys.' + name,
                                                 io.StringIO()))

    def run_demo(self, bare=False):
        """Return the exit status and the results."""
        status = runner.run(
            runner.Settings(4, 3.0, 'threading', self.results, bare),
            lambda: None, self.stage.pause)
        with open(self.results) as results:
            return status, jsonutils.loads(results.read())

    def test_all_is_well(self):
        status, results = self.run_demo()
        self.assertEqual(0, status)
        self.assertEqual(4, len(results['servers']))
        self.assertFalse(results['bare'])
        self.assertFalse(self.make_stage.call_args.args[-1])
        self.assertEqual([], os.listdir(self.folder))

    def test_a_disk_with_something_else(self):
        def devices():
            lpar = next(iter(self.stage.found.values())).lpar
            return {**self.stage.devices_, lpar: fake_stage.make_devices(
                fake_stage.make_stored('b', 'other'))}

        self.stage.devices = devices
        status, results = self.run_demo()
        self.assertEqual(1, status)
        self.assertEqual([['disk'], [], [], []],
                         [each['problems'] for each in results['servers']])
        # For whoever wants to know why.
        self.assertEqual(1, len(os.listdir(self.folder)))

    def test_bare(self):
        self.stage.bare = True
        status, results = self.run_demo(bare=True)
        self.assertEqual((0, [], True),
                         (status, results['servers'], results['bare']))
        self.assertTrue(self.make_stage.call_args.args[-1])
