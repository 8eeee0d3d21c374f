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

"""What nova-compute logged while something happened."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import pathlib
import re
from typing import Self

from nova_powervm.events_report import lines as events_lines
from nova_powervm.virt.powervm.lifecycle import messages

_TRACEBACK = 'Traceback (most recent call last):'

# Not only a checkout's folder: a module of the driver.
_OUR_NAME = re.compile(r'nova_powervm[/.](virt|conf)\b|powervm_ext')

# What a line begins with that is not part of a bare traceback.
_DATE = re.compile(r'\d{4}-\d\d-\d\d ')


_BATCH = events_lines.pattern(messages.BATCH.text)
_EMITTING = events_lines.pattern(messages.EMITTING.text)


@dataclasses.dataclass(frozen=True)
class Share:
    """What the event module did by itself, as its log lines say.

    :ivar lookups: its calls to nova-conductor.
    :ivar reads: its reads from NovaLink.
    :ivar emitted: events that it handed to nova, which follow nova's calls.
    """

    batches: int = 0
    lookups: int = 0
    reads: int = 0
    emitted: int = 0

    def plus(self, other: Self) -> Self:
        """Return the sum of two shares."""
        return type(self)(*(
            mine + theirs for mine, theirs in zip(
                dataclasses.astuple(self), dataclasses.astuple(other),
                strict=True)))


def share(text: str) -> Share:
    """Return what the event module did, from a log with its DEBUG lines."""
    batches = list(_BATCH.finditer(text))
    return Share(
        len(batches), sum(int(batch['lookups']) for batch in batches),
        sum(int(batch['rest_reads']) for batch in batches), emitted(text))


def emitted(text: str) -> int:
    """Return how many events nova was told."""
    return sum(1 for _ in _EMITTING.finditer(text))


def tracebacks(text: str) -> list[str]:
    """Return the tracebacks in a log that name a module of the driver."""
    return [each for each in _all_tracebacks(text) if _OUR_NAME.search(each)]


def error(traceback: str) -> str:
    """Return the line with the error in which a traceback ends."""
    head, _, lines = traceback.rpartition(_TRACEBACK)
    prefix = head.rpartition('\n')[2]
    found = [line.removeprefix(prefix) for line in lines.splitlines()]
    # Frames and their code are indented.
    return next((line for line in found if line[:1].strip()), '')


def ends_in(traceback: str, name: str) -> bool:
    """Tell whether a traceback is of an error.

    :param name: of the exception's class, with its module.
    """
    return error(traceback).partition(':')[0] == name


def _all_tracebacks(text: str) -> Iterator[str]:
    """Yield each traceback, with the error that ends it.

    oslo.log begins all lines of a record alike, with its time, level and
    logger.
    """
    block: list[str] = []
    prefix = ''
    for line in text.splitlines():
        if block and (line.startswith(prefix) if prefix
                      else not _DATE.match(line)):
            block.append(line)
            continue
        if block:
            yield '\n'.join(block)
            block = []
        head, found, _ = line.partition(_TRACEBACK)
        if found:
            prefix, block = head, [line]
    if block:
        yield '\n'.join(block)


class Logs:
    """The logs of some services, from a moment on.

    :param paths: of their files.
    """

    def __init__(self, paths: Mapping[str, pathlib.Path]) -> None:
        self._paths = dict(paths)
        self._begin = {name: path.stat().st_size if path.exists() else 0
                       for name, path in self._paths.items()}

    def texts(self) -> dict[str, str]:
        """Return what each service has logged since then."""
        texts = {}
        for name, path in self._paths.items():
            with path.open('rb') as log:
                log.seek(self._begin[name])
                texts[name] = log.read().decode(errors='replace')
        return texts

    def share(self) -> Share:
        """Return what the event modules of all hosts did."""
        total = Share()
        for text in self.texts().values():
            total = total.plus(share(text))
        return total

    def emitted(self) -> int:
        """Return how many events nova was told on all hosts."""
        return sum(map(emitted, self.texts().values()))

    def tracebacks(self) -> list[str]:
        """Return the tracebacks that name a module of the driver."""
        return [each for text in self.texts().values()
                for each in tracebacks(text)]
