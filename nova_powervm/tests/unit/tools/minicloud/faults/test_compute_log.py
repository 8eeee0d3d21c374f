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
import traceback

import ddt
import fixtures

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import messages
from tools.minicloud.faults import compute_log

_PREFIX = '2026-11-30 09:00:0%d.123 42 ERROR nova.compute.manager '
_DRIVER = '  File "/opt/venv/lib/nova_powervm/virt/powervm/driver.py", line 1'
_NOVA = '  File "/opt/nova_powervm/.tox/cloud/lib/nova/compute/manager.py"'


class _Lines(base.TestCase):

    def setUp(self):
        super().setUp()
        self.lines = []

    def add(self, line, **fields):
        """Log one of the module's lines as oslo.log would write it."""
        self.lines.append(
            '2026-11-30 09:00:00.123 42 INFO nova_powervm [-] %s'
            % (line.text % fields))

    def add_batch(self, reads, lookups, outcomes='no_change=3'):
        self.add(messages.BATCH, batch=1, events=36, lpars=3,
                 rest_reads=reads, rest_failed=0, rest_ms=1, lookups=lookups,
                 lookups_failed=0, lookup_ms=1, outcomes=outcomes,
                 oldest_wait_ms=3004, late_ms=0, over='nothing',
                 times='rest:1')

    def add_emit(self):
        self.add(messages.EMITTING, lpar='L', state='not activated',
                 event='Stopped')

    @property
    def text(self):
        return '\n'.join([*self.lines, ''])


class TestShare(_Lines):

    def test_nothing(self):
        self.assertEqual(compute_log.Share(), compute_log.share(''))

    def test_sums(self):
        self.add_batch(reads=1, lookups=1, outcomes='emit=2 no_change=1')
        self.add_emit()
        self.add_emit()
        self.add_batch(reads=2, lookups=0)
        self.assertEqual(compute_log.Share(2, 1, 3, 2),
                         compute_log.share(self.text))

    def test_plus(self):
        self.assertEqual(
            compute_log.Share(4, 6, 8, 10), compute_log.Share(
                1, 2, 3, 4).plus(compute_log.Share(3, 4, 5, 6)))


@ddt.ddt
class TestTracebacks(base.TestCase):

    def _block(self, second, *frames):
        prefix = _PREFIX % second
        return [prefix + line for line in (
            'Traceback (most recent call last):', *frames,
            'nova.exception.SomeError: no')]

    def test_of_the_driver_alone(self):
        driver = self._block(1, _NOVA, _DRIVER)
        text = '\n'.join([
            _PREFIX % 0 + 'about to fail',
            *driver,
            *self._block(2, _NOVA),
            _PREFIX % 3 + 'a line that names nova_powervm.virt'])
        self.assertEqual(['\n'.join(driver)], compute_log.tracebacks(text))

    def test_two_in_a_row(self):
        text = '\n'.join([*self._block(1, _DRIVER), *self._block(2, _DRIVER)])
        self.assertEqual(2, len(compute_log.tracebacks(text)))

    def test_bare(self):
        bare = ['Traceback (most recent call last):', _DRIVER, '    f()',
                'ValueError: no']
        text = '\n'.join([*bare, _PREFIX % 1 + 'something else'])
        self.assertEqual(['\n'.join(bare)], compute_log.tracebacks(text))

    @ddt.named_data(['folder_of_that_name', _NOVA], ['nova', 'File "nova"'])
    def test_none_of_the_driver(self, frame):
        self.assertEqual([], compute_log.tracebacks(
            '\n'.join(self._block(1, frame))))

    @ddt.named_data(['its_error', 'nova.exception.SomeError', True],
                    ['longer', 'nova.exception.Some', False],
                    ['without_its_module', 'SomeError', False])
    def test_ends_in(self, error, does):
        self.assertEqual(does, compute_log.ends_in(
            '\n'.join(self._block(1, _DRIVER)), error))

    def test_ends_not_in_what_led_to_it(self):
        text = '\n'.join([*self._block(1, _DRIVER),
                          *self._block(1, _NOVA, 'OtherError')])
        self.assertFalse(compute_log.ends_in(
            text.replace('SomeError', 'Cause', 1), 'nova.exception.Cause'))

    def test_logged_by_python(self):
        try:
            raise ValueError('nova_powervm.virt')
        except ValueError:
            text = traceback.format_exc()
        self.assertEqual([text.rstrip()], compute_log.tracebacks(text))


class TestLogs(_Lines):

    def test_only_what_came_since(self):
        path = pathlib.Path(self.useFixture(fixtures.TempDir()).join('log'))
        path.touch()
        self.add_batch(reads=9, lookups=9)
        self._append(path)
        logs = compute_log.Logs({'one': path})
        self.lines.clear()
        self.add_batch(reads=1, lookups=2)
        self.add_emit()
        self._append(path)
        self.assertEqual(compute_log.Share(1, 2, 1, 1), logs.share())
        self.assertEqual(1, logs.emitted())
        self.assertEqual([], logs.tracebacks())

    def _append(self, path):
        with path.open('a') as log:
            log.write(self.text)
