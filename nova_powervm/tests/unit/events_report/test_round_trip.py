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

"""Each line that the module logs is read back, in each format."""

import itertools

import ddt

from nova_powervm.events_report import formats
from nova_powervm.events_report import lines
from nova_powervm.events_report import selection
from nova_powervm.tests import base
from nova_powervm.tests.unit.events_report import samples
from nova_powervm.virt.powervm.lifecycle import messages

_LAYOUTS = {
    'oslo': samples.DEFAULT, 'devstack': samples.DEVSTACK_CONSOLE,
    'devstack_journal': samples.DEVSTACK_JOURNAL, 'json': None}
# The name that --format has for each, alone and behind what journalctl adds.
_FORMATS = {
    'oslo': 'oslo', 'devstack': 'devstack', 'devstack_journal': 'cat',
    'json': 'json'}


@ddt.ddt
class TestLines(base.TestCase):

    def written(self, layout, line, instance=samples.INSTANCE):
        with samples.Log(_LAYOUTS[layout]) as log:
            log.write(line, instance)
        text, = log.lines()
        return text

    def check(self, text, form, name):
        entry = formats.Reader(form).read(text)
        self.assertIsNotNone(entry, text)
        found, fields = lines.parse(entry.message)
        self.assertEqual(name, found)
        logged = samples.fields_of(messages.lines()[name])
        for field, value in fields.items():
            if field in logged:
                # Some lines have seconds with a decimal place.
                self.assertEqual(str(logged[field]),
                                 value.removesuffix('.0'))
        return entry

    @ddt.data(*itertools.product(_LAYOUTS, messages.lines()))
    @ddt.unpack
    def test_read_back(self, layout, name):
        text = self.written(layout, messages.lines()[name])
        for form in _FORMATS[layout], 'detect':
            entry = self.check(text, form, name)
            self.assertEqual(layout == 'devstack_journal',
                             entry.time is None)
        for form in 'short-iso', 'detect':
            entry = self.check(samples.SHORT_ISO + text, form, name)
            self.assertEqual('cmp1', entry.host)
            selection.seconds(entry.time)

    @ddt.data(*_LAYOUTS)
    def test_without_an_instance(self, layout):
        self.check(self.written(layout, messages.EMITTING, None), 'detect',
                   'EMITTING')

    def test_time(self):
        text = self.written('devstack_journal', messages.MUTED)
        entry = formats.Reader('detect').read(samples.SHORT_ISO + text)
        self.assertEqual(samples.NOON, selection.seconds(entry.time))

    def test_the_batch_has_all_its_fields(self):
        text = self.written('oslo', messages.BATCH)
        _, fields = lines.parse(formats.Reader('oslo').read(text).message)
        expected = samples.batch()
        del expected['outcomes']
        self.assertEqual(
            {**{name: str(value) for name, value in expected.items()},
             'emit': '1', 'no_change': '2'}, fields)


@ddt.ddt
class TestNotRead(base.TestCase):

    def setUp(self):
        super().setUp()
        with samples.Log(samples.DEFAULT) as log:
            log.write(messages.BATCH)
        self.line, = log.lines()

    @ddt.data(*(form for form in formats.FORMATS
                if form in ('json', 'short-iso')))
    def test_of_another_format(self, form):
        self.assertIsNone(formats.Reader(form).read(self.line))

    def test_of_another_part_of_the_driver(self):
        self.assertIsNone(formats.Reader('detect').read(
            self.line.replace('lifecycle.apply', 'vm')))

    def test_cut_anywhere(self):
        reader = formats.Reader('detect')
        # Behind the last field there is nothing left to be missed.
        for end in range(self.line.rindex('times=') + 6):
            entry = reader.read(self.line[:end])
            if entry is not None and entry.message is not None:
                self.assertIsNone(lines.parse(entry.message))

    @ddt.data(
        '{"name": 7}', '{"name": "nova_powervm.virt.powervm.lifecycle.a"}',
        '{"name": "nova_powervm.virt.powervm.lifecycle.a", "asctime": 1,'
        '"msecs": 1, "message": "a"}', '{' * 100000, '{', '[]', '{}')
    def test_broken_json(self, line):
        self.assertIsNone(formats.Reader('json').read(line))

    @ddt.named_data(
        ('a_field_less', lambda text: text.replace('late_ms=4 ', '')),
        ('another_word', lambda text: text.replace('late_ms=', 'late ')))
    def test_of_another_release(self, change):
        message = formats.Reader('oslo').read(self.line).message
        self.assertIsNotNone(lines.parse(message))
        self.assertIsNone(lines.parse(change(message)))

    def test_a_line_that_it_does_not_have(self):
        self.assertIsNone(lines.parse('LPAR x is being watched'))
