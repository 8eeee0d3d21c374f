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

"""Whether costs grow along a straight line."""

from collections.abc import Mapping
import math
import statistics

#: Fewer LPARs say nothing about growth: each batch has a constant part, such
#: as its log line, which weighs so much there that costs seem to fall.
LEAST_LPARS = 1000

#: Cost of one LPAR or event, by the number of LPARs.
Costs = Mapping[int, float]


def _large(costs: Costs) -> list[int]:
    return sorted(lpars for lpars in costs if lpars >= LEAST_LPARS)


def ratio(costs: Costs) -> float | None:
    """Return the cost of one at the largest size by that at the smallest.

    Of the sizes from :data:`LEAST_LPARS` on.

    :returns: 1 for a straight line; None if there are no two sizes.
    """
    sizes = _large(costs)
    if len(sizes) < 2:
        return None
    return costs[sizes[-1]] / costs[sizes[0]]


def exponent(costs: Costs) -> float | None:
    """Return the power of the LPARs with which the cost of all grows.

    The slope of the line through the logarithms, by least squares.

    :returns: 1 for a straight line, 2 for a square; None if there are no two
        sizes.
    """
    sizes = _large(costs)
    if len(sizes) < 2:
        return None
    return statistics.linear_regression(
        [math.log(size) for size in sizes],
        [math.log(size * costs[size]) for size in sizes]).slope
