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

"""What was found out about a tree."""

from collections.abc import Iterable
import dataclasses
import enum


class Level(enum.Enum):
    """What a finding means for the copy.

    GOOD: the drop-in set finds what it needs.
    NOTE: it works, but somebody should know.
    BAD: it would not work, so nothing is copied.
    """

    GOOD = 'ok'
    NOTE = 'note'
    BAD = 'bad'


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was found out.

    :ivar text: a sentence without its full stop.
    """

    level: Level
    text: str

    def __str__(self) -> str:
        return '%-4s  %s' % (self.level.value, self.text)


def good(text: str) -> Finding:
    """Return that something is as it must be."""
    return Finding(Level.GOOD, text)


def note(text: str) -> Finding:
    """Return what somebody should know."""
    return Finding(Level.NOTE, text)


def bad(text: str) -> Finding:
    """Return what keeps the drop-in set from working."""
    return Finding(Level.BAD, text)


def problems(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings that forbid the copy."""
    return [each for each in found if each.level is Level.BAD]
