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

"""Budgets: a straight line, and bounds of bytes, threads and reads."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from benchmarks import budgets
from benchmarks.growth import fits
from benchmarks.growth import summary
from benchmarks import limits

# What one LPAR may cost at the largest size, by what it costs at the
# smallest: more memory makes caches of the processor less useful.
_RATIO = 1.5
# With two sizes a factor of ten apart that ratio is an exponent of 1.18.
_EXPONENT = 1.18
_BYTES = 1024
# One that says what is due, beside those that work.
_THREADS = 1 + 4


def checks(summaries: Sequence[summary.Row]) -> list[limits.Check]:
    """Compare figures with their budgets.

    :param summaries: what :func:`.summary.medians` returns.
    """
    return [*_lines(summaries), *(
        check for each in summaries for check in _one(each))]


def _lines(summaries: Sequence[summary.Row]) -> Iterator[limits.Check]:
    for (backend, work), costs in summary.growth(summaries).items():
        ratio, exponent = fits.ratio(costs), fits.exponent(costs)
        if ratio is None or exponent is None:
            continue
        what = '%s, %s: ' % (backend, work)
        yield limits.Check(what + 'one at the largest size by one at the '
                           'smallest', ratio, _RATIO)
        yield limits.Check(what + 'exponent of growth', exponent, _EXPONENT)


def _one(each: dict[str, Any]) -> Iterator[limits.Check]:
    figures = each['figures']
    what = '%(backend)s, %(name)s, %(lpars)d LPARs: ' % each
    if each['name'] == 'alone' and each['lpars'] >= fits.LEAST_LPARS:
        # What is there once in a process weighs too much with few.
        for kind in ('pending', 'known'):
            yield limits.Check('%sbytes for each %s LPAR' % (what, kind),
                               figures['%s_bytes' % kind][2], _BYTES)
    elif each['name'] == 'handlers':
        yield limits.Check(
            '%sthreads of %d handlers' % (what, each['handlers']),
            figures['threads'][2], each['handlers'] * _THREADS)
    elif each['name'] == 'sync':
        yield limits.Check(what + 'reads', figures['reads'][2],
                           budgets.READS)
