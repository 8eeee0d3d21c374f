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


"""Budgets of our module's figures."""

from collections.abc import Iterator
import math
from typing import Any

from benchmarks import budgets
from benchmarks.comparison import releases
from benchmarks import limits

_POLL_US = 30.0
_FLOORS = 1.05

# With fewer LPARs the constant part of a drain weighs more.
_FLOOR_LPARS = 1000


def checks(result: dict[str, Any], counts: bool) -> Iterator[limits.Check]:
    """Compare the figures of a result with their budgets.

    :param result: ``module``, ``name``, ``lpars`` and ``figures``, which are
        those of :func:`.summary.medians`.
    :param counts: leave out what is not the same on every machine.
    """
    if result['module'] == releases.OLD or result['name'] == 'floor':
        return
    figures, lpars = result['figures'], result['lpars']
    what = '%(module)s, %(name)s, %(lpars)d LPARs: ' % result

    def check(name: str, words: str, limit: float, which: int = 0
              ) -> limits.Check:
        return limits.Check(what + words, figures[name][which], limit)

    # The worst run counts where something may never happen.
    yield check('wrong', 'servers wrong', 0, which=2)
    if result['name'].startswith('redundant'):
        yield check('lookups', 'lookups',
                    math.ceil(lpars / budgets.LOOKUP_LPARS), which=2)
        yield check('reads', 'reads', budgets.READS, which=2)
    if result['told_expected'] is not None:
        yield check('told', 'events told', result['told_expected'], which=2)
    if counts:
        return
    yield check('threads', 'threads', budgets.THREADS, which=2)
    if result['name'] in ('redundant', 'crash') and lpars >= _FLOOR_LPARS:
        yield check('us_event', 'poll thread, us an event', _POLL_US)
    if figures['floors'] is not None and lpars >= _FLOOR_LPARS:
        yield check('floors', 'last server right, floors', _FLOORS)
