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

"""What happened when, in a bounded number of steps of equal length."""

import math

# Steps grow from a second until there are no more of them than this.
_MOST = 1000

#: Of this the greatest number of a step is kept, not the sum.
SLOWEST = 'slowest'


class Timeline:
    """Sums of numbers over steps of time.

    :ivar step: seconds of a step.
    """

    def __init__(self) -> None:
        self.step = 1
        self._sums: dict[int, dict[str, float]] = {}

    def add(self, time: float, what: str, count: float) -> None:
        """Add to a sum of the step that a time is in."""
        step = math.floor(time / self.step)
        sums = self._sums.get(step)
        if sums is None:
            sums = self._sums[step] = {}
            self._shorten()
            if math.floor(time / self.step) != step:
                sums = self._sums[math.floor(time / self.step)]
        _add(sums, what, count)

    def merge(self, other: 'Timeline') -> None:
        """Add the sums of another one."""
        for step, sums in list(other._sums.items()):
            for what, count in sums.items():
                self.add(step * other.step, what, count)

    def of(self, what: str) -> list[tuple[float, float]]:
        """Return the steps in which something happened.

        :returns: the time in the middle of each, seconds, and the sum.
        """
        return [((step + 0.5) * self.step, sums[what])
                for step, sums in sorted(self._sums.items()) if what in sums]

    def _shorten(self) -> None:
        while (len(self._sums) > 1
               and max(self._sums) - min(self._sums) >= _MOST):
            self.step *= 2
            joined: dict[int, dict[str, float]] = {}
            for step, sums in self._sums.items():
                mine = joined.setdefault(step // 2, {})
                for what, count in sums.items():
                    _add(mine, what, count)
            self._sums = joined


def _add(sums: dict[str, float], what: str, count: float) -> None:
    before = sums.get(what, 0.0)
    sums[what] = max(before, count) if what == SLOWEST else before + count
