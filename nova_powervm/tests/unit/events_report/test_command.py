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

"""The command, over files as operators have them."""

import contextlib
import csv
import gzip
import io
import json
import os
import pathlib
import sys
import termios

import ddt
import fixtures
import mock

from nova_powervm.events_report import __main__ as command
from nova_powervm.events_report import formats
from nova_powervm.events_report import progress
from nova_powervm.events_report import selection
from nova_powervm.events_report import sources
from nova_powervm.tests import base
from nova_powervm.tests.unit.events_report import samples
from nova_powervm.virt.powervm.lifecycle import messages

_STAMP = '2026-11-30 12:00:%02d.000 1 '


def log(*seconds, events=3):
    """Return the text of a log with a batch at each of some seconds."""
    with samples.Log(samples.DEFAULT) as written:
        for _ in seconds:
            written.write(messages.BATCH, **samples.batch(events=events))
    return ''.join(
        _STAMP % second + line.split(' ', 3)[3] + '\n'
        for second, line in zip(seconds, written.lines(), strict=True))


class TestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)

    def file(self, name, text):
        """Write a file; return its path."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        data = text.encode() if isinstance(text, str) else text
        path.write_bytes(
            gzip.compress(data) if name.endswith('.gz') else data)
        return str(path)

    def run_command(self, *arguments, stdin=b''):
        """Run the command; return its status and what it wrote."""
        out, err = io.StringIO(), io.StringIO()
        with (contextlib.redirect_stdout(out),
              contextlib.redirect_stderr(err),
              mock.patch.object(sys, 'stdin', io.TextIOWrapper(
                  io.BufferedReader(io.BytesIO(stdin))))):
            try:
                status = command.main(['report', *map(str, arguments)])
            except SystemExit as error:
                status = error.code
        return status, out.getvalue(), err.getvalue()

    def results(self, *arguments, status=0, **kwargs):
        """Run the command; return the report as data."""
        found, out, _ = self.run_command('--json', *arguments, **kwargs)
        self.assertEqual(status, found)
        return json.loads(out)

    def events(self, *arguments, **kwargs):
        return self.results(*arguments, **kwargs)['total']['events']


@ddt.ddt
class TestSources(TestCase):

    @ddt.data('nova-compute.log', 'nova-compute.log.1.gz')
    def test_file(self, name):
        self.assertEqual(3, self.events(self.file(name, log(0))))

    @ddt.named_data(('alone', ()), ('dash', ('-',)))
    def test_standard_input(self, arguments):
        self.assertEqual(3, self.events(
            *arguments, stdin=log(0).encode()))

    def test_compressed_standard_input(self):
        self.assertEqual(3, self.events(
            stdin=gzip.compress(log(0).encode())))

    def test_what_a_rotated_file_is_of(self):
        found = self.results(self.file('cmp1/n.log', log(5)),
                             self.file('cmp1/n.log.1', log(4)),
                             self.file('cmp1/n.log-20261129.gz', log(3)))
        self.assertEqual([str(self.folder / 'cmp1/n.log')],
                         list(found['hosts']))
        self.assertEqual(9, found['total']['events'])

    def test_several_hosts(self):
        one, other = (self.file('one', log(0)), self.file('other', log(1)))
        found = self.results('cmp1=' + one, 'cmp2=' + other)
        self.assertEqual(['cmp1', 'cmp2'], list(found['hosts']))
        self.assertEqual(3, self.events(
            'cmp1=' + one, 'cmp2=' + other, '--host', 'cmp2'))

    def test_hosts_of_the_journal(self):
        text = ''.join(
            '2026-11-30T12:00:00+0100 %s nova-compute[1]: %s' % (
                host, log(0)) for host in ('cmp1', 'cmp2'))
        self.assertEqual(['cmp1', 'cmp2'], list(
            self.results(self.file('journal', text))['hosts']))

    def test_a_file_whose_name_has_an_equals_sign(self):
        path = self.file('a=b', log(0))
        self.assertEqual([path], list(self.results(path)['hosts']))

    @ddt.named_data(
        ('missing', lambda self: str(self.folder / 'missing')),
        ('folder', lambda self: str(self.folder)),
        ('cut', lambda self: self.file('cut', gzip.compress(os.urandom(
            10 ** 5))[:5000])),
        ('broken', lambda self: self.file(
            'broken', b'\x1f\x8b\x08\0\0\0\0\0\0\0' + b'x' * 1000)))
    def test_unreadable(self, make):
        path = make(self)
        status, out, err = self.run_command(
            '--json', path, self.file('good', log(0)))
        self.assertEqual(2, status)
        self.assertEqual(1, err.count('\n'))
        self.assertIn(path, err)
        found = json.loads(out)
        self.assertEqual(3, found['total']['events'])
        self.assertEqual(1, len(found['unreadable']))

    def test_nothing_but_an_unreadable_file(self):
        status, out, err = self.run_command(self.folder / 'missing')
        self.assertEqual((2, ''), (status, out))
        self.assertEqual(2, err.count('\n'))

    def test_position(self):
        path = self.file('log', log(*range(50)))
        lines = sources.Lines(path)
        self.assertEqual(50, len(list(lines)))
        self.assertEqual(sources.size(path), lines.position)

    def test_a_very_long_line(self):
        path = self.file('long', b'x' * (3 << 20) + b'\n' + log(0).encode())
        self.assertLess(max(map(len, sources.Lines(path))), 3 << 20)
        self.assertEqual(3, self.events(path))


@ddt.ddt
class TestSelection(TestCase):

    @ddt.named_data(
        ('all', (), 4), ('since', ('--since', '2026-11-30 12:00:01'), 3),
        ('until', ('--until', '2026-11-30T12:00:02'), 2),
        ('both', ('--since', '2026-11-30 12:00:01',
                  '--until', '2026-11-30 12:00:03'), 2),
        ('minute', ('--since', '2026-11-30 12:00'), 4),
        ('date', ('--until', '2026-12-01'), 4))
    def test_times(self, arguments, batches):
        path = self.file('log', log(0, 1, 2, 3))
        self.assertEqual(batches, self.results(
            path, *arguments)['total']['batches'])

    def test_lines_without_a_time(self):
        path = self.file('log', log(0).split(' 1 ', 1)[1])
        self.assertEqual(1, self.results(path)['total']['batches'])
        status, _, err = self.run_command(path, '--since', '2026-01-01')
        self.assertEqual(1, status)
        self.assertIn('1 ', err)

    @ddt.data('2026-02-30', 'yesterday', '', '2026-11-30 12:60')
    def test_no_time(self, value):
        self.assertRaises(ValueError, selection.moment, value)
        status, _, err = self.run_command('--since', value)
        self.assertEqual(2, status)
        self.assertIn('--since', err)

    @ddt.data(('--format', 'xml'), ('--plot', 'picture.gif'),
              ('--json', '--csv'), ('--nonsense',))
    def test_bad_option(self, arguments):
        status, out, err = self.run_command(*arguments)
        self.assertEqual((2, ''), (status, out))
        self.assertIn(arguments[0], err)

    @ddt.data(*formats.FORMATS)
    def test_named_format(self, form):
        text = {'json': '', 'short-iso': samples.SHORT_ISO}.get(
            form, '') + log(0)
        if form == 'json':
            with samples.Log(None) as written:
                written.write(messages.BATCH)
            text = '\n'.join(written.lines())
        self.assertEqual(3, self.events(
            self.file('log', text), '--format', form))


@ddt.ddt
class TestLines(TestCase):

    def test_what_is_skipped_is_counted(self):
        line = log(0)
        ours = _STAMP % 1 + 'INFO %s [-] ' % samples.LOGGER
        text = ''.join((
            line, '2026-11-30 12:00:00.000 1 INFO nova.compute [-] other\n',
            _STAMP % 1 + 'ERROR %s Traceback\n' % samples.LOGGER,
            line[:-30] + '\n', ours + 'Something new\n',
            '2026-13-30 12:00:00.000' + line[23:],
            'unheard of: %s says x\n' % samples.LOGGER, '\n', '\0\xff\n'))
        self.assertEqual(
            {'read': 9, 'used': 1, 'unselected': 0, 'others': 3,
             'tracebacks': 1, 'unformatted': 1, 'unknown': 3},
            self.results(self.file('log', text))['lines'])

    def test_broken_lines(self):
        broken = 'PowerVM events: batch=x times=nova_powervm.virt.powervm.\n'
        text = (_STAMP % 1 + 'INFO %s [-] ' % samples.LOGGER + broken) * 1000
        found = self.results(self.file('log', text + log(0)))
        self.assertEqual(1000, found['lines']['unknown'])

    @ddt.named_data(('empty', ''), ('others', 'a\nb\n'))
    def test_nothing(self, text):
        status, out, err = self.run_command(self.file('log', text))
        self.assertEqual((1, ''), (status, out))
        self.assertEqual(1, err.count('\n'))
        self.assertIn('lifecycle', err)


class TestForms(TestCase):

    def setUp(self):
        super().setUp()
        with samples.Log(samples.DEFAULT) as written:
            for line in messages.lines().values():
                written.write(line)
        self.path = self.file('log', '\n'.join(written.lines()))

    def test_text(self):
        status, out, err = self.run_command(self.path)
        self.assertEqual((0, ''), (status, err))
        self.assertIn(samples.LPAR, out)
        for what in messages.OUTAGES:
            self.assertIn(what, out)

    def test_csv_has_what_json_has(self):
        data = self.results(self.path)
        _, out, _ = self.run_command(self.path, '--csv')
        rows = dict(csv.reader(io.StringIO(out)))
        self.assertEqual(str(data['total']['lpars_compared']),
                         rows['total.lpars_compared'])
        self.assertEqual(data['outages'][0]['what'], rows['outages.0.what'])
        self.assertEqual(
            str(data['total']['times']['rest']['p99_ms']),
            rows['total.times.rest.p99_ms'])

    def test_whoever_reads_it_goes_away(self):
        with mock.patch('builtins.print', side_effect=BrokenPipeError), (
                mock.patch.object(os, 'dup2')):
            self.assertEqual(0, command.main(['report', self.path]))


@ddt.ddt
class TestPlot(TestCase):

    def setUp(self):
        super().setUp()
        with samples.Log(samples.DEFAULT) as written:
            for line in messages.lines().values():
                written.write(line)
        self.path = self.file('log', '\n'.join(written.lines()))

    @ddt.named_data(('svg', '.svg', b'<?xml'), ('png', '.png', b'\x89PNG'))
    def test_picture(self, suffix, begin):
        path = self.folder / ('picture' + suffix)
        status, _, _ = self.run_command(self.path, '--plot', path)
        self.assertEqual(0, status)
        self.assertTrue(path.read_bytes().startswith(begin))

    def assertNoPicture(self, *arguments):
        status, out, err = self.run_command(*arguments)
        self.assertEqual(2, status)
        self.assertNotEqual('', out)
        self.assertEqual(1, err.count('\n'))

    def test_it_cannot_be_written(self):
        self.assertNoPicture(self.path, '--plot', self.folder / 'no' / 'a.svg')

    def test_without_matplotlib(self):
        with mock.patch.dict(sys.modules, {'matplotlib': None}):
            self.assertNoPicture(
                self.path, '--plot', self.folder / 'a.svg')

    def test_without_times(self):
        path = self.file('cat', log(0).split(' 1 ', 1)[1])
        self.assertNoPicture(path, '--plot', self.folder / 'a.svg')


class TestProgress(base.TestCase):

    def test_without_tqdm(self):
        with (mock.patch.dict(sys.modules, {'tqdm': None}),
              progress.bar(10) as update):
            update(5)

    def test_on_a_terminal(self):
        reader, writer = os.openpty()
        self.addCleanup(os.close, reader)
        os.set_blocking(reader, False)
        # tqdm shows nothing where there are no rows.
        termios.tcsetwinsize(reader, (24, 80))
        with (mock.patch.object(progress, '_DELAY', 0),
              os.fdopen(writer, 'w') as terminal,
              contextlib.redirect_stderr(terminal),
              progress.bar(10) as update):
            update(5)
            self.assertIn(b'%', os.read(reader, 1000))

    def test_nothing_but_on_a_terminal(self):
        text = io.StringIO()
        with contextlib.redirect_stderr(text), progress.bar(10) as update:
            update(5)
        self.assertEqual('', text.getvalue())
