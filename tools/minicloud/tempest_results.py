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

"""What a run of tempest found, from its subunit stream."""

import collections
from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
import re
import textwrap
from typing import Any
from typing import IO

import subunit
import testtools

PASSED, SKIPPED, FAILED = 'pass', 'skip', 'fail'

_REASON_WIDTH = 100

_OUTCOMES = {'success': PASSED, 'xfail': PASSED, 'skip': SKIPPED}

# What a class does for all of its tests has a name of its own.
_FIXTURE = re.compile(r'(?:setUpClass|tearDownClass) \((?P<name>[^)]+)\)$')

# What testtools says of a test with tags and ids.
_ATTRIBUTES = re.compile(r'\[.*\]$')

_SHORTENED = ('tempest.api.compute.',
              'nova_powervm.tempest_plugin.tests.scenario.')


@dataclasses.dataclass(frozen=True)
class Result:
    """What became of one test, or of the fixture of a class.

    name: its name, without attributes.
    outcome: PASSED, SKIPPED or FAILED.
    text: why it was skipped, or how it failed.
    """

    name: str
    outcome: str
    seconds: float = 0.0
    text: str = ''

    @property
    def of_class(self) -> str:
        """The class of the test, without what most names begin with."""
        fixture = _FIXTURE.match(self.name)
        name = (fixture['name'] if fixture
                else self.name.rpartition('.')[0] or self.name)
        for prefix in _SHORTENED:
            name = name.removeprefix(prefix)
        return name


@dataclasses.dataclass
class Row:
    """What became of the tests of a class."""

    name: str
    counts: collections.Counter[str] = dataclasses.field(
        default_factory=collections.Counter)
    seconds: float = 0.0

    def add(self, result: Result) -> None:
        """Count a result."""
        self.counts[result.outcome] += 1
        self.seconds += result.seconds


def read(stream: IO[bytes], found: Callable[[Result], None]) -> None:
    """Read a subunit stream to its end.

    :param found: called for each test when it has ended.
    """
    def handle(test: Any) -> None:
        # stestr lists all tests first.
        if test['status'] != 'exists':
            found(_result(test))

    result = testtools.StreamToDict(handle)
    result.startTestRun()
    try:
        subunit.ByteStreamToStreamResult(
            stream, non_subunit_name='output').run(result)
    finally:
        # Tells of tests that did not end, too.
        result.stopTestRun()


def by_class(results: Iterable[Result]) -> list[Row]:
    """Return a row for each class, sorted by its name."""
    rows: dict[str, Row] = {}
    for result in results:
        rows.setdefault(result.of_class, Row(result.of_class)).add(result)
    return sorted(rows.values(), key=lambda row: row.name)


def total(results: Iterable[Result]) -> Row:
    """Return a row for all results."""
    row = Row('total')
    for result in results:
        row.add(result)
    return row


def reasons(results: Iterable[Result]) -> list[tuple[str, int]]:
    """Return why tests were skipped and how many, the most first.

    A reason that is long is cut: some show all that was found.
    """
    return collections.Counter(
        textwrap.shorten(result.text, _REASON_WIDTH, placeholder=' ...')
        for result in results
        if result.outcome == SKIPPED).most_common()


def _result(test: Any) -> Result:
    # A test that did not end has no known status: it failed.
    outcome = _OUTCOMES.get(test['status'], FAILED)
    begin, end = test['timestamps']
    details = test['details']
    wanted = details if outcome == FAILED else (
        {'reason': details['reason']} if 'reason' in details else {})
    return Result(
        _ATTRIBUTES.sub('', test['id']), outcome,
        (end - begin).total_seconds() if begin and end else 0.0,
        '\n'.join(detail.as_text() for detail in wanted.values()).strip())
