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
from benchmarks.comparison import releases
from benchmarks.controller import arguments
from benchmarks.controller import settings
from nova_powervm.tests import base


@ddt.ddt
class TestArguments(base.TestCase):

    def test_defaults(self):
        self.assertEqual(settings.Settings(), arguments.parse([]))

    def test_values(self):
        found = arguments.parse([
            '--workers', '1,3', '--hosts', '7', '--lpars', '20', '--modules',
            'eventlet', '--crash-most', '5', '--old-most', '6',
            '--emit-workers', '3', '--pool-size', '9', '--processes', '4',
            '--delay', '1.5', '--limit', '99', '--first-port', '20000',
            '--explain', 'crash', 'redundant'])
        self.assertEqual(settings.Settings(
            names=('redundant', 'crash'), modules=(releases.OURS_EVENTLET,),
            workers=(1, 3), hosts=(7,), lpars=20, crash_most=5, old_most=6,
            emit_workers=3, pool_size=9, processes=4, delay=1.5, limit=99.0,
            first_port=20000, explain=True), found)

    def test_quick(self):
        found = arguments.parse(['--quick', '--workers', '3'])
        self.assertEqual(settings.QUICK['lpars'], found.lpars)
        self.assertEqual((3,), found.workers)

    @ddt.named_data(
        ['name', 'no-such'], ['workers', '--workers=0'],
        ['no_workers', '--workers='], ['hosts', '--hosts=1,x'],
        ['lpars', '--lpars=-1'], ['module', '--modules=8.0.0'],
        ['delay', '--delay=nan'], ['limit', '--limit=0'],
        ['port', '--first-port=80'], ['high_port', '--first-port=65535'],
        ['processes', '--processes=0'])
    def test_bad(self, *given):
        with contextlib.redirect_stderr(io.StringIO()):
            error = self.assertRaises(
                SystemExit, arguments.parse, list(given))
        self.assertEqual(2, error.code)

    def test_as_dict(self):
        found = common_arguments.as_dict(arguments.parse(['--json', 'file']))
        self.assertEqual('file', found['json'])
        self.assertEqual([], found['files'])


class TestSettings(base.TestCase):

    def test_storms(self):
        found = settings.Settings(crash_most=10)
        self.assertEqual(settings.NAMES, found.storms(releases.OURS, 10))
        self.assertEqual(('redundant', 'resync'),
                         found.storms(releases.OURS, 11))

    def test_release_9_compares_nothing_by_itself(self):
        found = settings.Settings(old_most=10)
        self.assertEqual(('redundant', 'crash'),
                         found.storms(releases.OLD, 10))
        self.assertEqual((), found.storms(releases.OLD, 11))
