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

"""Which LPARs were looked at most, in bounded memory."""

import dataclasses
import heapq

# So many LPARs are kept; when there are more, the half that was seen least is
# dropped. A host has some hundreds.
_MOST = 50_000


@dataclasses.dataclass(slots=True)
class Lpar:
    """What happened to an LPAR.

    :ivar looks: how often it was compared, if the log has that.
    :ivar told: how many events about it nova got.
    :ivar given_up: how often nova did not act on them.
    """

    looks: int = 0
    told: int = 0
    given_up: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        """What LPARs are compared by."""
        return max(self.looks, self.told), self.told


class Churn:
    """Counts for each LPAR.

    :ivar exact: whether none was dropped.
    """

    def __init__(self) -> None:
        self._lpars: dict[str, Lpar] = {}
        self.exact = True

    def of(self, lpar: str) -> Lpar:
        """Return the counts of an LPAR."""
        found = self._lpars.get(lpar)
        if found is None:
            if len(self._lpars) >= _MOST:
                self._lpars = dict(self._first(_MOST // 2))
                self.exact = False
            found = self._lpars[lpar] = Lpar()
        return found

    def merge(self, other: 'Churn') -> None:
        """Add what another one has counted."""
        for uuid, counts in other._lpars.items():
            mine = self.of(uuid)
            mine.looks += counts.looks
            mine.told += counts.told
            mine.given_up += counts.given_up
        self.exact = self.exact and other.exact

    def most(self, count: int) -> list[tuple[str, Lpar]]:
        """Return the LPARs of which there was most, most first."""
        return self._first(count)

    def _first(self, count: int) -> list[tuple[str, Lpar]]:
        return heapq.nlargest(count, self._lpars.items(),
                              key=lambda item: (item[1].rank, item[0]))
