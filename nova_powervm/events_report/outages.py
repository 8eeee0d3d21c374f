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

"""Outages: from the lines at both of their ends, in whatever order."""

from collections.abc import Iterable
import dataclasses

from nova_powervm.virt.powervm.lifecycle import messages

# So many ends of outages are kept of each host.
_MOST = 10_000
# A first line and the length in the last one come from different clocks.
_SLACK = 2.0


def _names(lines: Iterable[messages.Line]) -> list[str]:
    declared = messages.lines()
    return [name for line in lines for name, other in declared.items()
            if other is line]


#: What begins, or ends, with a line, by the line's name.
BEGINS = {name: what for what, (begins, _) in messages.OUTAGES.items()
          for name in _names(begins)}
ENDS = {name: what for what, (_, end) in messages.OUTAGES.items()
        for name in _names([end])}


@dataclasses.dataclass(frozen=True)
class Outage:
    """Something that failed for a while.

    :ivar what: see ``messages.OUTAGES``.
    :ivar begin: time, seconds; None if the log does not say.
    :ivar end: None if it goes on at the end of the log, or nova-compute
        stopped in it.
    :ivar seconds: its length, None if it is not known.
    :ivar attempts: how many failed; None if that is not known.
    """

    what: str
    begin: float | None
    end: float | None
    seconds: float | None
    attempts: int | None


class Outages:
    """Collects the ends of one host's outages, and pairs them."""

    def __init__(self) -> None:
        self._begins: list[tuple[float, str]] = []
        self._ends: list[tuple[float, str, float | None, int | None]] = []
        self.dropped = 0

    def begin(self, what: str, time: float) -> None:
        """Note that something began to fail."""
        if self._has_room():
            self._begins.append((time, what))

    def end(self, what: str, time: float, seconds: float | None,
            attempts: int | None) -> None:
        """Note that something succeeds again.

        :param seconds: how long it failed, if the line has that.
        :param attempts: how many attempts failed, if the line has that.
        """
        if self._has_room():
            self._ends.append((time, what, seconds, attempts))

    def _has_room(self) -> bool:
        if len(self._begins) + len(self._ends) < _MOST:
            return True
        self.dropped += 1
        return False

    def all(self) -> list[Outage]:
        """Return all outages, the first first."""
        left = sorted(self._begins)
        found = []
        for end, what, seconds, attempts in sorted(
                self._ends, key=lambda item: item[:2]):
            mine = [one for one in left if one[1] == what and one[0] <= end]
            if seconds is not None:
                begin: float | None = end - seconds
                mine = [one for one in mine
                        if one[0] >= end - seconds - _SLACK]
            else:
                begin = mine[0][0] if mine else None
                seconds = None if begin is None else end - begin
            left = [one for one in left if one not in mine]
            found.append(Outage(what, begin, end, seconds, attempts))
        found += [Outage(what, begin, None, None, None)
                  for begin, what in _first_of_each(left)]
        return sorted(found, key=lambda outage: (
            outage.begin if outage.begin is not None else outage.end or 0.0))


def _first_of_each(begins: list[tuple[float, str]]
                   ) -> list[tuple[float, str]]:
    """Return when each began that has no end: one may log two lines."""
    found: dict[str, float] = {}
    for time, what in begins:
        found.setdefault(what, time)
    return [(time, what) for what, time in found.items()]
