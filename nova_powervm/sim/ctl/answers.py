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

"""What commands answer, and why they refuse."""

from collections.abc import Sequence
from typing import Any
from typing import NamedTuple


class Refused(Exception):
    """A command cannot be carried out; the text is a sentence that says why.

    Nothing has been changed.
    """


class OutputClosed(Exception):
    """Nobody reads the output any more, as behind ``| head``."""


class Answer(NamedTuple):
    """What a command found or did.

    :ivar value: for a program, as JSON.
    :ivar text: for a person.
    :ivar complaint: what it could not do, a sentence; empty if it did all.
    """

    value: Any
    text: str = ''
    complaint: str = ''


def some(names: Sequence[str], limit: int = 12) -> str:
    """Return names as words, and how many more there are."""
    if len(names) > limit:
        return '%s and %d more' % (', '.join(names[:limit]),
                                   len(names) - limit)
    return ', '.join(names) or 'none'
