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


import pathlib

import fixtures

from nova_powervm.tests import base
from tools.minicloud import settings


class TestSettings(base.TestCase):

    def setUp(self):
        super().setUp()
        self.directory = self.useFixture(fixtures.TempDir()).path

    def test_ports_of_all_computes_differ(self):
        found = settings.Settings(self.directory, computes=3).ports
        self.assertEqual(len(found), len(set(found.values())))
        self.assertIn('simulator-cmp3', found)

    def test_ports_follow_the_first(self):
        found = settings.Settings(self.directory, first_port=20000).ports
        self.assertEqual(list(range(20000, 20000 + len(found))),
                         list(found.values()))

    def test_load_what_was_saved(self):
        saved = settings.Settings(
            self.directory, computes=5, backend='eventlet', bare=True)
        saved.save()
        self.assertEqual(saved, settings.Settings.load(self.directory))

    def test_load_nothing(self):
        self.assertRaises(FileNotFoundError, settings.Settings.load,
                          self.directory)

    def test_load_after_forget(self):
        settings.Settings(self.directory).save()
        settings.forget(self.directory)
        self.assertRaises(FileNotFoundError, settings.Settings.load,
                          self.directory)

    def test_load_damaged(self):
        pathlib.Path(self.directory, 'cloud.json').write_text('{"comp')
        self.assertRaises(ValueError, settings.Settings.load, self.directory)

    def test_load_of_another_release(self):
        pathlib.Path(self.directory, 'cloud.json').write_text(
            '{"directory": "", "sails": 3}')
        self.assertRaises(ValueError, settings.Settings.load, self.directory)

    def test_load_after_a_move(self):
        settings.Settings(self.directory).save()
        moved = self.useFixture(fixtures.TempDir()).join('moved')
        pathlib.Path(self.directory).rename(moved)
        self.addCleanup(pathlib.Path(moved).rename, self.directory)
        self.assertEqual(moved, settings.Settings.load(moved).directory)
