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
import json
import pathlib

import ddt

from benchmarks import common_arguments
from benchmarks.growth import arguments
from benchmarks.growth import settings
from nova_powervm.tests import base


@ddt.ddt
class TestArguments(base.TestCase):

    def test_defaults(self):
        self.assertEqual(settings.Settings(), arguments.parse([]))

    def test_values(self):
        found = arguments.parse([
            'alone', 'sync', '--lpars', '100,100000', '--handlers', '7',
            '--handler-lpars', '20', '--sync-lpars', '30', '--runs', '2',
            '--backends', 'eventlet', '--events', '3', '--json', 'x'])
        self.assertEqual(settings.Settings(
            names=('alone', 'sync'), lpars=(100, 100_000), handlers=7,
            handler_lpars=20, sync_lpars=30, runs=2, events=3,
            backends=('eventlet',), json=pathlib.Path('x')), found)

    def test_quick(self):
        found = arguments.parse(['--quick', '--runs', '3'])
        self.assertEqual(settings.Settings(**{
            **settings.QUICK, 'runs': 3}), found)

    def test_as_dict(self):
        found = common_arguments.as_dict(arguments.parse(
            ['--json', 'x', '--from', 'a,b']))
        self.assertEqual(found, json.loads(json.dumps(
            found)) | {'names': found['names'], 'lpars': found['lpars'],
                       'backends': found['backends']})
        self.assertEqual((['a', 'b'], 'x'), (found['files'], found['json']))

    @ddt.named_data(
        ['name', 'no-such'], ['few', '--lpars=9'], ['text', '--lpars=x'],
        ['none', '--lpars='], ['runs', '--runs=0'],
        ['handlers', '--handlers=1001'], ['backend', '--backends=gevent'],
        ['events', '--events=0'])
    def test_bad(self, *given):
        with contextlib.redirect_stderr(io.StringIO()):
            error = self.assertRaises(
                SystemExit, arguments.parse, list(given))
        self.assertEqual(2, error.code)
