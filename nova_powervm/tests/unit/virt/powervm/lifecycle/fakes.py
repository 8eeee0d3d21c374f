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

"""What the tests of the event module's parts share.

No test asserts on English: a log line is known by its declaration.
"""

import logging

import fixtures
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import stats

HOST = 'm-host'


def lpar(number):
    """Return the uuid of an LPAR."""
    return interfaces.LparUuid(
        '%08X-ABCD-4000-8000-0123456789AB' % number)


A, B, C, D = (lpar(number) for number in range(4))


def http_error(status):
    """Return the error that pypowervm raises for an HTTP status."""
    response = pvm_adapter.Response('GET', '/', status, 'No', {}, body='')
    kind = (pvm_exceptions.HttpNotFound if status == 404
            else pvm_exceptions.HttpError)
    return kind(response)


class Killed(BaseException):
    """Ends a thread, as eventlet's GreenletExit and its Timeout do."""


class Clock:
    """A monotonic clock that moves when it is told to.

    :ivar now: what it shows, seconds.
    """

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now

    def advance(self, seconds):
        """Let time pass."""
        self.now += seconds


class Logs(fixtures.Fixture):
    """Keeps the records that the event module logs.

    :ivar records: the records, oldest first.
    """

    def _setUp(self):
        self.records = []
        logger = logging.getLogger('nova_powervm')
        handler = logging.Handler()
        handler.emit = self.records.append
        self.addCleanup(logger.setLevel, logger.level)
        self.addCleanup(logger.removeHandler, handler)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)

    def of(self, line):
        """Return the records that were made of a declared line."""
        return [record for record in self.records if record.msg == line.text]

    def count(self, line, level=logging.INFO):
        """Return how many there are, from a level on."""
        return sum(record.levelno >= level for record in self.of(line))

    def texts(self, level=logging.INFO):
        """Return of what each record was made, from a level on."""
        return [record.msg for record in self.records
                if record.levelno >= level]


class TestCase(base.TestCase):
    """A test with a clock, statistics and the lines that were logged."""

    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.stats = stats.Statistics({})
        self.logs = self.useFixture(Logs())

    def counters(self, *names):
        """Return the counters of these names, or those that counted."""
        return {name: count for name, count in self.stats.counters().items()
                if name in names or (count and not names)}

    def assertLogged(self, *lines):
        """Compare what was logged above DEBUG with declared lines."""
        self.assertEqual([line.text for line in lines], self.logs.texts())
