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

"""Numbers on a command line."""

import argparse
from collections.abc import Callable
import math


def integer(least: int, most: float = math.inf) -> Callable[[str], int]:
    """Return what reads an integer within bounds, for argparse."""
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal()
                and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(
                '%r is not an integer from %d%s' % (
                    text, least,
                    ' to %d' % most if most < math.inf else ''))
        return int(text)

    return read


def seconds(least: float, most: float) -> Callable[[str], float]:
    """Return what reads a number of seconds within bounds, for argparse."""
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                '%r is not a number of seconds from %g to %g' % (
                    text, least, most))
        return value

    return read
