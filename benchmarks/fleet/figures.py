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


"""What became of the calls of a scenario, as numbers."""

import collections
from typing import Any

from benchmarks.fleet import cells
from benchmarks.fleet import plan
from benchmarks.fleet import scenarios
from benchmarks import limits

# The share by which the formula may differ from the simulation, calls that
# are too few to compare, and the share of calls that may be slow.
_APART = 0.25
_FEW = 200
_SLOW_SHARE = 0.01

#: Seconds of a curve that are kept.
_CURVE_SECONDS = 90


def measure(world: scenarios.World) -> dict[str, Any]:
    """Return the figures of a world.

    A call that was on its way when it began, began then.
    """
    since = world.since
    calls = [call for cell in world.cells for call in cell.calls
             if call.ended is None or call.ended >= since]
    module = [max(call.arrived - since, 0.0) for call in calls
              if call.kind is not cells.Kind.NOVA]
    waits = sorted((world.until if call.ended is None else call.ended)
                   - max(call.arrived, since) for call in calls)
    right = [when - since for host in world.hosts for when in host.right_at]
    ends = right or [call.ended - since for call in calls
                     if call.ended is not None]
    curve = collections.Counter(map(int, module))
    return {
        'lookups': len(module), 'nova_calls': len(calls) - len(module),
        'mean_rate': len(module) / max(world.until - since, 1.0),
        'rate': _peak(module), 'most': max(curve.values(), default=0),
        'curve': [curve[second] for second in range(_CURVE_SECONDS)],
        'queue': max(cell.longest for cell in world.cells),
        'mean': sum(waits) / max(len(waits), 1),
        'p99': waits[int(len(waits) * 0.99)] if waits else 0.0,
        'slowest': waits[-1] if waits else 0.0,
        'slow': sum(wait > plan.SLOW for wait in waits) / max(len(waits), 1),
        'failed': sum(call.failed for call in calls) / max(len(calls), 1),
        'seconds': max(ends, default=0.0),
        'half': sorted(right)[len(right) // 2] if right else None,
        'wrong': sum(host.wrong for host in world.hosts)}


def _peak(arrivals: list[float]) -> float:
    """Return the greatest rate over some seconds that begin at one."""
    seconds = collections.Counter(map(int, arrivals))
    width = int(plan.PEAK_SECONDS)
    return max((sum(seconds[begin + more] for more in range(width)) / width
                for begin in seconds), default=0.0)


def rate(name: str, figures: dict[str, Any]) -> float:
    """Return the rate that the plan is about: a day has no peak."""
    return float(figures['mean_rate' if name == 'day' else 'rate'])


def checks(row: dict[str, Any]) -> list[limits.Check]:
    """Compare a plan with what was simulated.

    With other workers than those of the plan, no time is compared.

    :param row: what ``__main__`` makes of a scenario.
    """
    what = '%(name)s, %(hosts)d hosts: ' % row
    planned, figures = row['plan'], row['figures']
    found = [limits.Check(what + 'servers wrong', figures['wrong'], 0)]
    measured = rate(row['name'], figures)
    if min(measured * plan.PEAK_SECONDS, figures['lookups']) >= _FEW or (
            row['name'] == 'day' and figures['lookups'] >= _FEW):
        found.append(limits.Check(
            what + 'lookups a second, formula against simulation',
            abs(planned['rate'] / measured - 1), _APART))
    if row['workers'] != planned['workers']:
        return found
    if planned['seconds'] is not None and figures['lookups'] >= _FEW:
        found.append(limits.Check(
            what + 'seconds, formula against simulation',
            abs(planned['seconds'] / figures['seconds'] - 1), _APART))
    found.append(limits.Check(
        what + 'share of calls over a second', figures['slow'], _SLOW_SHARE))
    return found
