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

"""What calls and stops say about a storm."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
import statistics
from typing import Any

from benchmarks import rpc

Figures = dict[str, Any]

# A call that takes longer is a slow one, seconds.
_SLOW = 1.0


def of_calls(seconds: Collection[float]) -> Figures:
    """Return the number of calls, and what they took, seconds.

    :returns: ``slow`` is the share of calls over a second, from 0 to 1.
    """
    return {
        'count': len(seconds),
        'mean': statistics.fmean(seconds) if seconds else 0.0,
        'slowest': max(seconds, default=0.0),
        'slow': (sum(each > _SLOW for each in seconds) / len(seconds)
                 if seconds else 0.0)}


def of_results(results: Iterable[Figures], due: float, crashed: bool
               ) -> Figures:
    """Put together what the processes with hosts say.

    :param due: when the first LPAR had been silent for the delay.
    :param crashed: whether nova had to stop servers; else the storm is over
        when the module has had its last answer.
    :returns: ``drain`` in seconds; None if there was nothing to drain.
    """
    results = list(results)
    calls = [call for result in results for call in result['calls']]
    ends = ([when for result in results for when in result['stops']]
            if crashed else
            [call[3] for call in calls if call[0] == rpc.MODULE])
    return {
        'drain': max(ends) - due if ends else None,
        'lookups': _by(calls, rpc.MODULE), 'nova': _by(calls, rpc.NOVA),
        'names': names(calls),
        'told': sum(result['told'] for result in results),
        'stops': sum(len(result['stops']) for result in results),
        'timeouts': sum(result['timeouts'] for result in results),
        'hosts_cpu': sum(result['cpu'] for result in results)}


def _by(calls: Iterable[Sequence[Any]], origin: str) -> Figures:
    return of_calls([ended - began for who, _, began, ended in calls
                     if who == origin])


def names(calls: Iterable[Sequence[Any]]) -> dict[str, int]:
    """Return how many calls of each kind there were, by '<who> <name>'."""
    found: dict[str, int] = {}
    for who, name, _, _ in calls:
        key = '%s %s' % (who, name)
        found[key] = found.get(key, 0) + 1
    return found
