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


"""What the controllers of many hosts need, by formula.

Pure functions. The times are those of the event module's options and of its
back-off, so a change of them changes the plan.
"""

from collections.abc import Iterator
import dataclasses
import math

from benchmarks.fleet import cases
from benchmarks.fleet import settings
from nova_powervm.testing import internals

# Seconds of a look at an LPAR after its last event.
LOOK = internals.EVENT_DELAY * 1.1

#: Seconds over which a rate is taken where it is the greatest.
PEAK_SECONDS = 5.0

#: Seconds that a call to nova-conductor may take.
SLOW = 1.0

# What 9.0.0 was measured to look up for an LPAR in a storm: once, and once
# more if PowerVM has cleared the first bit of its uuid.
OLD_LOOKUPS = 1.5


@dataclasses.dataclass(frozen=True)
class Plan:
    """What one scenario asks of the controllers.

    :ivar rate: the module's calls a second, at most, over some seconds.
    :ivar workers: of nova-conductor in each cell, so that 99 of 100 calls
        take less than a second.
    :ivar seconds: until nova is right about all, or all are compared; None
        where nothing ends.
    :ivar queries: database queries a second: one for each call.
    :ivar old: calls that the module of 9.0.0 makes; a second in a day.
    """

    rate: float
    workers: int
    seconds: float | None
    queries: float
    old: float


def waits(seconds: float) -> Iterator[tuple[float, float]]:
    """Yield the waits between attempts in an outage of some length.

    :returns: the least and the most of each wait.
    """
    attempts, age = 0, 0.0
    while age < seconds:
        most = internals.service_wait(attempts)
        least = most * (1 - internals.WAIT_SPREAD)
        yield least, most
        age += (least + most) / 2
        attempts += 1


def capped(least: float, most: float, limit: float) -> float:
    """Return the mean of a wait that is cut at a limit."""
    if limit <= least:
        return limit
    if limit >= most:
        return (least + most) / 2
    return (limit - (limit - least) ** 2 / (2 * (most - least)))


def arrivals(hosts: int, away: float, seconds: float) -> float:
    """Return how many hosts have tried again some time after an outage.

    Each of them has an event at some time while the controller is away, and
    has tried in vain since, unless it has yet to look at its LPAR.
    """
    age = max(away - LOOK, 0.0)
    found = min(seconds, LOOK, away)
    passed = 0.0
    for least, most in waits(age):
        mean = (least + most) / 2
        share = min((age - passed) / mean, 1.0)
        found += share * capped(least, most, seconds)
        passed += mean
    return hosts / away * found


def in_flight(away: float, timeout: float) -> float:
    """Return the share of hosts that wait for an answer when it comes.

    Calls are not refused: each waits until it times out.
    """
    age, flying = max(away - LOOK, 0.0), 0.0
    attempts = 0
    while age > 0:
        flying += min(age, timeout)
        age -= timeout + internals.service_wait(attempts, silent=True) * (
            1 - internals.WAIT_SPREAD / 2)
        attempts += 1
    return flying / away


def looks(seconds: float) -> float:
    """Return the lookups for an operation of nova that takes some seconds.

    One after its end, another one when what is known expires, and those that
    find it going on.
    """
    found = 2.0
    if seconds >= LOOK:
        # Those that meet on multiples of the delay, half of one sooner or
        # later.
        again = internals.EVENT_DELAY
        found += 1 + max(seconds - LOOK - again / 2, 0.0) / again
    return found


def mean_looks(least: float, most: float, steps: int = 1000) -> float:
    """Return the mean of :func:`looks` between two durations."""
    width = (most - least) / steps
    return sum(looks(least + (step + 0.5) * width)
               for step in range(steps)) / steps


