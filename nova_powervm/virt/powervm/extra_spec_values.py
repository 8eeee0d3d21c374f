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

"""Kinds of values that extra specs can have."""

from collections.abc import Mapping
import dataclasses
import math
import re
from typing import Any
from typing import Protocol

from oslo_utils import strutils


class Values(Protocol):
    """The values that an extra spec can have.

    ``form`` completes the sentence "it must be ...".
    """

    @property
    def form(self) -> str:
        """What a value must be, in words."""

    def parse(self, text: str) -> Any:
        """Return the value for pypowervm.

        :raises ValueError: if it is not one of the values.
        """


@dataclasses.dataclass(frozen=True)
class Integer:
    """Integers within bounds; no upper one if it is None."""

    least: int
    most: int | None = None

    @property
    def form(self) -> str:
        """What a value must be, in words."""
        if self.most is None:
            return 'an integer, %d or more' % self.least
        return 'an integer from %d to %d' % (self.least, self.most)

    def parse(self, text: str) -> int:
        """Return the integer."""
        value = int(text)
        if value < self.least or (
                self.most is not None and value > self.most):
            raise ValueError(text)
        return value


@dataclasses.dataclass(frozen=True)
class Number:
    """Finite numbers that are not less than a bound."""

    least: float

    @property
    def form(self) -> str:
        """What a value must be, in words."""
        return 'a number, %s or more' % self.least

    def parse(self, text: str) -> float:
        """Return the number."""
        value = float(text)
        if not math.isfinite(value) or value < self.least:
            raise ValueError(text)
        return value


@dataclasses.dataclass(frozen=True)
class Boolean:
    """True or false, in any spelling that nova's API takes.

    :ivar true: what pypowervm takes for true.
    :ivar false: what pypowervm takes for false.
    """

    true: Any = True
    false: Any = False
    form: str = 'true or false'

    def parse(self, text: str) -> Any:
        """Return what pypowervm takes for it."""
        return (self.true if strutils.bool_from_string(text, strict=True)
                else self.false)


@dataclasses.dataclass(frozen=True)
class Words:
    """Words, and what pypowervm takes for each."""

    values: Mapping[str, Any]

    @property
    def form(self) -> str:
        """What a value must be, in words."""
        return 'one of %s' % ', '.join(self.values)

    def parse(self, text: str) -> Any:
        """Return what pypowervm takes for the word."""
        if text not in self.values:
            raise ValueError(text)
        return self.values[text]


@dataclasses.dataclass(frozen=True)
class Text:
    """Text that matches a regular expression as a whole."""

    pattern: str
    form: str

    def parse(self, text: str) -> str:
        """Return the text."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(text)
        return text
