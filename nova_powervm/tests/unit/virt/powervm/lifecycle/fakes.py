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
from oslo_serialization import jsonutils
from pypowervm import adapter as pvm_adapter
from pypowervm import entities
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


class Adapter:
    """Answers reads of LPARs from memory, as pypowervm's adapter does.

    :ivar states: PartitionStates by LPAR.
    :ivar hidden: LPARs that lists lack.
    :ivar answers: by kind of read, an LPAR or 'All' or 'feed': what is
        answered instead, or raised. 'any' stands for all kinds.
    :ivar reads: the kinds of reads that were made.
    :ivar timeouts: the timeouts that they had, by kind.
    :ivar during: called in the middle of each read.
    """

    def __init__(self, **states):
        self.states = states
        self.hidden = set()
        self.answers = {}
        self.reads = []
        self.timeouts = {}
        self.during = lambda: None

    def read(self, root_type, root_id=None, suffix_type=None,
             suffix_parm=None, *, timeout, helpers):
        """Answer as ``pypowervm.adapter.Adapter.read`` does."""
        if root_type != 'LogicalPartition' or helpers != [] or (
                suffix_type, suffix_parm) != (
                    (None, None) if suffix_type is None and root_id is None
                    else ('quick', 'PartitionState' if root_id else 'All')):
            raise NotImplementedError
        kind = root_id or suffix_parm or 'feed'
        self.reads.append(kind)
        self.timeouts[kind] = timeout
        self.during()
        answer = self.answers.get(kind, self.answers.get('any'))
        if isinstance(answer, BaseException):
            raise answer
        if answer is None and root_id and root_id not in self.states:
            raise http_error(404)
        listed = {lpar: state for lpar, state in self.states.items()
                  if lpar not in self.hidden}
        if answer is None and kind != 'feed':
            answer = jsonutils.dumps(self.states[root_id] if root_id else [
                {'UUID': lpar, 'PartitionState': state}
                for lpar, state in listed.items()])
        response = pvm_adapter.Response('GET', '/', 200, 'OK', {},
                                        body=answer or '')
        if kind == 'feed':
            # The uuids of a feed are in lower case or in upper case.
            response.feed = entities.Feed({}, [
                entities.Entry({'id': lpar.lower()}, entities.Element(
                    'LogicalPartition', None, children=[entities.Element(
                        'PartitionState', None, text=state)]).element, None)
                for lpar, state in listed.items()])
        return response


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
