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


import contextlib
import io

import ddt

from benchmarks import common_arguments
from benchmarks.comparison import arguments
from benchmarks.comparison import releases
from benchmarks.comparison import settings
from nova_powervm.tests import base


@ddt.ddt
class TestArguments(base.TestCase):

    def test_defaults(self):
        self.assertEqual(settings.Settings(), arguments.parse([]))

    def test_values(self):
        found = arguments.parse([
            '--lpars', '10,100', '--runs', '2', '--away', '9', '--modules',
            '9.0.0,eventlet', 'crash', 'rest-away'])
        self.assertEqual((10, 100), found.lpars)
        self.assertEqual(2, found.runs)
        self.assertEqual(9.0, found.away)
        self.assertEqual((releases.OLD, releases.OURS_EVENTLET),
                         found.modules)
        self.assertEqual(('crash', 'rest-away'), found.names)

    def test_quick(self):
        found = arguments.parse(['--quick', '--runs', '3'])
        self.assertEqual(settings.QUICK['lpars'], found.lpars)
        self.assertEqual(3, found.runs)
        self.assertEqual(settings.NAMES, found.names)
        self.assertFalse(found.counts)

    def test_counts(self):
        found = arguments.parse(['--counts'])
        self.assertEqual(settings.QUICK['lpars'], found.lpars)
        self.assertEqual(settings.STORMS, found.names)
        self.assertTrue(found.counts)

    @ddt.named_data(
        ['name', 'no-such'], ['lpars', '--lpars=3'], ['text', '--lpars=x'],
        ['no_lpars', '--lpars='], ['runs', '--runs=0'],
        ['away', '--away=nan'], ['rpc', '--rpc-ms=-1'],
        ['rest', '--rest-ms=nan'], ['module', '--modules=8.0.0'],
        ['faults_are_no_counts', '--counts', 'rest-away'])
    def test_bad(self, *given):
        with contextlib.redirect_stderr(io.StringIO()):
            error = self.assertRaises(
                SystemExit, arguments.parse, list(given))
        self.assertEqual(2, error.code)

    def test_delay_leaves_time_for_all_events(self):
        options = settings.Settings()
        self.assertEqual([1.0, 1.5, 15.0, 15.0], [
            options.delay(lpars) for lpars in (10, 100, 1000, 5000)])

    def test_as_dict(self):
        found = common_arguments.as_dict(arguments.parse(['--json', 'file']))
        self.assertEqual('file', found['json'])
        self.assertEqual(5, found['runs'])
