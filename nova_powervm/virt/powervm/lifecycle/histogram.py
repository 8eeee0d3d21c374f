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

"""How long things took: quantiles in constant memory.

The buckets grow by a fixed factor, as those of DDSketch do, so that each time
is known to within one percent, whether it took a millisecond or an hour.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import math

#: Seconds; what takes longer is slow. A boundary between two buckets.
SLOW_SECONDS = 1.0

_FACTOR = 1.02
_LOG = math.log(_FACTOR)
# 10 microseconds and a day: some 1,150 buckets at most.
_FIRST = math.ceil(math.log(1e-5) / _LOG)
_LAST = math.ceil(math.log(86400.0) / _LOG)
# What stands for a bucket is at most this far from all that is in it.
_MIDDLE = 2.0 / (1.0 + _FACTOR)

_QUANTILES = {'p50_ms': 0.5, 'p95_ms': 0.95, 'p99_ms': 0.99}


class Histogram:
    """Counts times.

    For one writer at a time. It may be read meanwhile, also from a signal
    handler: no lock is taken.
    """

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self._total = 0.0
        self._slow_total = 0.0
        self._slowest = 0.0

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def add(self, seconds: float, count: int = 1) -> None:
        """Add a time, or several that are equal."""
        bucket = (_FIRST if seconds <= 1e-5 else min(
            math.ceil(math.log(seconds) / _LOG - 1e-9), _LAST))
        self._buckets[bucket] = self._buckets.get(bucket, 0) + count
        self._total += seconds * count
        if bucket > 0:
            self._slow_total += seconds * count
        self._slowest = max(self._slowest, seconds)

    def merge(self, other: 'Histogram') -> None:
        """Add all times of another one."""
        for bucket, count in other._buckets.items():
            self._buckets[bucket] = self._buckets.get(bucket, 0) + count
        self._total += other._total
        self._slow_total += other._slow_total
        self._slowest = max(self._slowest, other._slowest)

    @property
    def slowest(self) -> float:
        """The longest time, seconds; 0 if there is none."""
        return self._slowest

    def summary(self) -> dict[str, float]:
        """Return the figures that operators hunt slow calls with.

        :returns: number, mean, quantiles and longest time in milliseconds,
            the percentage of times over a second and their percentage of the
            whole time; empty if there is no time.
        """
        buckets = dict(self._buckets)
        count = sum(buckets.values())
        if not count:
            return {}
        slow = sum(number for bucket, number in buckets.items() if bucket > 0)
        found: dict[str, float] = {
            'count': count, 'mean_ms': self._total / count * 1000}
        for name, share in _QUANTILES.items():
            found[name] = 1000 * min(
                _quantile(buckets, share * count), self._slowest)
        found['slowest_ms'] = self._slowest * 1000
        found['slow_percent'] = 100.0 * slow / count
        found['slow_time_percent'] = (
            100.0 * self._slow_total / self._total if self._total else 0.0)
        return found

    def compact(self) -> str:
        """Return the times as text, ``<milliseconds>*<number>,...``.

        A time that is there once has no number.
        """
        return ','.join(
            _milliseconds(bucket) + ('*%d' % count if count > 1 else '')
            for bucket, count in sorted(self._buckets.items()))


def pack(histograms: Mapping[str, Histogram]) -> str:
    """Return histograms as text without a space, empty ones left out."""
    return ';'.join('%s:%s' % (name, histogram.compact())
                    for name, histogram in histograms.items() if histogram)


def unpack(text: str) -> Iterator[tuple[str, list[tuple[float, int]]]]:
    """Yield what :func:`pack` has put into a text.

    :returns: names, each with its times in seconds and their numbers.
    :raises ValueError: if the text is none of those.
    """
    for part in text.split(';'):
        name, _, values = part.partition(':')
        times = []
        for value in values.split(','):
            milliseconds, _, count = value.partition('*')
            times.append((float(milliseconds) / 1000, int(count or 1)))
        yield name, times


def _quantile(buckets: dict[int, int], rank: float) -> float:
    """Return the time that so many are no longer than, seconds."""
    last = 0
    for bucket, count in sorted(buckets.items()):
        last = bucket
        rank -= count
        if rank <= 0:
            break
    return _seconds(last)


def _seconds(bucket: int) -> float:
    return float(_FACTOR ** bucket * _MIDDLE)


def _milliseconds(bucket: int) -> str:
    """Return what stands for a bucket, exact enough to find it again."""
    value = _seconds(bucket) * 1000
    return '%d' % value if value >= 1000 else '%.4g' % value
