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

import logging

import ddt
import mock

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import messages


class Fields(dict):
    """Fields for any line: numbers, which all conversions take."""

    def __missing__(self, name):
        return 7


@ddt.ddt
class TestLines(fakes.TestCase):

    @ddt.data(*messages.lines())
    def test_declaration(self, name):
        line = messages.lines()[name]
        self.assertIs(line, getattr(messages, name))
        self.assertGreaterEqual(line.level, logging.DEBUG)
        self.assertTrue(line.text % Fields())
        self.assertTrue(line.meaning)

    def test_no_two_lines_are_the_same(self):
        lines = messages.lines()
        self.assertEqual(len(lines),
                         len({line.text for line in lines.values()}))

    def test_outages_begin_and_end_with_declared_lines(self):
        declared = list(messages.lines().values())
        for begins, end in messages.OUTAGES.values():
            self.assertTrue(all(line in declared for line in (*begins, end)))

    def test_order_of_the_declarations(self):
        self.assertEqual(
            [name for name, value in vars(messages).items()
             if isinstance(value, messages.Line)], list(messages.lines()))


class TestLog(fakes.TestCase):

    def setUp(self):
        super().setUp()
        self.logger = mock.Mock()
        self.line = messages.Line(
            logging.WARNING, '%(one)s and %(two)s', 'nothing')

    def test_fields(self):
        self.line.log(self.logger, one=1, two=2)
        self.logger.log.assert_called_once_with(
            logging.WARNING, '%(one)s and %(two)s', {'one': 1, 'two': 2},
            exc_info=False, instance_uuid=None)

    def test_exception_and_instance(self):
        self.line.log(
            self.logger, exc_info=True, instance_uuid='a', one=1, two=2)
        self.assertEqual({'exc_info': True, 'instance_uuid': 'a'},
                         self.logger.log.call_args.kwargs)
