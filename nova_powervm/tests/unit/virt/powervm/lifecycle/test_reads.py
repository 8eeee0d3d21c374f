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

import ddt
from pypowervm import exceptions as pvm_exc

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import reads


class TestPartitionState(fakes.TestCase):

    def test_state(self):
        self.assertEqual('open firmware',
                         reads.partition_state('open firmware'))

    def test_null(self):
        self.assertEqual('', reads.partition_state(None))


@ddt.ddt
class TestNonsense(fakes.TestCase):

    @ddt.data(0, 1, False, b'running', [], {}, ['running'])
    def test_is_no_state(self, value):
        self.assertIsNone(reads.partition_state(value))


def no_response():
    """Return an error of a kind that usually has a response."""
    error = fakes.http_error(500)
    error.response = None
    return error


@ddt.ddt
class TestIsAboutOne(fakes.TestCase):

    @ddt.named_data(
        ('nonsense', ValueError(), True),
        ('bad_request', fakes.http_error(400), True),
        ('not_found', fakes.http_error(404), True),
        ('internal_error', fakes.http_error(500), True),
        ('unauthorized', fakes.http_error(401), False),
        ('unavailable', fakes.http_error(503), False),
        ('no_connection', pvm_exc.ConnectionError('refused'), False),
        ('no_response', no_response(), False),
        ('no_answer_to_this', pvm_exc.Error(
            'x', fakes.http_error(500).response), False),
        ('other', RuntimeError(), False))
    def test_error(self, error, about_one):
        self.assertIs(about_one, reads.is_about_one(error))


@ddt.ddt
class TestCounted(fakes.TestCase):

    def read(self, error=None):
        with reads.counted(self.stats, self.clock, 'rest_quick'):
            self.clock.advance(2.5)
            if error is not None:
                raise error

    def test_success(self):
        self.read()
        self.assertEqual({'rest_reads': 1, 'rest_quick': 1,
                          'rest_seconds': 2.5}, self.counters())

    @ddt.named_data(('failed', fakes.http_error(500), 1),
                    ('killed', fakes.Killed(), 1),
                    ('not_found_is_an_answer', fakes.http_error(404), 0))
    def test_error(self, error, failed):
        raised = self.assertRaises(type(error), self.read, error)
        self.assertIs(error, raised)
        self.assertEqual(
            {'rest_reads': 1, 'rest_seconds': 2.5, 'rest_failed': failed},
            self.counters('rest_reads', 'rest_seconds', 'rest_failed'))
