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

"""Values of commands' arguments, read for argparse.

argparse names the argument whose value is refused. Only the standard library
is imported.
"""

import argparse
from collections.abc import Callable
import math
import os


def integer(minimum: int = 0, maximum: float = math.inf
            ) -> Callable[[str], int]:
    """Return a function that reads an integer within bounds."""
    allowed = (f'from {minimum} to {maximum:g}' if maximum < math.inf
               else f'from {minimum}')

    def read(text: str) -> int:
        # Python refuses to read a number of thousands of digits.
        if not (text.isascii() and text.isdecimal() and len(text) < 16
                and minimum <= int(text) <= maximum):
            raise argparse.ArgumentTypeError(
                f'{text!r} is not an integer {allowed}')
        return int(text)

    return read


def number(kind: Callable[[str], float], what: str, least: float,
           most: float) -> Callable[[str], float]:
    """Return a function that reads a number within bounds.

    :param kind: reads the number; raises ValueError if it is none.
    :param what: what the number is, after "not a".
    """
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                '%r is not a %s from %g to %g' % (text, what, least, most))
        return value

    return read


def seconds(least: float, most: float) -> Callable[[str], float]:
    """Return a function that reads a number of seconds within bounds."""
    return number(float, 'number of seconds', least, most)


def writable(text: str) -> str:
    """Return the path of a file that can be written."""
    folder = os.path.dirname(os.path.abspath(text))
    if os.path.isdir(text) or not os.access(
            text if os.path.exists(text) else folder, os.W_OK):
        raise argparse.ArgumentTypeError('cannot write to %r' % text)
    return text
