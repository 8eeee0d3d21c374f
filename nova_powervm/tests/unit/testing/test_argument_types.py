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

import argparse

import ddt
import fixtures
import testtools

from nova_powervm.testing import argument_types


@ddt.ddt
class TestArgumentTypes(testtools.TestCase):

    @ddt.data(
        ('integer', argument_types.integer(2, 9), '9', 9),
        ('number', argument_types.number(int, 'whole number', 2, 9), '2', 2),
        ('seconds', argument_types.seconds(0, 9), '0.5', 0.5))
    @ddt.unpack
    def test_read(self, _name, read, text, expected):
        self.assertEqual(expected, read(text))

    @ddt.data(
        ('integer_small', argument_types.integer(2), '1'),
        ('integer_large', argument_types.integer(2, 9), '10'),
        ('integer_word', argument_types.integer(), 'x'),
        ('number_word', argument_types.number(int, 'number', 2, 9), 'x'),
        ('seconds_small', argument_types.seconds(1, 9), '0.9'),
        ('seconds_large', argument_types.seconds(1, 9), '9.1'),
        ('seconds_nan', argument_types.seconds(1, 9), 'nan'))
    @ddt.unpack
    def test_refused(self, _name, read, text):
        error = self.assertRaises(argparse.ArgumentTypeError, read, text)
        self.assertIn(text, str(error))

    def test_writable(self):
        folder = self.useFixture(fixtures.TempDir())
        path = folder.join('new')
        self.assertEqual(path, argument_types.writable(path))

    def test_folder(self):
        self.assertRaises(argparse.ArgumentTypeError, argument_types.writable,
                          self.useFixture(fixtures.TempDir()).path)

    def test_in_no_folder(self):
        self.assertRaises(
            argparse.ArgumentTypeError, argument_types.writable,
            self.useFixture(fixtures.TempDir()).join('none', 'new'))