def make(name: str, hosts: int, options: settings.Settings) -> Plan:
    """Return the plan for a scenario of a fleet."""
    if name in cases.OUTAGES:
        return _outage(cases.OUTAGES[name], hosts, options)
    if name in cases.CRASHES:
        return _crash(cases.CRASHES[name], hosts, options)
    lookup = options.lookup_seconds(2 * options.lpars)
    delay = internals.EVENT_DELAY
    if name == 'start':
        return _spread(hosts, hosts / delay, lookup, options,
                       LOOK + delay + options.within, 0.0)
    if name == 'redundant':
        # What was answered from memory is verified on multiples of two
        # delays, by each host's own clock.
        return _spread(hosts, hosts / (2 * delay), lookup, options,
                       LOOK + 3 * delay + options.within,
                       OLD_LOOKUPS * options.lpars * hosts)
    operations = hosts * options.operations / 3600
    return _spread(hosts, operations * mean_looks(*cases.OPERATION),
                   options.lookup_seconds(2), options, None,
                   OLD_LOOKUPS * operations)


def _spread(hosts: int, rate: float, service: float,
            options: settings.Settings, seconds: float | None, old: float
            ) -> Plan:
    return Plan(rate, _workers(hosts, rate * service, options), seconds,
                rate, old)


def _workers(hosts: int, busy: float, options: settings.Settings) -> int:
    """Return the workers of a cell, by how many are busy in the fleet."""
    return max(math.ceil(
        busy / options.utilization / options.cells(hosts)), 1)


def _at_once(hosts: int, calls: float, service: float,
             options: settings.Settings) -> int:
    """Return the workers of a cell that answer so many calls in time."""
    # Not all cells get the same share.
    return max(math.ceil(calls * service / SLOW / options.utilization
                         / options.cells(hosts)), 1)


def _outage(case: cases.Outage, hosts: int, options: settings.Settings
            ) -> Plan:
    look, call = options.lookup_seconds(2), options.lookup_seconds(1)
    follow = look + options.event_calls * call
    if case.silent:
        burst = hosts * in_flight(case.away, options.timeout)
        later = hosts / case.away * PEAK_SECONDS
        rate = (burst + later) / PEAK_SECONDS
        # Each host has one call in the queue, all the time.
        workers = _at_once(hosts, burst, look, options)
    elif case.resync:
        # It began to fail before the LPAR's event, so its waits are longest.
        least, most = list(waits(case.away - LOOK))[-1]
        rate = hosts * capped(least, most, PEAK_SECONDS) / (
            (least + most) / 2) / PEAK_SECONDS
        follow += options.lookup_seconds(2 * options.lpars) - look
        workers = _workers(hosts, rate * follow, options)
    else:
        rate = arrivals(hosts, case.away, PEAK_SECONDS) / PEAK_SECONDS
        workers = _workers(hosts, rate * follow, options)
    # What happened just before the return is looked at after it; a resync
    # that meets it begins its delay anew.
    last = LOOK + (internals.service_wait(100) if case.resync else 0)
    return Plan(rate, workers, last + follow,
                rate * (1 + options.event_calls), 0.0)


def _crash(share: float, hosts: int, options: settings.Settings) -> Plan:
    hit = max(round(hosts * share), 1)
    call = options.lookup_seconds(1)
    workers = _at_once(
        hosts, hit * internals.EMIT_WORKERS, call, options)
    busiest = min(_busiest(hit, options.cells(hosts)), hit)
    at_once = min(busiest * internals.EMIT_WORKERS, workers)
    return Plan(
        hit / PEAK_SECONDS, workers, LOOK + options.within
        + options.lookup_seconds(2 * options.lpars)
        + busiest * options.lpars * options.event_calls * call / at_once,
        min(hit * internals.EMIT_WORKERS, workers * options.cells(hosts))
        / call, OLD_LOOKUPS * hit * options.lpars)


def _busiest(hit: int, cells: int) -> float:
    """Return the hosts in the cell that has most of them, by chance."""
    mean = hit / cells
    return mean + math.sqrt(2 * mean * math.log(cells))
